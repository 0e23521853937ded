// An evaluation on the emulated CUDA device on its bad days: one clear error, exit code 5, and what
// is finished stays finished.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "evals/model_loader.h"
#include "evals/program.h"
#include "evals/run_cost.h"
#include "tests/e2e/run_files.h"
#include "tests/evals/run_program.h"
#include "tests/support/cuda_emulator/runtime.h"
#include "tests/support/environment.h"
#include "tests/support/temp_directory.h"

namespace meval::testing {
namespace {

namespace fs = std::filesystem;

using cuda_emulator::Counts;
using cuda_emulator::Faults;
using cuda_emulator::SetDeviceModel;
using cuda_emulator::SetFaults;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Matcher;
using ::testing::Not;

// Small: a run ends with a measurement of the device, whose size follows from its memory.
constexpr cuda_emulator::DeviceModel kSmall = {.multiprocessors = 1,
                                               .memory_bytes = std::size_t{64} << 20};

class RunOnCuda : public ::testing::Test {
 protected:
  RunOnCuda() { SetDeviceModel(kSmall); }
  ~RunOnCuda() override {
    SetFaults({});
    SetDeviceModel({});
  }
  ProgramResult Run(const std::string& out, const std::string& backend = "cuda",
                    bool is_quiet = true) const {
    // One layer, four questions of two answers each a task, in steps of sixteen tokens.
    std::vector<std::string> arguments = {"--model",        "random:tiny,layers=1",
                                          "--data",         MEVAL_SOURCE_DIR "/tasks/samples",
                                          "--task",         tasks_,
                                          "--limit",        "4",
                                          "--shots",        "0",
                                          "--backend",      backend,
                                          "--threads",      "1",
                                          "--kv-memory",    "2M",
                                          "--batch-tokens", "16",
                                          "--out",          directory_ / out};
    if (is_quiet) arguments.emplace_back("--quiet");
    return RunMain(arguments);
  }
  std::int64_t AnswersIn(const std::string& out) const {
    const fs::path journal = directory_ / out / "journal.jsonl";
    if (!fs::exists(journal)) return 0;
    const std::string text = ReadWholeFile(journal);
    return std::count(text.begin(), text.end(), '\n') - 1;  // the first line names the run
  }
  // The run "whole", undisturbed. Returns what it took.
  cuda_emulator::RuntimeCounts RunWhole() const {
    SetFaults({});
    const std::int64_t allocations = Counts().allocations;
    const ProgramResult whole = Run("whole");
    cuda_emulator::RuntimeCounts counts = Counts();
    counts.allocations -= allocations;
    EXPECT_EQ(whole.code, kExitOk) << whole.err;
    EXPECT_GE(AnswersIn("whole"), 4);
    return counts;
  }
  // Runs on one bad day after another until one ends between the first answer and the last. The
  // same command then goes on to the results of the run "whole".
  void EndInMidRunAndGoOn(const std::vector<Faults>& days, const Matcher<std::string>& error) {
    const std::int64_t all = AnswersIn("whole");
    std::string out;
    for (std::size_t day = 0; day < days.size(); ++day) {
      out = "day" + std::to_string(day);
      SetFaults(days[day]);
      const ProgramResult result = Run(out);
      SetFaults({});
      if (AnswersIn(out) == all) continue;  // a measurement behind the last one met it
      EXPECT_EQ(result.code, kExitDevice);
      EXPECT_THAT(result.err, error);
      if (AnswersIn(out) == 0) continue;
      EXPECT_THAT(result.err, HasSubstr("continues it."));
      break;
    }
    ASSERT_GE(AnswersIn(out), 1) << "of " << all;
    ASSERT_LT(AnswersIn(out), all);
    const ProgramResult continued = Run(out);
    ASSERT_EQ(continued.code, kExitOk) << continued.err;
    EXPECT_EQ(AnswersIn(out), all) << "none is asked twice";
    EXPECT_EQ(ComparableResults(directory_ / out), ComparableResults(directory_ / "whole"));
    EXPECT_EQ(SampleFiles(directory_ / out), SampleFiles(directory_ / "whole"));
  }

