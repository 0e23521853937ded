#ifndef MEVAL_METRICS_EARLY_STOPPING_H_
#define MEVAL_METRICS_EARLY_STOPPING_H_

// How many queries a latency percentile needs before it means something: the two rules of MLPerf
// Inference (Reddi et al. 2020, "MLPerf Inference Benchmark", section IV-D; inference rules,
// appendix "Early stopping criterion").
//
// Either so many queries that the share of late ones is known to a twentieth of what is allowed,
//
//   N = z^2 p (1 - p) / m^2,   m = (1 - p) / 20,   z = quantile of (1 + c) / 2 of a normal
//
// (23,886 for the 90th percentile and 262,742 for the 99th at c = 0.99), rounded up to a multiple
// of 2^13 (24,576 and 270,336); or fewer, if the few that there are already exclude chance: with t
// late ones among n, the run is valid if
//
//   P(X <= t) <= 1 - c,   X binomial of n trials with probability 1 - p
//
// that is, if a system that meets the limit in a share p of queries only would show so few late
// ones with probability 1 - c at most. No late one needs 44 queries for p = 0.9, and 459 for 0.99.

#include <cstdint>
#include <optional>
#include <span>

namespace meval {

// p in (0, 1): the percentile as a share. c in (0, 1): confidence. Else std::invalid_argument, for
// all functions.
inline constexpr double kMlperfConfidence = 0.99;

// N of the first rule, rounded up to a multiple of 2^13.
std::int64_t QueriesForMargin(double p, double confidence = kMlperfConfidence);

// The smallest n with which `late` >= 0 late queries are few enough.
std::int64_t QueriesForOverlatency(std::int64_t late, double p,
                                   double confidence = kMlperfConfidence);

// The most late queries that n may have; nothing if n is too small for any number.
std::optional<std::int64_t> AllowedOverlatency(std::int64_t n, double p,
                                               double confidence = kMlperfConfidence);

// An upper bound of the percentile, right with probability `confidence`: the value that as many
// others exceed as AllowedOverlatency says. Single-stream and multi-stream results are quoted so.
// `sorted` ascending. Nothing if there are too few values.
std::optional<double> EarlyStoppingEstimate(std::span<const double> sorted, double p,
                                            double confidence = kMlperfConfidence);

}  // namespace meval

#endif  // MEVAL_METRICS_EARLY_STOPPING_H_
