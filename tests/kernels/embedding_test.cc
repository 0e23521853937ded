#include "kernels/embedding.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/kernels/op_test.h"

namespace meval::testing {
namespace {

constexpr std::int64_t kVocab = 50;

class EmbeddingOp : public ::testing::TestWithParam<RowCase> {};

TEST_P(EmbeddingOp, CopiesTheRowsOfTheTable) {
  const RowCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  std::vector<float> f32 = RandomVector(kVocab * p.c, 1);
  std::vector<std::uint16_t> bf16 = ToBFloat16(f32);
  const bool narrow = p.dtype == DType::kBF16;
  void* data = narrow ? static_cast<void*>(bf16.data()) : f32.data();
  const TensorView table(data, p.dtype, {kVocab, p.c});
  std::vector<TokenId> tokens;
  for (std::int64_t t = 0; t < p.t; ++t) tokens.push_back(static_cast<TokenId>(t * 37 % kVocab));
  const RowOp op = [&](Context& ctx, TensorView out) { Embedding(ctx, table, tokens, out); };
  CheckRowOp(p, {}, op);
  const std::vector<float> found = RunRowOp(p.route, 1, p.t, p.c, op);
  for (std::int64_t i = 0; i < p.t * p.c; ++i) {
    const auto source =
        static_cast<std::size_t>(tokens[static_cast<std::size_t>(i / p.c)] * p.c + i % p.c);
    const float expected = narrow ? BFloat16ToFloat(bf16[source]) : f32[source];
    ASSERT_EQ(found[static_cast<std::size_t>(i)], expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Routes, EmbeddingOp,
                         ::testing::ValuesIn(RowCases({DType::kF32, DType::kBF16})), RowCaseName);

TEST(Embedding, RefusesBadArguments) {
  Context ctx({.num_threads = 1});
  std::vector<float> data(16);
  std::vector<float> rows(8);
  const TensorView table(data.data(), DType::kF32, {4, 4});
  const TensorView out(rows.data(), DType::kF32, {2, 4});
  const std::vector<TokenId> tokens = {0, 3};
  EXPECT_NO_THROW(Embedding(ctx, table, tokens, out));
  EXPECT_THROW(Embedding(ctx, table, std::vector<TokenId>{0, 4}, out), std::invalid_argument);
  EXPECT_THROW(Embedding(ctx, table, std::vector<TokenId>{-1, 0}, out), std::invalid_argument);
  EXPECT_THROW(Embedding(ctx, table, std::vector<TokenId>{0}, out), std::invalid_argument);
  EXPECT_THROW(Embedding(ctx, TensorView(data.data(), DType::kF16, {4, 4}), tokens, out),
               std::invalid_argument);
  EXPECT_THROW(
      Embedding(ctx, table.Columns(0, 2), tokens, TensorView(rows.data(), DType::kF32, {2, 2})),
      std::invalid_argument);
  EXPECT_THROW(Embedding(ctx, table, tokens, TensorView(rows.data(), DType::kF32, {2, 3})),
               std::invalid_argument);
  EXPECT_THROW(Embedding(ctx, table, tokens, TensorView(rows.data(), DType::kBF16, {2, 4})),
               std::invalid_argument);
  EXPECT_THROW(
      Embedding(ctx, table, tokens, TensorView(rows.data(), DType::kF32, {2, 4}, Device::kCuda)),
      std::invalid_argument);
}

}  // namespace
}  // namespace meval::testing
