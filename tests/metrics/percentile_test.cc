#include "metrics/percentile.h"

#include <limits>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace meval {
namespace {

TEST(Percentile, IsLinearBetweenNeighboursAsNumpys) {
  // numpy.percentile([1, 2, 4, 8], [0, 10, 25, 50, 75, 99, 100])
  const std::vector<double> sorted = {1, 2, 4, 8};
  const std::vector<double> percents = {0, 10, 25, 50, 75, 99, 100};
  const std::vector<double> expected = {1, 1.3, 1.75, 3, 5, 7.88, 8};
  for (std::size_t i = 0; i < percents.size(); ++i) {
    EXPECT_NEAR(Percentile(sorted, percents[i]), expected[i], 1e-12) << percents[i];
  }
}

TEST(Percentile, OfOneValueIsThatValue) {
  for (const double percent : {0.0, 37.0, 100.0}) {
    EXPECT_EQ(Percentile(std::vector<double>{5}, percent), 5);
  }
}

TEST(Percentile, TakesInfiniteNeighbours) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Percentile(std::vector<double>{1, infinity, infinity}, 75), infinity);
}

TEST(Percentile, RefusesNoValuesAndOtherPercents) {
  EXPECT_THROW(Percentile({}, 50), std::invalid_argument);
  EXPECT_THROW(Percentile(std::vector<double>{1}, -1), std::invalid_argument);
  EXPECT_THROW(Percentile(std::vector<double>{1}, 101), std::invalid_argument);
}

}  // namespace
}  // namespace meval
