#include "reports/junit_report.h"

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "reports/score_sentence.h"
#include "reports/summary.h"
#include "reports/xml_text.h"

namespace meval {
namespace {

const FailedLimit* Find(std::span<const FailedLimit> failed, const std::string& task,
                        const std::string& metric) {
  for (const FailedLimit& limit : failed) {
    if (limit.task == task && limit.metric == metric) return &limit;
  }
  return nullptr;
}

// What tables show, and what failed.
std::vector<const MetricValue*> Shown(const TaskResult& task, std::span<const FailedLimit> failed) {
  std::vector<const MetricValue*> shown;
  for (const MetricValue& metric : task.metrics) {
    if (!metric.is_detail || Find(failed, task.task, metric.name) != nullptr) {
      shown.push_back(&metric);
    }
  }
  return shown;
}

void WriteCase(const TaskResult& task, const MetricValue& metric, const FailedLimit* failed,
               std::ostream& out) {
  const bool is_unfinished = metric.is_headline && task.counters.unscored > 0;
  // The task's time stands at its main score: a suite's time is the sum of its cases.
  const double seconds = metric.is_headline ? task.timing.seconds : 0;
  out << "    <testcase" << XmlAttribute("classname", "mistral-eval." + task.task)
      << XmlAttribute("name", metric.name) << XmlAttribute("time", Fixed(seconds, 3)) << ">\n";
  if (failed != nullptr) {
    out << "      <failure" << XmlAttribute("type", "limit")
        << XmlAttribute("message", failed->message) << "/>\n";
  }
  if (is_unfinished) {
    out << "      <error" << XmlAttribute("type", "unfinished")
        << XmlAttribute("message", Grouped(task.counters.unscored) + " documents have no result")
        << "/>\n";
  }
  out << "      <system-out>" << EscapeXml(ScoreSentence(metric)) << "</system-out>\n"
      << "    </testcase>\n";
}

void WriteSuite(const TaskResult& task, const std::string& started_at,
                std::span<const FailedLimit> failed, std::ostream& out) {
  const std::vector<const MetricValue*> shown = Shown(task, failed);
  const auto failures = std::count_if(shown.begin(), shown.end(), [&](const MetricValue* metric) {
    return Find(failed, task.task, metric->name) != nullptr;
  });
  const bool is_unfinished = task.counters.unscored > 0;
  const std::string time =
      started_at.ends_with('Z') ? started_at.substr(0, started_at.size() - 1) : started_at;
  out << "  <testsuite" << XmlAttribute("name", task.task)
      << XmlAttribute("tests", std::to_string(shown.size()))
      << XmlAttribute("failures", std::to_string(failures))
      << XmlAttribute("errors", is_unfinished ? "1" : "0") << XmlAttribute("skipped", "0")
      << XmlAttribute("time", Fixed(task.timing.seconds, 3)) << XmlAttribute("timestamp", time)
      << ">\n"
      << "    <properties>\n";
  const auto property = [&](const std::string& name, const std::string& value) {
    out << "      <property" << XmlAttribute("name", name) << XmlAttribute("value", value)
        << "/>\n";
  };
  property("version", std::to_string(task.version));
  property("shots", std::to_string(task.shots));
  property("prompt_digest", task.prompt_digest);
  property("data_digest", task.data_digest);
  out << "    </properties>\n";
  for (const MetricValue* metric : shown) {
    WriteCase(task, *metric, Find(failed, task.task, metric->name), out);
  }
  for (const std::string& note : NoteSentences(task)) {
    out << "    <system-out>" << EscapeXml(note) << "</system-out>\n";
  }
  out << "  </testsuite>\n";
}

}  // namespace

void WriteJunitReport(const RunReport& run, std::span<const FailedLimit> failed,
                      std::ostream& out) {
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites"
      << XmlAttribute("name", Headline(run)) << ">\n";
  for (const TaskResult& task : run.tasks) WriteSuite(task, run.started_at, failed, out);
  out << "</testsuites>\n";
}

}  // namespace meval
