#include "evals/arrivals.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "metrics/aggregate.h"

namespace meval {
namespace {

std::vector<double> Gaps(std::int64_t count, double burstiness, std::uint64_t seed) {
  const std::vector<double> times = UnitRateArrivals(count, burstiness, seed);
  std::vector<double> gaps;
  for (std::size_t i = 0; i < times.size(); ++i) {
    gaps.push_back(times[i] - (i == 0 ? 0 : times[i - 1]));
  }
  return gaps;
}

TEST(UnitRateArrivals, AreFixedByTheirSeed) {
  EXPECT_EQ(UnitRateArrivals(50, 1, 7), UnitRateArrivals(50, 1, 7));
  EXPECT_NE(UnitRateArrivals(50, 1, 7), UnitRateArrivals(50, 1, 8));
  // More requests go on where fewer end.
  const std::vector<double> few = UnitRateArrivals(20, 0.5, 7);
  const std::vector<double> many = UnitRateArrivals(40, 0.5, 7);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
}

TEST(UnitRateArrivals, AscendFromTheFirstGap) {
  for (const double burstiness : {0.25, 1.0, 4.0}) {
    const std::vector<double> times = UnitRateArrivals(1000, burstiness, 3);
    EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
    EXPECT_GT(times.front(), 0);
  }
}

// A gamma distribution of mean 1 and shape k has variance 1 / k and skewness 2 / sqrt(k).
TEST(UnitRateArrivals, HaveGapsOfTheGammaDistribution) {
  constexpr std::int64_t kCount = 200'000;
  for (const double k : {0.3, 0.75, 1.0, 2.5, 20.0}) {
    const std::vector<double> gaps = Gaps(kCount, k, 11);
    const double mean = Mean(gaps);
    const double stddev = PopulationStddev(gaps);
    double cubes = 0;
    for (const double gap : gaps) cubes += std::pow((gap - mean) / stddev, 3);
    EXPECT_NEAR(mean, 1, 6 / std::sqrt(k * kCount)) << k;
    EXPECT_NEAR(stddev * stddev * k, 1, 0.05) << k;
    EXPECT_NEAR(cubes / kCount / (2 / std::sqrt(k)), 1, 0.15) << k;
  }
}

// Of a Poisson process, P(gap > t) = exp(-t).
TEST(UnitRateArrivals, OfBurstinessOneAreAPoissonProcess) {
  constexpr double kCount = 100'000;
  const std::vector<double> gaps = Gaps(static_cast<std::int64_t>(kCount), 1, 5);
  for (const double t : {0.1, 0.5, 1.0, 2.0, 4.0}) {
    const auto above = std::count_if(gaps.begin(), gaps.end(), [&](double gap) { return gap > t; });
    const double p = std::exp(-t);
    EXPECT_NEAR(static_cast<double>(above) / kCount, p, 5 * std::sqrt(p * (1 - p) / kCount)) << t;
  }
}

TEST(UnitRateArrivals, RefusesANegativeCountAndNoBurstiness) {
  EXPECT_THROW(UnitRateArrivals(-1, 1, 1), std::invalid_argument);
  EXPECT_THROW(UnitRateArrivals(1, 0, 1), std::invalid_argument);
  EXPECT_TRUE(UnitRateArrivals(0, 1, 1).empty());
}

}  // namespace
}  // namespace meval
