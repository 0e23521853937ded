#ifndef MEVAL_EVALS_SEQUENTIAL_LOOKS_H_
#define MEVAL_EVALS_SEQUENTIAL_LOOKS_H_

// `run --baseline --gate --sequential`: a task's records are evaluated in a random but fixed order,
// and after 10, 25, 50 and 100 % of them the run is compared with the baseline. It stops where the
// difference is sure by then (O'Brien & Fleming 1979, metrics/group_sequential.h), or where not one
// bit differs. Levels are shared out to the tasks equally (Bonferroni), since each of them may stop
// by itself.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "evals/eval_plan.h"
#include "reports/comparison.h"

namespace meval {

class SequentialLooks {
 public:
  static constexpr std::array<double, 4> kShares = {0.1, 0.25, 0.5, 1};

  SequentialLooks(double alpha, std::size_t num_tasks);

  // The plan of the records that are evaluated up to a look, in evaluation order. The order of
  // looks follows from the plan's seed and the number of its records alone.
  EvalPlan PlanUpTo(const EvalPlan& plan, std::size_t look) const;

  // Whether to stop at a look that is not the last: sure, or the same bits.
  bool IsDecided(const PairComparison& pair, std::size_t look) const;

  // Replaces the adjusted p-value by that of the looks (p * alpha / the look's level, at most 1:
  // below alpha exactly where the look rejects) and judges anew.
  void Adjust(std::size_t look, TaskComparison& task) const;

 private:
  double alpha_;
  std::vector<double> levels_;  // of each look
};

}  // namespace meval

#endif  // MEVAL_EVALS_SEQUENTIAL_LOOKS_H_
