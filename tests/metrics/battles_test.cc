#include "metrics/battles.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/metrics/error_of.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using testing::ErrorOf;
using ::testing::HasSubstr;

TEST(BattleLog, NamesModelsInTheOrderTheyTurnUp) {
  BattleLog log;
  log.Add("b", "a", BattleOutcome::kTie);
  log.Add("c", "b", BattleOutcome::kModelA);
  EXPECT_THAT(log.models(), ElementsAre("b", "a", "c"));
  EXPECT_EQ(log.battles()[1].model_a, 2u);
  EXPECT_EQ(log.battles()[1].model_b, 0u);
  EXPECT_EQ(log.Find("a"), 1u);
  EXPECT_EQ(log.Find("d"), std::nullopt);
}

TEST(BattleLog, RefusesBattlesThatAreNone) {
  BattleLog log;
  log.Add("a", "b", BattleOutcome::kTie);
  EXPECT_THAT(ErrorOf([&] { log.Add("a", "a", BattleOutcome::kTie); }),
              HasSubstr("battle 1: \"a\" against itself: expected two models"));
  EXPECT_THAT(ErrorOf([&] { log.Add("a", "", BattleOutcome::kTie); }),
              HasSubstr("an empty model name"));
  EXPECT_THAT(ErrorOf([&] { log.Add("x\xFF", "a", BattleOutcome::kTie); }),
              HasSubstr("ill-formed UTF-8 at byte offset 1"));
  // What is refused leaves no trace.
  EXPECT_THAT(log.models(), ElementsAre("a", "b"));
  EXPECT_EQ(log.battles().size(), 1u);
}

TEST(ParseBattleOutcome, KnowsFourWords) {
  EXPECT_EQ(ParseBattleOutcome("model_a"), BattleOutcome::kModelA);
  EXPECT_EQ(ParseBattleOutcome("model_b"), BattleOutcome::kModelB);
  EXPECT_EQ(ParseBattleOutcome("tie"), BattleOutcome::kTie);
  EXPECT_EQ(ParseBattleOutcome("tie (bothbad)"), BattleOutcome::kTie);
  for (const char* word : {"", "Model_A", "both bad", "a"}) {
    EXPECT_THAT(ErrorOf([&] { ParseBattleOutcome(word); }),
                HasSubstr("expected \"model_a\", \"model_b\", \"tie\""));
  }
}

TEST(CountPairs, MirrorsWinsAndLosses) {
  BattleLog log;
  log.Add("a", "b", BattleOutcome::kModelA);
  log.Add("b", "a", BattleOutcome::kModelB);
  log.Add("b", "a", BattleOutcome::kModelA);
  log.Add("a", "b", BattleOutcome::kTie);
  log.Add("c", "a", BattleOutcome::kModelA);
  const auto pairs = CountPairs(log);
  EXPECT_EQ(pairs[0][1], (PairRecord{.wins = 2, .losses = 1, .ties = 1}));
  EXPECT_EQ(pairs[1][0], (PairRecord{.wins = 1, .losses = 2, .ties = 1}));
  EXPECT_DOUBLE_EQ(pairs[0][1].WinRate().value(), 0.625);
  EXPECT_DOUBLE_EQ(pairs[1][0].WinRate().value(), 0.375);
  EXPECT_EQ(pairs[2][0].WinRate(), 1);
  EXPECT_EQ(pairs[1][2].WinRate(), std::nullopt);
  EXPECT_EQ(pairs[0][0], PairRecord{});
}

TEST(RequireScale, RefusesScalesWithoutAMeaning) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NO_THROW(RequireScale("elo", {.init_rating = -5}));
  EXPECT_THAT(ErrorOf([] { RequireScale("elo", {.scale = 0}); }),
              HasSubstr("elo: scale: 0.000000: expected a number above 0"));
  EXPECT_THAT(ErrorOf([] { RequireScale("elo", {.base = 1}); }), HasSubstr("elo: base: 1.0"));
  EXPECT_THAT(ErrorOf([&] { RequireScale("elo", {.base = nan}); }), HasSubstr("elo: base: nan"));
  EXPECT_THAT(ErrorOf([&] { RequireScale("elo", {.init_rating = nan}); }),
              HasSubstr("initial rating: nan"));
}

}  // namespace
}  // namespace meval
