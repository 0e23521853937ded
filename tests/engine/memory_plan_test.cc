#include "engine/memory_plan.h"

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/kv_cache.h"
#include "engine/mistral.h"
#include "kernels/check.h"
#include "tests/support/device_error.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TempDirectory;

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

ModelConfig Mistral7B() { return NamedShape("mistral-7b-v0.1").value(); }

MemoryPlan Plan(const EngineOptions& options, std::int64_t available_bytes) {
  return PlanMemory(Mistral7B(), DType::kBF16, EstimateWeightBytes(Mistral7B(), DType::kBF16),
                    options, available_bytes);
}

std::string Refusal(const EngineOptions& options, std::int64_t available_bytes) {
  return testing::DeviceErrorOf([&] { Plan(options, available_bytes); });
}

// 7B activations of a row take some 100 kB, a page 8 MiB.
TEST(MemoryPlan, TakesFewerRowsWhereOthersWouldLeaveNoPagesForThem) {
  const std::int64_t weights = EstimateWeightBytes(Mistral7B(), DType::kBF16);
  const DeviceTraits traits = {.device = Device::kCuda, .batch_tokens = 8448};
  const auto plan_for = [&](const EngineOptions& options, std::int64_t workspace_and_pages) {
    return PlanMemory(Mistral7B(), DType::kBF16, weights, options, weights + workspace_and_pages,
                      traits);
  };
  const MemoryPlan roomy = plan_for({}, 16 * kGiB);
  EXPECT_EQ(roomy.batch_tokens, 8448);
  const MemoryPlan tight = plan_for({}, kGiB);
  EXPECT_LT(tight.batch_tokens, 8448 / 2);
  EXPECT_GE(tight.num_pages * kKvPageTokens, tight.batch_tokens);
  EXPECT_LE(tight.workspace_bytes + tight.kv_bytes(), kGiB);
  EXPECT_EQ(tight.workspace_bytes,
            Mistral::WorkspaceBytes(Mistral7B(), tight.batch_tokens, 32768, traits, DType::kBF16));
  const MemoryPlan asked = plan_for({.kv_memory_bytes = kGiB / 2}, kGiB);
  EXPECT_EQ(asked.num_pages, 64) << "as asked";
  EXPECT_LT(asked.batch_tokens, 8448);
  EXPECT_LE(asked.workspace_bytes + asked.kv_bytes(), kGiB);
  EXPECT_EQ(plan_for({.batch_tokens = 700}, kGiB).batch_tokens, 700) << "as asked";
  EXPECT_THROW(plan_for({.batch_tokens = 8448}, kGiB / 2), DeviceError);
}

TEST(MemoryPlan, EstimatesTheWeightsOfThePublishedModel) {
  EXPECT_EQ(EstimateWeightBytes(Mistral7B(), DType::kBF16), std::int64_t{2} * 7241732096);
  EXPECT_EQ(EstimateWeightBytes(Mistral7B(), DType::kF32), std::int64_t{4} * 7241732096);
}

TEST(MemoryPlan, TakesHalfOfWhatIsLeftForKeysAndValues) {
  const MemoryPlan plan = Plan({}, 64 * kGiB);
  EXPECT_EQ(plan.batch_tokens, 512);
  EXPECT_EQ(plan.max_length, 32768);
  EXPECT_EQ(plan.page_bytes, 64 * 131072);
  EXPECT_EQ(plan.workspace_bytes, Mistral::WorkspaceBytes(Mistral7B(), 512, 32768));
  EXPECT_EQ(plan.num_pages,
            (64 * kGiB - plan.weight_bytes - plan.workspace_bytes) / 2 / plan.page_bytes);
}

TEST(MemoryPlan, TakesMoreThanHalfForOneSequenceOfFullLength) {
  // About 6 GiB are left: half of them hold less than the 4 GiB of 32768 positions.
  EXPECT_EQ(Plan({}, 20 * kGiB).num_pages, 512);
  // About 2 GiB are left: nine tenths of them.
  const MemoryPlan plan = Plan({}, 16 * kGiB);
  EXPECT_LT(plan.num_pages, 512);
  EXPECT_GT(plan.kv_bytes(), kGiB);
  EXPECT_LT(plan.weight_bytes + plan.workspace_bytes + plan.kv_bytes(), 16 * kGiB);
}

TEST(MemoryPlan, NeverTakesMoreThanIsPlenty) {
  EXPECT_EQ(Plan({.batch_tokens = 2, .max_length = 100}, 64 * kGiB).num_pages, 2 * 2);
  EXPECT_EQ(Plan({.batch_tokens = 60}, 64 * kGiB).num_pages, 60 * 32);
  EXPECT_EQ(Plan({.batch_tokens = 3}, 64 * kGiB).num_pages, 512) << "one sequence of full length";
}

