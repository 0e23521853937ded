// `mistral-eval gpu-check`.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <span>
#include <stop_token>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "engine/error.h"
#include "engine/selftest.h"
#include "evals/bench_run.h"
#include "evals/commands.h"
#include "evals/flags.h"
#include "evals/gpu_check/ceilings.h"
#include "evals/gpu_check/deadline.h"
#include "evals/gpu_check/loading.h"
#include "evals/gpu_check/mode_cost.h"
#include "evals/gpu_check/parts.h"
#include "evals/gpu_check/report.h"
#include "evals/gpu_check/sanitizer.h"
#include "evals/gpu_check/shipped_model.h"
#include "evals/gpu_check/speed.h"
#include "evals/install_paths.h"
#include "evals/model_loader.h"
#include "evals/program.h"
#include "kernels/ceiling.h"
#include "kernels/check.h"
#include "kernels/device_info.h"
#include "reports/bench_report.h"
#include "reports/summary.h"

namespace meval {
namespace {

using gpu_check::Deadline;
using gpu_check::GpuCheckReport;

class GpuCheck {
 public:
  GpuCheck(const GpuCheckOptions& options, std::ostream& out, std::ostream& err)
      : options_(options), out_(out), err_(err) {
    model_.model.clear();
    for (const gpu_check::Part& part : gpu_check::kParts) {
      if (Wants(std::string(part.name))) parts_.emplace_back(part.name);
    }
    report_.not_reached = parts_;
  }

  int Run() {
    if (!options_.report.empty()) gpu_check::RequireWritable(options_.report);
    DescribeOrSaveWhy();
    if (options_.only.empty() || !model_.model.empty()) MeasureCeilings();
    fmt::print(out_, "\n{:<21} {:<66} {:>7} {:>6}\n", "check", "claim", "cases", "worst");
    for (const std::string& part : parts_) {
      if (!is_lost_) RunPart(part);
    }
    Finish();
    return report_.passed() ? kExitOk : kExitDevice;
  }

 private:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

  bool Wants(const std::string& part) const {
    const bool is_speed = part == "speed" || part == "workloads";
    if (is_speed && options_.no_speed) return false;
    if (options_.only.empty()) return !options_.quick || part == "device" || part == "engine";
    return std::find(options_.only.begin(), options_.only.end(), part) != options_.only.end();
  }

  void Note(const std::string& text) const {
    if (!options_.quiet) err_ << text << std::flush;
  }

  // A device that cannot be used ends the run; what it said is in the report as well.
  void DescribeOrSaveWhy() {
    try {
      Describe();
    } catch (const DeviceError& error) {
      Record(FailureOf("description", error));
      Save();
      throw;
    }
    Save();
  }

  void Describe() {
    Context device({.device = Device::kCuda});
    auto& facts = report_.proof.machine;
    const HostInfo host = DescribeHost(device);
    report_.device = device.device_name();
    facts = {{"build", host.build},
             {"libraries", LibraryVersions()},
             {"cpu", host.cpu},
             {"device", device.device_name()},
             {"arithmetic", device.device_arithmetic()},
             {"free memory", Grouped(device.traits().available_bytes) + " bytes"},
             {"seed", std::to_string(options_.seed)}};
    DescribeDriver();
    if (Wants("speed") || Wants("workloads")) ChooseModel(device.traits());
    for (const auto& [key, value] : facts) fmt::print(out_, "{:<18} {}\n", key, value);
    out_ << std::flush;
  }

  // What cannot be used is said before a minute is spent.
  void ChooseModel(const DeviceTraits& traits) {
    model_.backend = "cuda";
    model_.model = options_.model.empty() ? gpu_check::LargestShape(traits) : options_.model;
    if (!model_.model.empty()) gpu_check::SpeedMemory(model_, traits);
  }

  void DescribeDriver() {
    for (const DeviceInfo& device : ListDevices()) {
      if (device.kind != Device::kCuda) continue;
      report_.proof.machine.emplace_back(
          "CUDA", "driver for " + device.driver_version + ", runtime " + device.runtime_version);
      report_.proof.machine.emplace_back("memory", Grouped(device.total_bytes) + " bytes");
      return;
    }
  }

  // A ceiling that cannot be measured is a check that failed.
  void MeasureCeilings() {
    Survive("ceilings", [this] {
      Context device({.device = Device::kCuda});
      for (const auto& [name, measure] : gpu_check::CeilingsOf(device)) {
        Survive("ceiling: " + name, [&] {
          report_.proof.machine.emplace_back(name, measure());
          fmt::print(out_, "{:<18} {}\n", name, report_.proof.machine.back().second);
        });
      }
    });
    Save();
  }

  // What ends a part early loses nothing that it and others have found: it is a check that failed.
  bool Survive(const std::string& name, const std::function<void()>& body) {
    const std::int64_t failed_before = report_.proof.num_failed();
    bool is_whole = true;
    try {
      if (!is_lost_) body();
    } catch (const std::exception& error) {
      is_whole = false;
      AddChecks({FailureOf(name, error)});
    }
    if (report_.proof.num_failed() > failed_before && !is_lost_) FindWhetherLost();
    return is_whole;
  }

