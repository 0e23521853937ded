#include "reports/github_report.h"

#include <ostream>

#include "reports/score_sentence.h"
#include "reports/summary.h"
#include "reports/utf8.h"

namespace meval {
namespace {

// A property's value also ends at ':' and ','.
std::string Escape(std::string_view text, bool is_property) {
  std::string out;
  for (const char c : PrintableLine(text)) {
    if (c == '%') {
      out += "%25";
    } else if (is_property && c == ':') {
      out += "%3A";
    } else if (is_property && c == ',') {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string GithubAnnotation(std::string_view level, std::string_view title,
                             std::string_view message) {
  return "::" + std::string(level) + " title=" + Escape(title, true) +
         "::" + Escape(message, false) + "\n";
}

void WriteGithubReport(const RunReport& run, std::span<const FailedLimit> failed,
                       std::ostream& out) {
  for (const FailedLimit& limit : failed) {
    out << GithubAnnotation("error", limit.task + " " + limit.metric, limit.message);
  }
  for (const std::string& sentence : BannerSentences(run)) {
    out << GithubAnnotation("warning", "mistral-eval", sentence);
  }
  for (const TaskResult& task : run.tasks) {
    for (const MetricValue& metric : task.metrics) {
      if (!metric.is_headline) continue;
      out << GithubAnnotation("notice", task.task + " " + metric.name, ScoreSentence(metric));
    }
    for (const std::string& note : NoteSentences(task)) {
      out << GithubAnnotation("warning", task.task, note);
    }
  }
}

}  // namespace meval
