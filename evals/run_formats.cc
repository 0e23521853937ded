#include "evals/run_formats.h"

#include <ostream>
#include <stdexcept>

#include "reports/csv_report.h"
#include "reports/json_report.h"
#include "reports/markdown_report.h"

namespace meval {
namespace {

struct Format {
  const char* name;
  void (*write)(const RunReport& run, std::ostream& out);
};

constexpr Format kFormats[] = {
    {"json", WriteResultsJson}, {"markdown", WriteMarkdownReport}, {"csv", WriteCsvReport}};

}  // namespace

const std::vector<std::string>& RunFormatNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = {"console"};
    for (const Format& format : kFormats) all.emplace_back(format.name);
    return all;
  }();
  return names;
}

void WriteRunFormat(const std::string& format, const RunReport& report,
                    const ConsoleOptions& console, std::ostream& out) {
  if (format == "console") return WriteConsoleReport(report, console, out);
  for (const Format& known : kFormats) {
    if (format == known.name) return known.write(report, out);
  }
  throw std::invalid_argument("no report format is called " + format);
}

}  // namespace meval
