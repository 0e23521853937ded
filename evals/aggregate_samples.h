#ifndef MEVAL_EVALS_AGGREGATE_SAMPLES_H_
#define MEVAL_EVALS_AGGREGATE_SAMPLES_H_

// From the scored samples of a task to its scores. A run and a recomputation from its sample log
// (evals/rescore_run.h) both come through here.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "reports/result.h"
#include "tasks/task_definition.h"

namespace meval {

struct SetScores {
  std::vector<MetricValue> metrics;   // headline first
  std::vector<SubsetResult> subsets;  // micro, macro, categories, groups; slices
  std::vector<std::string> warnings;
};

// Metrics with standard errors, intervals and signatures, of the whole set, its groups and slices.
// Samples without a result (an interrupted run) are left out. `num_samples`: completions of each
// document, which the names of votes hold.
SetScores AggregateSamples(const TaskDefinition& task, std::int64_t num_samples,
                           std::span<const SampleResult> samples);

}  // namespace meval

#endif  // MEVAL_EVALS_AGGREGATE_SAMPLES_H_
