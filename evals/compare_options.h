#ifndef MEVAL_EVALS_COMPARE_OPTIONS_H_
#define MEVAL_EVALS_COMPARE_OPTIONS_H_

// What a command line says of a comparison, as values: flags of `compare`, and of `run --baseline`.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace meval {

// Of the statistics of two runs.
struct PairOptions {
  double alpha = 0.05;                  // of tests; equivalence is asked at 1 - 2 alpha
  double power = 0.8;                   // of the minimum detectable difference
  std::int64_t num_resamples = 10'000;  // of intervals by bootstrap
  std::int64_t num_trials = 10'000;     // of tests by randomisation
  std::uint64_t seed = 1234;
  int num_threads = 1;  // does not change a number
};

struct CompareOptions {
  PairOptions pair;
  // In points for fractions and percents, else in the metric's unit. Where neither says anything:
  // one point, or 1 % of the baseline's score.
  std::optional<double> margin;
  std::map<std::string, double> task_margins;
  std::map<std::string, std::string> metrics;  // by task, in place of its headline
  std::vector<std::string> tasks;              // those to compare; none: all of the baseline's
  bool common = false;                         // only records that every run has
  std::string against;                         // a number of the runs to plot scores over; "": none
};

// What a comparison does to the exit code.
struct GateOptions {
  bool is_on = false;
  std::string fail_on = "regressed";  // regressed | inconclusive: the latter fails on both
};

}  // namespace meval

#endif  // MEVAL_EVALS_COMPARE_OPTIONS_H_