  TempDirectory directory_;
  std::string tasks_ = "winogrande";
};

TEST_F(RunOnCuda, ADeviceLostInMidRunLeavesAJournalToGoOnWith) {
  const std::int64_t calls = RunWhole().calls;
  // Loading takes the first calls and, where the run took seconds, a measurement the last.
  std::vector<Faults> days;
  for (const std::int64_t eighths : {5, 4, 6, 3}) days.push_back({.calls = calls * eighths / 8});
  EndInMidRunAndGoOn(days, HasSubstr("cudaErrorLaunchFailure (719)"));
}

// Answers of the second task are long enough for several blocks a row, whose results want memory.
TEST_F(RunOnCuda, MemoryThatRunsOutInMidRunLeavesAJournalToGoOnWith) {
  SetDeviceModel({.multiprocessors = 4, .memory_bytes = kSmall.memory_bytes});
  tasks_ = "winogrande,quac";
  const std::int64_t allocations = RunWhole().allocations;
  std::vector<Faults> days;
  for (const std::int64_t back : {7, 5, 9, 3, 11}) {
    days.push_back({.allocations = allocations - back});
  }
  EndInMidRunAndGoOn(days, ContainsRegex("cudaMalloc of [0-9]+ bytes on CUDA device 0: "
                                         "cudaErrorMemoryAllocation .2.: out of memory"));
}

// A kernel may need memory of the device for itself.
TEST_F(RunOnCuda, ALaunchWithoutMemoryInMidRunLeavesAJournalToGoOnWith) {
  const std::int64_t calls = RunWhole().calls;
  std::vector<Faults> days;
  for (const std::int64_t eighths : {5, 4, 6, 3}) {
    days.push_back({.launch_memory = calls * eighths / 8});
  }
  EndInMidRunAndGoOn(days, ContainsRegex("[A-Za-z]+.* on CUDA device 0: "
                                         "cudaErrorMemoryAllocation .2.: out of memory"));
}

TEST_F(RunOnCuda, SaysWhyADeviceCannotBeUsed) {
  const auto refused = [&](const std::string& why) {
    const ProgramResult result = Run("refused");
    EXPECT_EQ(result.code, kExitDevice);
    EXPECT_THAT(result.err, HasSubstr("--backend cuda: "));
    EXPECT_THAT(result.err, Not(HasSubstr("cuda: cuda: ")));
    EXPECT_THAT(result.err, HasSubstr(why));
    EXPECT_THAT(result.err, Not(HasSubstr("on the cpu"))) << "the same advice twice";
  };
  SetDeviceModel({.driver_version = 0});
  refused(
      "no NVIDIA driver answers (libcuda.so.1 is absent or does not load); install the driver. "
      "Use --backend cpu or auto.");
  SetDeviceModel({.driver_version = 12080});
  refused(
      "the NVIDIA driver supports CUDA 12.8, and this build needs 13.0; update the driver. "
      "Use --backend cpu or auto.");
  SetDeviceModel(kSmall);
  SetFaults({.busy = true});
  refused(
      "busy or unavailable; another process holds it: nvidia-smi shows which; its compute mode "
      "may be exclusive");
  SetFaults({.allocation_bytes = Counts().allocated_bytes + 1000});
  refused("cudaErrorMemoryAllocation (2)");
  SetFaults({});
  SetDeviceModel({.major = 7, .minor = 5});
  refused("expected compute capability 8.0 or newer, found 7.5");
}

TEST_F(RunOnCuda, AnUnknownWordInTheEnvironmentIsAUsageError) {
  const Environment mode("MEVAL_CUDA_MODE", "bogus");
  for (const char* backend : {"cuda", "auto"}) {
    const ProgramResult result = Run("bogus", backend);
    EXPECT_EQ(result.code, kExitUsage);
    EXPECT_THAT(result.err,
                HasSubstr("MEVAL_CUDA_MODE: expected invariant or fast, found \"bogus\""));
    EXPECT_THAT(result.err, Not(HasSubstr("--backend")));
  }
}

// The algorithms are part of what made the numbers.
TEST_F(RunOnCuda, ResultsNameTheAlgorithmsOfMatrixProducts) {
  ASSERT_EQ(Run("run").code, kExitOk);
  const auto results = nlohmann::json::parse(ReadWholeFile(directory_ / "run" / "results.json"));
  const auto& lines = results.at("host").at("matmul_algorithms");
  EXPECT_THAT(lines, Not(IsEmpty()));
  for (const auto& line : lines) {
    EXPECT_THAT(line.get<std::string>(), HasSubstr("algorithm "));
  }
}

// What is measured behind the last answer is no reason to lose a run.
TEST_F(RunOnCuda, ARunIsCompleteWithoutACeiling) {
  Context ctx({.device = Device::kCuda, .num_threads = 1});
  RunReport report;
  report.tasks.resize(1);
  report.tasks[0].timing.model_seconds = kShortestComparedSeconds;
  const std::vector<WorkLog> work(1);
  SetFaults({.allocations = 0});
  EXPECT_THAT(CompareWithCeiling(ctx, DType::kBF16, work, report), HasSubstr("cudaMalloc of "));
  EXPECT_FALSE(report.ceiling);
  SetFaults({});
  EXPECT_EQ(CompareWithCeiling(ctx, DType::kBF16, work, report), "");
  EXPECT_TRUE(report.ceiling);
}

std::vector<std::string> SmallBench(const std::string& backend) {
  return {"bench",
          "--model",
          "random:tiny,layers=1",
          "--backend",
          backend,
          "--threads",
          "1",
          "--kv-memory",
          "2M",
          "--batch-tokens",
          "16",
          "--prompt",
          "8",
          "--repetitions",
          "1",
          "--warmup",
          "0",
          "--min-seconds",
          "0",
          "--quiet",
          "--format",
          "json"};
}

TEST_F(RunOnCuda, ABenchmarkNamesTheAlgorithmsOfMatrixProducts) {
  const ProgramResult result = RunMain(SmallBench("cuda"));
  ASSERT_EQ(result.code, kExitOk) << result.err;
  const auto report = nlohmann::json::parse(result.out);
  EXPECT_THAT(report.at("host").at("matmul_algorithms"), Not(IsEmpty()));
}

TEST_F(RunOnCuda, AQuietBenchmarkStillSaysThatADeviceIsNotUsed) {
  SetFaults({.busy = true});
  const ProgramResult result = RunMain(SmallBench("auto"));
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_THAT(result.err, HasSubstr("note: this run is on the cpu. cudaSetDevice"));
}

// The modes that gpu-check compares run in one process.
TEST_F(RunOnCuda, AModelOptionChoosesTheMode) {
  ModelOptions model;
  model.backend = "cuda";
  for (const CudaMode mode : {CudaMode::kAsSet, CudaMode::kInvariant, CudaMode::kFast}) {
    model.cuda_mode = mode;
    EXPECT_THAT(OpenContext(model, nullptr)->device_arithmetic(),
                HasSubstr(mode == CudaMode::kFast ? ", fast," : ", invariant,"));
  }
}

TEST_F(RunOnCuda, BackendAutoGoesOnWithTheCpuAndSaysSo) {
  int runs = 0;
  const auto goes_on = [&](const std::string& why, bool is_quiet) {
    const std::string out = "auto" + std::to_string(runs++);
    const ProgramResult result = Run(out, "auto", is_quiet);
    EXPECT_EQ(result.code, kExitOk) << result.err;
    EXPECT_THAT(ReadWholeFile(directory_ / out / "results.json"), Not(HasSubstr("Emulated GPU")));
    if (why.empty()) {
      EXPECT_THAT(result.err, Not(HasSubstr("cuda")));
    } else {
      EXPECT_THAT(result.err, HasSubstr("note: this run is on the cpu. " + why));
    }
  };
  SetDeviceModel({.driver_version = 0});
  goes_on("cuda: no NVIDIA driver answers", false);
  goes_on("", true);
  SetDeviceModel({.driver_version = 12080});
  goes_on("cuda: the NVIDIA driver supports CUDA 12.8, and this build needs 13.0", false);
  // A device that is there is not passed over in silence.
  SetDeviceModel(kSmall);
  SetFaults({.busy = true});
  goes_on("cudaSetDevice on CUDA device 0: cudaErrorDevicesUnavailable", true);
  SetFaults({});
  EXPECT_THAT(Run("device", "auto").err, Not(HasSubstr("on the cpu")));
  EXPECT_THAT(ReadWholeFile(directory_ / "device" / "results.json"), HasSubstr("Emulated GPU"));
}

}  // namespace
}  // namespace meval::testing
