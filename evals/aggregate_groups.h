#ifndef MEVAL_EVALS_AGGREGATE_GROUPS_H_
#define MEVAL_EVALS_AGGREGATE_GROUPS_H_

#include <span>
#include <vector>

#include "reports/result.h"
#include "tasks/task_registry.h"

namespace meval {

// What a report says of groups of tasks, from the tasks' results so far:
//
// - the macro mean, sum of m_t / T over T tasks with scores m_t; its standard error is
//   sqrt(sum of s_t^2) / T, the tasks' sets being independent of each other;
// - the micro mean, sum of n_t m_t / sum of n_t, with the reference's pooled standard error
//   (metrics/aggregate.h);
// - the group's published table with our scores in it.
//
// A mean needs a score of every member, as a fraction or in percent; it is a fraction. A row says
// why ours does not compare with theirs: sample records, a subset, other shots, not run.
std::vector<GroupResult> AggregateGroups(std::span<const TaskGroup> groups,
                                         std::span<const TaskResult> tasks);

}  // namespace meval

#endif  // MEVAL_EVALS_AGGREGATE_GROUPS_H_
