#include "metrics/mcnemar.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "metrics/binomial.h"
#include "metrics/metric_error.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "paired outcomes";

bool IsRight(std::span<const double> scores, std::size_t i) {
  if (scores[i] != 0 && scores[i] != 1) {
    throw MetricError(kMetric, "document " + std::to_string(i),
                      "a score of " + std::to_string(scores[i]) + ": expected 0 or 1");
  }
  return scores[i] == 1;
}

// Tango's score statistic for the hypothesis that the difference is `delta`: standard normal under
// it, and falling in delta. only_baseline's probability under the hypothesis is the larger root of
// a quadratic (his equation 17, with the parts exchanged).
double ScoreStatistic(double only_system, double only_baseline, double n, double delta) {
  const double b = -only_system - only_baseline + (2 * n - only_system + only_baseline) * delta;
  const double c = -only_baseline * delta * (1 - delta);
  const double root = std::sqrt(std::max(0.0, b * b - 8 * n * c));
  const double probability = (root - b) / (4 * n);
  const double variance = n * (2 * probability + delta * (1 - delta));
  const double gap = only_system - only_baseline - n * delta;
  if (variance <= 0) {
    return gap == 0 ? 0 : std::copysign(HUGE_VAL, gap);
  }
  return gap / std::sqrt(variance);
}

}  // namespace

double PairedCounts::Difference() const {
  return n() == 0 ? 0 : static_cast<double>(only_system - only_baseline) / static_cast<double>(n());
}

PairedCounts CountPairedOutcomes(std::span<const double> baseline, std::span<const double> system) {
  if (baseline.size() != system.size()) {
    throw MetricError(kMetric, "",
                      std::to_string(system.size()) + " documents beside " +
                          std::to_string(baseline.size()) + ": expected as many of each");
  }
  PairedCounts counts;
  for (std::size_t i = 0; i < baseline.size(); ++i) {
    const bool baseline_right = IsRight(baseline, i);
    const bool system_right = IsRight(system, i);
    if (baseline_right) {
      ++(system_right ? counts.both_right : counts.only_baseline);
    } else {
      ++(system_right ? counts.only_system : counts.both_wrong);
    }
  }
  return counts;
}

double ExactMcNemar(const PairedCounts& counts) {
  const std::int64_t fewer = std::min(counts.only_baseline, counts.only_system);
  return std::min(1.0, 2 * BinomialCdf(fewer, counts.discordant(), 0.5));
}

Interval PairedDifferenceInterval(const PairedCounts& counts, double level) {
  RequireLevel(level);
  if (counts.n() < 1) {
    throw MetricError(kMetric, "", "no documents to compare: expected at least one");
  }
  const double z = NormalQuantile(0.5 + level / 2);
  const auto statistic = [&](double delta) {
    return ScoreStatistic(static_cast<double>(counts.only_system),
                          static_cast<double>(counts.only_baseline),
                          static_cast<double>(counts.n()), delta);
  };
  // The statistic is 0 at the observed difference, positive below and negative above it.
  const auto solve = [&](double low, double high, double target) {
    for (int i = 0; i < 100; ++i) {
      const double middle = low + (high - low) / 2;
      (statistic(middle) > target ? low : high) = middle;
    }
    return low + (high - low) / 2;
  };
  const double observed = counts.Difference();
  return {solve(-1, observed, z), solve(observed, 1, -z)};
}

}  // namespace meval
