#include "evals/command_line/common_flags.h"
#include "evals/flags.h"

namespace meval {

using command_line::Describe;
using command_line::ModelFlags;
using command_line::Parse;
using command_line::RequireWord;

SelftestCommandOptions ParseSelftest(std::span<const std::string> arguments) {
  SelftestCommandOptions options;
  options.model.model.clear();
  ModelFlags model;
  CLI::App app;
  Describe(
      app, "selftest", "mistral-eval selftest --model models/Mistral-7B-v0.1",
      "Proves on this machine what the reports promise. Every kernel is run by every code path "
      "on random shapes and compared\n"
      "with the reference; scores and generations of random trees of requests are computed "
      "with sharing on and off, shuffled,\n"
      "in steps of 1 to 8192 rows, in tight memory, on 1, 2 and 4 threads, token by token, in "
      "part, and interrupted: the same\n"
      "bits each time. Without --model random small models are used. Exit code 0, or 5 where a "
      "check failed.");
  model.Add(app, options.model);
  app.get_option("--backend")->description("cpu: mistral-eval gpu-check checks a CUDA device");
  app.add_option("--seed", options.seed, "What is tried at random")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  CLI::Option* quick = app.add_flag("--quick", options.quick, "A few seconds");
  app.add_flag("--full", options.full, "Minutes: many models, every schedule alone")
      ->excludes(quick);
  app.add_option("--only", options.only,
                 "Only checks whose name begins with this: kernel, score.batch, ...");
  app.add_option("--format", options.format, "console or json")->capture_default_str();
  app.add_flag("--quiet", options.quiet, "No notes on stderr");
  Parse(app, arguments);
  model.Finish(options.model);
  if (options.model.backend == "cuda") {
    throw UsageError(
        "--backend cuda: selftest checks the cpu; mistral-eval gpu-check checks a CUDA device");
  }
  RequireWord("--format", options.format, {"console", "json"});
  return options;
}

}  // namespace meval
