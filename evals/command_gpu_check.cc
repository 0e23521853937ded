// `mistral-eval gpu-check`.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "engine/selftest.h"
#include "evals/commands.h"
#include "evals/flags.h"
#include "evals/install_paths.h"
#include "evals/model_loader.h"
#include "evals/program.h"
#include "evals/selftest_report.h"
#include "kernels/ceiling.h"
#include "kernels/device_info.h"
#include "reports/summary.h"

namespace meval {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

Facts DescribeDevice(Context& context, std::int64_t seed) {
  const HostInfo host = DescribeHost(context);
  Facts facts = {{"build", host.build},
                 {"cpu", host.cpu},
                 {"device", context.device_name()},
                 {"arithmetic", context.device_arithmetic()},
                 {"free memory", Grouped(context.traits().available_bytes) + " bytes"},
                 {"seed", std::to_string(seed)}};
  for (const DeviceInfo& device : ListDevices()) {
    if (device.kind != Device::kCuda) continue;
    facts.emplace_back(
        "CUDA", "driver for " + device.driver_version + ", runtime " + device.runtime_version);
    facts.emplace_back("memory", Grouped(device.total_bytes) + " bytes");
    break;
  }
  constexpr double kTera = 1e12;
  facts.emplace_back("read", fmt::format("{:.2f} TB/s", MeasureReadBandwidth(context) / kTera));
  facts.emplace_back(
      "copy", fmt::format("{:.2f} TB/s, read and written", MeasureCopyBandwidth(context) / kTera));
  facts.emplace_back("bf16 products",
                     fmt::format("{:.1f} TFLOP/s, random numbers",
                                 MeasureMatmulRate(context, DType::kBF16) / kTera));
  return facts;
}

std::string Status(const SelftestCheck& check) {
  if (!check.passed()) return "FAILED";
  return check.num_cases == 0 ? "skipped" : "ok";
}

// "0.31" of what is allowed; "bits" where nothing is.
std::string Worst(const SelftestCheck& check) {
  return check.worst < 0 ? "bits" : fmt::format("{:.2f}", check.worst);
}

void PrintCheck(const SelftestCheck& check, std::ostream& out) {
  fmt::print(out, "{:<21} {:<66} {:>7} {:>6}  {}\n", check.name, check.claim,
             Grouped(check.num_cases), Worst(check), Status(check));
  if (!check.passed()) {
    fmt::print(out, "    {} cases failed, the first: {}\n", Grouped(check.num_failures),
               check.first_failure);
  }
}

std::string ToMarkdown(const SelftestReport& report) {
  std::string text = "# gpu-check\n\n| | |\n|---|---|\n";
  for (const auto& [key, value] : report.machine) text += fmt::format("| {} | {} |\n", key, value);
  text += "\n| check | claim | cases | worst error, as a share of what is allowed | |\n";
  text += "|---|---|---|---|---|\n";
  for (const SelftestCheck& check : report.checks) {
    text += fmt::format("| {} | {} | {} | {} | {} |\n", check.name, check.claim,
                        Grouped(check.num_cases), Worst(check), Status(check));
  }
  for (const SelftestCheck& check : report.checks) {
    if (!check.passed()) text += fmt::format("\n{}: {}\n", check.name, check.first_failure);
  }
  return text + fmt::format("\n{:.1f} s.\n", report.seconds);
}

void WriteFile(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw UsageError(path.string() + ": cannot be written");
}

void WriteReport(const SelftestReport& report, const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  std::ostringstream json;
  WriteJson(report, json);
  WriteFile(directory / "report.json", json.str());
  WriteFile(directory / "report.md", ToMarkdown(report));
}

}  // namespace

int GpuCheckCommand(const GpuCheckOptions& options, std::ostream& out, std::ostream& err) {
  SelftestReport report;
  {
    Context device({.device = Device::kCuda});
    report.machine = DescribeDevice(device, options.seed);
  }
  for (const auto& [key, value] : report.machine) fmt::print(out, "{:<13} {}\n", key, value);
  fmt::print(out, "\n{:<21} {:<66} {:>7} {:>6}\n", "check", "claim", "cases", "worst");
  out << std::flush;

  SelftestOptions selftest;
  selftest.seed = static_cast<std::uint64_t>(options.seed);
  selftest.effort = options.quick  ? SelftestEffort::kQuick
                    : options.full ? SelftestEffort::kFull
                                   : SelftestEffort::kDefault;
  selftest.device = Device::kCuda;
  selftest.tokenizer = TinyModelDir();
  if (!options.quiet) {
    selftest.progress = [&err](const std::string& what) { fmt::print(err, "trying {}\n", what); };
  }
  const auto begin = std::chrono::steady_clock::now();
  for (auto* const part : {CheckDevice, CheckEngine}) {
    for (SelftestCheck& check : part(selftest)) {
      PrintCheck(check, out);
      report.repeat.push_back(fmt::format("mistral-eval gpu-check --seed {}{}", options.seed,
                                          options.quick  ? " --quick"
                                          : options.full ? " --full"
                                                         : ""));
      report.checks.push_back(std::move(check));
    }
    out << std::flush;
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  fmt::print(out, "\n{} checks, {} cases, {:.1f} s: {}\n", report.checks.size(),
             Grouped(report.num_cases()), report.seconds,
             report.num_failed() == 0
                 ? "all passed."
                 : fmt::format("{} FAILED. Results of this device are not to be trusted.",
                               report.num_failed()));
  if (!options.report.empty()) WriteReport(report, options.report);
  return report.num_failed() > 0 ? kExitDevice : kExitOk;
}

}  // namespace meval
