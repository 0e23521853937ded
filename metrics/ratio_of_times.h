#ifndef MEVAL_METRICS_RATIO_OF_TIMES_H_
#define MEVAL_METRICS_RATIO_OF_TIMES_H_

// How much faster a program is than another, from repeated measurements of both, and how sure that
// is. Times spread by factors rather than by sums, so their logarithms are compared.

#include <optional>
#include <span>

#include "metrics/aggregate.h"

namespace meval {

// x with P(T <= x) = p for Student's t with so many degrees of freedom (fractions too), relative
// error about 1e-9; 0 < p < 1 and degrees_of_freedom >= 1, else std::invalid_argument.
double StudentQuantile(double p, double degrees_of_freedom);

struct TimeRatio {
  double ratio = 1;                  // baseline / system: 2 is twice as fast
  std::optional<Interval> interval;  // of the ratio; absent unless both were measured twice or more
};

// The ratio of the geometric means, with the interval of Welch (1947) for the difference of the
// mean logarithms. MetricError for no measurement, or one that is not finite and above 0.
TimeRatio RatioOfTimes(std::span<const double> baseline, std::span<const double> system,
                       double level = 0.95);

}  // namespace meval

#endif  // MEVAL_METRICS_RATIO_OF_TIMES_H_
