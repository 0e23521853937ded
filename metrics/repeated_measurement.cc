#include "metrics/repeated_measurement.h"

#include <algorithm>
#include <vector>

#include "metrics/percentile.h"
#include "metrics/ratio_of_times.h"

namespace meval {

double MeasurementSummary::RelativeSpread() const {
  return stddev && mean != 0 ? *stddev / mean : 0;
}

MeasurementSummary SummarizeMeasurements(std::span<const double> values) {
  MeasurementSummary summary;
  summary.n = static_cast<std::int64_t>(values.size());
  summary.mean = Mean(values);
  summary.stddev = SampleStddev(values);
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  summary.median = Percentile(sorted, 50);
  summary.min = sorted.front();
  summary.max = sorted.back();
  if (const std::optional<double> error = StderrOfMean(values)) {
    const double half_width = StudentQuantile(0.975, static_cast<double>(summary.n - 1)) * *error;
    summary.interval = Interval{summary.mean - half_width, summary.mean + half_width};
  }
  return summary;
}

}  // namespace meval
