#include "metrics/group_sequential.h"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <stdexcept>
#include <string>

#include "metrics/aggregate.h"

namespace meval {
namespace {

// Points of the grid on a region of going on: for regions up to -+ 4, several to each standard
// deviation that W moves between looks 0.01 apart.
constexpr std::size_t kNumPoints = 401;

double NormalTail(double z) { return std::erfc(z / std::numbers::sqrt2) / 2; }  // P(Z > z)

double NormalDensity(double x, double mean, double variance) {
  return std::exp(-(x - mean) * (x - mean) / (2 * variance)) /
         std::sqrt(2 * std::numbers::pi * variance);
}

void RequireShares(std::span<const double> shares) {
  double before = 0;
  for (const double share : shares) {
    // Half a step of grace for sums such as 0.1 + 0.01.
    if (!(share - before >= 0.005 && share <= 1)) {
      throw std::invalid_argument(
          "shares of looks: expected numbers that rise by 0.01 or more to "
          "1, found " +
          std::to_string(share) + " behind " + std::to_string(before));
    }
    before = share;
  }
  if (before != 1) {
    throw std::invalid_argument("shares of looks: expected the last one to be 1, found " +
                                std::to_string(before));
  }
}

// W on the region (-bound, bound) at a look: its density there, on a grid.
struct Region {
  double bound = 0;
  std::vector<double> density;

  double step() const { return 2 * bound / static_cast<double>(kNumPoints - 1); }
  double x(std::size_t i) const { return -bound + step() * static_cast<double>(i); }
  // Simpson's weight of a point.
  double weight(std::size_t i) const {
    const double factor = i == 0 || i == kNumPoints - 1 ? 1 : i % 2 == 1 ? 4 : 2;
    return factor * step() / 3;
  }
};

// P(|W(t)| >= bound) at the next look, for W that is in `from` and then moves for `time`.
double Leaves(const Region& from, double bound, double time, double drift) {
  const double sd = std::sqrt(time);
  double leaves = 0;
  for (std::size_t i = 0; i < kNumPoints; ++i) {
    const double mean = from.x(i) + drift * time;
    leaves += from.weight(i) * from.density[i] *
              (NormalTail((bound - mean) / sd) + NormalTail((bound + mean) / sd));
  }
  return leaves;
}

Region Advance(const Region& from, double bound, double time, double drift) {
  Region to = {bound, std::vector<double>(kNumPoints)};
  for (std::size_t j = 0; j < kNumPoints; ++j) {
    for (std::size_t i = 0; i < kNumPoints; ++i) {
      to.density[j] +=
          from.weight(i) * from.density[i] * NormalDensity(to.x(j), from.x(i) + drift * time, time);
    }
  }
  return to;
}

}  // namespace

double GroupSequentialPower(std::span<const double> shares, std::span<const double> critical_values,
                            double drift) {
  RequireShares(shares);
  if (critical_values.size() != shares.size()) {
    throw std::invalid_argument(std::to_string(critical_values.size()) +
                                " critical values: expected one for each of " +
                                std::to_string(shares.size()) + " looks");
  }
  for (const double critical : critical_values) {
    if (!(critical >= 0)) {
      throw std::invalid_argument("critical value " + std::to_string(critical) +
                                  ": expected 0 or more");
    }
  }
  double before = shares[0];
  Region region = {critical_values[0] * std::sqrt(before), std::vector<double>(kNumPoints)};
  const double sd = std::sqrt(before);
  const double mean = drift * before;
  double power = NormalTail((region.bound - mean) / sd) + NormalTail((region.bound + mean) / sd);
  for (std::size_t i = 0; i < kNumPoints; ++i) {
    region.density[i] = NormalDensity(region.x(i), mean, before);
  }
  for (std::size_t k = 1; k < shares.size(); ++k) {
    const double bound = critical_values[k] * std::sqrt(shares[k]);
    const double time = shares[k] - before;
    power += Leaves(region, bound, time, drift);
    if (k + 1 < shares.size()) region = Advance(region, bound, time, drift);
    before = shares[k];
  }
  return power;
}

double OBrienFlemingConstant(std::span<const double> shares, double alpha) {
  RequireShares(shares);
  RequireLevel(alpha);
  // C is at least that of a single look, and at most that of looks without end, which Brownian
  // motion passes with probability 2 P(|W(1)| >= C) at most (reflection).
  double low = NormalQuantile(1 - alpha / 2);
  double high = NormalQuantile(1 - alpha / 4);
  std::vector<double> critical(shares.size());
  while (high - low > 1e-7) {
    const double constant = low + (high - low) / 2;
    for (std::size_t k = 0; k < shares.size(); ++k) critical[k] = constant / std::sqrt(shares[k]);
    (GroupSequentialPower(shares, critical, 0) > alpha ? low : high) = constant;
  }
  return high;
}

std::vector<double> OBrienFlemingLevels(std::span<const double> shares, double alpha) {
  const double constant = OBrienFlemingConstant(shares, alpha);
  std::vector<double> levels;
  for (const double share : shares) levels.push_back(2 * NormalTail(constant / std::sqrt(share)));
  return levels;
}

}  // namespace meval
