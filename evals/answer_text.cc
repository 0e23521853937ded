#include "evals/answer_text.h"

#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

#include "evals/score_choices.h"
#include "metrics/multiple_choice.h"

namespace meval {

std::string ChosenText(const SampleResult& sample, const TaskDefinition& task) {
  const MultipleChoiceScore scores = ScoreMultipleChoice(ScoredChoices(sample), sample.gold);
  const std::string& metric = task.headline().metric;
  const std::size_t chosen = metric == "acc_norm"    ? scores.pred_norm
                             : metric == "acc_bytes" ? scores.pred_bytes
                             : metric == "acc_pmi"   ? scores.pred_pmi.value()
                                                     : scores.pred;
  return sample.choices[chosen].Shown();
}

std::vector<std::string> RightTexts(const SampleResult& sample, const TaskDefinition& task) {
  if (task.scores_one_continuation) return {sample.choices.front().text};
  std::vector<std::string> right = sample.references;
  for (const std::int64_t gold : sample.gold) {
    if (gold >= 0 && gold < static_cast<std::int64_t>(sample.choices.size())) {
      right.push_back(sample.choices[static_cast<std::size_t>(gold)].Shown());
    }
  }
  return right;
}

std::string JoinTexts(const std::vector<std::string>& texts, const std::string& separator) {
  return fmt::format("{}", fmt::join(texts, separator));
}

}  // namespace meval
