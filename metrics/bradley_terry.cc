#include "metrics/bradley_terry.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "metrics/bradley_terry/components.h"
#include "metrics/bradley_terry/maximum_likelihood.h"
#include "metrics/metric_error.h"
#include "metrics/numpy_random.h"
#include "metrics/parallel.h"
#include "metrics/sampling/draw_counts.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "bradley-terry";

void RequireOptions(const BattleLog& log, const BradleyTerryOptions& options) {
  RequireBattles(kMetric, log);
  RequireScale(kMetric, options.scale);
  if (options.anchor && !log.Find(options.anchor->model)) {
    throw MetricError(
        kMetric, "anchor",
        "\"" + options.anchor->model + "\" is in no battle: expected a model of the log");
  }
  if (options.anchor && !std::isfinite(options.anchor->rating)) {
    throw MetricError(kMetric, "anchor",
                      "rating " + std::to_string(options.anchor->rating) + ": expected a number");
  }
}

// How often two models' battles ended each way.
struct PairOutcomes {
  std::size_t first = 0;
  std::size_t second = 0;                // > first
  std::array<std::int64_t, 3> counts{};  // first won, second won, tie
};

std::vector<PairOutcomes> CountOutcomes(const BattleLog& log) {
  std::map<std::pair<std::size_t, std::size_t>, std::array<std::int64_t, 3>> counts;
  for (const Battle& battle : log.battles()) {
    const bool in_order = battle.model_a < battle.model_b;
    auto& outcomes = counts[std::minmax(battle.model_a, battle.model_b)];
    if (battle.outcome == BattleOutcome::kTie) {
      ++outcomes[2];
    } else {
      ++outcomes[(battle.outcome == BattleOutcome::kModelA) == in_order ? 0 : 1];
    }
  }
  std::vector<PairOutcomes> pairs;
  for (const auto& [models, outcomes] : counts) {
    pairs.push_back({models.first, models.second, outcomes});
  }
  return pairs;
}

// Edges from each model to those it beat or tied with.
Successors BeatOrTied(std::size_t num_models, std::span<const PairOutcomes> pairs) {
  Successors successors(num_models);
  for (const PairOutcomes& pair : pairs) {
    if (pair.counts[0] + pair.counts[2] > 0) {
      successors[pair.first].push_back(pair.second);
    }
    if (pair.counts[1] + pair.counts[2] > 0) {
      successors[pair.second].push_back(pair.first);
    }
  }
  return successors;
}

std::vector<double> MaximumLikelihood(std::size_t num_models, std::span<const PairOutcomes> pairs,
                                      std::vector<double> start, double* largest_gradient) {
  std::vector<PairTotal> totals;
  for (const PairOutcomes& pair : pairs) {
    const auto wins = static_cast<double>(pair.counts[0]);
    const auto losses = static_cast<double>(pair.counts[1]);
    const auto ties = static_cast<double>(pair.counts[2]);
    if (wins + losses + ties > 0) {
      totals.push_back({pair.first, pair.second, wins + ties / 2, wins + losses + ties});
    }
  }
  start.resize(num_models, 0);
  Strengths strengths = MaximizeLikelihood(totals, std::move(start));
  if (largest_gradient != nullptr) {
    *largest_gradient = strengths.largest_gradient;
  }
  return strengths.log_odds;
}

// The models that get a rating, as a problem of its own.
struct RatedGroup {
  std::vector<std::size_t> models;    // indices into the log, rising; empty if there is none
  std::vector<PairOutcomes> pairs;    // among them, by index into `models`
  std::optional<std::size_t> anchor;  // index into `models`
};

GroupStanding StandingOf(std::size_t group, const std::vector<std::size_t>& group_of,
                         const Successors& successors) {
  bool beats_outside = false;
  bool loses_outside = false;
  for (std::size_t from = 0; from < successors.size(); ++from) {
    for (const std::size_t to : successors[from]) {
      if (group_of[from] != group_of[to]) {
        beats_outside = beats_outside || group_of[from] == group;
        loses_outside = loses_outside || group_of[to] == group;
      }
    }
  }
  if (beats_outside) {
    return loses_outside ? GroupStanding::kBetween : GroupStanding::kUnbeaten;
  }
  return loses_outside ? GroupStanding::kWinless : GroupStanding::kUnconnected;
}

// Which models can be rated, and which groups cannot.
struct Division {
  RatedGroup rated;
  std::vector<UnratedGroup> unrated;
};

Division Divide(const BattleLog& log, std::span<const PairOutcomes> pairs,
                const BradleyTerryOptions& options) {
  const std::size_t num_models = log.models().size();
  const Successors successors = BeatOrTied(num_models, pairs);
  const std::vector<std::size_t> group_of = StrongComponents(successors);
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t m = 0; m < num_models; ++m) {
    groups.resize(std::max(groups.size(), group_of[m] + 1));
    groups[group_of[m]].push_back(m);
  }
  const auto smaller = [](const auto& a, const auto& b) { return a.size() < b.size(); };
  std::size_t chosen = static_cast<std::size_t>(
      std::max_element(groups.begin(), groups.end(), smaller) - groups.begin());
  if (options.anchor) {
    chosen = group_of[*log.Find(options.anchor->model)];
  }

  Division division;
  std::vector<std::size_t> place(num_models, 0);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (g != chosen || groups[g].size() == 1) {
      division.unrated.push_back({groups[g], StandingOf(g, group_of, successors)});
      continue;
    }
    division.rated.models = groups[g];
    for (std::size_t i = 0; i < groups[g].size(); ++i) {
      place[groups[g][i]] = i;
    }
  }
  if (!division.rated.models.empty()) {
    for (const PairOutcomes& pair : pairs) {
      if (group_of[pair.first] == chosen && group_of[pair.second] == chosen) {
        division.rated.pairs.push_back({place[pair.first], place[pair.second], pair.counts});
      }
    }
    if (options.anchor) {
      division.rated.anchor = place[*log.Find(options.anchor->model)];
    }
  }
  return division;
}

