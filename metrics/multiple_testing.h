#ifndef MEVAL_METRICS_MULTIPLE_TESTING_H_
#define MEVAL_METRICS_MULTIPLE_TESTING_H_

// Several tests at once: among twenty tasks one is "significant" at 5 % by chance alone.

#include <span>
#include <vector>

namespace meval {

// Adjusted p-values of Benjamini & Hochberg (1995), in the order given: rejecting where they are
// <= q keeps the expected share of false ones among the rejected at q or below, for tests that are
// independent or positively dependent.
//
//   adjusted p_(i) = min over j >= i of (m / j) p_(j), at most 1        p_(1) <= ... <= p_(m)
//
// None for none; one is returned as it is. MetricError for a p-value outside [0, 1], with its
// place.
std::vector<double> BenjaminiHochberg(std::span<const double> p_values);

}  // namespace meval

#endif  // MEVAL_METRICS_MULTIPLE_TESTING_H_
