#include "metrics/multiple_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "metrics/aggregate.h"
#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "multiple choice";

void RequireScorable(std::span<const ScoredChoice> choices, std::span<const std::int64_t> gold,
                     ArgmaxRule rule) {
  if (choices.empty()) {
    throw MetricError(kMetric, "", "no choices: expected at least one");
  }
  if (gold.empty()) {
    throw MetricError(kMetric, "", "no gold index: expected at least one");
  }
  for (const std::int64_t index : gold) {
    if (index < 0) {
      throw MetricError(kMetric, "",
                        "gold index " + std::to_string(index) + ": expected 0 to " +
                            std::to_string(choices.size() - 1));
    }
  }
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const std::string where = "choice " + std::to_string(i);
    RequireUtf8(kMetric, where, choices[i].text);
    if (rule == ArgmaxRule::kEmptyNeverWins && std::isnan(choices[i].loglikelihood)) {
      throw MetricError(kMetric, where, "the log-likelihood is not a number: expected a number");
    }
  }
}

// l_i / length_i for every choice.
std::vector<double> Normalised(std::span<const ScoredChoice> choices,
                               std::span<const std::int64_t> lengths, ArgmaxRule rule) {
  std::vector<double> scores;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const bool never_wins = lengths[i] == 0 && rule == ArgmaxRule::kEmptyNeverWins;
    scores.push_back(never_wins ? -std::numeric_limits<double>::infinity()
                                : choices[i].loglikelihood / static_cast<double>(lengths[i]));
  }
  return scores;
}

std::vector<double> Softmax(std::span<const double> values) {
  const double largest = values[NumpyArgmax(values)];
  std::vector<double> exponentials;
  for (const double value : values) {
    exponentials.push_back(std::exp(value - largest));
  }
  const double sum = PairwiseSum(exponentials);
  for (double& value : exponentials) {
    value /= sum;
  }
  return exponentials;
}

double Margin(std::span<const double> values) {
  const std::size_t best = NumpyArgmax(values);
  std::optional<double> second;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != best && (!second || values[i] > *second)) {
      second = values[i];
    }
  }
  // Equal infinities have no difference, but are a tie.
  return !second || *second == values[best] ? 0 : values[best] - *second;
}

double Brier(std::span<const double> probabilities, std::int64_t gold) {
  double sum = 0;
  for (std::size_t c = 0; c < probabilities.size(); ++c) {
    const double gap = probabilities[c] - (static_cast<std::int64_t>(c) == gold ? 1.0 : 0.0);
    sum += gap * gap;
  }
  return sum;
}

// Nothing unless every choice has an unconditional log-likelihood.
std::optional<std::size_t> PmiPrediction(std::span<const ScoredChoice> choices) {
  std::vector<double> gains;
  for (const ScoredChoice& choice : choices) {
    if (!choice.unconditional_loglikelihood) {
      return std::nullopt;
    }
    gains.push_back(choice.loglikelihood - *choice.unconditional_loglikelihood);
  }
  return NumpyArgmax(gains);
}

}  // namespace

std::size_t NumpyArgmax(std::span<const double> values) {
  if (values.empty()) {
    throw std::invalid_argument("NumpyArgmax: expected at least one value");
  }
  std::size_t best = 0;
  for (std::size_t i = 0; i < values.size() && !std::isnan(values[best]); ++i) {
    if (std::isnan(values[i]) || values[i] > values[best]) {
      best = i;
    }
  }
  return best;
}

std::int64_t GoldIndexOf(std::span<const ScoredChoice> choices, std::string_view gold_text) {
  const auto found = std::find_if(choices.begin(), choices.end(), [&](const ScoredChoice& choice) {
    return choice.text == gold_text;
  });
  return found - choices.begin();
}

double MeanBrier(std::span<const MultipleChoiceScore> scores) {
  std::vector<double> values;
  for (std::size_t d = 0; d < scores.size(); ++d) {
    const std::string where = "document " + std::to_string(d);
    if (!scores[d].brier) {
      throw MetricError("brier", where, "no single gold choice: expected exactly one that exists");
    }
    if (scores[d].probabilities.size() != scores[0].probabilities.size()) {
      throw MetricError("brier", where,
                        std::to_string(scores[d].probabilities.size()) + " choices: expected " +
                            std::to_string(scores[0].probabilities.size()) + " as in document 0");
    }
    values.push_back(*scores[d].brier);
  }
  return Mean(values);
}

MultipleChoiceScore ScoreMultipleChoice(std::span<const ScoredChoice> choices,
                                        std::span<const std::int64_t> gold, ArgmaxRule rule) {
  RequireScorable(choices, gold, rule);
  std::vector<double> loglikelihoods;
  std::vector<std::int64_t> num_chars;
  std::vector<std::int64_t> num_bytes;
  for (const ScoredChoice& choice : choices) {
    loglikelihoods.push_back(choice.loglikelihood);
    num_chars.push_back(CountCodePoints(choice.text));
    num_bytes.push_back(static_cast<std::int64_t>(choice.text.size()));
  }
  const auto is_gold = [&](std::size_t prediction) {
    return std::find(gold.begin(), gold.end(), static_cast<std::int64_t>(prediction)) != gold.end();
  };
  const auto exists = [&](std::int64_t index) {
    return index < static_cast<std::int64_t>(choices.size());
  };

  MultipleChoiceScore score;
  score.pred = NumpyArgmax(loglikelihoods);
  score.pred_norm = NumpyArgmax(Normalised(choices, num_chars, rule));
  score.pred_bytes = NumpyArgmax(Normalised(choices, num_bytes, rule));
  score.acc = is_gold(score.pred) ? 1 : 0;
  score.acc_norm = is_gold(score.pred_norm) ? 1 : 0;
  score.acc_bytes = is_gold(score.pred_bytes) ? 1 : 0;
  score.probabilities = Softmax(loglikelihoods);
  score.margin = Margin(loglikelihoods);
  score.has_empty_choice = std::count(num_bytes.begin(), num_bytes.end(), 0) > 0;
  for (const std::int64_t index : gold) {
    score.has_missing_gold = score.has_missing_gold || !exists(index);
    if (exists(index) && choices[static_cast<std::size_t>(index)].is_greedy) {
      score.exact_match = 1;
    }
  }
  score.pred_pmi = PmiPrediction(choices);
  if (score.pred_pmi) {
    score.acc_pmi = gold.size() == 1 && is_gold(*score.pred_pmi) ? 1 : 0;
  }
  if (gold.size() == 1 && exists(gold[0])) {
    score.brier = Brier(score.probabilities, gold[0]);
  }
  return score;
}

}  // namespace meval
