#include "metrics/bradley_terry.h"

#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/bradley_terry/components.h"
#include "metrics/numpy_random.h"
#include "tests/metrics/error_of.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using testing::ErrorOf;
using ::testing::HasSubstr;

void AddMany(BattleLog& log, int n, const char* a, const char* b, BattleOutcome outcome) {
  for (int i = 0; i < n; ++i) log.Add(a, b, outcome);
}

double Sum(const BradleyTerryFit& fit) {
  return std::accumulate(fit.ratings.begin(), fit.ratings.end(), 0.0,
                         [](double sum, const auto& rating) { return sum + rating.value(); });
}

// Battles of `num_models` models whose true ratings are 30 points apart.
BattleLog RandomLog(int num_models, int num_battles, std::uint64_t seed) {
  NumpyRandom random(seed);
  BattleLog log;
  for (int i = 0; i < num_battles; ++i) {
    const auto a = random.Below(static_cast<std::uint32_t>(num_models));
    const auto b = random.Below(static_cast<std::uint32_t>(num_models));
    if (a == b) continue;
    const double lead = 30 * (static_cast<double>(a) - static_cast<double>(b));
    const double p = 1 / (1 + std::pow(10, -lead / 400));
    log.Add("m" + std::to_string(a), "m" + std::to_string(b),
            random.Random() < p ? BattleOutcome::kModelA : BattleOutcome::kModelB);
  }
  return log;
}

// Two models: the odds are those of the wins. 30 : 10 is a lead of 400 log10(3).
TEST(BradleyTerry, RatesTwoModelsByTheirOdds) {
  BattleLog log;
  AddMany(log, 28, "a", "b", BattleOutcome::kModelA);
  AddMany(log, 8, "b", "a", BattleOutcome::kModelA);
  AddMany(log, 4, "b", "a", BattleOutcome::kTie);
  const BradleyTerryFit fit = FitBradleyTerry(log);
  EXPECT_TRUE(fit.is_identifiable());
  const double lead = 400 * std::log10(3.0);
  EXPECT_NEAR(*fit.ratings[0], 1000 + lead / 2, 1e-9);
  EXPECT_NEAR(*fit.ratings[1], 1000 - lead / 2, 1e-9);
  EXPECT_LE(fit.largest_gradient, 1e-10);
}

// Agresti, Categorical Data Analysis, table 10.10: baseball teams of the American League East,
// 1987. Its fit has log-odds, against Baltimore, of Milwaukee 1.58, Detroit 1.44, Toronto 1.29, New
// York 1.25, Boston 1.11, Cleveland 0.68.
TEST(BradleyTerry, GivesThePublishedStrengthsOfBaseballTeams) {
  const char* teams[] = {"Milwaukee", "Detroit",   "Toronto",  "New York",
                         "Boston",    "Cleveland", "Baltimore"};
  const int wins[7][7] = {{0, 7, 9, 7, 7, 9, 11}, {6, 0, 7, 5, 11, 9, 9}, {4, 6, 0, 7, 7, 8, 12},
                          {6, 8, 6, 0, 6, 7, 10}, {6, 2, 6, 7, 0, 7, 12}, {4, 4, 5, 6, 6, 0, 6},
                          {2, 4, 1, 3, 1, 7, 0}};
  BattleLog log;
  for (int i = 0; i < 7; ++i) {
    for (int j = 0; j < 7; ++j) {
      AddMany(log, wins[i][j], teams[i], teams[j], BattleOutcome::kModelA);
    }
  }
  const BradleyTerryFit fit =
      FitBradleyTerry(log, {.scale = {.scale = 1, .base = std::exp(1.0), .init_rating = 0},
                            .anchor = RatingAnchor{"Baltimore", 0}});
  const double published[] = {1.58, 1.44, 1.29, 1.25, 1.11, 0.68, 0};
  for (int i = 0; i < 7; ++i) {
    EXPECT_NEAR(fit.ratings[*log.Find(teams[i])].value(), published[i], 0.005) << teams[i];
  }
}

TEST(BradleyTerry, ComesBackToTheRatingsBattlesWereDrawnFrom) {
  const BattleLog log = RandomLog(12, 100000, 5);
  const BradleyTerryFit fit = FitBradleyTerry(log);
  EXPECT_NEAR(Sum(fit), 12000, 1e-6);
  for (std::size_t m = 0; m < 12; ++m) {
    const int rank = std::stoi(log.models()[m].substr(1));
    EXPECT_NEAR(*fit.ratings[m], 1000 + 30 * (rank - 5.5), 10) << log.models()[m];
  }
}

