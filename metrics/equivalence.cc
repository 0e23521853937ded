#include "metrics/equivalence.h"

#include <stdexcept>
#include <string>

namespace meval {

double EquivalenceLevel(double alpha) {
  if (!(alpha > 0 && alpha < 0.5)) {
    throw std::invalid_argument("alpha = " + std::to_string(alpha) +
                                ": expected a number between 0 and 0.5");
  }
  return 1 - 2 * alpha;
}

bool IsEquivalent(const Interval& interval, double margin) {
  if (!(margin >= 0)) {
    throw std::invalid_argument("margin = " + std::to_string(margin) + ": expected 0 or more");
  }
  return interval.low > -margin && interval.high < margin;
}

}  // namespace meval