  static SelftestCheck FailureOf(const std::string& name, const std::exception& error) {
    return {.name = name,
            .claim = "comes to its end",
            .num_cases = 1,
            .num_failures = 1,
            .first_failure = std::string("threw: ") + error.what(),
            .why_skipped = {}};
  }

  // A device that is lost fails every later call: nothing further can be learnt of it.
  void FindWhetherLost() {
    try {
      Context device({.device = Device::kCuda});
      const Buffer memory = device.Allocate(1);
      std::byte byte{};
      device.Download(memory.data(), &byte, 1);
    } catch (const std::exception& error) {
      is_lost_ = true;
      report_.left_out.push_back(std::string("The device no longer answers: ") + error.what());
    }
  }

  void RunPart(const std::string& name) {
    const double seconds = SecondsLeft(name);
    if (seconds <= 0) {
      report_.left_out.push_back(name + ": no time was left");  // and it stays one of not_reached
    } else {
      const Deadline deadline(seconds);
      if (!Survive(name, [&] { Dispatch(name, deadline.token()); })) {
        report_.left_out.push_back(name + ": " + report_.proof.checks.back().first_failure);
      }
      if (deadline.token().stop_requested()) {
        report_.left_out.push_back(name + ": time was up before all of it had run");
      }
    }
    if (seconds > 0) std::erase(report_.not_reached, name);
    Save();
  }

  void Dispatch(const std::string& part, const std::stop_token& stop) {
    if (part == "device") Prove(part, CheckDevice, stop);
    if (part == "engine") Prove(part, CheckEngine, stop);
    if (part == "model") CompareShippedModel(stop);
    if (part == "speed") MeasureSpeed(stop);
    if (part == "workloads") MeasureWorkloads();
    if (part == "sanitizer") Sanitize();
  }

  double SecondsLeft(const std::string& part) const {
    return gpu_check::EndOf(part, parts_) - Seconds();
  }

  void AddAlgorithms(const std::string& part, const Context& device) {
    for (const std::string& line : device.matmul_algorithms()) {
      report_.algorithms.push_back(part + ": " + line);
    }
  }

  void Prove(const std::string& name, std::vector<SelftestCheck> (*part)(const SelftestOptions&),
             const std::stop_token& stop) {
    SelftestOptions selftest;
    selftest.seed = static_cast<std::uint64_t>(options_.seed);
    selftest.effort = options_.quick  ? SelftestEffort::kQuick
                      : options_.full ? SelftestEffort::kFull
                                      : SelftestEffort::kDefault;
    selftest.device = Device::kCuda;
    selftest.tokenizer = TinyModelDir();
    selftest.progress = [this](const std::string& what) { Note("trying " + what + "\n"); };
    selftest.stop = stop;
    selftest.when_done = [&](const Context& device) { AddAlgorithms(name, device); };
    AddChecks(part(selftest));
  }

  void AddChecks(const std::vector<SelftestCheck>& checks) {
    for (const SelftestCheck& check : checks) {
      fmt::print(out_, "{:<21} {:<66} {:>7} {:>6}  {}\n", check.name, check.claim,
                 Grouped(check.num_cases), gpu_check::WorstError(check), gpu_check::Status(check));
      if (!check.passed()) {
        fmt::print(out_, "    {} cases failed, the first: {}\n", Grouped(check.num_failures),
                   check.first_failure);
      }
      Record(check);
    }
    out_ << std::flush;
  }

  void Record(const SelftestCheck& check) {
    const char* effort = options_.quick ? " --quick" : options_.full ? " --full" : "";
    report_.proof.repeat.push_back(
        fmt::format("mistral-eval gpu-check --seed {}{}", options_.seed, effort));
    report_.proof.checks.push_back(check);
  }

  void CompareShippedModel(const std::stop_token& stop) {
    Note("comparing the shipped model's answers with the goldens\n");
    Context device({.device = Device::kCuda});
    report_.model = gpu_check::CompareShippedModel(device, stop);
    AddChecks(report_.model->checks);
  }

  void MeasureSpeed(const std::stop_token& stop) {
    if (!HasModel("speed")) return;
    Survive("speed: loading", [this] { MeasureLoading(); });
    const std::vector<ThroughputSpec> tests = SpeedTests();
    // The few tests of the fast mode first: those of the other end where time is up.
    std::optional<BenchReport> fast;
    Survive("speed: fast mode", [&] {
      fast = Bench("speed, fast mode", CudaMode::kFast, gpu_check::ModeTests(tests), stop);
    });
    Survive("speed: sweep", [&] { report_.speed = Bench("speed", CudaMode::kAsSet, tests, stop); });
    if (!fast || !report_.speed) return;
    if (fast->host.gemm_provider == report_.speed->host.gemm_provider) {
      report_.left_out.emplace_back(
          "speed: MEVAL_CUDA_MODE=fast is set, so the invariant mode was not measured beside it");
    } else {
      report_.modes = gpu_check::CompareModes(*report_.speed, *fast);
    }
  }

