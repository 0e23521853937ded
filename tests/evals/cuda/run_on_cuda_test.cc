// An evaluation on the emulated CUDA device on its bad days: one clear error, exit code 5, and what
// is finished stays finished.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/program.h"
#include "tests/e2e/run_files.h"
#include "tests/evals/run_program.h"
#include "tests/support/cuda_emulator/runtime.h"
#include "tests/support/temp_directory.h"

namespace meval::testing {
namespace {

namespace fs = std::filesystem;

using cuda_emulator::SetDeviceModel;
using cuda_emulator::SetFaults;
using ::testing::HasSubstr;

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
  ProgramResult Run(const std::string& out) const {
    // One layer, four questions of two answers each, in steps of sixteen tokens.
    return RunMain({"--model",        "random:tiny,layers=1",
                    "--data",         MEVAL_SOURCE_DIR "/tasks/samples",
                    "--task",         "winogrande",
                    "--limit",        "4",
                    "--shots",        "0",
                    "--backend",      "cuda",
                    "--threads",      "1",
                    "--kv-memory",    "2M",
                    "--batch-tokens", "16",
                    "--quiet",        "--out",
                    directory_ / out});
  }
  std::int64_t AnswersIn(const std::string& out) const {
    const fs::path journal = directory_ / out / "journal.jsonl";
    if (!fs::exists(journal)) return 0;
    const std::string text = ReadWholeFile(journal);
    return std::count(text.begin(), text.end(), '\n') - 1;  // the first line names the run
  }

  TempDirectory directory_;
};

TEST_F(RunOnCuda, ADeviceLostInMidRunLeavesAJournalToGoOnWith) {
  SetFaults({});
  const ProgramResult whole = Run("whole");
  const std::int64_t calls = cuda_emulator::Counts().calls;
  ASSERT_EQ(whole.code, kExitOk) << whole.err;
  const std::int64_t all = AnswersIn("whole");
  ASSERT_GE(all, 4);
  // Loading takes the first calls and, where the run took seconds, a measurement the last.
  std::string lost;
  for (const std::int64_t eighths : {5, 4, 6, 3}) {
    lost = "lost" + std::to_string(eighths);
    SetFaults({.calls = calls * eighths / 8});
    const ProgramResult result = Run(lost);
    SetFaults({});
    EXPECT_EQ(result.code, kExitDevice);
    EXPECT_THAT(result.err, HasSubstr("cudaErrorLaunchFailure (719)"));
    if (AnswersIn(lost) >= 1 && AnswersIn(lost) < all) break;
  }
  ASSERT_GE(AnswersIn(lost), 1) << "of " << all;
  ASSERT_LT(AnswersIn(lost), all);
  const ProgramResult continued = Run(lost);
  ASSERT_EQ(continued.code, kExitOk) << continued.err;
  EXPECT_EQ(AnswersIn(lost), all) << "none is asked twice";
  EXPECT_EQ(ComparableResults(directory_ / lost), ComparableResults(directory_ / "whole"));
  EXPECT_EQ(SampleFiles(directory_ / lost), SampleFiles(directory_ / "whole"));
}

TEST_F(RunOnCuda, SaysWhyADeviceCannotBeUsed) {
  const auto refused = [&](const std::string& why) {
    const ProgramResult result = Run("refused");
    EXPECT_EQ(result.code, kExitDevice);
    EXPECT_THAT(result.err, HasSubstr(why));
  };
  SetFaults({.busy = true});
  refused("busy or unavailable");
  SetFaults({.allocation_bytes = cuda_emulator::Counts().allocated_bytes + 1000});
  refused("cudaErrorMemoryAllocation (2)");
  SetFaults({});
  SetDeviceModel({.major = 7, .minor = 5});
  refused("expected compute capability 8.0 or newer, found 7.5");
}

}  // namespace
}  // namespace meval::testing