TEST(BradleyTerry, ShiftsRatingsToTheAnchor) {
  const BattleLog log = RandomLog(4, 500, 1);
  const auto plain = FitBradleyTerry(log).ratings;
  const auto anchored = FitBradleyTerry(log, {.anchor = RatingAnchor{"m2", 1114}}).ratings;
  EXPECT_NEAR(anchored[*log.Find("m2")].value(), 1114, 1e-9);
  for (std::size_t m = 1; m < 4; ++m) {
    EXPECT_NEAR(*anchored[m] - *anchored[0], *plain[m] - *plain[0], 1e-9);
  }
}

// Millions to one, along a chain of which each link has one upset: slow going for first-order
// methods and for plain Newton steps from 0.
TEST(BradleyTerry, ConvergesForLopsidedBattles) {
  BattleLog log;
  const std::string names = "abcdefgh";
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    AddMany(log, 200000, names.substr(i, 1).c_str(), names.substr(i + 1, 1).c_str(),
            BattleOutcome::kModelA);
    log.Add(names.substr(i + 1, 1), names.substr(i, 1), BattleOutcome::kModelA);
  }
  const BradleyTerryFit fit = FitBradleyTerry(log);
  ASSERT_TRUE(fit.is_identifiable());
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    EXPECT_NEAR(*fit.ratings[i] - *fit.ratings[i + 1], 400 * std::log10(200000.0), 1e-6);
  }
}

TEST(BradleyTerry, SaysWhichModelsCannotBeRated) {
  BattleLog log;
  AddMany(log, 3, "champion", "a", BattleOutcome::kModelA);
  log.Add("a", "b", BattleOutcome::kModelA);
  log.Add("b", "c", BattleOutcome::kModelA);
  log.Add("c", "a", BattleOutcome::kModelA);
  log.Add("b", "novice", BattleOutcome::kModelA);
  log.Add("x", "y", BattleOutcome::kTie);
  const BradleyTerryFit fit = FitBradleyTerry(log);
  EXPECT_FALSE(fit.is_identifiable());
  ASSERT_EQ(fit.unrated.size(), 3u);
  EXPECT_THAT(fit.unrated[0].models, ElementsAre(0));
  EXPECT_EQ(fit.unrated[0].standing, GroupStanding::kUnbeaten);
  EXPECT_THAT(fit.unrated[1].models, ElementsAre(*log.Find("novice")));
  EXPECT_EQ(fit.unrated[1].standing, GroupStanding::kWinless);
  EXPECT_THAT(fit.unrated[2].models, ElementsAre(*log.Find("x"), *log.Find("y")));
  EXPECT_EQ(fit.unrated[2].standing, GroupStanding::kUnconnected);
  // The circle a, b, c is rated by its own battles.
  EXPECT_EQ(fit.ratings[0], std::nullopt);
  for (const char* model : {"a", "b", "c"}) {
    EXPECT_NEAR(fit.ratings[*log.Find(model)].value(), 1000, 1e-9);
  }
  // An anchor chooses its own group.
  const auto anchored = FitBradleyTerry(log, {.anchor = RatingAnchor{"y", 50}});
  EXPECT_NEAR(anchored.ratings[*log.Find("x")].value(), 50, 1e-9);
  EXPECT_EQ(anchored.ratings[1], std::nullopt);
  const auto alone = FitBradleyTerry(log, {.anchor = RatingAnchor{"champion", 50}});
  EXPECT_EQ(alone.ratings, std::vector<std::optional<double>>(log.models().size()));
  EXPECT_EQ(alone.unrated.size(), 4u);
}

TEST(BradleyTerry, RatesNobodyWhereEachModelStandsAlone) {
  BattleLog log;
  log.Add("a", "b", BattleOutcome::kModelA);
  log.Add("b", "c", BattleOutcome::kModelA);
  const BradleyTerryFit fit = FitBradleyTerry(log);
  EXPECT_EQ(fit.ratings, std::vector<std::optional<double>>(3));
  ASSERT_EQ(fit.unrated.size(), 3u);
  EXPECT_EQ(Name(fit.unrated[0].standing), "unbeaten");
  EXPECT_EQ(Name(fit.unrated[1].standing), "between");
  EXPECT_EQ(Name(fit.unrated[2].standing), "winless");
  const auto bootstrap = BootstrapBradleyTerry(log, {}, {.num_resamples = 10});
  EXPECT_EQ(bootstrap.intervals[0].has_value(), false);
}

