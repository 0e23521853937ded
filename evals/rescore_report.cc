#include "evals/rescore_report.h"

#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "reports/summary.h"
#include "reports/text_table.h"
#include "reports/utf8.h"

namespace meval {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kWidth = 120;

// The shortest decimal form that reads back to the same double.
std::string Digits(const std::optional<MetricValue>& metric) {
  return metric ? fmt::format("{}", metric->value) : "";
}

TextTable MetricTable(const RescoredRun& rescored) {
  TextTable table;
  table.columns = {{"Task", Align::kLeft, 12, 0},          {"Subset", Align::kLeft, 10, 0},
                   {"Metric", Align::kLeft, 14, 0},        {"n", Align::kRight, 0, 1},
                   {"In the report", Align::kRight, 0, 0}, {"Computed again", Align::kRight, 0, 0},
                   {"Result", Align::kLeft, 10, 0}};
  for (const RescoredTask& task : rescored.tasks) {
    if (!table.rows.empty()) table.rows.emplace_back();
    bool is_first = true;
    for (const RescoredMetric& metric : task.metrics) {
      const MetricValue& shown = metric.reported ? *metric.reported : *metric.recomputed;
      const bool is_equal = metric.differences.empty();
      table.rows.push_back(
          {{is_first ? task.task : "", Emphasis::kStrong},
           {metric.subset},
           {metric.name()},
           {Grouped(shown.n)},
           {Digits(metric.reported)},
           {Digits(metric.recomputed)},
           {metric.is_new ? "new"
            : is_equal    ? "equal"
                          : fmt::format("{} differ", fmt::join(metric.differences, ", ")),
            is_equal ? Emphasis::kPlain : Emphasis::kAlert}});
      is_first = false;
    }
  }
  return table;
}

void WriteVerdict(const RescoredTask& task, std::ostream& out) {
  std::int64_t num_equal = 0;
  std::int64_t num_new = 0;
  for (const RescoredMetric& metric : task.metrics) {
    num_equal += metric.differences.empty() && !metric.is_new ? 1 : 0;
    num_new += metric.is_new ? 1 : 0;
  }
  fmt::print(
      out,
      "{}: {} of {} metrics are equal bit by bit; {} of {} documents have the scores of the log\n",
      task.task, num_equal, static_cast<std::int64_t>(task.metrics.size()) - num_new,
      Grouped(task.num_samples - task.num_samples_changed), Grouped(task.num_samples));
  for (const std::string& note : task.notes) fmt::print(out, "  note: {}\n", note);
  for (const std::string& problem : task.problems) {
    fmt::print(out, "  NOT EQUAL: {}\n", PrintableLine(problem));
  }
}

Json Number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json MetricJson(const std::optional<MetricValue>& metric) {
  if (!metric) return nullptr;
  return {{"value", metric->value},
          {"standard_error", Number(metric->standard_error)},
          {"ci_low", Number(metric->ci_low)},
          {"ci_high", Number(metric->ci_high)},
          {"n", metric->n},
          {"unit", metric->unit},
          {"signature", metric->signature}};
}

Json TaskJson(const RescoredTask& task) {
  Json metrics = Json::array();
  for (const RescoredMetric& metric : task.metrics) {
    metrics.push_back({{"subset", metric.subset},
                       {"subset_kind", metric.subset_kind},
                       {"name", metric.name()},
                       {"equal", metric.differences.empty()},
                       {"new", metric.is_new},
                       {"differences", Json(metric.differences)},
                       {"reported", MetricJson(metric.reported)},
                       {"recomputed", MetricJson(metric.recomputed)}});
  }
  return {{"task", task.task},
          {"equal", task.IsEqual()},
          {"num_samples", task.num_samples},
          {"num_samples_changed", task.num_samples_changed},
          {"problems", Json(task.problems)},
          {"notes", Json(task.notes)},
          {"metrics", std::move(metrics)}};
}

}  // namespace

void WriteConsole(const RescoredRun& rescored, const std::string& run, std::ostream& out) {
  fmt::print(out, "{}: written by mistral-eval {}, computed again from its sample logs\n\n", run,
             rescored.version);
  WriteTable(MetricTable(rescored), kWidth, false, out);
  out << '\n';
  for (const std::string& problem : rescored.problems) {
    fmt::print(out, "NOT EQUAL: {}\n", PrintableLine(problem));
  }
  for (const RescoredTask& task : rescored.tasks) WriteVerdict(task, out);
  out << (rescored.IsEqual() ? "\nEverything is equal.\n" : "\nNOT everything is equal.\n");
}

void WriteJson(const RescoredRun& rescored, const std::string& run, std::ostream& out) {
  Json tasks = Json::array();
  for (const RescoredTask& task : rescored.tasks) tasks.push_back(TaskJson(task));
  const Json json = {{"equal", rescored.IsEqual()},
                     {"run", run},
                     {"version", rescored.version},
                     {"problems", Json(rescored.problems)},
                     {"tasks", std::move(tasks)}};
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace meval
