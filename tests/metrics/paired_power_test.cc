#include "metrics/paired_power.h"

#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

#include "metrics/aggregate.h"
#include "metrics/binomial.h"
#include "metrics/mcnemar.h"

namespace meval {
namespace {

// The power by every outcome there can be.
double Enumerated(std::int64_t n, double discordance, double difference, double alpha) {
  double power = 0;
  for (std::int64_t m = 0; m <= n; ++m) {
    for (std::int64_t k = 0; k <= m; ++k) {
      const PairedCounts counts = {
          .both_right = n - m, .only_baseline = m - k, .only_system = k, .both_wrong = 0};
      if (ExactMcNemar(counts) > alpha) continue;
      const double side = discordance == 0 ? 0.5 : (1 + difference / discordance) / 2;
      power += BinomialProbability(m, n, discordance) * BinomialProbability(k, m, side);
    }
  }
  return power;
}

TEST(McNemarPower, IsTheSumOverEveryOutcome) {
  for (const std::int64_t n : {5, 23, 160}) {
    for (const double discordance : {0.0, 0.07, 0.4, 1.0}) {
      for (const double share : {0.0, 0.5, -0.8, 1.0}) {
        const double difference = share * discordance;
        EXPECT_NEAR(McNemarPower(n, discordance, difference),
                    Enumerated(n, discordance, difference, 0.05), 1e-10)
            << n << ' ' << discordance << ' ' << difference;
        EXPECT_NEAR(McNemarPower(n, discordance, difference, 0.2),
                    Enumerated(n, discordance, difference, 0.2), 1e-10);
      }
    }
  }
}

TEST(McNemarPower, OfEqualSystemsStaysBelowItsLevel) {
  for (const std::int64_t n : {10, 100, 1000, 14'042}) {
    for (const double discordance : {0.01, 0.1, 0.3}) {
      EXPECT_LE(McNemarPower(n, discordance, 0), 0.05) << n << ' ' << discordance;
    }
  }
}

// Connor (1987), Biometrics 43:207: the normal approximation of the number of documents.
TEST(McNemarPower, AgreesWithConnorsFormulaForLargeSets) {
  const double discordance = 0.2;
  const double difference = 0.02;
  const double root = NormalQuantile(0.975) * std::sqrt(discordance) +
                      NormalQuantile(0.8) * std::sqrt(discordance - difference * difference);
  const auto n = static_cast<std::int64_t>(root * root / (difference * difference));
  EXPECT_NEAR(McNemarPower(n, discordance, difference), 0.8, 0.01);
}

TEST(MinimumDetectableDifference, IsTheSmallestThatIsFoundOftenEnough) {
  for (const std::int64_t n : {50, 400, 14'042}) {
    for (const double discordance : {0.05, 0.2}) {
      const auto smallest = MinimumDetectableDifference(n, discordance);
      ASSERT_TRUE(smallest);
      const auto power = [&](double difference) {
        return McNemarPower(n, std::max(discordance, difference), difference);
      };
      EXPECT_GE(power(*smallest), 0.8);
      EXPECT_LT(power(*smallest - 2e-6), 0.8);
      EXPECT_LT(*MinimumDetectableDifference(n, discordance, 0.05, 0.5), *smallest);
    }
  }
}

TEST(MinimumDetectableDifference, OfASetWithoutDiscordantDocumentsIsNotZero) {
  // Six documents that all fall to one side are the fewest that reject at 5 %.
  const auto smallest = MinimumDetectableDifference(1000, 0);
  ASSERT_TRUE(smallest);
  EXPECT_GT(*smallest, 6.0 / 1000);
  EXPECT_LT(*smallest, 10.0 / 1000);
}

TEST(MinimumDetectableDifference, IsNothingForASetThatCanShowNone) {
  EXPECT_FALSE(MinimumDetectableDifference(5, 0.2));
  EXPECT_TRUE(MinimumDetectableDifference(6, 0.2));
}

TEST(MinimumDetectableMeanDifference, IsTheSumOfTwoQuantiles) {
  EXPECT_NEAR(MinimumDetectableMeanDifference(1), 1.959963984540054 + 0.8416212335729143, 1e-12);
  EXPECT_EQ(MinimumDetectableMeanDifference(0), 0);
}

TEST(PairedPower, RefusesNumbersOutOfRange) {
  EXPECT_THROW(McNemarPower(0, 0.1, 0), std::invalid_argument);
  EXPECT_THROW(McNemarPower(10, 0.1, 0.2), std::invalid_argument);
  EXPECT_THROW(McNemarPower(10, 1.1, 0.2), std::invalid_argument);
  EXPECT_THROW(McNemarPower(10, 0.1, 0.1, 0), std::invalid_argument);
  EXPECT_THROW(MinimumDetectableDifference(10, 0.1, 0.05, 0.05), std::invalid_argument);
  EXPECT_THROW(MinimumDetectableMeanDifference(-1), std::invalid_argument);
}

}  // namespace
}  // namespace meval
