#ifndef MEVAL_METRICS_PASS_AT_K_H_
#define MEVAL_METRICS_PASS_AT_K_H_

// The chance that at least one of k samples is right (Chen et al. 2021, eq. 1), 0..1, estimated
// without bias from n samples of which c are right:
//
//   pass@k = 1 - C(n - c, k) / C(n, k) = 1 - prod for i = n-c+1 .. n of (1 - k / i)
//
// exactly 1 where n - c < k, and exactly 0 for c = 0.

#include <cstdint>
#include <span>

namespace meval {

// MetricError unless 0 <= c <= n and 1 <= k <= n.
double PassAtK(std::int64_t n, std::int64_t c, std::int64_t k);

// The plain mean over problems. MetricError, naming the problem, as above; or for an empty set, or
// spans of unequal length.
double MeanPassAtK(std::span<const std::int64_t> n, std::span<const std::int64_t> c,
                   std::int64_t k);

}  // namespace meval

#endif  // MEVAL_METRICS_PASS_AT_K_H_
