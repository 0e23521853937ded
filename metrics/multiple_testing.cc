#include "metrics/multiple_testing.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "metrics/metric_error.h"

namespace meval {

std::vector<double> BenjaminiHochberg(std::span<const double> p_values) {
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    if (!(p_values[i] >= 0 && p_values[i] <= 1)) {
      throw MetricError(
          "Benjamini-Hochberg", "test " + std::to_string(i),
          "a p-value of " + std::to_string(p_values[i]) + ": expected a number between 0 and 1");
    }
  }
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  const auto m = static_cast<double>(p_values.size());
  double smallest = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    const std::size_t test = order[rank - 1];
    smallest = std::min(smallest, p_values[test] * m / static_cast<double>(rank));
    adjusted[test] = smallest;
  }
  return adjusted;
}

}  // namespace meval