TEST(BootstrapBradleyTerry, HoldsTheRatingsAndDependsOnTheSeedAlone) {
  const BattleLog log = RandomLog(5, 2000, 8);
  const auto fit = FitBradleyTerry(log);
  const auto one = BootstrapBradleyTerry(log, {}, {.num_resamples = 300, .seed = 2});
  const auto two =
      BootstrapBradleyTerry(log, {}, {.num_resamples = 300, .seed = 2, .num_threads = 2});
  const auto other = BootstrapBradleyTerry(log, {}, {.num_resamples = 300, .seed = 3});
  EXPECT_EQ(one.num_unidentifiable, 0);
  for (std::size_t m = 0; m < 5; ++m) {
    EXPECT_LT(one.intervals[m]->low, *fit.ratings[m]);
    EXPECT_GT(one.intervals[m]->high, *fit.ratings[m]);
    EXPECT_EQ(one.intervals[m]->low, two.intervals[m]->low);
    EXPECT_EQ(one.intervals[m]->high, two.intervals[m]->high);
  }
  EXPECT_NE(one.intervals[0]->low, other.intervals[0]->low);
}

// 75 of 100: the lead has a standard error of 400 / ln 10 * sqrt(1 / (100 * 0.75 * 0.25)).
TEST(BootstrapBradleyTerry, HasTheWidthOfTheNormalInterval) {
  BattleLog log;
  AddMany(log, 750, "a", "b", BattleOutcome::kModelA);
  AddMany(log, 250, "a", "b", BattleOutcome::kModelB);
  const auto bootstrap =
      BootstrapBradleyTerry(log, {.anchor = RatingAnchor{"b", 0}}, {.num_resamples = 4000});
  const double standard_error = 400 / std::log(10.0) * std::sqrt(1 / (1000 * 0.75 * 0.25));
  EXPECT_NEAR(bootstrap.intervals[0]->high - bootstrap.intervals[0]->low, 2 * 1.96 * standard_error,
              0.08 * 4 * standard_error);
  EXPECT_NEAR(bootstrap.intervals[1]->low, 0, 1e-9);
  EXPECT_NEAR(bootstrap.intervals[1]->high, 0, 1e-9);
}

// One loss in ten: a resample lacks it with probability (9/10)^10 = 0.35.
TEST(BootstrapBradleyTerry, GivesNoIntervalThatResamplesDoNotDetermine) {
  BattleLog log;
  AddMany(log, 9, "a", "b", BattleOutcome::kModelA);
  log.Add("a", "b", BattleOutcome::kModelB);
  ASSERT_TRUE(FitBradleyTerry(log).is_identifiable());
  const auto bootstrap = BootstrapBradleyTerry(log, {}, {.num_resamples = 1000});
  EXPECT_NEAR(static_cast<double>(bootstrap.num_unidentifiable), 349, 60);
  EXPECT_FALSE(bootstrap.intervals[0].has_value());
}

TEST(BradleyTerry, RefusesWhatItCannotFit) {
  EXPECT_THAT(ErrorOf([] { FitBradleyTerry({}); }), HasSubstr("no battles"));
  const BattleLog log = RandomLog(3, 20, 1);
  EXPECT_THAT(ErrorOf([&] {
                FitBradleyTerry(log, {.anchor = RatingAnchor{"zz", 1}});
              }),
              HasSubstr("anchor: \"zz\" is in no battle"));
  EXPECT_THAT(ErrorOf([&] {
                FitBradleyTerry(log, {.anchor = RatingAnchor{"m1", INFINITY}});
              }),
              HasSubstr("anchor: rating inf"));
  EXPECT_THAT(ErrorOf([&] { FitBradleyTerry(log, {.scale = {.base = 0.5}}); }),
              HasSubstr("base: 0.5"));
  EXPECT_THAT(ErrorOf([&] { BootstrapBradleyTerry(log, {}, {.num_resamples = 1}); }),
              HasSubstr("1 resamples"));
}

TEST(StrongComponents, AreNumberedByTheirFirstNodes) {
  // 0 -> 1 -> 2 -> 0 is a circle, 3 -> 0 leads into it, 4 <-> 5 apart, 6 alone.
  EXPECT_THAT(StrongComponents({{1}, {2}, {0, 0}, {0}, {5}, {4}, {}}),
              ElementsAre(0, 0, 0, 1, 2, 2, 3));
  EXPECT_TRUE(StrongComponents({}).empty());
}

}  // namespace
}  // namespace meval
