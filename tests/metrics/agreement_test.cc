#include "metrics/agreement.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "metrics/classification.h"

namespace meval {
namespace {

using Units = std::vector<std::vector<std::int64_t>>;

// The worked example of Krippendorff 2011, section E: four observers, twelve units, some of them
// missing. The values are the paper's; by hand they are 0.7434, 0.8154 and 0.8491.
const Units kPaper = {{1, 1, 1},    {2, 2, 3, 2}, {3, 3, 3, 3}, {3, 3, 3, 3},
                      {2, 2, 2, 2}, {1, 2, 3, 4}, {4, 4, 4, 4}, {1, 1, 2, 1},
                      {2, 2, 2, 2}, {5, 5, 5},    {1, 1},       {3}};

TEST(KrippendorffAlpha, IsThatOfThePaper) {
  EXPECT_NEAR(KrippendorffAlpha(kPaper, AgreementScale::kNominal), 0.743, 5e-4);
  EXPECT_NEAR(KrippendorffAlpha(kPaper, AgreementScale::kOrdinal), 0.815, 5e-4);
  EXPECT_NEAR(KrippendorffAlpha(kPaper, AgreementScale::kInterval), 0.849, 5e-4);
}

TEST(KrippendorffAlpha, IsOneForPerfectAgreement) {
  for (const AgreementScale scale :
       {AgreementScale::kNominal, AgreementScale::kOrdinal, AgreementScale::kInterval}) {
    EXPECT_EQ(KrippendorffAlpha(Units{{1, 1, 1}, {4, 4}, {2, 2, 2, 2}}, scale), 1);
  }
}

TEST(KrippendorffAlpha, KnowsNothingWithoutPairsOrWithOneRatingOnly) {
  EXPECT_TRUE(std::isnan(KrippendorffAlpha(Units{}, AgreementScale::kOrdinal)));
  EXPECT_TRUE(std::isnan(KrippendorffAlpha(Units{{1}, {2}}, AgreementScale::kOrdinal)));
  EXPECT_TRUE(std::isnan(KrippendorffAlpha(Units{{3, 3}, {3, 3}}, AgreementScale::kOrdinal)));
}

TEST(KrippendorffAlpha, DependsOnNoOrder) {
  Units shuffled = kPaper;
  std::mt19937 random(7);
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  for (auto& unit : shuffled) std::shuffle(unit.begin(), unit.end(), random);
  EXPECT_NEAR(KrippendorffAlpha(shuffled, AgreementScale::kOrdinal),
              KrippendorffAlpha(kPaper, AgreementScale::kOrdinal), 1e-12);
}

TEST(KrippendorffAlpha, IsNearZeroForRatingsByLot) {
  std::mt19937 random(7);
  std::uniform_int_distribution<std::int64_t> rating(1, 5);
  Units units(20'000);
  for (auto& unit : units) unit = {rating(random), rating(random), rating(random)};
  for (const AgreementScale scale :
       {AgreementScale::kNominal, AgreementScale::kOrdinal, AgreementScale::kInterval}) {
    EXPECT_NEAR(KrippendorffAlpha(units, scale), 0, 0.02);
  }
}

// Where two raters use the labels alike, chance agreement is the same in both, up to 1 / n.
TEST(KrippendorffAlpha, ApproachesCohensKappaForTwoRatersOfLikeHabits) {
  std::mt19937 random(11);
  std::uniform_int_distribution<std::int64_t> rating(1, 5);
  std::bernoulli_distribution agrees(0.6);
  Units units;
  std::vector<std::int64_t> first;
  std::vector<std::int64_t> second;
  for (int i = 0; i < 20'000; ++i) {
    first.push_back(rating(random));
    second.push_back(agrees(random) ? first.back() : rating(random));
    units.push_back({first.back(), second.back()});
  }
  EXPECT_NEAR(KrippendorffAlpha(units, AgreementScale::kNominal),
              CohenKappa(CountLabels(first, second).classes), 1e-3);
}

// Ratings that lie apart disagree more than neighbours where the scale knows of neighbours.
TEST(KrippendorffAlpha, WeighsDistancesWhereTheScaleHasThem) {
  const Units near = {{1, 2}, {5, 5}, {1, 1}, {4, 5}, {2, 2}};
  const Units far = {{1, 5}, {5, 5}, {1, 1}, {4, 2}, {2, 2}};
  EXPECT_GT(KrippendorffAlpha(near, AgreementScale::kOrdinal),
            KrippendorffAlpha(far, AgreementScale::kOrdinal));
  EXPECT_GT(KrippendorffAlpha(near, AgreementScale::kInterval),
            KrippendorffAlpha(near, AgreementScale::kNominal));
}

}  // namespace
}  // namespace meval
