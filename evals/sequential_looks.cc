#include "evals/sequential_looks.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "evals/compare_pair.h"
#include "metrics/group_sequential.h"
#include "metrics/python_random.h"

namespace meval {

SequentialLooks::SequentialLooks(double alpha, std::size_t num_tasks)
    : alpha_(alpha),
      levels_(OBrienFlemingLevels(kShares, alpha / static_cast<double>(num_tasks))) {}

EvalPlan SequentialLooks::PlanUpTo(const EvalPlan& plan, std::size_t look) const {
  std::vector<std::int64_t> slots(plan.selected.size());
  std::iota(slots.begin(), slots.end(), std::int64_t{0});
  PythonRandom(plan.seed).Shuffle(slots);
  const double wanted = std::ceil(kShares[look] * static_cast<double>(slots.size()));
  slots.resize(std::min(slots.size(), static_cast<std::size_t>(wanted)));
  std::sort(slots.begin(), slots.end());
  EvalPlan part = plan;
  part.selected.clear();
  part.prompt_digests.clear();
  for (const std::int64_t slot : slots) {
    part.selected.push_back(plan.selected[static_cast<std::size_t>(slot)]);
    part.prompt_digests.push_back(plan.prompt_digests[static_cast<std::size_t>(slot)]);
  }
  return part;
}

bool SequentialLooks::IsDecided(const PairComparison& pair, std::size_t look) const {
  if (pair.num_answers_changed == 0 && pair.num_scores_changed == 0) return true;
  return pair.p_value <= levels_[look];
}

void SequentialLooks::Adjust(std::size_t look, TaskComparison& task) const {
  for (PairComparison& pair : task.pairs) {
    pair.adjusted_p = std::min(1.0, pair.p_value * alpha_ / levels_[look]);
    pair.verdict = Judge(pair, task.higher_is_better, alpha_);
  }
  task.notes.push_back(fmt::format(
      "evaluated in looks, {} of {} made: p-values are those of O'Brien and Fleming's bounds",
      look + 1, kShares.size()));
}

}  // namespace meval
