#ifndef MEVAL_METRICS_SAMPLING_DRAW_COUNTS_H_
#define MEVAL_METRICS_SAMPLING_DRAW_COUNTS_H_

// How often each distinct item turns up among n drawn with replacement, without drawing the n: the
// counts are multinomial, so a resample costs time by distinct items and not by documents.

#include <cstdint>
#include <span>

#include "metrics/numpy_random.h"

namespace meval {

// How many of n independent trials succeed, each with probability p; n >= 0, 0 <= p <= 1. Few draws
// whatever n is: by inversion where fewer than 10 successes or failures are expected, else by
// transformed rejection (Hörmann 1993, algorithm BTRS). Exact but for the rounding of doubles.
std::int64_t DrawBinomial(NumpyRandom& random, std::int64_t n, double p);

// Counts of n draws, each of item i with probability weights[i] / sum of weights. Weights are >= 0
// and not all 0; counts has as many elements. They sum to n.
void DrawMultinomial(NumpyRandom& random, std::int64_t n, std::span<const std::int64_t> weights,
                     std::span<std::int64_t> counts);

}  // namespace meval

#endif  // MEVAL_METRICS_SAMPLING_DRAW_COUNTS_H_
