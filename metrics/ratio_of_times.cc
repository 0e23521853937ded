#include "metrics/ratio_of_times.h"

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "metrics/metric_error.h"

namespace meval {
namespace {

// P(0 < T < x): with T = sqrt(df) tan(angle) the density is proportional to cos(angle)^(df - 1),
// which Simpson's rule integrates nearly to the last bits.
double CentralProbability(double x, double df) {
  const double scale =
      std::exp(std::lgamma((df + 1) / 2) - std::lgamma(df / 2)) / std::sqrt(std::numbers::pi);
  constexpr int kNumSteps = 2000;
  const double step = std::atan(x / std::sqrt(df)) / kNumSteps;
  double sum = 0;
  for (int i = 0; i <= kNumSteps; ++i) {
    const double weight = i == 0 || i == kNumSteps ? 1 : i % 2 == 1 ? 4 : 2;
    sum += weight * std::pow(std::cos(step * i), df - 1);
  }
  return scale * sum * step / 3;
}

std::vector<double> Logarithms(std::span<const double> times) {
  if (times.empty()) {
    throw MetricError("ratio of times", "", "no measurement: expected at least one");
  }
  std::vector<double> logarithms;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (!(std::isfinite(times[i]) && times[i] > 0)) {
      throw MetricError(
          "ratio of times", "measurement " + std::to_string(i),
          "a time of " + std::to_string(times[i]) + ": expected a finite number above 0");
    }
    logarithms.push_back(std::log(times[i]));
  }
  return logarithms;
}

}  // namespace

double StudentQuantile(double p, double degrees_of_freedom) {
  if (!(p > 0 && p < 1 && degrees_of_freedom >= 1)) {
    throw std::invalid_argument("StudentQuantile(" + std::to_string(p) + ", " +
                                std::to_string(degrees_of_freedom) +
                                "): expected a probability between 0 and 1, and 1 degree of "
                                "freedom or more");
  }
  if (p < 0.5) {
    return -StudentQuantile(1 - p, degrees_of_freedom);
  }
  double high = 1;
  while (CentralProbability(high, degrees_of_freedom) < p - 0.5) high *= 2;
  double low = 0;
  while (high - low > 1e-10 * high) {
    const double middle = low + (high - low) / 2;
    (CentralProbability(middle, degrees_of_freedom) < p - 0.5 ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

TimeRatio RatioOfTimes(std::span<const double> baseline, std::span<const double> system,
                       double level) {
  RequireLevel(level);
  const std::vector<double> a = Logarithms(baseline);
  const std::vector<double> b = Logarithms(system);
  const double difference = Mean(a) - Mean(b);
  TimeRatio result = {.ratio = std::exp(difference), .interval = std::nullopt};
  if (a.size() < 2 || b.size() < 2) {
    return result;
  }
  // Welch and Satterthwaite: the squared standard errors add up, and so do their uncertainties.
  const double va = std::pow(*StderrOfMean(a), 2);
  const double vb = std::pow(*StderrOfMean(b), 2);
  double half_width = 0;
  if (va + vb > 0) {
    const double df =
        (va + vb) * (va + vb) /
        (va * va / static_cast<double>(a.size() - 1) + vb * vb / static_cast<double>(b.size() - 1));
    half_width = StudentQuantile(0.5 + level / 2, df) * std::sqrt(va + vb);
  }
  result.interval = Interval{std::exp(difference - half_width), std::exp(difference + half_width)};
  return result;
}

}  // namespace meval