// Points of log-odds that sum to 0.
std::vector<double> PointsOf(const std::vector<double>& log_odds, const RatedGroup& group,
                             const BradleyTerryOptions& options) {
  const double points = options.scale.scale / std::log(options.scale.base);
  double shift = options.scale.init_rating;
  if (group.anchor) {
    shift = options.anchor->rating - log_odds[*group.anchor] * points;
  }
  std::vector<double> ratings;
  for (const double value : log_odds) {
    ratings.push_back(value * points + shift);
  }
  return ratings;
}

// Draws the outcomes of resamples of a whole log as the rated group sees them.
class GroupResampler {
 public:
  GroupResampler(const RatedGroup& group, std::int64_t num_battles)
      : group_(group), num_battles_(num_battles) {
    std::int64_t outside = num_battles;
    for (const PairOutcomes& pair : group.pairs) {
      for (const std::int64_t count : pair.counts) {
        weights_.push_back(count);
        outside -= count;
      }
    }
    weights_.push_back(outside);
  }

  std::vector<PairOutcomes> Draw(NumpyRandom& random) const {
    std::vector<std::int64_t> counts(weights_.size());
    DrawMultinomial(random, num_battles_, weights_, counts);
    std::vector<PairOutcomes> pairs = group_.pairs;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      std::copy_n(counts.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, pairs[i].counts.begin());
    }
    return pairs;
  }

 private:
  const RatedGroup& group_;
  std::int64_t num_battles_;
  std::vector<std::int64_t> weights_;  // three a pair, then all battles outside
};

bool IsStronglyConnected(std::size_t num_models, std::span<const PairOutcomes> pairs) {
  const std::vector<std::size_t> components = StrongComponents(BeatOrTied(num_models, pairs));
  return std::all_of(components.begin(), components.end(), [](std::size_t c) { return c == 0; });
}

}  // namespace

std::string_view Name(GroupStanding standing) {
  switch (standing) {
    case GroupStanding::kUnconnected:
      return "unconnected";
    case GroupStanding::kUnbeaten:
      return "unbeaten";
    case GroupStanding::kWinless:
      return "winless";
    case GroupStanding::kBetween:
      return "between";
  }
  return "";
}

BradleyTerryFit FitBradleyTerry(const BattleLog& log, const BradleyTerryOptions& options) {
  RequireOptions(log, options);
  const std::vector<PairOutcomes> pairs = CountOutcomes(log);
  Division division = Divide(log, pairs, options);
  BradleyTerryFit fit;
  fit.ratings.resize(log.models().size());
  fit.unrated = std::move(division.unrated);
  const RatedGroup& group = division.rated;
  if (!group.models.empty()) {
    const std::vector<double> log_odds =
        MaximumLikelihood(group.models.size(), group.pairs, {}, &fit.largest_gradient);
    const std::vector<double> points = PointsOf(log_odds, group, options);
    for (std::size_t i = 0; i < points.size(); ++i) {
      fit.ratings[group.models[i]] = points[i];
    }
  }
  return fit;
}

BradleyTerryIntervals BootstrapBradleyTerry(const BattleLog& log,
                                            const BradleyTerryOptions& options,
                                            const Resampling& resampling, double level) {
  RequireOptions(log, options);
  RequireResampling(kMetric, resampling);
  RequireLevel(level);
  const Division division = Divide(log, CountOutcomes(log), options);
  const RatedGroup& group = division.rated;
  const std::size_t num_rated = group.models.size();
  BradleyTerryIntervals result;
  result.intervals.resize(log.models().size());
  if (num_rated == 0) {
    return result;
  }
  const std::vector<double> centre = MaximumLikelihood(num_rated, group.pairs, {}, nullptr);
  const GroupResampler resampler(group, static_cast<std::int64_t>(log.battles().size()));
  // One list of points a resample; empty where there is no maximum.
  std::vector<std::vector<double>> replicates(static_cast<std::size_t>(resampling.num_resamples));
  ParallelFor(resampling.num_threads, replicates.size(), [&](std::size_t r) {
    NumpyRandom random({resampling.seed, r});
    const std::vector<PairOutcomes> pairs = resampler.Draw(random);
    if (IsStronglyConnected(num_rated, pairs)) {
      replicates[r] =
          PointsOf(MaximumLikelihood(num_rated, pairs, centre, nullptr), group, options);
    }
  });
  result.num_unidentifiable =
      std::count_if(replicates.begin(), replicates.end(), [](const auto& r) { return r.empty(); });
  if (static_cast<double>(result.num_unidentifiable) >
      (1 - level) / 2 * static_cast<double>(replicates.size())) {
    return result;
  }
  for (std::size_t i = 0; i < num_rated; ++i) {
    std::vector<double> values;
    for (const std::vector<double>& replicate : replicates) {
      if (!replicate.empty()) {
        values.push_back(replicate[i]);
      }
    }
    result.intervals[group.models[i]] = PercentileInterval(std::move(values), level);
  }
  return result;
}

}  // namespace meval
