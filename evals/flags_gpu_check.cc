#include "evals/command_line/common_flags.h"
#include "evals/flags.h"

namespace meval {

using command_line::Describe;
using command_line::Parse;

GpuCheckOptions ParseGpuCheck(std::span<const std::string> arguments) {
  GpuCheckOptions options;
  CLI::App app;
  Describe(
      app, "gpu-check", "mistral-eval gpu-check --report gpu-report",
      "Proves that the CUDA device of this machine computes what the cpu does. Every op runs on "
      "random shapes beside the cpu, into\n"
      "poisoned outputs; logits of random small models are compared; scores and generations of "
      "random trees of requests have the\n"
      "same bits whatever the schedule. A worst error of 1.00 is all that is allowed. Exit code 0, "
      "or 5 where a check failed or\n"
      "there is no device.");
  app.add_option("--report", options.report, "Directory for report.json and report.md");
  app.add_option("--seed", options.seed, "What is tried at random")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  CLI::Option* quick = app.add_flag("--quick", options.quick, "Few shapes and models");
  app.add_flag("--full", options.full, "Many shapes and models, every schedule alone")
      ->excludes(quick);
  app.add_flag("--quiet", options.quiet, "No notes on stderr");
  Parse(app, arguments);
  return options;
}

}  // namespace meval
