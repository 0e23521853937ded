#include "metrics/sampling/draw_counts.h"

#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace meval {
namespace {

using Counts = std::vector<std::int64_t>;

double LogFactorial(std::int64_t k) {
  double sum = 0;
  for (std::int64_t i = 2; i <= k; ++i) sum += std::log(static_cast<double>(i));
  return sum;
}

double BinomialProbability(std::int64_t n, std::int64_t k, double p) {
  return std::exp(LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k) +
                  static_cast<double>(k) * std::log(p) +
                  static_cast<double>(n - k) * std::log1p(-p));
}

// Pearson's statistic in standard deviations of its own, over cells of 20 or more expected.
double ChiSquaredDeviation(const Counts& seen, std::int64_t draws, double p) {
  const auto n = static_cast<std::int64_t>(seen.size()) - 1;
  double chi_squared = 0;
  double expected = 0;
  double found = 0;
  double freedom = -1;
  for (std::int64_t k = 0; k <= n; ++k) {
    expected += static_cast<double>(draws) * BinomialProbability(n, k, p);
    found += static_cast<double>(seen[static_cast<std::size_t>(k)]);
    if (expected >= 20) {
      chi_squared += (found - expected) * (found - expected) / expected;
      freedom += 1;
      expected = found = 0;
    }
  }
  return (chi_squared - freedom) / std::sqrt(2 * freedom);
}

// By inversion and by rejection, on both sides of where one takes over from the other.
TEST(DrawBinomial, HasTheBinomialDistribution) {
  const struct {
    std::int64_t n;
    double p;
  } cases[] = {{5, 0.5},   {20, 0.49}, {20, 0.5},  {25, 0.45},  {100, 0.099},
               {100, 0.1}, {12, 0.9},  {200, 0.8}, {1000, 0.3}, {600, 0.002}};
  for (const auto& c : cases) {
    SCOPED_TRACE(std::to_string(c.n) + " trials of " + std::to_string(c.p));
    NumpyRandom random({42, static_cast<std::uint64_t>(c.n)});
    const std::int64_t draws = 200000;
    Counts seen(static_cast<std::size_t>(c.n) + 1, 0);
    for (std::int64_t i = 0; i < draws; ++i) {
      ++seen.at(static_cast<std::size_t>(DrawBinomial(random, c.n, c.p)));
    }
    EXPECT_LT(ChiSquaredDeviation(seen, draws, c.p), 4);
  }
}

TEST(DrawBinomial, IsCertainAtTheEnds) {
  NumpyRandom random(1);
  EXPECT_EQ(DrawBinomial(random, 1000, 0), 0);
  EXPECT_EQ(DrawBinomial(random, 1000, 1), 1000);
  EXPECT_EQ(DrawBinomial(random, 0, 0.5), 0);
}

TEST(DrawBinomial, StaysInRangeForManyTrials) {
  NumpyRandom random(3);
  for (const std::int64_t n : {std::int64_t{1} << 31, std::int64_t{1} << 52}) {
    for (const double p : {1e-12, 0.25, 0.5, 0.999999}) {
      const double mean = static_cast<double>(n) * p;
      const double deviation = std::sqrt(mean * (1 - p));
      for (int i = 0; i < 100; ++i) {
        EXPECT_NEAR(static_cast<double>(DrawBinomial(random, n, p)), mean, 7 * deviation + 8);
      }
    }
  }
}

TEST(DrawMultinomial, SumsToTheDrawsAndFollowsTheWeights) {
  NumpyRandom random(9);
  const Counts weights = {5, 0, 1, 30, 4, 0};
  Counts sums(weights.size(), 0);
  Counts counts(weights.size());
  double product = 0;
  const int rounds = 20000;
  for (int i = 0; i < rounds; ++i) {
    DrawMultinomial(random, 40, weights, counts);
    ASSERT_EQ(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}), 40);
    for (std::size_t j = 0; j < counts.size(); ++j) sums[j] += counts[j];
    product += static_cast<double>((counts[0] - 5) * (counts[3] - 30));
  }
  EXPECT_EQ(sums[1], 0);
  EXPECT_EQ(sums[5], 0);
  for (std::size_t j = 0; j < sums.size(); ++j) {
    EXPECT_NEAR(static_cast<double>(sums[j]) / rounds, static_cast<double>(weights[j]), 0.1);
  }
  // Counts are negatively correlated: covariance -n p q = -40 * 5/40 * 30/40.
  EXPECT_NEAR(product / rounds, -3.75, 0.3);
}

TEST(DrawMultinomial, GivesOneItemEverything) {
  NumpyRandom random(9);
  Counts counts(3);
  DrawMultinomial(random, 7, Counts{0, 2, 0}, counts);
  EXPECT_EQ(counts, (Counts{0, 7, 0}));
}

}  // namespace
}  // namespace meval
