#ifndef MEVAL_REPORTS_BENCH_PLOTS_H_
#define MEVAL_REPORTS_BENCH_PLOTS_H_

// The charts of a benchmark as data: what they show, apart from how they are drawn.

#include <string>
#include <utility>
#include <vector>

#include "reports/bench_record.h"

namespace meval {

struct PlotSeries {
  std::string name;
  std::vector<std::pair<double, double>> points = {};  // x ascending
  std::vector<std::string> labels = {};                // of each point, or empty
  bool has_line = true;
  bool has_marks = true;
};

struct Plot {
  std::string title;
  std::string caption;
  std::string x_axis;  // with its unit
  std::string y_axis;
  bool is_log_x = false;  // then all x are above 0; likewise below
  bool is_log_y = false;
  std::vector<PlotSeries> series = {};  // with one point at least
};

// Roofline; rate and time per token against the batch, where tests differ in it; percentiles of
// every serving test.
std::vector<Plot> BenchPlots(const BenchReport& report);

}  // namespace meval

#endif  // MEVAL_REPORTS_BENCH_PLOTS_H_
