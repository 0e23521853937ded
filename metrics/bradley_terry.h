#ifndef MEVAL_METRICS_BRADLEY_TERRY_H_
#define MEVAL_METRICS_BRADLEY_TERRY_H_

// Bradley-Terry ratings of models from their battles, in points (Bradley & Terry 1952; as
// FastChat's compute_bt): the r that maximize the likelihood of all battles,
//
//   sum over battles of  outcome ln p + (1 - outcome) ln(1 - p),   p = 1 / (1 + base^(r_b - r_a))
//
// outcome 1 (a wins), 1/2 (tie), 0 (b wins); a rating is r * scale + init_rating. The order of
// battles does not matter. The likelihood fixes differences only: ratings are shifted so that their
// mean is init_rating or, with an anchor, so that the anchor model has its given rating.
//
// There is one finite maximum only where every model can be reached from every other along "beat or
// tied with" (Ford 1957). Otherwise models fall into groups within which that holds, and across
// which the likelihood still rises as ratings drift apart. Then one group is rated, by its own
// battles: the one with most models, of equals the one named first; with an anchor, the anchor's. A
// group of one is not rated. All others are listed, and have no number.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/aggregate.h"
#include "metrics/battles.h"
#include "metrics/bootstrap.h"

namespace meval {

struct RatingAnchor {
  std::string model;  // in the log
  double rating = 0;  // points
};

struct BradleyTerryOptions {
  RatingScale scale = {};
  std::optional<RatingAnchor> anchor = std::nullopt;
};

// How a group stands to the models outside it.
enum class GroupStanding {
  kUnconnected,  // no battle with any of them
  kUnbeaten,     // never lost to or tied with one
  kWinless,      // never beat or tied with one
  kBetween,      // beat some and lost to others, but none of either kind both ways
};

std::string_view Name(GroupStanding standing);  // "unconnected", "unbeaten", "winless", "between"

struct UnratedGroup {
  std::vector<std::size_t> models;  // indices into log.models(), rising
  GroupStanding standing = GroupStanding::kUnconnected;
};

struct BradleyTerryFit {
  std::vector<std::optional<double>> ratings;  // [models], points; nothing for unrated ones
  std::vector<UnratedGroup> unrated;           // in the order of their first models
  double largest_gradient = 0;                 // of the log-likelihood by any ln(base) r; <= 1e-10,
                                               // or what rounding leaves of very many battles
  bool is_identifiable() const { return unrated.empty(); }
};

// MetricError for a log without battles, options out of range, an anchor that is in no battle.
BradleyTerryFit FitBradleyTerry(const BattleLog& log, const BradleyTerryOptions& options = {});

struct BradleyTerryIntervals {
  // [models], points. Nothing for models without a rating, and for all where more than
  // (1 - level) / 2 of the resamples are unidentifiable: such a percentile is not known then.
  std::vector<std::optional<Interval>> intervals;
  // Resamples in which the rated group is not held together; they are left out of percentiles.
  std::int64_t num_unidentifiable = 0;
};

// Percentile intervals of the ratings of as many battles drawn with replacement (Efron 1979): how
// often each pair has each outcome is drawn at once, from a multinomial distribution.
BradleyTerryIntervals BootstrapBradleyTerry(const BattleLog& log,
                                            const BradleyTerryOptions& options = {},
                                            const Resampling& resampling = {}, double level = 0.95);

}  // namespace meval

#endif  // MEVAL_METRICS_BRADLEY_TERRY_H_
