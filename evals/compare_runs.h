#ifndef MEVAL_EVALS_COMPARE_RUNS_H_
#define MEVAL_EVALS_COMPARE_RUNS_H_

// Two or more runs on the same records: statistics and verdicts. The first run is the baseline.

#include <cstddef>
#include <span>

#include "evals/compare_options.h"
#include "reports/comparison.h"
#include "reports/comparison_report.h"
#include "reports/outcomes.h"

namespace meval {

// At least two runs. Throws UsageError for runs that were not asked the same or whose metric was
// computed otherwise (evals/align_records.h), and for names that are no task or metric.
Comparison CompareRuns(std::span<const RunOutcomes> runs, const CompareOptions& options);

// What formats for CI systems report as a failure, with so many flips of a task and run.
ComparisonGate ReportedGate(const GateOptions& gate, std::size_t most_flips);

// Whether the gate lets a comparison pass; always where it is off.
bool Passes(const GateOptions& gate, const Comparison& comparison);

}  // namespace meval

#endif  // MEVAL_EVALS_COMPARE_RUNS_H_
