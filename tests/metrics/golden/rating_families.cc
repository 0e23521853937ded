// elo, bradley_terry.

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "metrics/bradley_terry.h"
#include "metrics/elo.h"
#include "metrics/metric_error.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

// The reference takes a battle against oneself, which changes nothing, and any unknown word for a
// tie. The product refuses both; to compare the numbers all the same, the former are left out and
// the latter made ties.
BattleLog LogOf(const GoldenRow& row) {
  BattleLog log;
  for (std::size_t i = 0; i < row.Size("/input/battles"); ++i) {
    const auto battle = row.Texts("/input/battles/" + std::to_string(i));
    if (battle[0] == battle[1]) {
      EXPECT_THROW(log.Add(battle[0], battle[1], BattleOutcome::kTie), MetricError);
      continue;
    }
    BattleOutcome outcome = BattleOutcome::kTie;
    if (battle[2] == "model_a" || battle[2] == "model_b" || battle[2] == "tie" ||
        battle[2] == "tie (bothbad)") {
      outcome = ParseBattleOutcome(battle[2]);
    } else {
      EXPECT_THROW(ParseBattleOutcome(battle[2]), MetricError);
    }
    log.Add(battle[0], battle[1], outcome);
  }
  return log;
}

RatingScale ScaleOf(const GoldenRow& row) {
  return {.scale = row.Number("/params/scale"),
          .base = row.Number("/params/base"),
          .init_rating = row.Number("/params/init_rating")};
}

// Models' names may hold the characters that JSON pointers use.
std::string Escaped(const std::string& key) {
  std::string escaped;
  for (const char c : key) {
    escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return escaped;
}

std::map<std::string, double> RatingsAt(const GoldenRow& row, const std::string& at) {
  std::map<std::string, double> ratings;
  for (const std::string& model : row.Keys(at)) {
    ratings[model] = row.Number(at + "/" + Escaped(model));
  }
  return ratings;
}

void CheckElo(const GoldenRow& row) {
  const BattleLog log = LogOf(row);
  const auto expected = RatingsAt(row, "/expected/ratings");
  std::vector<double> ratings;
  if (!log.battles().empty()) {
    ratings = EloRatings(log, {.k = row.Number("/params/k"), .scale = ScaleOf(row)});
  } else {
    EXPECT_THROW(EloRatings(log), MetricError);
  }
  EXPECT_LE(ratings.size(), expected.size());
  for (const auto& [model, rating] : expected) {
    const auto index = log.Find(model);
    MEVAL_EXPECT_CLOSE(index ? ratings[*index] : row.Number("/params/init_rating"), rating)
        << model;
  }
}

void ExpectRatings(const BattleLog& log, const BradleyTerryFit& fit,
                   const std::map<std::string, double>& expected, double tolerance) {
  ASSERT_EQ(log.models().size(), expected.size());
  for (const auto& [model, rating] : expected) {
    const auto index = log.Find(model);
    ASSERT_TRUE(index.has_value()) << model;
    ASSERT_TRUE(fit.ratings[*index].has_value()) << model;
    EXPECT_NEAR(*fit.ratings[*index], rating, tolerance) << model;
  }
}

// How far the reference's optimizer stopped from our maximum.
double LargestDifference(const BattleLog& log, const BradleyTerryFit& fit,
                         const std::map<std::string, double>& ratings) {
  double largest = 0;
  for (const auto& [model, rating] : ratings) {
    largest = std::max(largest, std::abs(fit.ratings.at(log.Find(model).value()).value() - rating));
  }
  return largest;
}

void CheckBradleyTerry(const GoldenRow& row) {
  const BattleLog log = LogOf(row);
  const BradleyTerryOptions options = {.scale = ScaleOf(row)};
  const BradleyTerryFit fit = FitBradleyTerry(log, options);
  ASSERT_EQ(fit.is_identifiable(), row.Flag("/expected/identifiable"));
  if (!fit.is_identifiable()) {
    // The reference's numbers only show where its optimizer stopped.
    EXPECT_FALSE(row.Has("/expected/converged_ratings"));
    for (const UnratedGroup& group : fit.unrated) {
      for (const std::size_t model : group.models) {
        EXPECT_FALSE(fit.ratings[model].has_value()) << log.models()[model];
      }
    }
    return;
  }
  // Points; the optimizer of the reference stops early.
  constexpr double kReferenceTolerance = 0.05;
  constexpr double kTolerance = 1e-6;
  const auto stopped = RatingsAt(row, "/expected/fastchat_ratings");
  ExpectRatings(log, fit, RatingsAt(row, "/expected/converged_ratings"), kTolerance);
  ExpectRatings(log, fit, stopped, kReferenceTolerance);
  EXPECT_NEAR(LargestDifference(log, fit, stopped), row.Number("/expected/max_abs_diff"),
              kTolerance);
  EXPECT_LE(fit.largest_gradient, 1e-10);
  EXPECT_LE(row.Number("/expected/grad_inf_norm"), 1e-6);
  BradleyTerryOptions anchored = options;
  anchored.anchor = RatingAnchor{row.Text("/expected/anchored/baseline_model"),
                                 row.Number("/expected/anchored/baseline_rating")};
  ExpectRatings(log, FitBradleyTerry(log, anchored), RatingsAt(row, "/expected/anchored/ratings"),
                kReferenceTolerance);
}

const RegisterFamilies kFamilies({
    {"elo", CheckElo},
    {"bradley_terry", CheckBradleyTerry},
});

}  // namespace
}  // namespace meval::testing
