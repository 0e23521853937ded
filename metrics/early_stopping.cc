#include "metrics/early_stopping.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "metrics/aggregate.h"
#include "metrics/binomial.h"

namespace meval {
namespace {

void RequireShares(double p, double confidence) {
  if (!(p > 0 && p < 1 && confidence > 0 && confidence < 1)) {
    throw std::invalid_argument("early stopping at percentile share " + std::to_string(p) +
                                " and confidence " + std::to_string(confidence) +
                                ": expected both between 0 and 1");
  }
}

bool AreFewEnough(std::int64_t late, std::int64_t n, double p, double confidence) {
  return BinomialCdf(late, n, 1 - p) <= 1 - confidence;
}

}  // namespace

std::int64_t QueriesForMargin(double p, double confidence) {
  RequireShares(p, confidence);
  const double z = NormalQuantile((1 + confidence) / 2);
  const double margin = (1 - p) / 20;
  constexpr double kUnit = 8192;
  return static_cast<std::int64_t>(std::ceil(z * z * p * (1 - p) / (margin * margin) / kUnit) *
                                   kUnit);
}

std::int64_t QueriesForOverlatency(std::int64_t late, double p, double confidence) {
  RequireShares(p, confidence);
  if (late < 0) throw std::invalid_argument("early stopping: a negative number of late queries");
  // More queries with as many late ones are ever less likely, so halving finds the first.
  std::int64_t high = late + 1;
  while (!AreFewEnough(late, high, p, confidence)) high *= 2;
  std::int64_t low = late;  // all of them late: never few enough
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (AreFewEnough(late, middle, p, confidence) ? high : low) = middle;
  }
  return high;
}

std::optional<std::int64_t> AllowedOverlatency(std::int64_t n, double p, double confidence) {
  RequireShares(p, confidence);
  if (n < 0) throw std::invalid_argument("early stopping: a negative number of queries");
  if (!AreFewEnough(0, n, p, confidence)) return std::nullopt;
  std::int64_t low = 0;
  std::int64_t high = n;  // never few enough
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (AreFewEnough(middle, n, p, confidence) ? low : high) = middle;
  }
  return low;
}

std::optional<double> EarlyStoppingEstimate(std::span<const double> sorted, double p,
                                            double confidence) {
  const auto n = static_cast<std::int64_t>(sorted.size());
  const std::optional<std::int64_t> late = AllowedOverlatency(n, p, confidence);
  if (!late) return std::nullopt;
  return sorted[static_cast<std::size_t>(n - 1 - *late)];
}

}  // namespace meval
