#include "kernels/rmsnorm.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/kernels/op_test.h"

namespace meval::testing {
namespace {

class RmsNormOp : public ::testing::TestWithParam<RowCase> {};

TEST_P(RmsNormOp, AgreesWithTheReference) {
  const RowCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  std::vector<float> x = RandomVector(p.t * p.c, 2, 3.0F);
  std::vector<float> gain = RandomVector(p.c, 3);
  CheckRowOp(p, kRmsNormTolerance, [&](Context& ctx, TensorView out) {
    RmsNorm(ctx, TensorView(x.data(), DType::kF32, {p.t, p.c}),
            TensorView(gain.data(), DType::kF32, {p.c}), 1e-5F, out);
  });
}

TEST_P(RmsNormOp, WorksInPlaceAndRowByRow) {
  const RowCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  Context ctx(OptionsOf(p.route, 2));
  std::vector<float> x = RandomVector(p.t * p.c, 4);
  std::vector<float> gain = RandomVector(p.c, 5);
  std::vector<float> together(x.size());
  const TensorView in(x.data(), DType::kF32, {p.t, p.c});
  const TensorView weights(gain.data(), DType::kF32, {p.c});
  RmsNorm(ctx, in, weights, 1e-6F, TensorView(together.data(), DType::kF32, {p.t, p.c}));
  for (std::int64_t t = 0; t < p.t; ++t) {
    RmsNorm(ctx, in.Rows(t, 1), weights, 1e-6F, in.Rows(t, 1));
  }
  EXPECT_TRUE(SameBits(x, together));
}

INSTANTIATE_TEST_SUITE_P(Routes, RmsNormOp, ::testing::ValuesIn(RowCases()), RowCaseName);

TEST(RmsNorm, OfOnesIsTheGain) {
  Context ctx({.num_threads = 1});
  std::vector<float> x(20, -1.0F);
  std::vector<float> gain = RandomVector(20, 6);
  const TensorView view(x.data(), DType::kF32, {1, 20});
  RmsNorm(ctx, view, TensorView(gain.data(), DType::kF32, {20}), 0, view);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(x[i], -gain[i]);
}

TEST(RmsNorm, OfZerosIsZero) {
  Context ctx({.num_threads = 1});
  std::vector<float> x(40);
  std::vector<float> gain(40, 1.0F);
  const TensorView view(x.data(), DType::kF32, {1, 40});
  RmsNorm(ctx, view, TensorView(gain.data(), DType::kF32, {40}), 1e-5F, view);
  EXPECT_EQ(x, std::vector<float>(40));
}

TEST(RmsNorm, RefusesBadArguments) {
  Context ctx({.num_threads = 1});
  std::vector<float> data(8);
  const TensorView x(data.data(), DType::kF32, {2, 4});
  const TensorView gain(data.data(), DType::kF32, {4});
  EXPECT_THROW(RmsNorm(ctx, x, TensorView(data.data(), DType::kF32, {3}), 1e-5F, x),
               std::invalid_argument);
  EXPECT_THROW(RmsNorm(ctx, x, TensorView(data.data(), DType::kBF16, {4}), 1e-5F, x),
               std::invalid_argument);
  EXPECT_THROW(RmsNorm(ctx, x, gain, 1e-5F, x.Rows(0, 1)), std::invalid_argument);
  EXPECT_THROW(RmsNorm(ctx, x, gain, -1.0F, x), std::invalid_argument);
  EXPECT_THROW(RmsNorm(ctx, gain, gain, 1e-5F, gain), std::invalid_argument);
  TensorView overlapping = x;
  overlapping.row_stride = 3;
  EXPECT_THROW(RmsNorm(ctx, overlapping, gain, 1e-5F, x), std::invalid_argument);
}

}  // namespace
}  // namespace meval::testing
