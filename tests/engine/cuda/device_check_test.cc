// The proof that `mistral-eval gpu-check` makes, on the emulated device: what is right passes, and
// what depends on the batch is noticed.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/selftest.h"
#include "tests/support/cuda_emulator/runtime.h"
#include "tests/support/environment.h"
#include "tests/support/temp_directory.h"
#include "tests/support/tiny_mistral.h"

namespace meval::testing {
namespace {

class DeviceCheck : public ::testing::Test {
 protected:
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

TEST_F(DeviceCheck, AsksForADeviceBesideTheCpu) {
  options_.device = Device::kCpu;
  EXPECT_THROW(CheckDevice(options_), std::invalid_argument);
}

}  // namespace
}  // namespace meval::testing
