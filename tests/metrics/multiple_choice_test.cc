#include "metrics/multiple_choice.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

using GoldList = std::vector<std::int64_t>;

TEST(MultipleChoice, LetsTheLowestIndexWinTies) {
  const std::vector<ScoredChoice> choices = {
      {"aa", -2, false}, {"bb", -1, false}, {"cc", -1, false}};
  const auto score = ScoreMultipleChoice(choices, GoldList{1});
  EXPECT_EQ(score.pred, 1u);
  EXPECT_EQ(score.acc, 1);
  EXPECT_EQ(score.margin, 0);
}

TEST(MultipleChoice, NeverLetsAnEmptyChoiceWinByLengthInTheProductsRule) {
  const std::vector<ScoredChoice> zero = {{"", 0.0, true}, {"x", -2, false}};
  EXPECT_EQ(ScoreMultipleChoice(zero, GoldList{1}, ArgmaxRule::kNumpy).acc_norm, 0);
  const auto score = ScoreMultipleChoice(zero, GoldList{1});
  EXPECT_EQ(score.acc_norm, 1);
  EXPECT_EQ(score.acc_bytes, 1);
  EXPECT_EQ(score.acc, 0);
  EXPECT_TRUE(score.has_empty_choice);
  const std::vector<ScoredChoice> positive = {{"x", -2, false}, {"", 3.0, true}};
  EXPECT_EQ(ScoreMultipleChoice(positive, GoldList{0}).pred_norm, 0u);
}

TEST(MultipleChoice, NormalisesByCodePointsAndByBytes) {
  // -4 / 2 code points against -3 / 2: the second; -4 / 6 bytes against -3 / 2: the first.
  const std::vector<ScoredChoice> choices = {{"日本", -4, false}, {"ab", -3, false}};
  const auto score = ScoreMultipleChoice(choices, GoldList{0});
  EXPECT_EQ(score.pred_norm, 1u);
  EXPECT_EQ(score.pred_bytes, 0u);
}

TEST(MultipleChoice, HasProbabilitiesThatSumToOneAndBrierInItsRange) {
  const std::vector<ScoredChoice> choices = {
      {"a", -700, false}, {"b", -701, false}, {"c", -900, false}};
  const auto score = ScoreMultipleChoice(choices, GoldList{2});
  EXPECT_NEAR(score.probabilities[0] + score.probabilities[1] + score.probabilities[2], 1, 1e-15);
  EXPECT_GT(*score.brier, 1);
  EXPECT_LE(*score.brier, 2);
  EXPECT_DOUBLE_EQ(score.margin, 1);
}

TEST(MultipleChoice, CountsAMissingGoldAsWrongAndSaysSo) {
  const std::vector<ScoredChoice> choices = {{"a", -1, true}};
  const auto score = ScoreMultipleChoice(choices, GoldList{5});
  EXPECT_EQ(score.acc, 0);
  EXPECT_EQ(score.exact_match, 0);
  EXPECT_TRUE(score.has_missing_gold);
  EXPECT_FALSE(score.brier.has_value());
  EXPECT_EQ(GoldIndexOf(choices, "zz"), 1);
}

TEST(MultipleChoice, RefusesWhatCannotBeScored) {
  const std::vector<ScoredChoice> good = {{"a", -1, true}};
  EXPECT_THROW(ScoreMultipleChoice({}, GoldList{0}), MetricError);
  EXPECT_THROW(ScoreMultipleChoice(good, {}), MetricError);
  EXPECT_THROW(ScoreMultipleChoice(good, GoldList{-1}), MetricError);
  const std::vector<ScoredChoice> broken = {{"a", -1, true}, {"b\xFF", -1, true}};
  try {
    ScoreMultipleChoice(broken, GoldList{0});
    FAIL() << "no error";
  } catch (const MetricError& error) {
    EXPECT_THAT(error.what(), HasSubstr("choice 1: ill-formed UTF-8 at byte offset 1"));
  }
  const std::vector<ScoredChoice> nan = {{"a", -1, true}, {"b", kNan, true}};
  EXPECT_THROW(ScoreMultipleChoice(nan, GoldList{0}), MetricError);
  EXPECT_EQ(ScoreMultipleChoice(nan, GoldList{0}, ArgmaxRule::kNumpy).pred, 1u);
}

TEST(MultipleChoice, AveragesBrierOnlyOverSetsWithOneShape) {
  const std::vector<ScoredChoice> two = {{"a", -1, true}, {"b", -2, false}};
  const std::vector<ScoredChoice> one = {{"a", -1, true}};
  const auto good = ScoreMultipleChoice(two, GoldList{0});
  EXPECT_DOUBLE_EQ(MeanBrier(std::vector{good, good}), *good.brier);
  EXPECT_THROW(MeanBrier(std::vector{good, ScoreMultipleChoice(one, GoldList{0})}), MetricError);
  EXPECT_THROW(MeanBrier(std::vector{good, ScoreMultipleChoice(two, GoldList{0, 1})}), MetricError);
  EXPECT_THROW(MeanBrier({}), MetricError);
}

TEST(NumpyArgmax, TakesTheFirstNanElseTheFirstLargest) {
  EXPECT_EQ(NumpyArgmax(std::vector<double>{1, 3, 3}), 1u);
  EXPECT_EQ(NumpyArgmax(std::vector<double>{1, kNan, 3, kNan}), 1u);
  EXPECT_EQ(NumpyArgmax(std::vector<double>{kNan, 5}), 0u);
  EXPECT_THROW(NumpyArgmax({}), std::invalid_argument);
}

}  // namespace
}  // namespace meval
