#include "evals/run_formats.h"

#include <ostream>
#include <stdexcept>

#include "evals/step_summary.h"
#include "reports/benchmark_report.h"
#include "reports/csv_report.h"
#include "reports/github_report.h"
#include "reports/json_report.h"
#include "reports/junit_report.h"
#include "reports/markdown_report.h"

namespace meval {
namespace {

using Limits = std::span<const FailedLimit>;

struct Format {
  const char* name;
  void (*write)(const RunReport& run, Limits failed, std::ostream& out);
};

constexpr Format kFormats[] = {
    {"json", [](const RunReport& run, Limits, std::ostream& out) { WriteResultsJson(run, out); }},
    {"markdown",
     [](const RunReport& run, Limits, std::ostream& out) { WriteMarkdownReport(run, out); }},
    {"csv", [](const RunReport& run, Limits, std::ostream& out) { WriteCsvReport(run, out); }},
    {"junit", WriteJunitReport},
    {"github",
     [](const RunReport& run, Limits failed, std::ostream& out) {
       AppendStepSummary([&](std::ostream& summary) { WriteMarkdownReport(run, summary); });
       WriteGithubReport(run, failed, out);
     }},
    {"benchmark",
     [](const RunReport& run, Limits, std::ostream& out) {
       WriteBenchmarkReport(run, BenchmarkDirection::kBigger, out);
     }},
    {"benchmark-smaller", [](const RunReport& run, Limits, std::ostream& out) {
       WriteBenchmarkReport(run, BenchmarkDirection::kSmaller, out);
     }}};

}  // namespace

const std::vector<std::string>& RunFormatNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = {"console"};
    for (const Format& format : kFormats) all.emplace_back(format.name);
    return all;
  }();
  return names;
}

void WriteRunFormat(const std::string& format, const RunReport& report, Limits failed,
                    const ConsoleOptions& console, std::ostream& out) {
  if (format == "console") return WriteConsoleReport(report, console, out);
  for (const Format& known : kFormats) {
    if (format == known.name) return known.write(report, failed, out);
  }
  throw std::invalid_argument("no report format is called " + format);
}

}  // namespace meval
