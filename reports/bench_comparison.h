#ifndef MEVAL_REPORTS_BENCH_COMPARISON_H_
#define MEVAL_REPORTS_BENCH_COMPARISON_H_

// Two or more benchmarks side by side, and its formats.

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace meval {

// One figure of one test in the baseline and in one other benchmark.
struct BenchDifference {
  std::string test;                // "pp512"
  std::string figure;              // "tokens/s", "warm TTFT"
  std::string baseline;            // as it is shown
  std::string system;              //
  double speedup = 1;              // how many times faster: above 1 is better, whatever the figure
  std::optional<double> low = {};  // 95 % interval; absent where the figure has no repetitions
  std::optional<double> high = {};
  std::string verdict;  // improved | equivalent | regressed | inconclusive; "" : not judged
};

struct BenchPair {
  std::string baseline;  // the paths as they were given
  std::string system;
  std::vector<BenchDifference> differences = {};
  std::vector<std::string> notes = {};  // what differs besides speed, and what had no counterpart
};

struct BenchComparison {
  double margin = 0;  // ratios within 1 / (1 + margin) and 1 + margin are equivalent
  std::vector<BenchPair> pairs = {};
};

void WriteBenchComparisonConsole(const BenchComparison& comparison, int width, bool color,
                                 std::ostream& out);
void WriteBenchComparisonMarkdown(const BenchComparison& comparison, std::ostream& out);
void WriteBenchComparisonJson(const BenchComparison& comparison, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_BENCH_COMPARISON_H_
