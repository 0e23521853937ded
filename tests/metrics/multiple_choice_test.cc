#include "metrics/multiple_choice.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/aggregate.h"
#include "metrics/metric_error.h"
#include "tests/metrics/golden.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using testing::GoldenRow;
using ::testing::HasSubstr;
using testing::IsClose;
using testing::LoadGolden;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

using GoldList = std::vector<std::int64_t>;

std::vector<ScoredChoice> ChoicesOf(const GoldenRow& row, const std::vector<std::string>& texts) {
  const auto loglikelihoods = row.Numbers("/input/loglikelihoods");
  const auto is_greedy = row.Flags("/input/is_greedy");
  std::vector<ScoredChoice> choices;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    choices.push_back({texts[i], loglikelihoods[i], is_greedy[i]});
    if (row.Has("/input/unconditional_loglikelihoods")) {
      choices[i].unconditional_loglikelihood =
          row.Numbers("/input/unconditional_loglikelihoods")[i];
    }
  }
  return choices;
}

GoldList GoldOf(const GoldenRow& row, const std::vector<ScoredChoice>& choices) {
  if (row.IsList("/input/gold")) {
    return row.Ints("/input/gold");
  }
  if (row.IsText("/input/gold")) {
    return {GoldIndexOf(choices, row.Text("/input/gold"))};
  }
  return {row.Int("/input/gold")};
}

TEST(MultipleChoice, AgreesWithTheReferenceOnEveryRow) {
  for (const auto& row : LoadGolden("metrics/multiple_choice.jsonl", 182)) {
    SCOPED_TRACE(row.Id());
    const auto texts = row.Texts("/input/choices");
    const auto choices = ChoicesOf(row, texts);
    const auto score = ScoreMultipleChoice(choices, GoldOf(row, choices), ArgmaxRule::kNumpy);
    EXPECT_EQ(static_cast<std::int64_t>(score.pred), row.Int("/expected/pred"));
    EXPECT_EQ(static_cast<std::int64_t>(score.pred_norm), row.Int("/expected/pred_norm"));
    EXPECT_EQ(static_cast<std::int64_t>(score.pred_bytes), row.Int("/expected/pred_bytes"));
    EXPECT_EQ(score.acc, row.Number("/expected/acc"));
    EXPECT_EQ(score.acc_norm, row.Number("/expected/acc_norm"));
    EXPECT_EQ(score.acc_bytes, row.Number("/expected/acc_bytes"));
    EXPECT_EQ(score.exact_match, row.Number("/expected/exact_match"));
    EXPECT_EQ(score.acc_pmi.has_value(), row.Has("/expected/acc_mutual_info"));
    if (score.acc_pmi) {
      EXPECT_EQ(*score.acc_pmi, row.Number("/expected/acc_mutual_info"));
    }
    EXPECT_THAT(score.probabilities, ::testing::Pointwise(::testing::Truly([](const auto& pair) {
                                                            return IsClose(std::get<0>(pair),
                                                                           std::get<1>(pair));
                                                          }),
                                                          row.Numbers("/expected/prob_norm")));
  }
}

TEST(MultipleChoice, AggregatesAsTheReferenceDoes) {
  for (const auto& row : LoadGolden("metrics/multiple_choice_agg.jsonl", 60)) {
    SCOPED_TRACE(row.Id());
    const auto gold = row.Ints("/input/gold");
    std::vector<double> acc;
    std::vector<MultipleChoiceScore> scores;
    for (std::size_t d = 0; d < gold.size(); ++d) {
      std::vector<ScoredChoice> choices;
      for (const double l : row.Numbers("/input/loglikelihoods/" + std::to_string(d))) {
        choices.push_back({"x", l, false});
      }
      scores.push_back(ScoreMultipleChoice(choices, GoldList{gold[d]}));
      acc.push_back(scores.back().acc);
    }
    MEVAL_EXPECT_CLOSE(Mean(acc), row.Number("/expected/acc"));
    MEVAL_EXPECT_CLOSE(StderrOfMean(acc).value(), row.Number("/expected/acc_stderr"));
    MEVAL_EXPECT_CLOSE(MeanBrier(scores), row.Number("/expected/brier_score"));
  }
}

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

TEST(MultipleChoice, BothRulesAgreeWhereNoChoiceIsEmpty) {
  for (const auto& row : LoadGolden("metrics/multiple_choice.jsonl", 182)) {
    const auto texts = row.Texts("/input/choices");
    const auto choices = ChoicesOf(row, texts);
    const auto ours = ScoreMultipleChoice(choices, GoldOf(row, choices));
    if (!ours.has_empty_choice) {
      const auto theirs = ScoreMultipleChoice(choices, GoldOf(row, choices), ArgmaxRule::kNumpy);
      EXPECT_EQ(ours.pred_norm, theirs.pred_norm) << row.Id();
      EXPECT_EQ(ours.pred_bytes, theirs.pred_bytes) << row.Id();
    }
  }
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
