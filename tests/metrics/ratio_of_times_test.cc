#include "metrics/ratio_of_times.h"

#include <cmath>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/metrics/error_of.h"

namespace meval {
namespace {

using testing::ErrorOf;
using ::testing::HasSubstr;

TEST(StudentQuantile, HasTheValuesOfTheTables) {
  const std::vector<std::pair<double, double>> upper = {
      {1, 12.706204736}, {2, 4.302652730}, {4, 2.776445105}, {10, 2.228138852}, {30, 2.042272456}};
  for (const auto& [df, value] : upper) {
    EXPECT_NEAR(StudentQuantile(0.975, df), value, 1e-8) << df;
    EXPECT_NEAR(StudentQuantile(0.025, df), -value, 1e-8) << df;
  }
  EXPECT_NEAR(StudentQuantile(0.5, 3), 0, 1e-9);
}

TEST(StudentQuantile, HasItsClosedForms) {
  for (const double p : {0.6, 0.9, 0.999}) {
    EXPECT_NEAR(StudentQuantile(p, 1), std::tan(std::acos(-1.0) * (p - 0.5)), 1e-6 * p / (1 - p));
    EXPECT_NEAR(StudentQuantile(p, 2), (2 * p - 1) / std::sqrt(2 * p * (1 - p)), 1e-7);
    EXPECT_NEAR(StudentQuantile(p, 1e7), NormalQuantile(p), 1e-5);
  }
}

TEST(RatioOfTimes, IsThatOfGeometricMeans) {
  const TimeRatio ratio = RatioOfTimes(std::vector<double>{8, 2}, std::vector<double>{1, 4});
  EXPECT_NEAR(ratio.ratio, 2, 1e-14);
  ASSERT_TRUE(ratio.interval);
  EXPECT_LT(ratio.interval->low, 1);
  EXPECT_GT(ratio.interval->high, 4);
}

TEST(RatioOfTimes, HasWelchsInterval) {
  // Equal sizes and spreads: 2 n - 2 = 4 degrees of freedom, whose quantile is 2.776445.
  const std::vector<double> slow = {std::exp(2.0), std::exp(2.1), std::exp(2.2)};
  const std::vector<double> fast = {std::exp(1.0), std::exp(1.1), std::exp(1.2)};
  const TimeRatio ratio = RatioOfTimes(slow, fast);
  const double half_width = 2.776445105 * std::sqrt(2 * 0.01 / 3);
  ASSERT_TRUE(ratio.interval);
  EXPECT_NEAR(std::log(ratio.interval->low), 1 - half_width, 1e-7);
  EXPECT_NEAR(std::log(ratio.interval->high), 1 + half_width, 1e-7);
}

TEST(RatioOfTimes, IsInvertedWhenTheSystemsAreExchanged) {
  const std::vector<double> a = {3, 3.1, 2.9, 3.3};
  const std::vector<double> b = {2, 2.2, 1.9};
  const TimeRatio there = RatioOfTimes(a, b, 0.9);
  const TimeRatio back = RatioOfTimes(b, a, 0.9);
  EXPECT_NEAR(there.ratio * back.ratio, 1, 1e-12);
  EXPECT_NEAR(there.interval->low * back.interval->high, 1, 1e-9);
}

TEST(RatioOfTimes, HasNoIntervalForASingleMeasurement) {
  EXPECT_FALSE(RatioOfTimes(std::vector<double>{2}, std::vector<double>{1, 1.1}).interval);
  const TimeRatio exact = RatioOfTimes(std::vector<double>{2, 2}, std::vector<double>{1, 1});
  EXPECT_EQ(exact.interval->low, exact.interval->high);
}

TEST(RatioOfTimes, RefusesWhatIsNoTime) {
  EXPECT_THAT(ErrorOf([] { RatioOfTimes({}, std::vector<double>{1}); }),
              HasSubstr("no measurement"));
  EXPECT_THAT(ErrorOf([] {
                RatioOfTimes(std::vector<double>{1}, std::vector<double>{1, 0});
              }),
              HasSubstr("measurement 1: a time of 0"));
  EXPECT_THROW(StudentQuantile(1, 5), std::invalid_argument);
  EXPECT_THROW(StudentQuantile(0.5, 0.5), std::invalid_argument);
}

}  // namespace
}  // namespace meval
