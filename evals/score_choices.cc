#include "evals/score_choices.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "metrics/perplexity.h"

namespace meval {
namespace {

double Pick(const MultipleChoiceScore& scores, double gold_probability, const std::string& metric) {
  if (metric == "mc2") return gold_probability;
  if (metric == "acc") return scores.acc;
  if (metric == "acc_norm") return scores.acc_norm;
  if (metric == "acc_bytes") return scores.acc_bytes;
  if (metric == "acc_pmi") return scores.acc_pmi.value();
  if (metric == "exact_match") return scores.exact_match;
  throw std::logic_error("a log-likelihood task has the metric \"" + metric +
                         "\", which the definition parser lets through");
}

// The metrics of the one text that was scored; none of them depends on what it is compared with.
void ScoreContinuation(const TaskDefinition& task, SampleResult& sample) {
  const ChoiceResult& continuation = sample.choices.front();
  for (const ScoreDefinition& score : task.scores) {
    if (score.metric == "greedy") {
      sample.metrics[score.name] = continuation.is_greedy ? 1 : 0;
    } else {
      sample.metrics[score.name] =
          std::min(Perplexity({&continuation.logprob, 1}), std::numeric_limits<double>::max());
    }
  }
}

}  // namespace

std::vector<ScoredChoice> ScoredChoices(const SampleResult& sample) {
  std::vector<ScoredChoice> choices;
  for (const ChoiceResult& choice : sample.choices) {
    choices.push_back({.text = choice.text,
                       .loglikelihood = choice.logprob,
                       .is_greedy = choice.is_greedy,
                       .unconditional_loglikelihood = choice.unconditional_logprob});
  }
  return choices;
}

void ScoreChoices(const TaskDefinition& task, SampleResult& sample) {
  if (task.scores_one_continuation) return ScoreContinuation(task, sample);
  const MultipleChoiceScore scores = ScoreMultipleChoice(ScoredChoices(sample), sample.gold);
  double gold_probability = 0;
  for (const std::int64_t gold : sample.gold)
    gold_probability += scores.probabilities[static_cast<std::size_t>(gold)];
  for (const ScoreDefinition& score : task.scores) {
    if (score.metric == "macro_f1") continue;  // the set has one (evals/aggregate_samples.h)
    sample.metrics[score.name] = Pick(scores, gold_probability, score.metric);
  }
  sample.margin = scores.margin;
  sample.gold_probability = gold_probability;
}

std::size_t LikeliestChoice(const SampleResult& sample) {
  const auto likeliest = std::max_element(
      sample.choices.begin(), sample.choices.end(),
      [](const ChoiceResult& a, const ChoiceResult& b) { return a.logprob < b.logprob; });
  return static_cast<std::size_t>(likeliest - sample.choices.begin());
}

}  // namespace meval
