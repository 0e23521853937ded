#include "evals/command_line/common_flags.h"
#include "evals/command_line/compare_flags.h"
#include "evals/flags.h"

namespace meval {

using command_line::CompareFlags;
using command_line::Describe;
using command_line::Parse;
using command_line::RequireWord;

HistoryOptions ParseHistory(std::span<const std::string> arguments) {
  HistoryOptions options;
  CompareFlags compare;
  CLI::App app;
  Describe(
      app, "history", "mistral-eval history runs --html history.html",
      "The main score of every task over time, from the run directories at any depth below DIR: "
      "one table for each\n"
      "task and set of prompts, with 95 % intervals, the verdict of each run against the one "
      "before it (as `compare`\n"
      "reaches it) and the verdict of the gate it went through (`run --baseline`). Results of "
      "`bench` follow, one table\n"
      "for each throughput test on one machine.");
  app.add_option("DIR", options.directory, "Where the run directories are")->required();
  compare.Add(app, options.compare, "Statistics");
  compare.AddSelection(app, options.compare);
  app.add_option("--html", options.html,
                 "Also write a page with a chart for each task to this file");
  app.add_option("--format", options.format, "console or json")->capture_default_str();
  app.add_option("--out", options.out, "File to write; - is stdout")->capture_default_str();
  app.add_flag("--no-color", options.no_color,
               "No colours (also: the NO_COLOR environment variable)");
  Parse(app, arguments);
  compare.Finish(options.compare);
  RequireWord("--format", options.format, {"console", "json"});
  return options;
}

}  // namespace meval
