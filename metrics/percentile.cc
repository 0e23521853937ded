#include "metrics/percentile.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace meval {

double Percentile(std::span<const double> sorted, double percent) {
  if (sorted.empty() || !(percent >= 0 && percent <= 100)) {
    throw std::invalid_argument("percentile " + std::to_string(percent) + " of " +
                                std::to_string(sorted.size()) +
                                " values: expected a value and 0 to 100");
  }
  const double place = percent / 100 * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  const double share = place - static_cast<double>(low);
  // Equal neighbours may be infinite, and then have no difference.
  if (share == 0 || sorted[low] == sorted[high]) {
    return sorted[low];
  }
  return sorted[low] + share * (sorted[high] - sorted[low]);
}

}  // namespace meval
