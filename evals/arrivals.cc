#include "evals/arrivals.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "metrics/numpy_random.h"

namespace meval {
namespace {

// In (0, 1]: its logarithm is finite.
double PositiveUniform(NumpyRandom& random) { return 1 - random.Random(); }

double Normal(NumpyRandom& random) {
  for (;;) {
    const double x = 2 * random.Random() - 1;
    const double y = 2 * random.Random() - 1;
    const double square = x * x + y * y;
    if (square > 0 && square < 1) return x * std::sqrt(-2 * std::log(square) / square);
  }
}

// Of mean `shape`; shape >= 1 (Marsaglia and Tsang 2000, section 2).
double LargeGamma(double shape, NumpyRandom& random) {
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = Normal(random);
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(PositiveUniform(random)) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

// Of mean `shape`; below 1 by a variate of shape + 1 (ibid., section 6).
double Gamma(double shape, NumpyRandom& random) {
  if (shape >= 1) return LargeGamma(shape, random);
  const double larger = LargeGamma(shape + 1, random);
  return larger * std::pow(PositiveUniform(random), 1 / shape);
}

}  // namespace

std::vector<double> UnitRateArrivals(std::int64_t count, double burstiness, std::uint64_t seed) {
  if (count < 0 || !(burstiness > 0)) {
    throw std::invalid_argument(std::to_string(count) + " arrivals of burstiness " +
                                std::to_string(burstiness) +
                                ": expected a count of at least 0 and a burstiness above 0");
  }
  NumpyRandom random(seed);
  std::vector<double> times;
  double time = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    time += burstiness == 1 ? -std::log(PositiveUniform(random))
                            : Gamma(burstiness, random) / burstiness;
    times.push_back(time);
  }
  return times;
}

}  // namespace meval
