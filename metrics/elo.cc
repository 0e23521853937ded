#include "metrics/elo.h"

#include <cmath>
#include <limits>
#include <utility>

#include "metrics/metric_error.h"
#include "metrics/numpy_random.h"
#include "metrics/parallel.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "elo";

void RequireOptions(const BattleLog& log, const EloOptions& options) {
  RequireBattles(kMetric, log);
  RequireScale(kMetric, options.scale);
  if (!(std::isfinite(options.k) && options.k > 0)) {
    throw MetricError(kMetric, "k",
                      std::to_string(options.k) + ": expected a finite number above 0");
  }
}

double OutcomeOfA(BattleOutcome outcome) {
  return outcome == BattleOutcome::kTie ? 0.5 : outcome == BattleOutcome::kModelA ? 1 : 0;
}

// The ratings, one battle later.
class Rater {
 public:
  Rater(std::size_t num_models, const EloOptions& options)
      : k_(options.k),
        alpha_(std::log(options.scale.base) / options.scale.scale),
        ratings_(num_models, options.scale.init_rating) {}

  void Rate(const Battle& battle) {
    double& a = ratings_[battle.model_a];
    double& b = ratings_[battle.model_b];
    const double expected = 1.0 / (1.0 + std::exp(alpha_ * (b - a)));
    const double update = k_ * (OutcomeOfA(battle.outcome) - expected);
    a += update;
    b -= update;
  }
  const std::vector<double>& ratings() const { return ratings_; }

 private:
  double k_;
  double alpha_;
  std::vector<double> ratings_;
};

}  // namespace

std::vector<double> EloRatings(const BattleLog& log, const EloOptions& options) {
  RequireOptions(log, options);
  Rater rater(log.models().size(), options);
  for (const Battle& battle : log.battles()) {
    rater.Rate(battle);
  }
  return rater.ratings();
}

std::vector<Interval> EloIntervals(const BattleLog& log, const EloOptions& options,
                                   const Resampling& resampling, double level) {
  RequireOptions(log, options);
  RequireResampling(kMetric, resampling);
  RequireLevel(level);
  const std::vector<Battle>& battles = log.battles();
  if (battles.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw MetricError(kMetric, "", "too many battles to resample: expected fewer than 2^32");
  }
  const auto num_resamples = static_cast<std::size_t>(resampling.num_resamples);
  std::vector<std::vector<double>> replicates(log.models().size(),
                                              std::vector<double>(num_resamples));
  ParallelFor(resampling.num_threads, num_resamples, [&](std::size_t r) {
    NumpyRandom random({resampling.seed, r});
    Rater rater(log.models().size(), options);
    for (std::size_t i = 0; i < battles.size(); ++i) {
      rater.Rate(battles[random.Below(static_cast<std::uint32_t>(battles.size()))]);
    }
    for (std::size_t m = 0; m < replicates.size(); ++m) {
      replicates[m][r] = rater.ratings()[m];
    }
  });
  std::vector<Interval> intervals;
  for (std::vector<double>& values : replicates) {
    intervals.push_back(PercentileInterval(std::move(values), level));
  }
  return intervals;
}

}  // namespace meval
