#include "evals/command_line/common_flags.h"
#include "evals/flags.h"

namespace meval {

using command_line::Describe;
using command_line::Parse;
using command_line::RequireWord;

GpuCheckOptions ParseGpuCheck(std::span<const std::string> arguments) {
  GpuCheckOptions options;
  CLI::App app;
  Describe(
      app, "gpu-check", "mistral-eval gpu-check --report gpu-report",
      "Proves that the CUDA device of this machine computes what the cpu does, and measures how "
      "fast. In at most 8 minutes:\n"
      "  device     every op on random shapes beside the cpu, into poisoned outputs; logits of "
      "random small models\n"
      "  engine     scores and generations of random trees of requests have the same bits whatever "
      "the schedule\n"
      "  model      the shipped model's answers to the shipped records are the goldens\n"
      "  speed      prefill and decode of the 7B shape, each beside its floor\n"
      "  workloads  MMLU, HellaSwag and GSM8K by their lengths, with random tokens\n"
      "  sanitizer  device, under compute-sanitizer, where that is on PATH\n"
      "A worst error of 1.00 is all that is allowed. Exit code 0, or 5 where something failed or "
      "there is no device.");
  app.add_option("--report", options.report, "Directory for report.json and report.md");
  app.add_option("--seed", options.seed, "What is tried at random")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  CLI::Option* quick = app.add_flag("--quick", options.quick,
                                    "Few shapes and random models, and only device and engine");
  app.add_flag("--full", options.full, "Many shapes and models, every schedule alone")
      ->excludes(quick);
  app.add_option("--only", options.only, "Only these parts (several: a,b)")->delimiter(',');
  app.add_flag("--no-speed", options.no_speed, "Neither speed nor workloads");
  app.add_option("--model", options.model,
                 "Whose speed is measured (default: random:mistral-7b-v0.1, or as many of its "
                 "layers as fit)");
  app.add_option("--limit", options.limit,
                 "Documents of each workload (default: all, or as many as time allows)")
      ->check(CLI::PositiveNumber);
  app.add_flag("--quiet", options.quiet, "No notes on stderr");
  app.add_option(
      "--write-goldens", options.write_goldens,
      "Write what the shipped model answers in f32 on the cpu to this file and end; needs "
      "no device");
  Parse(app, arguments);
  for (const std::string& part : options.only) {
    RequireWord("--only", part, {"device", "engine", "model", "speed", "workloads", "sanitizer"});
  }
  return options;
}

}  // namespace meval
