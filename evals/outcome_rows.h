#ifndef MEVAL_EVALS_OUTCOME_ROWS_H_
#define MEVAL_EVALS_OUTCOME_ROWS_H_

// Metrics of a set that are no means of its documents, as functions of summed rows
// (metrics/summed_statistics.h), so that a comparison can resample and exchange documents.

#include <string>
#include <vector>

#include "metrics/summed_statistics.h"
#include "reports/outcomes.h"
#include "reports/result.h"
#include "tasks/task_definition.h"

namespace meval {

// How a metric of a task follows from its documents, by its name in the report.
Aggregate AggregateOf(const TaskDefinition& task, const std::string& metric);

// What a scored document adds for such a score of its task: one row, or for protocols that cut
// chunks (tasks/task_definition.h) one a chunk. A document of which nothing was scored adds none.
std::vector<double> OutcomeRows(const TaskDefinition& task, const ScoreDefinition& score,
                                const SampleResult& sample);

// Numbers of a row, and the metric of summed rows; std::logic_error for kMean, which has none.
std::size_t RowWidth(Aggregate aggregate);
ScoreOfSums ScoreOfRows(Aggregate aggregate);

}  // namespace meval

#endif  // MEVAL_EVALS_OUTCOME_ROWS_H_
