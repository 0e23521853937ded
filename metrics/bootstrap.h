#ifndef MEVAL_METRICS_BOOTSTRAP_H_
#define MEVAL_METRICS_BOOTSTRAP_H_

// Standard errors of aggregates without a closed form, by resampling documents with replacement
// (Efron 1979); the draws are those of lm-evaluation-harness' bootstrap_stderr, number by number.
//
// Resamples come in chunks of min(1000, iterations); chunk i draws from random.Random(i), and a
// last chunk that would not be full is not drawn: 1999 iterations give 1000 resamples.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace meval {

// The aggregate of one resample, given the n indices drawn. Corpus metrics sum the stored
// statistics of these segments: the same number as scoring the texts again, far cheaper.
using ResampleAggregate = std::function<double(std::span<const std::int64_t>)>;

// The aggregate of every resample of n documents, in order. MetricError if n < 1 or iterations < 1.
std::vector<double> BootstrapReplicates(std::int64_t n, std::int64_t iterations,
                                        const ResampleAggregate& aggregate);

// Sample deviation of the replicates. MetricError for fewer than two iterations.
double BootstrapStderr(std::int64_t n, std::int64_t iterations, const ResampleAggregate& aggregate);

}  // namespace meval

#endif  // MEVAL_METRICS_BOOTSTRAP_H_
