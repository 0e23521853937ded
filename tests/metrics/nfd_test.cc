#include "metrics/text/nfd.h"

#include <gtest/gtest.h>

namespace meval::text {
namespace {

TEST(Nfd, DecomposesCharactersFully) {
  EXPECT_EQ(ToNfd("caf\u00E9"), "cafe\u0301");
  EXPECT_EQ(ToNfd("\u1E69"), "s\u0323\u0307");       // in two steps
  EXPECT_EQ(ToNfd("\u212B"), "A\u030A");             // the angstrom sign
  EXPECT_EQ(ToNfd("\uD55C"), "\u1112\u1161\u11AB");  // a Hangul syllable
  EXPECT_EQ(ToNfd("\U0001D15E"), "\U0001D157\U0001D165");
  EXPECT_EQ(ToNfd("\uFB01\u00BD"), "\uFB01\u00BD");  // compatibility only
  EXPECT_EQ(ToNfd("plain \u65E5"), "plain \u65E5");
  EXPECT_EQ(ToNfd(""), "");
}

TEST(Nfd, OrdersMarksByTheirClassAndKeepsEqualOnes) {
  EXPECT_EQ(ToNfd("a\u0301\u0323"), "a\u0323\u0301");
  EXPECT_EQ(ToNfd("a\u0301\u0300"), "a\u0301\u0300");
  EXPECT_EQ(ToNfd("\u0301\u0323b\u0301\u0323"), "\u0323\u0301b\u0323\u0301");
  EXPECT_EQ(ToNfd("\u1E0B\u0323"), "d\u0323\u0307");  // the mark inside takes part
}

TEST(Nfd, LeavesDecomposedTextAsItIs) {
  for (const char* text : {"\u1E69\u0301\u0323", "\u0344\u0F73\uAC00", "\u2ADC\U0001D160\u0958"}) {
    EXPECT_EQ(ToNfd(ToNfd(text)), ToNfd(text));
  }
}

// Sorting by insertion would take hours.
TEST(Nfd, OrdersALongRunOfMarks) {
  constexpr int kTimes = 1 << 19;
  std::string mixed = "a";
  std::string ordered = "a";
  for (int i = 0; i < kTimes; ++i) {
    mixed += "\u0301\u0323";
    ordered += "\u0323";
  }
  for (int i = 0; i < kTimes; ++i) {
    ordered += "\u0301";
  }
  EXPECT_TRUE(ToNfd(mixed) == ordered);
}

}  // namespace
}  // namespace meval::text
