#include "metrics/mcnemar.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/binomial.h"
#include "metrics/metric_error.h"
#include "tests/metrics/error_of.h"

namespace meval {
namespace {

using testing::ErrorOf;
using ::testing::HasSubstr;

PairedCounts Counts(std::int64_t both, std::int64_t baseline, std::int64_t system,
                    std::int64_t none) {
  return {.both_right = both, .only_baseline = baseline, .only_system = system, .both_wrong = none};
}

TEST(PairedOutcomes, AreCountedByDocument) {
  const std::vector<double> baseline = {1, 1, 0, 0, 1, 0};
  const std::vector<double> system = {1, 0, 1, 0, 0, 0};
  const PairedCounts counts = CountPairedOutcomes(baseline, system);
  EXPECT_EQ(counts.both_right, 1);
  EXPECT_EQ(counts.only_baseline, 2);
  EXPECT_EQ(counts.only_system, 1);
  EXPECT_EQ(counts.both_wrong, 2);
  EXPECT_EQ(counts.n(), 6);
  EXPECT_NEAR(counts.Difference(), -1.0 / 6, 1e-15);
  EXPECT_EQ(PairedCounts().Difference(), 0);
}

TEST(PairedOutcomes, RefuseWhatIsNeitherRightNorWrong) {
  EXPECT_THAT(ErrorOf([] { CountPairedOutcomes(std::vector<double>{1}, std::vector<double>{}); }),
              HasSubstr("0 documents beside 1"));
  EXPECT_THAT(ErrorOf([] {
                CountPairedOutcomes(std::vector<double>{1, 0}, std::vector<double>{1, 0.5});
              }),
              HasSubstr("document 1: a score of 0.5"));
}

// Fagerland, Lydersen & Laake (2014), Statistics in Medicine 33:2850: airway hyper-responsiveness
// before and after stem cell transplantation.
TEST(ExactMcNemar, GivesThePublishedPValue) {
  EXPECT_NEAR(ExactMcNemar(Counts(1, 1, 7, 12)), 0.0703125, 1e-12);
}

TEST(ExactMcNemar, IsTheShareOfAssignmentsAtLeastAsUneven) {
  for (int discordant = 0; discordant <= 14; ++discordant) {
    for (int only_system = 0; only_system <= discordant; ++only_system) {
      const int gap = std::abs(2 * only_system - discordant);
      int extreme = 0;
      for (unsigned sides = 0; sides < 1U << discordant; ++sides) {
        extreme += std::abs(2 * __builtin_popcount(sides) - discordant) >= gap ? 1 : 0;
      }
      EXPECT_NEAR(ExactMcNemar(Counts(5, discordant - only_system, only_system, 3)),
                  std::ldexp(extreme, -discordant), 1e-12)
          << discordant << ' ' << only_system;
    }
  }
}

TEST(ExactMcNemar, DoesNotDependOnWhoIsTheBaselineOrOnWhatBothGotRight) {
  EXPECT_EQ(ExactMcNemar(Counts(0, 3, 11, 0)), ExactMcNemar(Counts(900, 11, 3, 40)));
}

TEST(PairedDifferenceInterval, GivesThePublishedInterval) {
  // Of the same table, with the sides exchanged: theirs is before - after.
  const Interval interval = PairedDifferenceInterval(Counts(1, 7, 1, 12));
  EXPECT_NEAR(interval.low, -0.517, 5e-4);
  EXPECT_NEAR(interval.high, -0.026, 5e-4);
}

TEST(PairedDifferenceInterval, HasItsClosedFormWithoutDiscordantDocuments) {
  const double z = NormalQuantile(0.975);
  for (const std::int64_t n : {1, 20, 14'042}) {
    const Interval interval = PairedDifferenceInterval(Counts(n, 0, 0, 0));
    const double reach = z * z / (static_cast<double>(n) + z * z);
    EXPECT_NEAR(interval.low, -reach, 1e-12);
    EXPECT_NEAR(interval.high, reach, 1e-12);
  }
}

TEST(PairedDifferenceInterval, IsMirroredWhenTheSystemsAreExchanged) {
  const Interval there = PairedDifferenceInterval(Counts(40, 3, 9, 8), 0.9);
  const Interval back = PairedDifferenceInterval(Counts(40, 9, 3, 8), 0.9);
  EXPECT_NEAR(there.low, -back.high, 1e-12);
  EXPECT_NEAR(there.high, -back.low, 1e-12);
  EXPECT_LT(there.low, 0.1);
  EXPECT_GT(there.high, 0.1);
}

TEST(PairedDifferenceInterval, IsTheNormalOneForLargeSets) {
  const PairedCounts counts = Counts(9000, 700, 800, 3500);
  const double n = 14'000;
  const double standard_error = std::sqrt((1500 - 100.0 * 100 / n)) / n;
  const Interval normal = NormalInterval(100 / n, standard_error);
  const Interval interval = PairedDifferenceInterval(counts);
  EXPECT_NEAR(interval.low, normal.low, 2e-5);
  EXPECT_NEAR(interval.high, normal.high, 2e-5);
}

// How often the interval holds the true difference, summed over every outcome there can be.
double Coverage(std::int64_t n, double only_baseline, double only_system) {
  const double discordance = only_baseline + only_system;
  double coverage = 0;
  for (std::int64_t m = 0; m <= n; ++m) {
    for (std::int64_t k = 0; k <= m; ++k) {
      const Interval interval = PairedDifferenceInterval(Counts(n - m, m - k, k, 0));
      const double difference = only_system - only_baseline;
      if (interval.low <= difference && difference <= interval.high) {
        coverage += BinomialProbability(m, n, discordance) *
                    BinomialProbability(k, m, only_system / discordance);
      }
    }
  }
  return coverage;
}

TEST(PairedDifferenceInterval, KeepsItsCoverageInSmallSets) {
  for (const auto& [only_baseline, only_system] :
       std::vector<std::pair<double, double>>{{0.01, 0.01}, {0.05, 0.1}, {0.2, 0.2}, {0.02, 0.3}}) {
    const double coverage = Coverage(30, only_baseline, only_system);
    EXPECT_GT(coverage, 0.93) << only_baseline << ' ' << only_system;
    EXPECT_LE(coverage, 1 + 1e-9);
  }
}

TEST(PairedDifferenceInterval, ReachesTheEndsOfTheScale) {
  const Interval interval = PairedDifferenceInterval(Counts(0, 0, 10, 0));
  EXPECT_NEAR(interval.high, 1, 1e-9);
  EXPECT_GT(interval.low, 0.4);
  EXPECT_THAT(ErrorOf([] { PairedDifferenceInterval(PairedCounts()); }),
              HasSubstr("no documents to compare"));
  EXPECT_THROW(PairedDifferenceInterval(Counts(1, 0, 0, 0), 1), std::invalid_argument);
}

}  // namespace
}  // namespace meval
