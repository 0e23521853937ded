#include "metrics/battles.h"

#include <cmath>

#include "metrics/metric_error.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "battles";

void RequireFinite(std::string_view metric, const char* what, double value, double above) {
  if (!(std::isfinite(value) && value > above)) {
    throw MetricError(metric, what,
                      std::to_string(value) + ": expected a number above " + std::to_string(above));
  }
}

}  // namespace

BattleOutcome ParseBattleOutcome(std::string_view winner) {
  if (winner == "model_a") {
    return BattleOutcome::kModelA;
  }
  if (winner == "model_b") {
    return BattleOutcome::kModelB;
  }
  if (winner == "tie" || winner == "tie (bothbad)") {
    return BattleOutcome::kTie;
  }
  throw MetricError(kMetric, "winner",
                    "\"" + std::string(winner) +
                        "\": expected \"model_a\", \"model_b\", \"tie\" or \"tie (bothbad)\"");
}

void BattleLog::Add(std::string_view model_a, std::string_view model_b, BattleOutcome outcome) {
  const std::string where = "battle " + std::to_string(battles_.size());
  for (const std::string_view model : {model_a, model_b}) {
    RequireUtf8(kMetric, where, model);
    if (model.empty()) {
      throw MetricError(kMetric, where, "an empty model name: expected a name");
    }
  }
  if (model_a == model_b) {
    throw MetricError(kMetric, where,
                      "\"" + std::string(model_a) + "\" against itself: expected two models");
  }
  const std::size_t a = IndexOf(model_a);
  const std::size_t b = IndexOf(model_b);
  battles_.push_back({a, b, outcome});
}

std::optional<std::size_t> BattleLog::Find(std::string_view model) const {
  const auto found = indices_.find(model);
  return found == indices_.end() ? std::nullopt : std::optional(found->second);
}

std::size_t BattleLog::IndexOf(std::string_view model) {
  if (const auto known = Find(model)) {
    return *known;
  }
  indices_.emplace(model, models_.size());
  models_.emplace_back(model);
  return models_.size() - 1;
}

std::optional<double> PairRecord::WinRate() const {
  if (battles() == 0) {
    return std::nullopt;
  }
  return (static_cast<double>(wins) + static_cast<double>(ties) / 2) /
         static_cast<double>(battles());
}

std::vector<std::vector<PairRecord>> CountPairs(const BattleLog& log) {
  const std::size_t num_models = log.models().size();
  std::vector<std::vector<PairRecord>> pairs(num_models, std::vector<PairRecord>(num_models));
  for (const Battle& battle : log.battles()) {
    PairRecord& a = pairs[battle.model_a][battle.model_b];
    PairRecord& b = pairs[battle.model_b][battle.model_a];
    switch (battle.outcome) {
      case BattleOutcome::kModelA:
        ++a.wins;
        ++b.losses;
        break;
      case BattleOutcome::kModelB:
        ++a.losses;
        ++b.wins;
        break;
      case BattleOutcome::kTie:
        ++a.ties;
        ++b.ties;
        break;
    }
  }
  return pairs;
}

void RequireBattles(std::string_view metric, const BattleLog& log) {
  if (log.battles().empty()) {
    throw MetricError(metric, "", "no battles to rate models from: expected at least one");
  }
}

void RequireScale(std::string_view metric, const RatingScale& scale) {
  RequireFinite(metric, "scale", scale.scale, 0);
  RequireFinite(metric, "base", scale.base, 1);
  if (!std::isfinite(scale.init_rating)) {
    throw MetricError(metric, "initial rating",
                      std::to_string(scale.init_rating) + ": expected a finite number");
  }
}

}  // namespace meval
