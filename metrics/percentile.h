#ifndef MEVAL_METRICS_PERCENTILE_H_
#define MEVAL_METRICS_PERCENTILE_H_

#include <span>

namespace meval {

// numpy's percentile, linear between neighbours, of values in ascending order.
// std::invalid_argument for no values, or a percent outside [0, 100].
double Percentile(std::span<const double> sorted, double percent);

}  // namespace meval

#endif  // MEVAL_METRICS_PERCENTILE_H_
