#include "metrics/paired_power.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "metrics/aggregate.h"
#include "metrics/binomial.h"

namespace meval {
namespace {

void RequireProbability(const char* what, double value, double low, double high) {
  if (!(value > low && value < high)) {
    throw std::invalid_argument(std::string(what) + " = " + std::to_string(value) +
                                ": expected a number between " + std::to_string(low) + " and " +
                                std::to_string(high));
  }
}

// Which numbers of discordant documents reject: m of them where min(side, m - side) <= critical(m).
// Numbers whose probability does not matter are left out.
class RejectionRegion {
 public:
  RejectionRegion(std::int64_t n, double discordance, double alpha)
      : n_(n), discordance_(discordance) {
    const double mean = static_cast<double>(n) * discordance;
    // Bernstein's inequality: beyond this less than 1e-12 is left on either side.
    const double reach = 8 * std::sqrt(mean * (1 - discordance)) + 20;
    low_ = std::max<std::int64_t>(0, static_cast<std::int64_t>(mean - reach));
    const std::int64_t high = std::min(n, static_cast<std::int64_t>(mean + reach));
    std::int64_t critical = -1;
    // The critical number grows by 0 or 1 with each document, so it is searched for only once.
    if (low_ > 0) critical = FirstCritical(low_, alpha);
    for (std::int64_t m = low_; m <= high; ++m) {
      while (2 * (critical + 1) < m && 2 * BinomialCdf(critical + 1, m, 0.5) <= alpha) ++critical;
      critical_.push_back(critical);
    }
  }

  // The probability to be in the region.
  double Power(double difference) const {
    const double side = discordance_ == 0 ? 0.5 : (1 + difference / discordance_) / 2;
    double power = 0;
    for (std::size_t i = 0; i < critical_.size(); ++i) {
      if (critical_[i] < 0) continue;
      const std::int64_t m = low_ + static_cast<std::int64_t>(i);
      const double rejects =
          BinomialCdf(critical_[i], m, side) + BinomialCdf(critical_[i], m, 1 - side);
      power += BinomialProbability(m, n_, discordance_) * rejects;
    }
    return std::min(1.0, power);
  }

 private:
  static std::int64_t FirstCritical(std::int64_t m, double alpha) {
    std::int64_t below = -1;  // rejects, or is no number of documents
    std::int64_t above = m / 2 + 1;
    while (above - below > 1) {
      const std::int64_t middle = below + (above - below) / 2;
      (2 * BinomialCdf(middle, m, 0.5) <= alpha ? below : above) = middle;
    }
    return below;
  }

  std::int64_t n_;
  double discordance_;
  std::int64_t low_ = 0;
  std::vector<std::int64_t> critical_;  // of low_, low_ + 1, ...; -1: nothing rejects
};

// The smallest number of [low, high] for which `holds`, which holds at high.
template <typename Predicate>
double Smallest(double low, double high, const Predicate& holds) {
  while (high - low > 5e-7) {
    const double middle = low + (high - low) / 2;
    (holds(middle) ? high : low) = middle;
  }
  return high;
}

void RequireSet(std::int64_t n, double discordance, double alpha) {
  if (n < 1) {
    throw std::invalid_argument("n = " + std::to_string(n) + ": expected at least one document");
  }
  if (!(discordance >= 0 && discordance <= 1)) {
    throw std::invalid_argument("discordance = " + std::to_string(discordance) +
                                ": expected a share between 0 and 1");
  }
  RequireProbability("alpha", alpha, 0, 1);
}

}  // namespace

double McNemarPower(std::int64_t n, double discordance, double difference, double alpha) {
  RequireSet(n, discordance, alpha);
  if (!(std::abs(difference) <= discordance)) {
    throw std::invalid_argument("difference = " + std::to_string(difference) +
                                ": expected at most the discordance, " +
                                std::to_string(discordance));
  }
  return RejectionRegion(n, discordance, alpha).Power(difference);
}

std::optional<double> MinimumDetectableDifference(std::int64_t n, double discordance, double alpha,
                                                  double power) {
  RequireSet(n, discordance, alpha);
  RequireProbability("power", power, alpha, 1);
  const RejectionRegion region(n, discordance, alpha);
  if (region.Power(discordance) >= power) {
    return Smallest(0, discordance, [&](double d) { return region.Power(d) >= power; });
  }
  const auto is_found = [&](double d) { return McNemarPower(n, d, d, alpha) >= power; };
  if (!is_found(1)) {
    return std::nullopt;
  }
  return Smallest(discordance, 1, is_found);
}

double MinimumDetectableMeanDifference(double standard_error, double alpha, double power) {
  if (!(standard_error >= 0)) {
    throw std::invalid_argument("standard error = " + std::to_string(standard_error) +
                                ": expected 0 or more");
  }
  RequireProbability("alpha", alpha, 0, 1);
  RequireProbability("power", power, alpha, 1);
  return (NormalQuantile(1 - alpha / 2) + NormalQuantile(power)) * standard_error;
}

}  // namespace meval
