#include "engine/selftest/check_list.h"

#include <gtest/gtest.h>

namespace meval::selftest {
namespace {

CheckList List(std::string_view only) {
  return CheckList({{"a.one", "one is one"}, {"a.two", "two is two"}, {"b", "b is b"}}, only);
}

TEST(CheckList, HoldsTheChecksWhoseNamesBeginAsAsked) {
  EXPECT_EQ(List("").checks().size(), 3U);
  EXPECT_EQ(List("a.").checks().size(), 2U);
  EXPECT_EQ(List("b").checks().size(), 1U);
  EXPECT_TRUE(List("c").checks().empty());
  EXPECT_TRUE(List("a").Wants("a.two"));
  EXPECT_TRUE(List("a").Wants("a."));
  EXPECT_FALSE(List("a.one").Wants("a.two"));
  EXPECT_FALSE(List("c").Wants(""));
}

TEST(CheckList, KeepsTheFirstFailureAndCountsAll) {
  CheckList list = List("");
  list.Add("a.one", "");
  EXPECT_TRUE(list.checks()[0].passed());
  list.Add("a.one", "first");
  list.Add("a.one", "second");
  const SelftestCheck& check = list.checks()[0];
  EXPECT_FALSE(check.passed());
  EXPECT_EQ(check.num_cases, 3);
  EXPECT_EQ(check.num_failures, 2);
  EXPECT_EQ(check.first_failure, "first");
  EXPECT_EQ(check.claim, "one is one");
  EXPECT_TRUE(list.checks()[1].passed());
}

TEST(CheckList, IgnoresWhatIsNotWanted) {
  CheckList list = List("a.one");
  list.Add("b", "broken");
  list.Skip("b", "no such machine");
  ASSERT_EQ(list.checks().size(), 1U);
  EXPECT_TRUE(list.checks()[0].passed());
}

}  // namespace
}  // namespace meval::selftest
