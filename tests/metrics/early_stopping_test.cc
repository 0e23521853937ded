#include "metrics/early_stopping.h"

#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "metrics/binomial.h"

namespace meval {
namespace {

TEST(QueriesForMargin, GivesThePublishedTable) {
  // Reddi et al. 2020, table IV: 23,886, 50,425 and 262,742 inferences, rounded to units of 2^13.
  EXPECT_EQ(QueriesForMargin(0.90), 24'576);
  EXPECT_EQ(QueriesForMargin(0.95), 57'344);
  EXPECT_EQ(QueriesForMargin(0.99), 270'336);
}

TEST(QueriesForOverlatency, WithoutALateOneIsALogarithm) {
  // p^n <= 1 - c.
  for (const double p : {0.5, 0.9, 0.95, 0.97, 0.99, 0.999}) {
    for (const double c : {0.9, 0.95, 0.99}) {
      EXPECT_EQ(QueriesForOverlatency(0, p, c),
                static_cast<std::int64_t>(std::ceil(std::log(1 - c) / std::log(p))))
          << p << " " << c;
    }
  }
  EXPECT_EQ(QueriesForOverlatency(0, 0.90), 44);
  EXPECT_EQ(QueriesForOverlatency(0, 0.99), 459);
}

TEST(QueriesForOverlatency, IsTheFirstNumberForWhichChanceIsExcluded) {
  for (const std::int64_t late : {1, 2, 7, 40}) {
    const std::int64_t n = QueriesForOverlatency(late, 0.97);
    EXPECT_LE(BinomialCdf(late, n, 0.03), 0.01);
    EXPECT_GT(BinomialCdf(late, n - 1, 0.03), 0.01);
  }
}

TEST(AllowedOverlatency, IsTheInverse) {
  EXPECT_FALSE(AllowedOverlatency(43, 0.9).has_value());
  EXPECT_EQ(AllowedOverlatency(44, 0.9), 0);
  for (std::int64_t late = 0; late < 60; ++late) {
    const std::int64_t n = QueriesForOverlatency(late, 0.9);
    EXPECT_EQ(AllowedOverlatency(n, 0.9), late);
    if (late > 0) {
      EXPECT_EQ(AllowedOverlatency(n - 1, 0.9), late - 1);
    }
  }
}

TEST(EarlyStoppingEstimate, IsTheValueThatSoManyExceed) {
  std::vector<double> values(44);
  std::iota(values.begin(), values.end(), 1.0);
  EXPECT_EQ(EarlyStoppingEstimate(values, 0.9), 44.0);
  values.resize(1000);
  std::iota(values.begin(), values.end(), 1.0);
  const std::int64_t late = AllowedOverlatency(1000, 0.9).value();
  EXPECT_EQ(EarlyStoppingEstimate(values, 0.9), static_cast<double>(1000 - late));
  // Never below the percentile itself.
  EXPECT_GT(*EarlyStoppingEstimate(values, 0.9), 900);
  values.resize(43);
  EXPECT_FALSE(EarlyStoppingEstimate(values, 0.9).has_value());
}

TEST(EarlyStopping, RefusesSharesOutsideZeroAndOne) {
  EXPECT_THROW(QueriesForMargin(1), std::invalid_argument);
  EXPECT_THROW(QueriesForOverlatency(0, 0), std::invalid_argument);
  EXPECT_THROW(QueriesForOverlatency(-1, 0.9), std::invalid_argument);
  EXPECT_THROW(AllowedOverlatency(-1, 0.9), std::invalid_argument);
  EXPECT_THROW(AllowedOverlatency(10, 0.9, 1), std::invalid_argument);
}

}  // namespace
}  // namespace meval
