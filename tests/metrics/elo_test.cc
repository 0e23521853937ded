#include "metrics/elo.h"

#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/python_random.h"
#include "tests/metrics/error_of.h"

namespace meval {
namespace {

using testing::ErrorOf;
using ::testing::HasSubstr;

BattleLog RandomLog(int num_battles) {
  PythonRandom random(17);
  const std::string names = "abcd";
  BattleLog log;
  for (int i = 0; i < num_battles; ++i) {
    const auto pair = random.Sample(4, 2);
    const std::size_t a = static_cast<std::size_t>(pair[0]);
    const std::size_t b = static_cast<std::size_t>(pair[1]);
    const auto outcome =
        random.Random() < 0.2 ? BattleOutcome::kTie
        : random.Random() < 0.5 + 0.1 * (static_cast<double>(b) - static_cast<double>(a))
            ? BattleOutcome::kModelA
            : BattleOutcome::kModelB;
    log.Add(names.substr(a, 1), names.substr(b, 1), outcome);
  }
  return log;
}

// By hand: equal players expect 1/2, so a win moves k / 2. A lead of 400 expects 10/11.
TEST(EloRatings, MoveByTheSurpriseOfABattle) {
  BattleLog log;
  log.Add("a", "b", BattleOutcome::kModelA);
  EXPECT_THAT(EloRatings(log), ::testing::ElementsAre(1002, 998));
  EXPECT_THAT(EloRatings(log, {.k = 400}), ::testing::ElementsAre(1200, 800));
  log.Add("b", "a", BattleOutcome::kTie);
  const auto ratings = EloRatings(log, {.k = 400});
  EXPECT_NEAR(ratings[0], 1200 + 400 * (0.5 - 10.0 / 11), 1e-9);
  EXPECT_NEAR(ratings[1], 800 - 400 * (0.5 - 10.0 / 11), 1e-9);
}

TEST(EloRatings, KeepTheirSum) {
  const auto ratings = EloRatings(RandomLog(1000), {.scale = {.init_rating = 500}});
  EXPECT_NEAR(std::accumulate(ratings.begin(), ratings.end(), 0.0), 2000, 1e-9);
}

TEST(EloRatings, DependOnTheOrderOfBattles) {
  BattleLog forward;
  forward.Add("a", "b", BattleOutcome::kModelA);
  forward.Add("a", "b", BattleOutcome::kModelB);
  BattleLog backward;
  backward.Add("a", "b", BattleOutcome::kModelB);
  backward.Add("a", "b", BattleOutcome::kModelA);
  EXPECT_LT(EloRatings(forward)[0], 1000);
  EXPECT_GT(EloRatings(backward)[0], 1000);
}

TEST(EloIntervals, HoldTheRatingsAndDependOnTheSeedAlone) {
  const BattleLog log = RandomLog(800);
  const auto ratings = EloRatings(log);
  const Resampling resampling = {.num_resamples = 200, .seed = 3};
  const auto intervals = EloIntervals(log, {}, resampling);
  ASSERT_EQ(intervals.size(), 4u);
  for (std::size_t m = 0; m < 4; ++m) {
    EXPECT_LT(intervals[m].low, ratings[m]);
    EXPECT_GT(intervals[m].high, ratings[m]);
  }
  Resampling three_threads = resampling;
  three_threads.num_threads = 3;
  const auto threaded = EloIntervals(log, {}, three_threads);
  Resampling other_seed = resampling;
  other_seed.seed = 4;
  for (std::size_t m = 0; m < 4; ++m) {
    EXPECT_EQ(threaded[m].low, intervals[m].low);
    EXPECT_EQ(threaded[m].high, intervals[m].high);
  }
  EXPECT_NE(EloIntervals(log, {}, other_seed)[0].low, intervals[0].low);
}

TEST(EloIntervals, AreNarrowerAtALowerLevel) {
  const BattleLog log = RandomLog(300);
  const auto wide = EloIntervals(log, {}, {.num_resamples = 100});
  const auto narrow = EloIntervals(log, {}, {.num_resamples = 100}, 0.5);
  EXPECT_LT(wide[0].low, narrow[0].low);
  EXPECT_GT(wide[0].high, narrow[0].high);
}

TEST(EloRatings, RefuseWhatGivesNone) {
  EXPECT_THAT(ErrorOf([] { EloRatings({}); }), HasSubstr("elo: no battles"));
  const BattleLog log = RandomLog(2);
  EXPECT_THAT(ErrorOf([&] { EloRatings(log, {.k = 0}); }), HasSubstr("elo: k: 0.0"));
  EXPECT_THAT(ErrorOf([&] { EloRatings(log, {.scale = {.scale = -1}}); }),
              HasSubstr("elo: scale: -1.0"));
  EXPECT_THAT(ErrorOf([&] { EloIntervals(log, {}, {.num_resamples = 0}); }),
              HasSubstr("0 resamples"));
}

}  // namespace
}  // namespace meval
