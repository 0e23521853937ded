#include "evals/command_line/common_flags.h"
#include "evals/command_line/compare_flags.h"
#include "evals/flags.h"

namespace meval {

using command_line::CompareFlags;
using command_line::Describe;
using command_line::Parse;
using command_line::RequireWord;

CompareCommandOptions ParseCompare(std::span<const std::string> arguments) {
  CompareCommandOptions options;
  CompareFlags compare;
  CLI::App app;
  Describe(app, "compare", "mistral-eval compare runs/base runs/new --gate --margin mmlu=0.5",
           "Runs on the same records side by side: differences with paired intervals and tests, "
           "what flipped, how fast,\n"
           "and a verdict: identical, equivalent, improved, regressed or inconclusive. The first "
           "is the baseline.\n"
           "Each is a run directory, a directory of repetitions of one run, a baseline file, or "
           "samples of lm-evaluation-\n"
           "harness. Runs whose prompts or data differ are refused. docs/statistics.md says what "
           "is computed. Results of `bench` are compared by ratios of rates with intervals; "
           "--margin is then in percent.");
  app.add_option("RUNS", options.runs, "The baseline and one run or more")->required();
  compare.Add(app, options.compare, "Statistics");
  compare.AddSelection(app, options.compare);
  app.add_flag("--gate", options.gate.is_on, "Exit with 1 where a task has regressed");
  app.add_option("--fail-on", options.gate.fail_on,
                 "What --gate fails on: regressed, or inconclusive too")
      ->capture_default_str();
  app.add_option("--write-baseline", options.write_baseline,
                 "Write the last run to this baseline file, after it was compared; with a single "
                 "run that is all");
  app.add_option("--flips", options.most_flips, "Most flips shown of a task and run")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--html", options.html, "Also write a page with every flip to this file");
  app.add_option("--against", options.compare.against,
                 "A number that every run has, to plot scores over in --html: parameters, "
                 "bits_per_weight, or one that `run --number` recorded, such as training_samples");
  app.add_option("--format", options.format,
                 "console, json, markdown, junit, or github: annotations and the step summary")
      ->capture_default_str();
  app.add_option("--out", options.out, "File to write; - is stdout")->capture_default_str();
  app.add_flag("--no-color", options.no_color,
               "No colours (also: the NO_COLOR environment variable)");
  Parse(app, arguments);
  compare.Finish(options.compare);
  RequireWord("--format", options.format, {"console", "json", "markdown", "junit", "github"});
  RequireWord("--fail-on", options.gate.fail_on, {"regressed", "inconclusive"});
  if (!options.compare.against.empty() && options.html.empty() && options.format != "json") {
    throw UsageError("--against: expected --html FILE or --format json with it, found neither");
  }
  if (options.runs.size() < 2 && options.write_baseline.empty()) {
    throw UsageError(
        "compare: expected a baseline and a run or more, found one path. --write-baseline FILE "
        "makes a baseline of one run");
  }
  return options;
}

}  // namespace meval
