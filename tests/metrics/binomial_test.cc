#include "metrics/binomial.h"

#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

namespace meval {
namespace {

TEST(Binomial, GivesTheProbabilitiesOfFourCoins) {
  const double expected[] = {1, 4, 6, 4, 1};
  double sum = 0;
  for (int k = 0; k <= 4; ++k) {
    sum += expected[k] / 16;
    EXPECT_NEAR(BinomialProbability(k, 4, 0.5), expected[k] / 16, 1e-15) << k;
    EXPECT_NEAR(BinomialCdf(k, 4, 0.5), sum, 1e-15) << k;
  }
  EXPECT_EQ(BinomialProbability(-1, 4, 0.5), 0);
  EXPECT_EQ(BinomialProbability(5, 4, 0.5), 0);
  EXPECT_EQ(BinomialCdf(-1, 4, 0.5), 0);
  EXPECT_EQ(BinomialCdf(4, 4, 0.5), 1);
}

TEST(Binomial, AddsUpItsProbabilities) {
  for (const std::int64_t n : {1, 7, 60, 500}) {
    for (const double p : {0.003, 0.2, 0.5, 0.93}) {
      double sum = 0;
      for (std::int64_t k = 0; k <= n; ++k) {
        sum += BinomialProbability(k, n, p);
        EXPECT_NEAR(BinomialCdf(k, n, p), sum, 1e-11) << n << ' ' << p << ' ' << k;
      }
      EXPECT_NEAR(sum, 1, 1e-11);
    }
  }
}

TEST(Binomial, KeepsTheDigitsOfSmallTails) {
  EXPECT_NEAR(BinomialCdf(0, 200, 0.5) * std::ldexp(1, 200), 1, 1e-10);
  EXPECT_NEAR(BinomialCdf(1, 1000, 0.5) * std::ldexp(1, 1000), 1001, 1e-6);
  // Far above the mean nothing is left, and nothing is lost below.
  EXPECT_EQ(BinomialCdf(14'000, 14'042, 0.5), 1);
}

TEST(Binomial, TakesCertainTrials) {
  EXPECT_EQ(BinomialProbability(0, 9, 0), 1);
  EXPECT_EQ(BinomialProbability(9, 9, 1), 1);
  EXPECT_EQ(BinomialCdf(8, 9, 1), 0);
  EXPECT_EQ(BinomialCdf(0, 9, 0), 1);
  EXPECT_EQ(BinomialCdf(0, 0, 0.5), 1);
}

TEST(Binomial, RefusesWhatIsNoDistribution) {
  EXPECT_THROW(BinomialProbability(0, -1, 0.5), std::invalid_argument);
  EXPECT_THROW(BinomialCdf(0, 5, 1.5), std::invalid_argument);
  EXPECT_THROW(BinomialCdf(0, 5, std::nan("")), std::invalid_argument);
}

}  // namespace
}  // namespace meval
