#include "metrics/sampling/draw_counts.h"

#include <array>
#include <cmath>
#include <numbers>

namespace meval {
namespace {

// ln k! - [(k + 1/2) ln(k + 1) - (k + 1) + ln(2 pi) / 2]: what Stirling's formula leaves out.
double StirlingTail(std::int64_t k) {
  static const std::array<double, 10> kExact = [] {
    std::array<double, 10> tails{};
    double log_factorial = 0;
    for (int i = 0; i < 10; ++i) {
      log_factorial += i > 1 ? std::log(i) : 0;
      tails[static_cast<std::size_t>(i)] =
          log_factorial -
          ((i + 0.5) * std::log(i + 1.0) - (i + 1) + std::log(2 * std::numbers::pi) / 2);
    }
    return tails;
  }();
  if (k < 10) {
    return kExact[static_cast<std::size_t>(k)];
  }
  const double x = static_cast<double>(k + 1);
  const double inverse_square = 1 / (x * x);
  return (1.0 / 12 -
          (1.0 / 360 - (1.0 / 1260 - inverse_square / 1680) * inverse_square) * inverse_square) /
         x;
}

// Adds up the probabilities of 0, 1, 2, ... successes until they pass a uniform number.
std::int64_t ByInversion(NumpyRandom& random, std::int64_t n, double p) {
  const double odds = p / (1 - p);
  const double none = std::exp(static_cast<double>(n) * std::log1p(-p));
  for (;;) {
    double left = random.Random();
    double probability = none;
    for (std::int64_t k = 0; k <= n; ++k) {
      if (left < probability) {
        return k;
      }
      left -= probability;
      probability *= static_cast<double>(n - k) / static_cast<double>(k + 1) * odds;
    }
    // Rounding left the sum below the number: once in 2^50 draws, drawn anew.
  }
}

// p <= 1/2 and n p >= 10.
std::int64_t ByRejection(NumpyRandom& random, std::int64_t n, double p) {
  const auto trials = static_cast<double>(n);
  const double deviation = std::sqrt(trials * p * (1 - p));
  const double b = 1.15 + 2.53 * deviation;
  const double a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double centre = trials * p + 0.5;
  const double squeeze = 0.92 - 4.2 / b;
  const double alpha = (2.83 + 5.1 / b) * deviation;
  const double odds = p / (1 - p);
  const auto mode = static_cast<std::int64_t>((trials + 1) * p);
  for (;;) {
    const double u = random.Random() - 0.5;
    const double v = random.Random();
    const double distance = 0.5 - std::abs(u);
    const double place = std::floor((2 * a / distance + b) * u + centre);
    if (!(place >= 0 && place <= trials)) {
      continue;
    }
    const auto k = static_cast<std::int64_t>(place);
    if (distance >= 0.07 && v <= squeeze) {
      return k;
    }
    // ln of P(k) / P(mode).
    const auto m = static_cast<double>(mode);
    const double bound = (m + 0.5) * std::log((m + 1) / (odds * (trials - m + 1))) +
                         (trials + 1) * std::log((trials - m + 1) / (trials - place + 1)) +
                         (place + 0.5) * std::log(odds * (trials - place + 1) / (place + 1)) +
                         StirlingTail(mode) + StirlingTail(n - mode) - StirlingTail(k) -
                         StirlingTail(n - k);
    if (std::log(v * alpha / (a / (distance * distance) + b)) <= bound) {
      return k;
    }
  }
}

}  // namespace

std::int64_t DrawBinomial(NumpyRandom& random, std::int64_t n, double p) {
  if (p > 0.5) {
    return n - DrawBinomial(random, n, 1 - p);
  }
  if (n == 0 || p <= 0) {
    return 0;
  }
  return static_cast<double>(n) * p < 10 ? ByInversion(random, n, p) : ByRejection(random, n, p);
}

void DrawMultinomial(NumpyRandom& random, std::int64_t n, std::span<const std::int64_t> weights,
                     std::span<std::int64_t> counts) {
  std::int64_t weight_left = 0;
  for (const std::int64_t weight : weights) {
    weight_left += weight;
  }
  // Given the counts so far, the next one is binomial among the draws that are left.
  for (std::size_t i = 0; i < weights.size(); ++i) {
    counts[i] = 0;
    if (weights[i] > 0) {
      counts[i] =
          weights[i] == weight_left
              ? n
              : DrawBinomial(random, n,
                             static_cast<double>(weights[i]) / static_cast<double>(weight_left));
      n -= counts[i];
      weight_left -= weights[i];
    }
  }
}

}  // namespace meval
