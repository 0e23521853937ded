// The ops of a step on the CPU, beside the ops they are made of.

#include "kernels/step_ops.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/attention.h"
#include "kernels/rope.h"

namespace meval {
namespace {

TEST(SelectSegments, KeepsRunsOfNeighboursInOneSegment) {
  const std::vector<std::int32_t> pages = {4, 7};
  const std::vector<Segment> segments = {
      {.row_begin = 0, .num_rows = 3, .position_begin = 10, .page_table = pages},
      {.row_begin = 3, .num_rows = 4, .position_begin = 0, .page_table = pages}};
  const std::vector<std::int64_t> rows = {1, 2, 3, 4, 6};
  std::vector<Segment> selected;
  SelectSegments(rows, segments, selected);
  ASSERT_EQ(selected.size(), 3U);
  EXPECT_EQ(selected[0].row_begin, 1);
  EXPECT_EQ(selected[0].num_rows, 2);
  EXPECT_EQ(selected[0].position_begin, 11);
  EXPECT_EQ(selected[1].row_begin, 3) << "another sequence is another segment";
  EXPECT_EQ(selected[1].num_rows, 2);
  EXPECT_EQ(selected[2].row_begin, 6);
  EXPECT_EQ(selected[2].position_begin, 3);
}

TEST(StepOps, AreTheOpsTheyAreMadeOf) {
  constexpr std::int64_t kHeads = 2;
  constexpr std::int64_t kDim = 8;
  constexpr std::int64_t kRows = 5;
  constexpr std::int64_t kColumns = (kHeads + 2) * kDim;
  Context ctx({.num_threads = 1});
  const RopeTable rope(kDim, 1e4, 16);
  const AttentionOptions options{.scale = 0.5F, .window = 3};
  std::vector<float> input(kRows * kColumns);
  for (std::size_t i = 0; i < input.size(); ++i) {
    input[i] = static_cast<float>(i * 37 % 101) / 50 - 1;
  }
  const std::vector<std::int32_t> pages = {1};
  const std::vector<Segment> segments = {
      {.row_begin = 0, .num_rows = kRows, .position_begin = 2, .page_table = pages}};
  const std::vector<std::int32_t> positions = {2, 3, 4, 5, 6};
  const std::vector<TokenId> tokens(kRows, 0);
  struct Result {
    std::vector<float> keys = std::vector<float>(2 * kDim * kKvPageTokens, 0);
    std::vector<float> values = keys;
    std::vector<float> out = std::vector<float>(kRows * kHeads * kDim, -1);
    KvPages Pages() {
      return {.keys = keys.data(),
              .values = values.data(),
              .num_pages = 2,
              .n_kv_heads = 1,
              .head_dim = kDim};
    }
  };

  Result expected;
  std::vector<float> x = input;
  const TensorView qkv(x.data(), DType::kF32, {kRows, kColumns});
  const TensorView q = qkv.Columns(0, kHeads * kDim).WithRowShape({kHeads, kDim});
  const TensorView k = qkv.Columns(kHeads * kDim, kDim).WithRowShape({1, kDim});
  const TensorView v = qkv.Columns((kHeads + 1) * kDim, kDim).WithRowShape({1, kDim});
  Rope(ctx, q, positions, rope);
  Rope(ctx, k, positions, rope);
  WriteKv(ctx, k, v, segments, expected.Pages());
  Attention(ctx, q, expected.Pages(), segments, options,
            TensorView(expected.out.data(), DType::kF32, {kRows, kHeads, kDim}));

  Result found;
  std::vector<float> y = input;
  const TensorView from(y.data(), DType::kF32, {kRows, kColumns});
  const TensorView out(found.out.data(), DType::kF32, {kRows, kHeads * kDim});
  const auto ops = MakeStepOps(ctx,
                               {.vocab_size = 1,
                                .num_heads = kHeads,
                                .num_kv_heads = 1,
                                .head_dim = kDim,
                                .attention = options,
                                .max_rows = kRows,
                                .max_selected = kRows},
                               rope);
  ASSERT_EQ(
      ops->Begin({.tokens = tokens, .positions = positions, .segments = segments, .copies = {}}),
      kRows);
  ops->Run(StepPart::kLayers, found.Pages(), [&] {
    ops->RotateAndStore(from, found.Pages());
    ops->Attend(from, found.Pages(), out);
  });
  EXPECT_EQ(found.keys, expected.keys);
  EXPECT_EQ(found.values, expected.values);
  EXPECT_EQ(found.out, expected.out);

  const std::vector<std::int64_t> rows = {1, 4};
  ASSERT_EQ(ops->Select(rows), 2);
  std::vector<float> gathered(2 * kHeads * kDim);
  ops->GatherSelected(out, TensorView(gathered.data(), DType::kF32, {2, kHeads * kDim}));
  for (std::size_t i = 0; i < kHeads * kDim; ++i) {
    EXPECT_EQ(gathered[i], expected.out[kHeads * kDim + i]);
    EXPECT_EQ(gathered[kHeads * kDim + i], expected.out[4 * kHeads * kDim + i]);
  }
}

}  // namespace
}  // namespace meval
