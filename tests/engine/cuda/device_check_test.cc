// The proof that `mistral-eval gpu-check` makes, on the emulated device: what is right passes, and
// what depends on the batch is noticed.

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/selftest.h"
#include "kernels/check.h"
#include "tests/support/cuda_emulator/runtime.h"
#include "tests/support/environment.h"
#include "tests/support/temp_directory.h"
#include "tests/support/tiny_mistral.h"

namespace meval::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class DeviceCheck : public ::testing::Test {
 protected:
  ~DeviceCheck() override { cuda_emulator::SetFaults({}); }
  DeviceCheck() {
    options_.effort = SelftestEffort::kQuick;
    options_.num_threads = 1;
    options_.device = Device::kCuda;
    options_.tokenizer = WriteTinyTokenizer(directory_.path());
  }

  TempDirectory directory_;
  SelftestOptions options_;
};

TEST_F(DeviceCheck, EveryOpIsThatOfTheCpu) {
  for (const SelftestCheck& check : CheckDevice(options_)) {
    EXPECT_TRUE(check.passed()) << check.name << ": " << check.first_failure;
    EXPECT_GT(check.num_cases, 0) << check.name;
    EXPECT_LE(check.worst, 1) << check.name;
  }
}

// engine_on_cuda_test.cc tries more schedules by itself, which takes less time.
TEST_F(DeviceCheck, SharingPrefixesGivesTheSameBits) {
  options_.only = "score.sharing";
  const std::vector<SelftestCheck> checks = CheckEngine(options_);
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_TRUE(checks[0].passed()) << checks[0].first_failure;
  EXPECT_GT(checks[0].num_cases, 0);
}

TEST_F(DeviceCheck, NoticesSumsThatDependOnTheBatch) {
  const Environment fast("MEVAL_CUDA_MODE", "fast");
  options_.only = "score.batch";
  const std::vector<SelftestCheck> checks = CheckEngine(options_);
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_FALSE(checks[0].passed());
}

TEST_F(DeviceCheck, OnceStoppedSaysWhatItDidNotReach) {
  std::stop_source source;
  source.request_stop();
  options_.stop = source.get_token();
  std::size_t calls = 0;
  options_.when_done = [&](const Context& ctx) {
    ++calls;
    EXPECT_EQ(ctx.device(), Device::kCuda);
  };
  for (const auto& checks : {CheckDevice(options_), CheckEngine(options_)}) {
    EXPECT_THAT(checks, Not(IsEmpty()));
    for (const SelftestCheck& check : checks) {
      EXPECT_EQ(check.num_cases, 0) << check.name;
      EXPECT_THAT(check.why_skipped, Not(IsEmpty())) << check.name;
    }
  }
  EXPECT_EQ(calls, 1);
}

// Launches that are refused lose no device: each op is tried, and each says why it failed.
TEST_F(DeviceCheck, CountsAnOpThatThrowsAsAFailure) {
  cuda_emulator::SetFaults({.allocation_bytes = 0});
  options_.only = "device.rmsnorm";
  EXPECT_THROW(CheckDevice(options_), DeviceError) << "without a workspace there is no device";
  cuda_emulator::SetFaults({.launches = 0});
  // Without the trial of the second form that opening a device begins with.
  const Environment attention("MEVAL_CUDA_ATTENTION", "mma");
  options_.only = "device.";
  for (const SelftestCheck& check : CheckDevice(options_)) {
    if (check.num_cases == 0) {
      EXPECT_THAT(check.why_skipped, Not(IsEmpty())) << check.name;
    } else if (check.name != "device.guards") {  // which the cpu's outputs are cases of, too
      EXPECT_EQ(check.num_failures, check.num_cases) << check.name;
      EXPECT_THAT(check.first_failure, StartsWith("threw: ")) << check.name;
    }
  }
}

TEST_F(DeviceCheck, AsksForADeviceBesideTheCpu) {
  options_.device = Device::kCpu;
  EXPECT_THROW(CheckDevice(options_), std::invalid_argument);
}

}  // namespace
}  // namespace meval::testing
