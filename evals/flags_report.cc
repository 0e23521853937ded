#include <algorithm>
#include <string>
#include <vector>

#include "evals/command_line/common_flags.h"
#include "evals/report_options.h"
#include "evals/run_formats.h"

namespace meval {

using command_line::Describe;
using command_line::Parse;
using command_line::RequireWord;

ReportCommandOptions ParseReport(std::span<const std::string> arguments) {
  ReportCommandOptions options;
  CLI::App app;
  Describe(app, "report", "mistral-eval report runs/NAME --format html",
           "Writes the report of an earlier run again, from its directory alone: no model, no data "
           "set.");
  app.add_option("run", options.run, "The directory of a run")->required();
  app.add_option("--format", options.format, "html, console, json, markdown or csv")
      ->capture_default_str();
  app.add_option("--out", options.out,
                 "File to write; - is stdout (default: report.html in the run directory for html, "
                 "else stdout)");
  app.add_flag("--all-groups", options.all_groups,
               "Print every subject of a task, not only categories");
  app.add_flag("--no-color", options.no_color,
               "No colours (also: the NO_COLOR environment variable)");
  Parse(app, arguments);
  std::vector<std::string> formats = {"html"};
  formats.insert(formats.end(), RunFormatNames().begin(), RunFormatNames().end());
  RequireWord("--format", options.format, formats);
  return options;
}

}  // namespace meval
