#ifndef MEVAL_METRICS_PAIRED_TESTS_H_
#define MEVAL_METRICS_PAIRED_TESTS_H_

// Whether two systems scored on the same segments differ by more than chance would have it, for
// corpus metrics that are functions of summed statistics. Both tests are those of sacrebleu's flags
// --paired-bs and --paired-ar (Post 2018; version 2.6), with its generator and seed, so p-values
// are equal to its own where statistics are whole numbers below 2^24 (it adds in single precision).
//
//   const PairedTestResult test = PairedBootstrap(baseline, system, [](auto sums) { ... });
//   test.p_value
//
// With d the absolute difference of the two corpus scores, and d_1 .. d_N those of N trials:
//
//   paired bootstrap (Koehn 2004): a trial draws as many segments with replacement, the same ones
//   for both systems.                      p = (1 + number of d_i - mean of d_i > d) / (1 + N)
//
//   approximate randomisation (Riezler & Maxwell 2005): a trial swaps the two systems' segments,
//   each with probability 1/2.             p = (1 + number of d_i > d) / (1 + N)
//
// The second keeps its level only if trials as extreme as the observation count too, d_i >= d
// (`count_ties`). sacrebleu leaves them out, which shows where segments are few or systems alike.
//
// A p-value lies between 1 / (1 + N) and 1; small ones speak against equal systems. Errors:
// MetricError for no segments, for tables of unequal size, and for no trials.

#include <cstdint>
#include <optional>
#include <vector>

#include "metrics/summed_statistics.h"

namespace meval {

struct PairedTestOptions {
  std::int64_t num_trials = 1000;  // N >= 1; sacrebleu takes 1000 resamples or 10000 swaps
  std::uint64_t seed = 12345;      // sacrebleu's
  bool count_ties = false;         // of approximate randomisation; within 1e-12 of d
};

// Of a system's scores over bootstrap resamples.
struct ScoreSpread {
  double mean = 0;        //
  double half_width = 0;  // half of what the middle 95 % of scores span: from the (N / 40)th
};

struct PairedTestResult {
  double baseline_score = 0;            // in the unit of the metric, as all below
  double system_score = 0;              //
  double p_value = 1;                   // two-sided
  std::optional<ScoreSpread> baseline;  // of the paired bootstrap
  std::optional<ScoreSpread> system;    // likewise
  // system - baseline of each of its resamples, whose percentiles are an interval of the difference
  // (metrics/aggregate.h: PercentileInterval).
  std::vector<double> differences;
};

PairedTestResult PairedBootstrap(const SegmentStatistics& baseline, const SegmentStatistics& system,
                                 const ScoreOfSums& score, const PairedTestOptions& options = {});

PairedTestResult PairedRandomization(const SegmentStatistics& baseline,
                                     const SegmentStatistics& system, const ScoreOfSums& score,
                                     const PairedTestOptions& options = {.num_trials = 10000});

}  // namespace meval

#endif  // MEVAL_METRICS_PAIRED_TESTS_H_
