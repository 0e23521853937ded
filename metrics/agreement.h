#ifndef MEVAL_METRICS_AGREEMENT_H_
#define MEVAL_METRICS_AGREEMENT_H_

// How far raters agree beyond chance, for any number of raters and with ratings missing
// (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"). Two raters without gaps have
// Cohen's kappa too (metrics/classification.h).

#include <cstdint>
#include <span>
#include <vector>

namespace meval {

// How far apart two ratings are.
enum class AgreementScale {
  kNominal,   // equal or not
  kOrdinal,   // by the ratings that lie between them: 1 to 5 from bad to good
  kInterval,  // by the square of their difference
};

// `units[u]` holds the ratings of one thing, in any order; those with fewer than two say nothing
// and are passed over. With o(c, k) the pairs of ratings c and k of one unit, each by
// 1 / (ratings of the unit - 1), n(c) their sum over k, n the sum of those and d(c, k) the squared
// distance of the scale:
//
//   alpha = 1 - (n - 1) sum of o(c, k) d(c, k) / sum of n(c) n(k) d(c, k),   c < k
//
// 1 for perfect agreement, 0 for what chance would give, below 0 for less. NaN where no unit has
// two ratings, or all ratings are equal: there is nothing to tell agreement from chance.
double KrippendorffAlpha(std::span<const std::vector<std::int64_t>> units, AgreementScale scale);

}  // namespace meval

#endif  // MEVAL_METRICS_AGREEMENT_H_
