#ifndef MEVAL_EVALS_COMPARE_BENCH_H_
#define MEVAL_EVALS_COMPARE_BENCH_H_

// Benchmarks side by side: ratios with intervals over repetitions, verdicts, a gate.

#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "evals/compare_options.h"
#include "evals/flags.h"
#include "reports/bench_comparison.h"
#include "reports/bench_record.h"

namespace meval {

// Whether a path is a benchmark: a directory with a bench.json that is no run's, or such a file.
bool IsBench(const std::filesystem::path& path);
// Throws DataError if it cannot be read.
BenchReport ReadBench(const std::filesystem::path& path);

struct NamedBench {
  std::string name;  // the path as it was given
  BenchReport report;
};

// Tests of the same name, the first benchmark being the baseline. A rate or time that was measured
// several times in both is judged by the interval of Welch (1947) for the ratio of geometric means
// (metrics/ratio_of_times.h): `equivalent` if all of it is within the margin of 1, else `improved`
// above 1, `regressed` below, `inconclusive` around it or without an interval. Figures of serving
// tests are shown but not judged: the requests of one run depend on each other.
BenchComparison CompareBench(std::span<const NamedBench> benches, double margin);

// What CompareBench says of one test of that kind.
std::string ThroughputVerdict(const ThroughputTest& baseline, const ThroughputTest& system,
                              double margin);

// The margin of a command line: --margin in percent, 5 % without.
double BenchMargin(const CompareOptions& options);

// Whether the gate lets it pass; always where it is off.
bool Passes(const GateOptions& gate, const BenchComparison& comparison);

// What `compare` does where all its runs are benchmarks.
int CompareBenchCommand(const CompareCommandOptions& options, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_EVALS_COMPARE_BENCH_H_
