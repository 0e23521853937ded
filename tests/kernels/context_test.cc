#include "kernels/context.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/check.h"
#include "kernels/setting_error.h"
#include "tests/support/environment.h"

namespace meval {
namespace {

using testing::Environment;
using ::testing::HasSubstr;

class ParallelFor : public ::testing::TestWithParam<int> {};

TEST_P(ParallelFor, RunsEveryTaskOnce) {
  Context ctx({.num_threads = GetParam()});
  EXPECT_EQ(ctx.num_threads(), GetParam());
  for (const std::int64_t count : {0, 1, 2, 3, 100, 1000}) {
    std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
    ctx.ParallelFor(count, [&](std::int64_t i) { ++calls[static_cast<std::size_t>(i)]; });
    for (const std::atomic<int>& call : calls) ASSERT_EQ(call.load(), 1);
  }
}

TEST_P(ParallelFor, ShowsTheTasksWritesToTheCaller) {
  Context ctx({.num_threads = GetParam()});
  std::vector<int> values(64);
  for (int round = 1; round <= 200; ++round) {
    ctx.ParallelFor(64, [&](std::int64_t i) { values[static_cast<std::size_t>(i)] += round; });
    for (const int value : values) ASSERT_EQ(value, round * (round + 1) / 2);
  }
}

TEST_P(ParallelFor, RethrowsAndGoesOnWorking) {
  Context ctx({.num_threads = GetParam()});
  const auto fail = [](std::int64_t i) {
    if (i == 7) throw std::runtime_error("task 7");
  };
  for (int round = 0; round < 20; ++round) {
    EXPECT_THROW(ctx.ParallelFor(50, fail), std::runtime_error);
    std::atomic<int> calls = 0;
    ctx.ParallelFor(50, [&](std::int64_t) { ++calls; });
    ASSERT_EQ(calls.load(), 50);
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, ParallelFor, ::testing::Values(1, 2, 3, 8),
                         [](const auto& param) { return "threads" + std::to_string(param.param); });

TEST(Context, TakesEveryCoreByDefault) { EXPECT_GE(Context().num_threads(), 1); }

TEST(Context, RefusesNegativeThreads) {
  EXPECT_THROW(Context({.num_threads = -1}), std::invalid_argument);
}

TEST(Context, ScratchGrowsAndIsReused) {
  Context ctx({.num_threads = 1});
  std::byte* first = ctx.Scratch(1000);
  EXPECT_EQ(ctx.Scratch(10), first);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(ctx.Scratch(100000)) % 64, 0U);
}

TEST(Context, AlwaysHasTheReferencePath) {
  const std::vector<CpuPath> paths = AvailableCpuPaths();
  ASSERT_FALSE(paths.empty());
  EXPECT_EQ(paths.front(), CpuPath::kReference);
}

TEST(Context, ChoosesTheFastestPath) {
  const Environment path("MEVAL_CPU_PATH", "");
  const Environment gemm("MEVAL_GEMM", "");
  const Context ctx({.num_threads = 1});
  EXPECT_EQ(ctx.path(), AvailableCpuPaths().back());
  const bool bf16 = DetectCpuFeatures().avx512_bf16 || DetectCpuFeatures().amx_bf16;
  EXPECT_EQ(ctx.gemm() == GemmProvider::kOneDnn, HasOneDnn() && bf16);
}

TEST(Context, ObeysTheEnvironment) {
  const Environment path("MEVAL_CPU_PATH", "reference");
  const Environment gemm("MEVAL_GEMM", "builtin");
  const Context ctx({.num_threads = 1});
  EXPECT_EQ(ctx.path(), CpuPath::kReference);
  EXPECT_EQ(ctx.gemm(), GemmProvider::kBuiltin);
}

TEST(Context, NamesWhatTheEnvironmentMayHold) {
  const Environment path("MEVAL_CPU_PATH", "sse9");
  try {
    const Context ctx({.num_threads = 1});
    FAIL() << "an unknown path was accepted";
  } catch (const SettingError& error) {
    EXPECT_THAT(error.what(), HasSubstr("expected reference, avx2 or avx512, found \"sse9\""));
  }
}

TEST(Context, RefusesAnUnknownGemmProvider) {
  const Environment gemm("MEVAL_GEMM", "abacus");
  EXPECT_THROW(Context({.num_threads = 1}), SettingError);
}

TEST(Context, RefusesWhatTheMachineLacks) {
  const std::vector<CpuPath> paths = AvailableCpuPaths();
  for (const CpuPath path : {CpuPath::kAvx2, CpuPath::kAvx512}) {
    const ContextOptions options{.num_threads = 1, .choose_path = false, .path = path};
    if (std::find(paths.begin(), paths.end(), path) != paths.end()) {
      EXPECT_EQ(Context(options).path(), path);
    } else {
      EXPECT_THROW(Context{options}, DeviceError);
    }
  }
}

TEST(Context, RefusesOneDnnWhereItIsAbsentOrSlow) {
  const ContextOptions options{.num_threads = 1,
                               .choose_path = false,
                               .path = CpuPath::kReference,
                               .gemm = GemmProvider::kOneDnn};
  const bool bf16 = DetectCpuFeatures().avx512_bf16 || DetectCpuFeatures().amx_bf16;
  if (HasOneDnn() && bf16) {
    EXPECT_EQ(Context(options).gemm(), GemmProvider::kOneDnn);
  } else {
    EXPECT_THROW(Context{options}, DeviceError);
  }
}

TEST(CpuFeatures, ImplyEachOther) {
  const CpuFeatures& features = DetectCpuFeatures();
  EXPECT_FALSE(features.brand.empty());
  EXPECT_TRUE(features.avx2_fma || !features.avx512);
  EXPECT_TRUE(features.avx512 || !features.avx512_bf16);
}

}  // namespace
}  // namespace meval
