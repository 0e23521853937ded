#include "metrics/repeated_measurement.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "metrics/metric_error.h"

namespace meval {
namespace {

TEST(SummarizeMeasurements, GivesMedianMeanAndStudentsInterval) {
  // 104 -+ 2.7764451051977987 sqrt(10 / 5): the 97.5 % quantile of t with 4 degrees of freedom.
  const MeasurementSummary summary =
      SummarizeMeasurements(std::vector<double>{108, 100, 104, 102, 106});
  EXPECT_EQ(summary.n, 5);
  EXPECT_EQ(summary.median, 104);
  EXPECT_EQ(summary.mean, 104);
  EXPECT_NEAR(summary.stddev.value(), 3.1622776601683795, 1e-12);
  ASSERT_TRUE(summary.interval.has_value());
  EXPECT_NEAR(summary.interval->low, 100.07351367704487, 1e-6);
  EXPECT_NEAR(summary.interval->high, 107.92648632295513, 1e-6);
  EXPECT_EQ(summary.min, 100);
  EXPECT_EQ(summary.max, 108);
  EXPECT_NEAR(summary.RelativeSpread(), 3.1622776601683795 / 104, 1e-12);
}

TEST(SummarizeMeasurements, HasNoSpreadForOneMeasurement) {
  const MeasurementSummary summary = SummarizeMeasurements(std::vector<double>{7});
  EXPECT_EQ(summary.median, 7);
  EXPECT_FALSE(summary.stddev.has_value());
  EXPECT_FALSE(summary.interval.has_value());
  EXPECT_EQ(summary.RelativeSpread(), 0);
}

TEST(SummarizeMeasurements, TakesTheMiddleOfTwoNeighboursAsMedian) {
  EXPECT_EQ(SummarizeMeasurements(std::vector<double>{4, 1, 2, 3}).median, 2.5);
}

TEST(SummarizeMeasurements, RefusesNothingAndNaN) {
  EXPECT_THROW(SummarizeMeasurements({}), MetricError);
  EXPECT_THROW(
      SummarizeMeasurements(std::vector<double>{1, std::numeric_limits<double>::quiet_NaN()}),
      MetricError);
}

}  // namespace
}  // namespace meval
