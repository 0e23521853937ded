#include "reports/csv_report.h"

#include <ostream>
#include <string>

#include "reports/csv_text.h"

namespace meval {
namespace {

void WriteMetric(const TaskResult& task, const SubsetResult& subset, const MetricValue& metric,
                 std::ostream& out) {
  const std::string field =
      task.task + " " + subset.name + (subset.name.empty() ? "" : " ") + metric.name;
  WriteCsvRow(
      {CsvText(task.task), std::to_string(task.version), std::to_string(task.shots),
       CsvText(subset.name), subset.kind, std::to_string(metric.n), CsvText(metric.name),
       CsvNumber(field + " value", metric.value), metric.unit,
       CsvNumber(field + " standard_error", metric.standard_error),
       CsvNumber(field + " ci_low", metric.ci_low), CsvNumber(field + " ci_high", metric.ci_high),
       metric.is_headline ? "true" : "false", metric.higher_is_better ? "true" : "false",
       task.is_demonstration ? "true" : "false", CsvText(metric.signature)},
      out);
}

}  // namespace

void WriteCsvReport(const RunReport& run, std::ostream& out) {
  WriteCsvRow({"task", "version", "shots", "subset", "subset_kind", "n", "metric", "value", "unit",
               "standard_error", "ci_low", "ci_high", "is_headline", "higher_is_better",
               "is_demonstration", "signature"},
              out);
  for (const TaskResult& task : run.tasks) {
    for (const MetricValue& metric : task.metrics) WriteMetric(task, {}, metric, out);
    for (const SubsetResult& subset : task.subsets) {
      for (const MetricValue& metric : subset.metrics) WriteMetric(task, subset, metric, out);
    }
  }
}

}  // namespace meval
