#ifndef MEVAL_EVALS_AGGREGATE_TASK_H_
#define MEVAL_EVALS_AGGREGATE_TASK_H_

#include <string>
#include <vector>

#include "evals/eval.h"
#include "reports/result.h"

namespace meval {

// Everything a report says of one task, from its scored samples: metrics with standard errors and
// intervals, groups and categories, micro and macro means, published scores where the variant
// matches, counters and digests. Samples without a result (an interrupted run) are left out of the
// metrics and counted in `unscored`.
TaskResult AggregateTask(const EvalPlan& plan, const EvalOutcome& outcome);

// The warning of a result whose task has programs that were not all run.
inline constexpr char kProgramsNotRun[] =
    "the programs were not all run, so that documents have no score: --allow-code-execution runs "
    "them in a sandbox, here or with `mistral-eval score --samples` later";

// The names of the metrics that AggregateTask will give, known before anything is run.
std::vector<std::string> MetricNames(const EvalPlan& plan);

}  // namespace meval

#endif  // MEVAL_EVALS_AGGREGATE_TASK_H_
