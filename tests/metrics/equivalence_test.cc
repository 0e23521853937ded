#include "metrics/equivalence.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace meval {
namespace {

TEST(Equivalence, TakesTheIntervalOfTwoOneSidedTests) {
  EXPECT_NEAR(EquivalenceLevel(0.05), 0.9, 1e-15);
  // A difference of 0.3 with standard error 0.4: its 90 % interval is 0.3 -+ 0.658.
  const Interval interval = NormalInterval(0.3, 0.4, EquivalenceLevel(0.05));
  EXPECT_TRUE(IsEquivalent(interval, 0.96));
  EXPECT_FALSE(IsEquivalent(interval, 0.95));
}

TEST(Equivalence, NeedsTheWholeIntervalInside) {
  EXPECT_TRUE(IsEquivalent({-0.5, 0.5}, 1));
  EXPECT_FALSE(IsEquivalent({-0.5, 1}, 1));
  EXPECT_FALSE(IsEquivalent({-1.5, 0.5}, 1));
  EXPECT_FALSE(IsEquivalent({0, 0}, 0));
}

TEST(Equivalence, RefusesNumbersOutOfRange) {
  EXPECT_THROW(EquivalenceLevel(0.5), std::invalid_argument);
  EXPECT_THROW(EquivalenceLevel(0), std::invalid_argument);
  EXPECT_THROW(IsEquivalent({0, 0}, -1), std::invalid_argument);
}

}  // namespace
}  // namespace meval
