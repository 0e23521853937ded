#ifndef MEVAL_METRICS_REPEATED_MEASUREMENT_H_
#define MEVAL_METRICS_REPEATED_MEASUREMENT_H_

// What several measurements of one rate or time say together.

#include <cstdint>
#include <optional>
#include <span>

#include "metrics/aggregate.h"

namespace meval {

struct MeasurementSummary {
  std::int64_t n = 0;
  double median = 0;                  // numpy's: linear between neighbours
  double mean = 0;                    //
  std::optional<double> stddev = {};  // of the sample; nothing for n = 1, as below
  std::optional<Interval> interval =
      {};  // of the mean, 95 %: Student's t with n - 1 degrees of freedom
  double min = 0;
  double max = 0;

  // stddev / mean; 0 where there is none.
  double RelativeSpread() const;
};

// MetricError for no measurement or a NaN.
MeasurementSummary SummarizeMeasurements(std::span<const double> values);

// Measurements whose relative spread is above this are called unstable.
inline constexpr double kUnstableSpread = 0.05;

}  // namespace meval

#endif  // MEVAL_METRICS_REPEATED_MEASUREMENT_H_
