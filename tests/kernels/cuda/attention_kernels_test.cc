// Attention under the emulator: against the CPU, and bit for bit against itself however the work is
// dealt out.

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/cuda/attention_plan.h"
#include "tests/kernels/cuda/attention_case.h"
#include "tests/kernels/cuda/device_array.h"
#include "tests/support/cuda_emulator/warpgroup.h"

namespace meval::testing {
namespace {

using cuda::AttentionKernel;
using cuda::CascadeUse;

std::string ShapeName(const ::testing::TestParamInfo<AttentionShape>& info) {
  const AttentionShape& p = info.param;
  return std::string(Name(p.dtype)) + "_H" + std::to_string(p.heads) + "_K" +
         std::to_string(p.kv_heads) + "_D" + std::to_string(p.head_dim) + "_W" +
         std::to_string(p.window) +
         (p.tiles == AttentionKernel::kWarpgroupTiles ? "_Warpgroups" : "");
}

class AttentionKernels : public ::testing::TestWithParam<AttentionShape> {};

// Prefill from the start and in the middle, decode rows on both sides of tile edges, a chunk that
// begins and ends off an edge.
const std::vector<StepSequence> kMixedStep = {{.position_begin = 0, .num_rows = 70},
                                              {.position_begin = 63},
                                              {.position_begin = 64},
                                              {.position_begin = 129, .num_rows = 2},
                                              {.position_begin = 50, .num_rows = 40},
                                              {.position_begin = 0}};

TEST_P(AttentionKernels, AgreeWithTheCpu) {
  const AttentionCase attention(GetParam(), kMixedStep, 100);
  ExpectNear(attention.OnDevice(attention.Options()), attention.OnCpu(),
             CudaAttentionTolerance(GetParam().dtype == DType::kBF16));
}

TEST_P(AttentionKernels, GiveASequenceTheSameBitsInAnyCompany) {
  const AttentionCase together(GetParam(), kMixedStep, 100);
  const std::vector<float> all = together.OnDevice(together.Options());
  const AttentionCase first(GetParam(), {kMixedStep[0]}, 100);
  EXPECT_TRUE(SameBits(first.OnDevice(first.Options()), together.RowsOf(all, 0)));
}

TEST_P(AttentionKernels, GiveTheSameBitsInOneGoAndTokenByToken) {
  const AttentionCase whole(GetParam(), {{.position_begin = 60, .num_rows = 9}}, 200);
  const std::vector<float> expected = whole.OnDevice(whole.Options());
  const std::int64_t width = GetParam().heads * GetParam().head_dim;
  for (const std::int64_t row : {0, 3, 4, 8}) {
    const AttentionCase one = whole.OneRow(row);
    const std::vector<float> found = one.OnDevice(one.Options());
    EXPECT_TRUE(std::equal(found.begin(), found.end(), expected.begin() + row * width))
        << "row " << row;
  }
}

TEST_P(AttentionKernels, GiveTheSameBitsForAnySplit) {
  const AttentionCase attention(
      GetParam(), {{.position_begin = 300}, {.position_begin = 40}, {.position_begin = 191}}, 300);
  cuda::AttentionPlanOptions options = attention.Options();
  options.tiles_per_split = 100;
  ASSERT_EQ(attention.Plan(options).num_partials, 0);
  const std::vector<float> unsplit = attention.OnDevice(options);
  for (const std::int64_t tiles : {1, 2, 3}) {
    options.tiles_per_split = tiles;
    EXPECT_TRUE(SameBits(attention.OnDevice(options), unsplit)) << tiles << " tiles a split";
  }
}

// A tree of sequences: all share two pages, two of them a third, and one shares none.
const std::vector<StepSequence> kSharedStep = {
    {.position_begin = 200},
    {.position_begin = 130, .shared_pages = 2, .shares_with = 0},
    {.position_begin = 197, .num_rows = 2, .shared_pages = 3, .shares_with = 0},
    {.position_begin = 260, .shared_pages = 2, .shares_with = 0},
    {.position_begin = 70}};

TEST_P(AttentionKernels, GiveTheSameBitsWithAndWithoutSharedTiles) {
  const AttentionCase attention(GetParam(), kSharedStep, 400);
  cuda::AttentionPlanOptions options = attention.Options();
  options.cascade = CascadeUse::kNever;
  const std::vector<float> alone = attention.OnDevice(options);
  ExpectNear(alone, attention.OnCpu(), CudaAttentionTolerance(GetParam().dtype == DType::kBF16));
  options.cascade = CascadeUse::kAlways;
  EXPECT_TRUE(SameBits(attention.OnDevice(options), alone));
  options.tiles_per_split = 1;
  EXPECT_TRUE(SameBits(attention.OnDevice(options), alone));
}

TEST_P(AttentionKernels, DoNotDependOnTheSchedule) {
  const AttentionCase attention(GetParam(), kSharedStep, 500);
  cuda::AttentionPlanOptions options = attention.Options();
  options.cascade = CascadeUse::kAlways;
  const std::vector<float> expected = attention.OnDevice(options);
  for (const std::uint64_t seed : {11, 12}) {
    cuda_emulator::SetScheduleSeed(seed);
    EXPECT_TRUE(SameBits(attention.OnDevice(options), expected)) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, AttentionKernels,
                         ::testing::Values(AttentionShape{DType::kBF16, 8, 2, 128, 0},
                                           AttentionShape{DType::kF16, 4, 2, 64, 0},
                                           AttentionShape{DType::kBF16, 4, 2, 8, 0},
                                           AttentionShape{DType::kBF16, 4, 1, 64, 64},
                                           AttentionShape{DType::kF16, 2, 1, 72, 65},
                                           AttentionShape{DType::kBF16, 3, 1, 40, 63},
                                           AttentionShape{DType::kBF16, 7, 1, 16, 130},
                                           AttentionShape{DType::kBF16, 20, 1, 24, 0},
                                           AttentionShape{DType::kBF16, 2, 2, 16, 1}),
                         ShapeName);

constexpr AttentionKernel kWarpgroups = AttentionKernel::kWarpgroupTiles;
INSTANTIATE_TEST_SUITE_P(WarpgroupShapes, AttentionKernels,
                         ::testing::Values(AttentionShape{DType::kBF16, 8, 2, 128, 0, kWarpgroups},
                                           AttentionShape{DType::kF16, 4, 2, 64, 0, kWarpgroups},
                                           AttentionShape{DType::kBF16, 4, 1, 64, 64, kWarpgroups},
                                           AttentionShape{DType::kF16, 2, 1, 72, 65, kWarpgroups},
                                           AttentionShape{DType::kF16, 7, 1, 128, 130, kWarpgroups},
                                           AttentionShape{DType::kBF16, 20, 1, 24, 0, kWarpgroups},
                                           AttentionShape{DType::kBF16, 2, 2, 8, 1, kWarpgroups}),
                         ShapeName);

// The two tile kernels do the same in the same order. Whether their instructions sum alike is the
// device's business: where they do not, roundings differ and nothing else.
class AttentionTileKernels : public ::testing::TestWithParam<AttentionShape> {
 protected:
  ~AttentionTileKernels() override { cuda_emulator::SetProductOrder(/*as_mma=*/true); }
};

TEST_P(AttentionTileKernels, GiveTheSameBitsWhereTheirProductsDo) {
  AttentionShape shape = GetParam();
  const AttentionCase by_warps(shape, kMixedStep, 100);
  shape.tiles = kWarpgroups;
  const AttentionCase by_warpgroups(shape, kMixedStep, 100);
  const std::vector<float> expected = by_warps.OnDevice(by_warps.Options());
  EXPECT_TRUE(SameBits(by_warpgroups.OnDevice(by_warpgroups.Options()), expected));
  cuda_emulator::SetProductOrder(/*as_mma=*/false);
  const std::vector<float> otherwise = by_warpgroups.OnDevice(by_warpgroups.Options());
  ExpectNear(otherwise, expected, CudaAttentionTolerance(shape.dtype == DType::kBF16));
  EXPECT_FALSE(SameBits(otherwise, expected));
}

INSTANTIATE_TEST_SUITE_P(Shapes, AttentionTileKernels,
                         ::testing::Values(AttentionShape{DType::kBF16, 8, 2, 128, 0},
                                           AttentionShape{DType::kF16, 4, 2, 64, 65}),
                         ShapeName);

class AttentionKernelWindow
    : public ::testing::TestWithParam<std::tuple<std::int64_t, AttentionKernel>> {};

// A query at position p sees the keys p - W + 1 .. p and no other.
TEST_P(AttentionKernelWindow, SeesWKeysIncludingItsOwn) {
  const auto [window, tiles] = GetParam();
  const AttentionShape shape{DType::kBF16, 2, 1, 16, window, tiles};
  const AttentionCase before(shape, {{.num_rows = window + 2}}, 600);
  AttentionCase changed = before;
  changed.ChangeValue(0, 0, 100.0F);
  const std::vector<float> a = before.OnDevice(before.Options());
  const std::vector<float> b = changed.OnDevice(changed.Options());
  for (const std::int64_t position : {window - 2, window - 1, window, window + 1}) {
    if (position < 0) continue;
    const auto row = static_cast<std::size_t>(position * 2 * 16);
    EXPECT_EQ(a[row] != b[row], position < window) << "position " << position;
  }
}

INSTANTIATE_TEST_SUITE_P(Windows, AttentionKernelWindow,
                         ::testing::Combine(::testing::Values(1, 2, 63, 64, 65, 128, 130),
                                            ::testing::Values(AttentionKernel::kTiles,
                                                              kWarpgroups)));

class AttentionKernelOf : public ::testing::TestWithParam<AttentionKernel> {};
INSTANTIATE_TEST_SUITE_P(Tiles, AttentionKernelOf,
                         ::testing::Values(AttentionKernel::kTiles, kWarpgroups));

// Pages wholly before every row's window may be gone.
TEST_P(AttentionKernelOf, ReadsNoPageBeforeTheWindow) {
  const AttentionShape shape{DType::kBF16, 4, 2, 16, 64, GetParam()};
  AttentionCase attention(shape, {{.position_begin = 192}, {.position_begin = 250, .num_rows = 9}},
                          700);
  const std::vector<float> expected = attention.OnDevice(attention.Options());
  attention.ReleasePagesBeforeTheWindow();
  EXPECT_TRUE(SameBits(attention.OnDevice(attention.Options()), expected));
}

// Scores far apart: the running maximum must carry the sum along.
TEST_P(AttentionKernelOf, SurvivesScoresFarApart) {
  const AttentionShape shape{DType::kBF16, 2, 2, 16, 0, GetParam()};
  AttentionCase attention(shape, {{.num_rows = 150}}, 800);
  attention.ScaleKeys([](std::int64_t position) { return 1.0F + static_cast<float>(position); });
  ExpectNear(attention.OnDevice(attention.Options()), attention.OnCpu(), {.absolute = 0.05});
}

TEST_P(AttentionKernelOf, SkipsItemsWithoutRows) {
  const AttentionShape shape{.tiles = GetParam()};
  const AttentionCase attention(shape, {{.position_begin = 100}, {.num_rows = 30}}, 900);
  cuda::AttentionPlan plan = attention.Plan(attention.Options());
  const std::vector<float> expected = attention.OnDevice(plan);
  for (cuda::AttentionLaunch& launch : plan.launches) {
    if (launch.kernel != cuda::AttentionKernel::kDecode) continue;
    plan.items.resize(plan.items.size() + 3);
    launch.count += 3;
  }
  EXPECT_TRUE(SameBits(attention.OnDevice(plan), expected));
}

TEST(AttentionKernel, RefusesShapesItCannotTake) {
  cuda::AttentionArgs args{.num_kv_heads = 1, .group = 1, .head_dim = 64, .scale = 1};
  const std::vector<cuda::AttentionLaunch> none;
  EXPECT_NO_THROW(cuda::LaunchAttention(nullptr, args, none));
  for (const int head_dim : {0, 12, 136}) {
    args.head_dim = head_dim;
    EXPECT_THROW(cuda::LaunchAttention(nullptr, args, none), std::invalid_argument);
  }
}

TEST(AttentionPlan, TakesSharedTilesOnce) {
  const AttentionShape shape{DType::kBF16, 4, 2, 16, 0};
  const AttentionCase attention(shape, kSharedStep, 1);
  cuda::AttentionPlanOptions options = attention.Options();
  options.cascade = CascadeUse::kAlways;
  options.tiles_per_split = 100;
  const cuda::AttentionPlan plan = attention.Plan(options);
  std::int64_t tiles = 0;
  for (const cuda::AttentionItem& item : plan.items) tiles += item.tile_end - item.tile_begin;
  // Two shared by four, one more by two of them; then 1, 1, 1, 3 and 2 of their own.
  EXPECT_EQ(tiles, 2 + 1 + 1 + 1 + 1 + 3 + 2);
  EXPECT_EQ(plan.num_states, 5);
  ASSERT_EQ(plan.launches.size(), 3U) << "two levels and the rows by themselves";
}

TEST(AttentionPlan, SplitsFewSequencesAndNotMany) {
  const AttentionShape shape{DType::kBF16, 4, 2, 16, 0};
  cuda::AttentionPlanOptions options = AttentionCase(shape, {}, 1).Options();
  options.num_multiprocessors = 8;
  const AttentionCase few(shape, {{.position_begin = 1000}}, 1);
  EXPECT_EQ(few.Plan(options).num_partials, 16);
  const AttentionCase many(shape, std::vector<StepSequence>(16, {.position_begin = 300}), 1);
  EXPECT_EQ(many.Plan(options).num_partials, 0);
}

}  // namespace
}  // namespace meval::testing
