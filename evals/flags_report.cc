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
  app.add_option(
         "--format", options.format,
         "html; console, json, markdown, csv, junit, github, benchmark (bigger is better) or "
         "benchmark-smaller; lm-eval: a folder in the form of lm-evaluation-harness")
      ->capture_default_str();
  app.add_option(
      "--out", options.out,
      "File to write, a folder for lm-eval; - is stdout (default: report.html and lm-eval "
      "in the run directory, else stdout)");
  app.add_option("--baseline", options.baseline,
                 "Mark the records that flipped since this run, baseline file or log of "
                 "lm-evaluation-harness in the page (html)");
  app.add_option("--sheet", options.sheet,
                 "Write instead, for each task, a sheet of so many records drawn at random for "
                 "people to rate, as CSV and\nHTML, in the run directory or the folder --out; "
                 "`score --sheet` reads filled ones")
      ->check(CLI::PositiveNumber);
  app.add_flag("--all-groups", options.all_groups,
               "Print every subject of a task, not only categories");
  app.add_flag("--no-color", options.no_color,
               "No colours (also: the NO_COLOR environment variable)");
  Parse(app, arguments);
  std::vector<std::string> formats = {"html", "lm-eval"};
  formats.insert(formats.end(), RunFormatNames().begin(), RunFormatNames().end());
  RequireWord("--format", options.format, formats);
  if (!options.baseline.empty() && options.format != "html") {
    throw UsageError("--baseline: expected --format html with it, found " + options.format +
                     "; `compare` has the other formats");
  }
  return options;
}

}  // namespace meval