  void MeasureLoading() {
    if (!model_.model.starts_with("random:")) {
      report_.left_out.emplace_back("speed: loading is measured with random weights only");
      return;
    }
    Note("writing and loading a checkpoint of some layers\n");
    const std::array<std::filesystem::path, 2> places = {"/dev/shm",
                                                         std::filesystem::temp_directory_path()};
    Context device({.device = Device::kCuda});
    try {
      report_.loading = gpu_check::MeasureLoading(device, model_, places);
    } catch (const ModelError& error) {
      report_.left_out.push_back(std::string("speed: loading was not measured: ") + error.what());
    }
  }

  std::vector<ThroughputSpec> SpeedTests() const {
    const Context device({.device = Device::kCuda});
    return gpu_check::SpeedBench(model_, device.traits()).throughput;
  }

  BenchReport Bench(const std::string& part, CudaMode mode,
                    const std::vector<ThroughputSpec>& tests, const std::stop_token& stop) {
    BenchOptions options;
    options.model = model_;
    options.model.cuda_mode = mode;
    options.throughput = tests;
    options.seed = options_.seed;
    options.label = "gpu-check";
    options.when_done = [&](const Context& device) { AddAlgorithms(part, device); };
    return RunBench(
        options, [this](const std::string& text) { Note(text); }, stop);
  }

  void MeasureWorkloads() {
    if (!HasModel("workloads")) return;
    const auto shapes = gpu_check::ReadWorkloadShapes(WorkloadLengthsFile());
    Context device({.device = Device::kCuda});
    const Ceiling ceiling = MeasureCeiling(device, DType::kBF16);
    Note("loading " + model_.model + "\n");
    Engine engine = gpu_check::LoadForWorkloads(device, model_);
    report_.workload_model = engine.origin();
    const gpu_check::WorkloadBudget budget = {
        .seconds = SecondsLeft("workloads"), .limit = options_.limit, .seed = options_.seed};
    const AlgorithmsAtEnd algorithms = {*this, "workloads", device};
    report_.workloads = gpu_check::RunWorkloads(engine, shapes, ceiling, budget,
                                                [this](const std::string& text) { Note(text); });
  }

  // Also where the part throws: one of them may be why.
  struct AlgorithmsAtEnd {
    GpuCheck& check;
    const char* part;
    const Context& device;
    ~AlgorithmsAtEnd() { check.AddAlgorithms(part, device); }
  };

  bool HasModel(const std::string& part) {
    if (!model_.model.empty()) return true;
    report_.left_out.push_back(part +
                               ": this device's memory does not hold one layer of the 7B "
                               "shape; name a smaller one with --model");
    return false;
  }

  void Sanitize() {
    const std::filesystem::path sanitizer = gpu_check::FindSanitizer();
    if (sanitizer.empty()) {
      report_.left_out.emplace_back("sanitizer: compute-sanitizer is not on PATH");
      return;
    }
    report_.sanitizer = gpu_check::RunSanitizer(
        sanitizer, std::filesystem::read_symlink("/proc/self/exe"), options_.seed,
        SecondsLeft("sanitizer"), [this](const std::string& text) { Note(text); });
  }

  void Save() {
    report_.proof.seconds = Seconds();
    if (!options_.report.empty()) gpu_check::WriteFiles(report_, options_.report);
  }

  void Finish() {
    gpu_check::WriteFindings(report_, out_);
    if (report_.speed) {
      constexpr int kWidth = 120;
      out_ << '\n';
      WriteBenchConsole(*report_.speed, kWidth, false, out_);
    }
    const SelftestReport& proof = report_.proof;
    fmt::print(out_, "\n{} checks, {} cases, {:.1f} s: {}\n", proof.checks.size(),
               Grouped(proof.num_cases()), proof.seconds,
               report_.passed()
                   ? "all passed."
                   : fmt::format("{} FAILED. Results of this device are not to be trusted.",
                                 proof.num_failed() > 0 ? std::to_string(proof.num_failed())
                                                        : std::string("compute-sanitizer")));
  }

  const GpuCheckOptions& options_;
  std::ostream& out_;
  std::ostream& err_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  ModelOptions model_;              // whose speed is measured; "": none
  std::vector<std::string> parts_;  // that run, in this order
  GpuCheckReport report_;
  bool is_lost_ = false;
};

}  // namespace

int GpuCheckCommand(const GpuCheckOptions& options, std::ostream& out, std::ostream& err) {
  if (!options.write_goldens.empty()) {
    gpu_check::WriteGoldensOfTheCpu(options.write_goldens, out);
    return kExitOk;
  }
  return GpuCheck(options, out, err).Run();
}

}  // namespace meval
