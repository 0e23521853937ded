#include "metrics/pass_at_k.h"

#include <string>

#include "metrics/metric_error.h"

namespace meval {
namespace {

double PassAtKAt(const std::string& where, std::int64_t n, std::int64_t c, std::int64_t k) {
  if (c < 0 || c > n || k < 1 || k > n) {
    throw MetricError("pass@k", where,
                      "n = " + std::to_string(n) + " samples, c = " + std::to_string(c) +
                          " correct, k = " + std::to_string(k) +
                          ": expected 0 <= c <= n and 1 <= k <= n");
  }
  if (n - c < k) {
    return 1;
  }
  double product = 1;
  for (std::int64_t i = n - c + 1; i <= n; ++i) {
    product *= 1 - static_cast<double>(k) / static_cast<double>(i);
  }
  return 1 - product;
}

}  // namespace

double PassAtK(std::int64_t n, std::int64_t c, std::int64_t k) { return PassAtKAt("", n, c, k); }

double MeanPassAtK(std::span<const std::int64_t> n, std::span<const std::int64_t> c,
                   std::int64_t k) {
  RequireSameCount("pass@k", c.size(), n.size());
  double sum = 0;
  for (std::size_t i = 0; i < n.size(); ++i) {
    sum += PassAtKAt("problem " + std::to_string(i), n[i], c[i], k);
  }
  return sum / static_cast<double>(n.size());
}

}  // namespace meval
