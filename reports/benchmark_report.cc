#include "reports/benchmark_report.h"

#include <ostream>
#include <string>
#include <utility>

#include "reports/json/strict_json.h"
#include "reports/summary.h"
#include "reports/utf8.h"

namespace meval {
namespace {

OrderedJson ScoreEntry(const RunReport& run, const TaskResult& task, const MetricValue& metric) {
  const bool is_fraction = metric.unit == "fraction";
  const double scale = is_fraction ? 100 : 1;
  OrderedJson entry = {{"name", RepairUtf8(task.task + " " + metric.name)},
                       {"unit", is_fraction || metric.unit == "percent" ? "%" : metric.unit},
                       {"value", scale * metric.value}};
  if (metric.ci_low && metric.ci_high) {
    entry["range"] = "\u00b1 " + Fixed(scale * (*metric.ci_high - *metric.ci_low) / 2, 4);
  }
  entry["extra"] = RepairUtf8("n = " + std::to_string(metric.n) + "\nmodel " + run.identity.model +
                              "\nprompts " + task.prompt_digest + "\n" + metric.signature);
  return entry;
}

OrderedJson SpeedEntry(const std::string& name, const std::string& unit, double value) {
  return {{"name", RepairUtf8(name)}, {"unit", unit}, {"value", value}};
}

// Speeds are those of one attempt: a run that was continued has none to compare.
void AddSpeeds(const TaskResult& task, BenchmarkDirection direction, OrderedJson& entries) {
  const Timing& timing = task.timing;
  if (timing.requests_from_journal > 0 || !(timing.model_seconds > 0)) return;
  if (direction == BenchmarkDirection::kSmaller) {
    entries.push_back(SpeedEntry(task.task + " seconds in the model", "s", timing.model_seconds));
    return;
  }
  entries.push_back(SpeedEntry(task.task + " tokens fed", "tokens/s",
                               static_cast<double>(timing.tokens_fed) / timing.model_seconds));
  if (timing.tokens_generated > 0) {
    entries.push_back(
        SpeedEntry(task.task + " tokens generated", "tokens/s",
                   static_cast<double>(timing.tokens_generated) / timing.model_seconds));
  }
}

}  // namespace

void WriteBenchmarkReport(const RunReport& run, BenchmarkDirection direction, std::ostream& out) {
  const bool is_bigger = direction == BenchmarkDirection::kBigger;
  OrderedJson entries = OrderedJson::array();
  for (const TaskResult& task : run.tasks) {
    for (const MetricValue& metric : task.metrics) {
      if (metric.is_detail || metric.higher_is_better != is_bigger) continue;
      entries.push_back(ScoreEntry(run, task, metric));
    }
    AddSpeeds(task, direction, entries);
  }
  out << DumpStrict(std::move(entries), "benchmark report", 2) << '\n';
}

}  // namespace meval
