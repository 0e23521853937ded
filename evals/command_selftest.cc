// `mistral-eval selftest`.

#include <chrono>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "engine/selftest.h"
#include "evals/commands.h"
#include "evals/flags.h"
#include "evals/install_paths.h"
#include "evals/model_loader.h"
#include "evals/program.h"
#include "evals/selftest_report.h"
#include "kernels/context.h"
#include "reports/summary.h"
#include "tasks/nearest_name.h"

namespace meval {
namespace {

void RequireCheck(const std::string& only) {
  const std::vector<std::string> names = SelftestNames();
  for (const std::string& name : names) {
    if (name.starts_with(only)) return;
  }
  throw UsageError(fmt::format("--only: expected the beginning of a check's name, found \"{}\"{}",
                               only, tasks::DidYouMean(only, names)));
}

std::string PathsText() {
  std::string names;
  for (const CpuPath path : AvailableCpuPaths())
    names += (names.empty() ? "" : ", ") + std::string(Name(path));
  return names;
}

std::string DTypesText(const ModelOptions& model) {
  if (model.dtype != "auto") return "in " + model.dtype;
  return model.model.empty() ? "in f32 and in bf16" : "as the checkpoint is stored";
}

std::vector<std::pair<std::string, std::string>> DescribeMachine(
    const SelftestCommandOptions& options) {
  const Context context({.num_threads = options.model.threads});
  const HostInfo host = DescribeHost(context);
  return {{"build", host.build},
          {"cpu", host.cpu},
          {"threads", std::to_string(host.num_threads)},
          {"path", host.cpu_path + " (this machine has " + PathsText() + ")"},
          {"matmul", host.gemm_provider},
          {"libraries", LibraryVersions()},
          {"numerics", "f32 sums and logits, log-probabilities summed in double, weights and KV " +
                           DTypesText(options.model)},
          {"model", options.model.model.empty() ? "random small models" : options.model.model},
          {"seed", std::to_string(options.seed)}};
}

// Everything that decides what a check tries.
std::string RepeatCommand(const SelftestCommandOptions& options, int threads,
                          const std::string& name) {
  std::string command = fmt::format("mistral-eval selftest --only {} --seed {} --threads {}", name,
                                    options.seed, threads);
  if (options.quick) command += " --quick";
  if (options.full) command += " --full";
  const ModelOptions& model = options.model;
  if (model.dtype != "auto") command += " --dtype " + model.dtype;
  if (!model.model.empty()) command += " --model " + model.model;
  if (!model.tokenizer.empty()) command += " --tokenizer " + model.tokenizer;
  if (model.batch_tokens > 0) command += fmt::format(" --batch-tokens {}", model.batch_tokens);
  if (model.kv_memory_bytes > 0) command += fmt::format(" --kv-memory {}", model.kv_memory_bytes);
  if (model.max_length > 0) command += fmt::format(" --max-length {}", model.max_length);
  return command;
}

SelftestOptions ToOptions(const SelftestCommandOptions& command, std::ostream* notes) {
  SelftestOptions options;
  options.seed = static_cast<std::uint64_t>(command.seed);
  options.effort = command.quick  ? SelftestEffort::kQuick
                   : command.full ? SelftestEffort::kFull
                                  : SelftestEffort::kDefault;
  options.num_threads = command.model.threads;
  options.only = command.only;
  EngineOptions engine = ToEngineOptions(command.model);
  if (notes != nullptr) {
    options.progress = [notes](const std::string& what) {
      fmt::print(*notes, "trying {}\n", what);
    };
    engine.announce = [notes](const std::string& table) { *notes << table << std::flush; };
  }
  options.dtype = engine.dtype;
  options.tokenizer = command.model.tokenizer;
  if (!command.model.model.empty()) {
    options.model = std::move(engine);
  } else if (options.tokenizer.empty()) {
    options.tokenizer = TinyModelDir();
  }
  return options;
}

void PrintCheck(const SelftestCheck& check, const std::string& repeat, std::ostream& out) {
  if (check.num_cases == 0 && check.passed()) {
    fmt::print(out, "{:<21} {:<66} {:>7}  skipped: {}\n", check.name, check.claim, "-",
               check.why_skipped);
    return;
  }
  fmt::print(out, "{:<21} {:<66} {:>7}  {}\n", check.name, check.claim, Grouped(check.num_cases),
             check.passed() ? "ok" : "FAILED");
  if (check.passed()) return;
  fmt::print(out, "    {} of {} cases failed, the first: {}\n    repeat with: {}\n",
             Grouped(check.num_failures), Grouped(check.num_cases), check.first_failure, repeat);
}

void PrintSummary(const SelftestReport& report, bool is_whole, std::ostream& out) {
  fmt::print(out, "\n{} checks, {} cases, {:.1f} s: ",
             report.checks.size() - static_cast<std::size_t>(report.num_skipped()),
             Grouped(report.num_cases()), report.seconds);
  if (report.num_failed() > 0) {
    fmt::print(out,
               "{} FAILED. Scores of this machine and build are not to be trusted: please report "
               "the lines above.\n",
               report.num_failed());
  } else if (report.num_cases() == 0) {
    fmt::print(out, "nothing could be tried.\n");
  } else {
    // One check alone does not show as much.
    fmt::print(out, "all passed.{}\n",
               is_whole ? " On this machine no schedule changes a bit of a score." : "");
  }
}

}  // namespace

int SelftestCommand(const SelftestCommandOptions& options, std::ostream& out, std::ostream& err) {
  RequireCheck(options.only);
  const bool is_console = options.format == "console";
  SelftestReport report;
  report.machine = DescribeMachine(options);
  const int threads = Context({.num_threads = options.model.threads}).num_threads();
  if (is_console) {
    for (const auto& [key, value] : report.machine) fmt::print(out, "{:<10} {}\n", key, value);
    out << '\n' << std::flush;
  }
  const SelftestOptions selftest = ToOptions(options, options.quiet ? nullptr : &err);
  const auto begin = std::chrono::steady_clock::now();
  for (auto* const part : {CheckKernels, CheckEngine}) {
    for (SelftestCheck& check : part(selftest)) {
      report.repeat.push_back(RepeatCommand(options, threads, check.name));
      if (is_console) PrintCheck(check, report.repeat.back(), out);
      report.checks.push_back(std::move(check));
    }
    out << std::flush;
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (is_console) {
    PrintSummary(report, options.only.empty(), out);
  } else {
    WriteJson(report, out);
  }
  return report.num_failed() > 0 ? kExitDevice : kExitOk;
}

}  // namespace meval
