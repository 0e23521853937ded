#include "metrics/binomial.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace meval {
namespace {

void RequireTrials(std::int64_t n, double p) {
  if (n < 0 || !(p >= 0 && p <= 1)) {
    throw std::invalid_argument("binomial distribution of n = " + std::to_string(n) +
                                ", p = " + std::to_string(p) + ": expected n >= 0 and 0 <= p <= 1");
  }
}

// Terms below this share of the sum no longer change it.
constexpr double kNegligible = 1e-18;

// P(X <= k) for k below the mean: each term is smaller than the one above it.
double LowerTail(std::int64_t k, std::int64_t n, double p) {
  double term = BinomialProbability(k, n, p);
  double sum = 0;
  for (std::int64_t i = k; i >= 0 && term > kNegligible * sum; --i) {
    sum += term;
    term *= static_cast<double>(i) * (1 - p) / (static_cast<double>(n - i + 1) * p);
  }
  return sum;
}

}  // namespace

double BinomialProbability(std::int64_t k, std::int64_t n, double p) {
  RequireTrials(n, p);
  if (k < 0 || k > n) {
    return 0;
  }
  if (p == 0 || p == 1) {
    return k == (p == 0 ? 0 : n) ? 1 : 0;
  }
  const auto successes = static_cast<double>(k);
  const auto trials = static_cast<double>(n);
  return std::exp(std::lgamma(trials + 1) - std::lgamma(successes + 1) -
                  std::lgamma(trials - successes + 1) + successes * std::log(p) +
                  (trials - successes) * std::log1p(-p));
}

double BinomialCdf(std::int64_t k, std::int64_t n, double p) {
  RequireTrials(n, p);
  if (k < 0) {
    return 0;
  }
  if (k >= n || p == 0) {
    return 1;
  }
  if (p == 1) {
    return 0;
  }
  if (static_cast<double>(k) < static_cast<double>(n) * p) {
    return std::min(1.0, LowerTail(k, n, p));
  }
  // P(X > k) is the lower tail of the failures.
  return std::max(0.0, 1 - LowerTail(n - k - 1, n, 1 - p));
}

}  // namespace meval
