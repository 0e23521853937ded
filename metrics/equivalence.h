#ifndef MEVAL_METRICS_EQUIVALENCE_H_
#define MEVAL_METRICS_EQUIVALENCE_H_

// Whether two systems are as good as equal. That no difference was found does not show it: a small
// set finds nothing. Two one-sided tests (Schuirmann 1987) at level alpha do: the difference is
// above -margin, and it is below margin. Both reject exactly where the interval of the difference
// at level 1 - 2 alpha lies inside the margins.

#include "metrics/aggregate.h"

namespace meval {

// 1 - 2 alpha: 0.9 for tests at 5 %. std::invalid_argument unless 0 < alpha < 0.5.
double EquivalenceLevel(double alpha);

// Whether `interval`, of that level, lies strictly within -+ margin. Never for a margin of 0.
// std::invalid_argument for a negative margin.
bool IsEquivalent(const Interval& interval, double margin);

}  // namespace meval

#endif  // MEVAL_METRICS_EQUIVALENCE_H_
