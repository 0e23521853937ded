#ifndef MEVAL_METRICS_ELO_H_
#define MEVAL_METRICS_ELO_H_

// Elo ratings of models from their battles, in points (Elo 1978; as FastChat's compute_elo).
//
// Every model starts at init_rating. Battles are taken in the order of the log; in each
//
//   p = 1 / (1 + exp(alpha (R_b - R_a))),  alpha = ln(base) / scale      expected score of a
//   u = k (outcome - p)                    outcome 1 (a wins), 1/2 (tie), 0 (b wins)
//
// and R_a rises by u while R_b falls by it, so the sum of ratings stays what it was. Ratings depend
// on the order of battles, late ones counting more: they track models that change. For models that
// do not, Bradley-Terry ratings (metrics/bradley_terry.h) use all battles alike.

#include <vector>

#include "metrics/aggregate.h"
#include "metrics/battles.h"
#include "metrics/bootstrap.h"

namespace meval {

struct EloOptions {
  double k = 4;  // points, the most a battle can move; > 0
  RatingScale scale = {};
};

// [models], in the order of log.models(). MetricError for a log without battles or options out of
// range.
std::vector<double> EloRatings(const BattleLog& log, const EloOptions& options = {});

// Percentile intervals [models] of the ratings of as many battles drawn with replacement (Efron
// 1979), rated in the order drawn. A model that a resample leaves out has init_rating there.
std::vector<Interval> EloIntervals(const BattleLog& log, const EloOptions& options = {},
                                   const Resampling& resampling = {}, double level = 0.95);

}  // namespace meval

#endif  // MEVAL_METRICS_ELO_H_
