#ifndef MEVAL_EVALS_COMPARE_PAIR_H_
#define MEVAL_EVALS_COMPARE_PAIR_H_

// The statistics of two runs on one metric of one task, from records that stand side by side.
// docs/statistics.md says which test and interval is used where.

#include <span>

#include "evals/compare_options.h"
#include "reports/comparison.h"
#include "reports/outcomes.h"

namespace meval {

// The metric of a set of records.
double ScoreOfRecords(const ComparedMetric& metric, std::span<const RecordOutcome* const> records);

// Everything but adjusted_p, margin, verdict and speed. `baseline[i]` and `run[i]` are the same
// record. MetricError where a record has no number.
PairComparison ComparePair(const ComparedMetric& metric,
                           std::span<const RecordOutcome* const> baseline,
                           std::span<const RecordOutcome* const> run, const PairOptions& options);

// By p-value, interval and margin, which `pair` must have.
Verdict Judge(const PairComparison& pair, bool higher_is_better, double alpha);

}  // namespace meval

#endif  // MEVAL_EVALS_COMPARE_PAIR_H_
