#ifndef MEVAL_METRICS_BOOTSTRAP_H_
#define MEVAL_METRICS_BOOTSTRAP_H_

// Standard errors of aggregates without a closed form, by resampling documents with replacement
// (Efron 1979). Two kinds of draws:
//
// * Those of lm-evaluation-harness' bootstrap_stderr, number by number (Bootstrap...). Resamples
//   come in chunks of min(1000, iterations); chunk i draws from random.Random(i), and a last chunk
//   that would not be full is not drawn: 1999 iterations give 1000 resamples.
// * Own ones, distributed the same but far cheaper (Resample...), from one numpy generator a chunk
//   of 1000 resamples, default_rng([seed, chunk]).
//
// Chunks are independent, so they may run on several threads: results do not depend on how many.

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "metrics/summed_statistics.h"

namespace meval {

// The aggregate of one resample, given the n indices drawn. Called from several threads at once
// where num_threads > 1.
using ResampleAggregate = std::function<double(std::span<const std::int64_t>)>;

// The aggregate of every resample of n documents, in order. MetricError if n < 1 or iterations < 1.
std::vector<double> BootstrapReplicates(std::int64_t n, std::int64_t iterations,
                                        const ResampleAggregate& aggregate, int num_threads = 1);

// The same resamples of these values, and their means: sums from the left, divided by n. As fast as
// the generator, two of whose outputs make a draw. MetricError as above, and for a NaN.
std::vector<double> BootstrapMeans(std::span<const double> values, std::int64_t iterations,
                                   int num_threads = 1);

// Sample deviation of the replicates. MetricError for fewer than two iterations.
double BootstrapStderr(std::int64_t n, std::int64_t iterations, const ResampleAggregate& aggregate,
                       int num_threads = 1);

// How resamples of the second kind are drawn.
struct Resampling {
  std::int64_t num_resamples = 1000;  // >= 2
  std::uint64_t seed = 1234;          // the same seed, the same resamples
  int num_threads = 1;                // does not change a number
};

// MetricError for numbers out of range.
void RequireResampling(std::string_view metric, const Resampling& resampling);

// Means of resamples of `values`. Where values repeat, as 0 and 1 do, it is drawn how often each
// distinct one turns up: time by distinct values, not by documents. MetricError for no values or a
// NaN.
std::vector<double> ResampleMeans(std::span<const double> values, const Resampling& resampling);

// Scores of resamples of a corpus: `score` of the summed statistics of the segments drawn. It is
// called from several threads at once where num_threads > 1. MetricError for no segments.
std::vector<double> ResampleScores(const SegmentStatistics& segments, const ScoreOfSums& score,
                                   const Resampling& resampling);

}  // namespace meval

#endif  // MEVAL_METRICS_BOOTSTRAP_H_
