#include "reports/csv_report.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "reports/utf8.h"

namespace meval {
namespace {

std::string Quoted(std::string_view text) {
  const std::string repaired = RepairUtf8(text);
  if (repaired.find_first_of(",\"\r\n") == std::string::npos) return repaired;
  std::string out = "\"";
  for (const char c : repaired) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

// The shortest decimal form that reads back to the same double.
std::string Number(const std::string& field, std::optional<double> value) {
  if (!value) return "";
  if (!std::isfinite(*value)) {
    throw std::logic_error("csv report: " + field + " is not finite");
  }
  std::array<char, 64> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), *value);
  return {buffer.data(), result.ptr};
}

void WriteRow(const std::vector<std::string>& fields, std::ostream& out) {
  const char* separator = "";
  for (const std::string& field : fields) {
    out << separator << Quoted(field);
    separator = ",";
  }
  out << '\n';
}

void WriteMetric(const TaskResult& task, const SubsetResult& subset, const MetricValue& metric,
                 std::ostream& out) {
  const std::string field =
      task.task + " " + subset.name + (subset.name.empty() ? "" : " ") + metric.name;
  WriteRow(
      {task.task, std::to_string(task.version), std::to_string(task.shots), subset.name,
       subset.kind, std::to_string(metric.n), metric.name, Number(field + " value", metric.value),
       metric.unit, Number(field + " standard_error", metric.standard_error),
       Number(field + " ci_low", metric.ci_low), Number(field + " ci_high", metric.ci_high),
       metric.is_headline ? "true" : "false", metric.higher_is_better ? "true" : "false",
       task.is_demonstration ? "true" : "false"},
      out);
}

}  // namespace

void WriteCsvReport(const RunReport& run, std::ostream& out) {
  WriteRow({"task", "version", "shots", "subset", "subset_kind", "n", "metric", "value", "unit",
            "standard_error", "ci_low", "ci_high", "is_headline", "higher_is_better",
            "is_demonstration"},
           out);
  for (const TaskResult& task : run.tasks) {
    for (const MetricValue& metric : task.metrics) WriteMetric(task, {}, metric, out);
    for (const SubsetResult& subset : task.subsets) {
      for (const MetricValue& metric : subset.metrics) WriteMetric(task, subset, metric, out);
    }
  }
}

}  // namespace meval
