#ifndef MEVAL_REPORTS_BENCHMARK_REPORT_H_
#define MEVAL_REPORTS_BENCHMARK_REPORT_H_

// Scores and speeds of a run as github-action-benchmark tracks them over time: a JSON array of
// {"name", "unit", "value", "range", "extra"}.
//
// That action takes one direction a file: "customBiggerIsBetter" or "customSmallerIsBetter".

#include <iosfwd>

#include "reports/result.h"

namespace meval {

enum class BenchmarkDirection {
  kBigger,   // accuracies and the like; tokens fed and generated in a second
  kSmaller,  // perplexities and the like; seconds
};

// "range" is half the width of the 95 % interval. Throws std::logic_error for a number that is not
// finite.
void WriteBenchmarkReport(const RunReport& run, BenchmarkDirection direction, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_BENCHMARK_REPORT_H_
