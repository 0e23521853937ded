#include "reports/quantity_text.h"

#include <cmath>

#include "reports/summary.h"

namespace meval {
namespace {

// A quantity in its unit, thousandths or millionths of it.
std::string WithPrefix(double quantity, const std::string& unit) {
  const double size = std::abs(quantity);
  if (size >= 1) return ShownRate(quantity) + " " + unit;
  if (size >= 1e-3) return ShownRate(quantity * 1e3) + " m" + unit;
  return ShownRate(quantity * 1e6) + " \u00b5" + unit;
}

}  // namespace

std::string ShownRate(double rate) {
  const double size = std::abs(rate);
  if (size >= 1000) return Grouped(std::llround(rate));
  if (size == 0) return "0";
  return Fixed(rate, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

std::string ShownSeconds(double seconds) { return WithPrefix(seconds, "s"); }

std::string ShownJoules(double joules) { return WithPrefix(joules, "J"); }

}  // namespace meval
