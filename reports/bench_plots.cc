#include "reports/bench_plots.h"

#include <algorithm>
#include <map>

#include "reports/bench_tables.h"

namespace meval {
namespace {

constexpr double kGiga = 1e9;
constexpr double kMilli = 1e3;

// The roof of a machine that computes and reads this fast, over these intensities.
PlotSeries Roof(const std::string& name, double flops_per_second, double bytes_per_second,
                double low, double high) {
  PlotSeries roof = {.name = name, .points = {}, .has_marks = false};
  const double ridge = flops_per_second / bytes_per_second;
  std::vector<double> places = {low, high};
  if (low < ridge && ridge < high) places.insert(places.begin() + 1, ridge);
  for (const double x : places) {
    roof.points.emplace_back(x, std::min(flops_per_second, x * bytes_per_second) / kGiga);
  }
  return roof;
}

// Attained arithmetic against arithmetic per byte (Williams, Waterman and Patterson 2009).
Plot Roofline(const BenchReport& report) {
  Plot plot = {.title = "Roofline",
               .caption =
                   "Each test's arithmetic per second against its arithmetic per byte, both "
                   "by the cost model, beneath what this machine was measured to read and "
                   "to multiply.",
               .x_axis = "FLOP per byte",
               .y_axis = "GFLOP/s",
               .is_log_x = true,
               .is_log_y = true,
               .series = {}};
  PlotSeries tests = {.name = "tests", .points = {}, .has_line = false};
  std::vector<const ThroughputTest*> by_intensity;
  for (const ThroughputTest& test : report.throughput) {
    if (test.flops > 0 && test.bytes > 0) by_intensity.push_back(&test);
  }
  std::sort(by_intensity.begin(), by_intensity.end(),
            [](const auto* a, const auto* b) { return a->flops / a->bytes < b->flops / b->bytes; });
  for (const ThroughputTest* test : by_intensity) {
    const double per_second = test->rate.median / static_cast<double>(test->tokens);
    tests.points.emplace_back(test->flops / test->bytes, test->flops * per_second / kGiga);
    tests.labels.push_back(test->name);
  }
  if (tests.points.empty()) return plot;
  const BenchCeilings& ceilings = report.ceilings;
  const double matmul =
      report.dtype == "f32" ? ceilings.f32_flops_per_second : ceilings.bf16_flops_per_second;
  if (matmul > 0 && ceilings.read_bytes_per_second > 0) {
    const double ridge = matmul / ceilings.read_bytes_per_second;
    plot.series.push_back(Roof("ceiling, " + report.dtype, matmul, ceilings.read_bytes_per_second,
                               std::min(tests.points.front().first, ridge) / 2,
                               std::max(tests.points.back().first, ridge) * 2));
  }
  plot.series.push_back(std::move(tests));
  return plot;
}

// Of each kind of test that ran with several batches, `value` against the batch.
template <typename Value>
std::vector<PlotSeries> ByBatch(const BenchReport& report, Value value) {
  std::map<std::string, PlotSeries> kinds;
  for (const ThroughputTest& test : report.throughput) {
    const std::string kind = test.name.substr(0, test.name.find(" x"));
    PlotSeries& series = kinds[kind];
    series.name = kind;
    series.points.emplace_back(static_cast<double>(test.batch), value(test));
  }
  std::vector<PlotSeries> out;
  for (auto& [kind, series] : kinds) {
    std::sort(series.points.begin(), series.points.end());
    if (series.points.front().first < series.points.back().first) out.push_back(std::move(series));
  }
  return out;
}

void AddBatchPlots(const BenchReport& report, std::vector<Plot>& plots) {
  plots.push_back(
      {.title = "Throughput by batch",
       .caption = "Median tokens a second of all sequences together.",
       .x_axis = "sequences at once",
       .y_axis = "tokens/s",
       .is_log_x = true,
       .is_log_y = true,
       .series = ByBatch(report, [](const ThroughputTest& test) { return test.rate.median; })});
  plots.push_back({.title = "Latency by batch",
                   .caption = "Median milliseconds for a token of one sequence.",
                   .x_axis = "sequences at once",
                   .y_axis = "ms per token",
                   .is_log_x = true,
                   .is_log_y = true,
                   .series = ByBatch(report, [](const ThroughputTest& test) {
                     return kMilli * static_cast<double>(test.batch) / test.rate.median;
                   })});
}

// Sorted values against the share of values that are no larger.
PlotSeries Quantiles(const std::string& name, std::vector<double> values) {
  PlotSeries series = {.name = name, .points = {}, .has_marks = false};
  std::sort(values.begin(), values.end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    series.points.emplace_back(
        100 * static_cast<double>(i + 1) / static_cast<double>(values.size()), kMilli * values[i]);
  }
  return series;
}

Plot Percentiles(const ServingTest& test) {
  std::vector<double> ttft;
  std::vector<double> e2el;
  std::vector<double> itl;
  for (const ServedRequest& request : test.requests) {
    const std::vector<double>& times = request.token_times;
    ttft.push_back(times.front() - request.scheduled);
    e2el.push_back(times.back() - request.scheduled);
    for (std::size_t i = 1; i < times.size(); ++i) itl.push_back(times[i] - times[i - 1]);
  }
  Plot plot = {.title = "Percentiles: " + ServingTitle(test),
               .caption = "The share of values that are no larger than what the line shows.",
               .x_axis = "percentile",
               .y_axis = "ms",
               .is_log_y = true,
               .series = {}};
  for (auto& [name, values] :
       {std::pair<std::string, std::vector<double>>{"E2E", e2el}, {"TTFT", ttft}, {"ITL", itl}}) {
    PlotSeries series = Quantiles(name, values);
    // A logarithm has no place for the value 0.
    std::erase_if(series.points, [](const auto& point) { return !(point.second > 0); });
    if (!series.points.empty()) plot.series.push_back(std::move(series));
  }
  return plot;
}

}  // namespace

std::vector<Plot> BenchPlots(const BenchReport& report) {
  std::vector<Plot> plots;
  plots.push_back(Roofline(report));
  AddBatchPlots(report, plots);
  for (const ServingTest& test : report.serving) plots.push_back(Percentiles(test));
  std::erase_if(plots, [](const Plot& plot) { return plot.series.empty(); });
  return plots;
}

}  // namespace meval
