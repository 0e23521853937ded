#include "tasks/nearest_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meval::tasks {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(EditDistance, CountsInsertionsDeletionsSubstitutionsAndSwaps) {
  EXPECT_EQ(EditDistance("", ""), 0U);
  EXPECT_EQ(EditDistance("mmlu", "mmlu"), 0U);
  EXPECT_EQ(EditDistance("MMLU", "mmlu"), 0U);
  EXPECT_EQ(EditDistance("", "abc"), 3U);
  EXPECT_EQ(EditDistance("abc", ""), 3U);
  EXPECT_EQ(EditDistance("mmul", "mmlu"), 1U);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
  EXPECT_EQ(EditDistance("ca", "abc"), 3U);  // optimal string alignment, not full Damerau
}

TEST(EditDistance, IsSymmetricAndKeepsTheTriangleInequalityWithoutSwaps) {
  const char* words[] = {"gsm8k", "gsm8k_cot", "samsum", "mmlu", "", "hellaswag"};
  for (const char* a : words) {
    for (const char* b : words) {
      EXPECT_EQ(EditDistance(a, b), EditDistance(b, a));
      for (const char* c : words) {
        EXPECT_LE(EditDistance(a, c), EditDistance(a, b) + EditDistance(b, c));
      }
    }
  }
}

TEST(NearestNames, ListsTheNearestFirstAndNothingFarAway) {
  const std::vector<std::string> names = {"gsm8k", "gsm8k_cot", "hellaswag", "mmlu", "samsum"};
  EXPECT_THAT(NearestNames("hellswag", names), ElementsAre("hellaswag"));
  EXPECT_THAT(NearestNames("gsm8k_co", names), ElementsAre("gsm8k_cot", "gsm8k"));
  EXPECT_THAT(NearestNames("MMLU", names), ElementsAre("mmlu"));
  EXPECT_THAT(NearestNames("mmlu_pro", names), ElementsAre("mmlu"));
  EXPECT_THAT(NearestNames("winogrande", names), IsEmpty());
  EXPECT_THAT(NearestNames("gsm", names, 1), ElementsAre("gsm8k"));
}

TEST(DidYouMean, SaysNothingWhereNothingIsNear) {
  EXPECT_EQ(DidYouMean("strp", {"strip", "lower"}), "; did you mean \"strip\"?");
  EXPECT_EQ(DidYouMean("uppercase", {"strip", "lower"}), "");
}

}  // namespace
}  // namespace meval::tasks
