#include "evals/command_line/common_flags.h"
#include "evals/flags.h"

namespace meval {

using command_line::Describe;
using command_line::Parse;
using command_line::RequireWord;

ScoreOptions ParseScore(std::span<const std::string> arguments) {
  ScoreOptions options;
  CLI::App app;
  Describe(app, "score", "mistral-eval score --samples runs/a",
           "Scores without a model: every metric of an earlier run, computed again from its "
           "run.json and its sample logs, and\n"
           "compared with its results.json bit by bit. Exit code 0 where all are equal, 1 where "
           "not, 3 where a file is damaged.");
  app.add_option("--samples", options.samples, "The directory of a run")->required();
  app.add_option("--format", options.format, "console or json")->capture_default_str();
  app.add_option("--out", options.out, "File to write; - is stdout")->capture_default_str();
  app.add_option("--threads", options.threads, "CPU threads (default: all; never changes a score)")
      ->check(CLI::PositiveNumber);
  Parse(app, arguments);
  RequireWord("--format", options.format, {"console", "json"});
  return options;
}

}  // namespace meval
