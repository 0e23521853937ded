#include "kernels/residual_add.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/kernels/op_test.h"

namespace meval::testing {
namespace {

class ResidualAddOp : public ::testing::TestWithParam<RowCase> {};

TEST_P(ResidualAddOp, IsExactToTheLastBit) {
  const RowCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  const std::vector<float> x = RandomVector(p.t * p.c, 8);
  std::vector<float> delta = RandomVector(p.t * p.c, 9);
  CheckRowOp(p, {}, [&](Context& ctx, TensorView out) {
    std::copy(x.begin(), x.end(), out.As<float>());
    ResidualAdd(ctx, TensorView(delta.data(), DType::kF32, {p.t, p.c}), out);
  });
}

INSTANTIATE_TEST_SUITE_P(Routes, ResidualAddOp, ::testing::ValuesIn(RowCases()), RowCaseName);

TEST(ResidualAdd, RefusesBadArguments) {
  Context ctx({.num_threads = 1});
  std::vector<float> data(8);
  const TensorView x(data.data(), DType::kF32, {2, 4});
  EXPECT_THROW(ResidualAdd(ctx, x.Rows(0, 1), x), std::invalid_argument);
  EXPECT_THROW(ResidualAdd(ctx, TensorView(data.data(), DType::kBF16, {2, 4}), x),
               std::invalid_argument);
  EXPECT_THROW(ResidualAdd(ctx, x, TensorView(data.data(), DType::kF32, {8})),
               std::invalid_argument);
}

}  // namespace
}  // namespace meval::testing