TEST(MemoryPlan, TakesWhatTheUserGives) {
  EXPECT_EQ(Plan({.kv_memory_bytes = kGiB}, 64 * kGiB).num_pages, 128);
}

TEST(MemoryPlan, PrintsATable) {
  EXPECT_EQ(Plan({.kv_memory_bytes = kGiB, .max_length = 4096}, 64 * kGiB).Table(),
            "weights      13.49 GiB  bf16\n"
            "workspace   172.50 MiB  steps of up to 512 tokens\n"
            "KV cache      1.00 GiB  128 pages = 8192 positions, bf16\n"
            "total        14.66 GiB  of 64.00 GiB available\n");
}

TEST(MemoryPlan, SaysWhatDoesNotFitAndWhatToDo) {
  EXPECT_THAT(Refusal({}, 12 * kGiB), HasSubstr("does not fit this machine's memory:\nweights"));
  EXPECT_THAT(Refusal({}, 12 * kGiB), HasSubstr("of 12.00 GiB available"));
  EXPECT_THAT(Refusal({}, 12 * kGiB), EndsWith("available\nUse a machine with more memory."));
  EXPECT_THAT(Refusal({.batch_tokens = 64}, 12 * kGiB), HasSubstr("Give fewer batch tokens."));
  EXPECT_THAT(Refusal({.kv_memory_bytes = 1000}, 64 * kGiB),
              HasSubstr("is less than one page of 8.00 MiB"));
  EXPECT_THAT(Refusal({.kv_memory_bytes = 60 * kGiB}, 64 * kGiB),
              HasSubstr("the KV memory asked for does not fit"));
}

TEST(MemoryPlan, AdvisesOnlyWhatHelps) {
  const auto refusal = [](DType dtype, const DeviceTraits& traits) {
    return testing::DeviceErrorOf([&] {
      PlanMemory(Mistral7B(), dtype, EstimateWeightBytes(Mistral7B(), dtype), {}, 12 * kGiB,
                 traits);
    });
  };
  EXPECT_THAT(refusal(DType::kF32, {}), HasSubstr("Use bf16 weights."));
  const std::string cuda = refusal(DType::kBF16, {.device = Device::kCuda, .batch_tokens = 8448});
  EXPECT_THAT(cuda, HasSubstr("does not fit the device's memory:\nweights"));
  EXPECT_THAT(cuda, HasSubstr("nvidia-smi lists them"));
  EXPECT_THAT(cuda, HasSubstr("or the cpu."));
  EXPECT_THAT(cuda, Not(HasSubstr("bf16 weights")));
  EXPECT_THAT(cuda, Not(HasSubstr("batch tokens")));
}

TEST(MemoryPlan, RefusesOptionsOutOfRange) {
  EXPECT_THROW(Plan({.batch_tokens = -1}, 64 * kGiB), std::invalid_argument);
  EXPECT_THROW(Plan({.kv_memory_bytes = -1}, 64 * kGiB), std::invalid_argument);
  EXPECT_THROW(Plan({.max_length = -1}, 64 * kGiB), std::invalid_argument);
  EXPECT_THROW(Plan({.max_length = 32769}, 64 * kGiB), std::invalid_argument);
}

TEST(AvailableMemory, IsWhatTheKernelSaysOfThisMachine) {
  EXPECT_GT(AvailableMemoryBytes(), 1 << 20);
  const TempDirectory root;
  std::filesystem::create_directories(root / "proc");
  root.Write("proc/meminfo", "MemTotal: 2000 kB\nMemFree: 5 kB\nMemAvailable:  1000 kB\n");
  EXPECT_EQ(AvailableMemoryBytes(root.path()), 1000 * 1024);
}

TEST(AvailableMemory, StaysWithinAContainersLimitAndDoesNotCountCachedFiles) {
  const TempDirectory root;
  std::filesystem::create_directories(root / "proc");
  std::filesystem::create_directories(root / "sys/fs/cgroup");
  root.Write("proc/meminfo", "MemAvailable:  1000 kB\n");
  root.Write("sys/fs/cgroup/memory.max", "max\n");
  EXPECT_EQ(AvailableMemoryBytes(root.path()), 1000 * 1024);
  root.Write("sys/fs/cgroup/memory.max", "500000\n");
  EXPECT_EQ(AvailableMemoryBytes(root.path()), 500000);
  root.Write("sys/fs/cgroup/memory.current", "300000\n");
  EXPECT_EQ(AvailableMemoryBytes(root.path()), 200000);
  root.Write("sys/fs/cgroup/memory.stat", "anon 9\ninactive_file 100000\nactive_file 50000\n");
  EXPECT_EQ(AvailableMemoryBytes(root.path()), 350000);
}

TEST(AvailableMemory, FallsBackOnThePhysicalMemory) {
  const TempDirectory root;
  EXPECT_GT(AvailableMemoryBytes(root.path()), 1 << 20);
}

}  // namespace
}  // namespace meval
