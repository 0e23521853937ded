// multiple_choice, multiple_choice_agg.

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "metrics/aggregate.h"
#include "metrics/classification.h"
#include "metrics/metric_error.h"
#include "metrics/multiple_choice.h"
#include "metrics/unicode_text.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

using GoldList = std::vector<std::int64_t>;

std::vector<ScoredChoice> ChoicesOf(const GoldenRow& row, const std::vector<std::string>& texts) {
  const auto loglikelihoods = row.Numbers("/input/loglikelihoods");
  const auto is_greedy = row.Flags("/input/is_greedy");
  const bool has_unconditional = row.Has("/input/unconditional_loglikelihoods");
  std::vector<ScoredChoice> choices;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    choices.push_back({texts[i], loglikelihoods.at(i), is_greedy.at(i)});
    if (has_unconditional) {
      choices[i].unconditional_loglikelihood =
          row.Numbers("/input/unconditional_loglikelihoods").at(i);
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

void ExpectReferenceScore(const GoldenRow& row, const MultipleChoiceScore& score) {
  EXPECT_EQ(static_cast<std::int64_t>(score.pred), row.Int("/expected/pred"));
  EXPECT_EQ(static_cast<std::int64_t>(score.pred_norm), row.Int("/expected/pred_norm"));
  EXPECT_EQ(static_cast<std::int64_t>(score.pred_bytes), row.Int("/expected/pred_bytes"));
  EXPECT_EQ(score.acc, row.Number("/expected/acc"));
  EXPECT_EQ(score.acc_norm, row.Number("/expected/acc_norm"));
  EXPECT_EQ(score.acc_bytes, row.Number("/expected/acc_bytes"));
  EXPECT_EQ(score.exact_match, row.Number("/expected/exact_match"));
  ASSERT_EQ(score.acc_pmi.has_value(), row.Has("/expected/acc_mutual_info"));
  if (score.acc_pmi) {
    EXPECT_EQ(*score.acc_pmi, row.Number("/expected/acc_mutual_info"));
  }
  const auto probabilities = row.Numbers("/expected/prob_norm");
  ASSERT_EQ(score.probabilities.size(), probabilities.size());
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    MEVAL_EXPECT_CLOSE(score.probabilities[i], probabilities[i]);
  }
}

// Where nothing is odd about a row, the product's own rule chooses what the reference chooses; an
// empty choice is flagged, and a NaN refused.
void ExpectProductScore(const std::vector<ScoredChoice>& choices, const GoldList& gold,
                        const MultipleChoiceScore& reference) {
  if (std::any_of(choices.begin(), choices.end(),
                  [](const ScoredChoice& choice) { return std::isnan(choice.loglikelihood); })) {
    EXPECT_THROW(ScoreMultipleChoice(choices, gold), MetricError);
    return;
  }
  const MultipleChoiceScore score = ScoreMultipleChoice(choices, gold);
  EXPECT_EQ(score.pred, reference.pred);
  EXPECT_EQ(score.has_empty_choice,
            std::any_of(choices.begin(), choices.end(),
                        [](const ScoredChoice& choice) { return choice.text.empty(); }));
  if (!score.has_empty_choice) {
    EXPECT_EQ(score.pred_norm, reference.pred_norm);
    EXPECT_EQ(score.pred_bytes, reference.pred_bytes);
  }
}

void CheckMultipleChoice(const GoldenRow& row) {
  const auto texts = row.Texts("/input/choices");
  const auto characters = row.Ints("/expected/char_lengths");
  const auto bytes = row.Ints("/expected/byte_lengths");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(CountCodePoints(texts[i]), characters.at(i));
    EXPECT_EQ(static_cast<std::int64_t>(texts[i].size()), bytes.at(i));
  }
  const auto choices = ChoicesOf(row, texts);
  const GoldList gold = GoldOf(row, choices);
  const auto reference = ScoreMultipleChoice(choices, gold, ArgmaxRule::kNumpy);
  ExpectReferenceScore(row, reference);
  ExpectProductScore(choices, gold, reference);
}

void CheckMultipleChoiceSet(const GoldenRow& row) {
  const auto gold = row.Ints("/input/gold");
  std::vector<double> acc;
  std::vector<std::int64_t> predicted;
  std::vector<MultipleChoiceScore> scores;
  for (std::size_t d = 0; d < gold.size(); ++d) {
    std::vector<ScoredChoice> choices;
    for (const double l : row.Numbers("/input/loglikelihoods/" + std::to_string(d))) {
      choices.push_back({"x", l, false});
    }
    scores.push_back(ScoreMultipleChoice(choices, GoldList{gold[d]}));
    acc.push_back(scores.back().acc);
    predicted.push_back(static_cast<std::int64_t>(scores.back().pred));
  }
  MEVAL_EXPECT_CLOSE(Mean(acc), row.Number("/expected/acc"));
  MEVAL_EXPECT_CLOSE(StderrOfMean(acc).value(), row.Number("/expected/acc_stderr"));
  MEVAL_EXPECT_CLOSE(MeanBrier(scores), row.Number("/expected/brier_score"));
  MEVAL_EXPECT_CLOSE(MatthewsCorrelation(CountLabels(gold, predicted).classes),
                     row.Number("/expected/mcc"));
  if (row.Has("/expected/f1")) {
    MEVAL_EXPECT_CLOSE(BinaryF1(gold, predicted), row.Number("/expected/f1"));
  }
  if (row.Has("/expected/cb_multi_f1")) {
    MEVAL_EXPECT_CLOSE(CommitmentBankF1(gold, predicted), row.Number("/expected/cb_multi_f1"));
  }
}

const RegisterFamilies kFamilies({
    {"multiple_choice", CheckMultipleChoice},
    {"multiple_choice_agg", CheckMultipleChoiceSet},
});

}  // namespace
}  // namespace meval::testing
