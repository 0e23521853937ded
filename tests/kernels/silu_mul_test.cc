#include "kernels/silu_mul.h"

#include <cmath>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/kernels/op_test.h"

namespace meval::testing {
namespace {

class SiluMulOp : public ::testing::TestWithParam<RowCase> {};

TEST_P(SiluMulOp, AgreesWithTheReference) {
  const RowCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  // Gate and up are the halves of one product, as in the engine.
  std::vector<float> both = RandomVector(p.t * 2 * p.c, 10, 30.0F);
  const TensorView fused(both.data(), DType::kF32, {p.t, 2 * p.c});
  CheckRowOp(p, kSiluMulTolerance, [&](Context& ctx, TensorView out) {
    SiluMul(ctx, fused.Columns(0, p.c), fused.Columns(p.c, p.c), out);
  });
}

TEST_P(SiluMulOp, MayOverwriteItsInputs) {
  const RowCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  Context ctx(OptionsOf(p.route, 2));
  std::vector<float> gate = RandomVector(p.t * p.c, 11);
  std::vector<float> up = RandomVector(p.t * p.c, 12);
  std::vector<float> out(gate.size());
  const TensorView g(gate.data(), DType::kF32, {p.t, p.c});
  const TensorView u(up.data(), DType::kF32, {p.t, p.c});
  SiluMul(ctx, g, u, TensorView(out.data(), DType::kF32, {p.t, p.c}));
  SiluMul(ctx, g, u, g);
  EXPECT_TRUE(SameBits(gate, out));
}

INSTANTIATE_TEST_SUITE_P(Routes, SiluMulOp, ::testing::ValuesIn(RowCases()), RowCaseName);

// The exponential inside, over the whole range of f32 and at its edges.
TEST(SiluMul, IsAccurateOverTheWholeRange) {
  std::vector<float> gate;
  for (float x = -130; x <= 130; x += 0.03125F) gate.push_back(x);
  for (const float x : {0.0F, -0.0F, 1e-30F, -1e-30F, 88.7F, -88.7F, 89.5F, -103.9F, -104.5F, 3e38F,
                        -3e38F, std::numeric_limits<float>::infinity()}) {
    gate.push_back(x);
  }
  std::vector<float> up(gate.size(), 1.0F);
  const auto n = static_cast<std::int64_t>(gate.size());
  const RowOp op = [&](Context& ctx, TensorView out) {
    SiluMul(ctx, TensorView(gate.data(), DType::kF32, {1, n}),
            TensorView(up.data(), DType::kF32, {1, n}), out);
  };
  const std::vector<float> reference = RunRowOp(kReferenceRoute, 1, 1, n, op);
  for (const Route& route : {kAvx2Route, kAvx512Route}) {
    if (!WhyNot(route).empty()) continue;
    const std::vector<float> found = RunRowOp(route, 1, 1, n, op);
    EXPECT_EQ(found.back(), std::numeric_limits<float>::infinity());
    ExpectNear({found.begin(), found.end() - 1}, {reference.begin(), reference.end() - 1},
               kSiluMulTolerance);
  }
}

TEST(SiluMul, KeepsNaN) {
  for (const Route& route : {kReferenceRoute, kAvx2Route, kAvx512Route}) {
    if (!WhyNot(route).empty()) continue;
    Context ctx(OptionsOf(route, 1));
    std::vector<float> gate(20, std::numeric_limits<float>::quiet_NaN());
    std::vector<float> up(20, 1.0F);
    const TensorView view(gate.data(), DType::kF32, {1, 20});
    SiluMul(ctx, view, TensorView(up.data(), DType::kF32, {1, 20}), view);
    for (const float x : gate) EXPECT_TRUE(std::isnan(x)) << RouteName(route);
  }
}

TEST(SiluMul, RefusesBadArguments) {
  Context ctx({.num_threads = 1});
  std::vector<float> data(8);
  const TensorView x(data.data(), DType::kF32, {2, 4});
  EXPECT_THROW(SiluMul(ctx, x, x.Columns(0, 3), x), std::invalid_argument);
  EXPECT_THROW(SiluMul(ctx, x, x, x.Rows(0, 1)), std::invalid_argument);
  EXPECT_THROW(SiluMul(ctx, TensorView(data.data(), DType::kF16, {2, 4}), x, x),
               std::invalid_argument);
}

}  // namespace
}  // namespace meval::testing
