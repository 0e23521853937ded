#include "kernels/rope.h"

#include <cmath>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/kernels/op_test.h"

namespace meval::testing {
namespace {

TEST(RopeTable, HoldsTheAnglesOfTheEquation) {
  const RopeTable table(128, 10000.0, 4097);
  for (const std::int64_t position : {0, 1, 2, 100, 4096}) {
    for (std::int64_t i = 0; i < 64; ++i) {
      const double angle =
          static_cast<double>(position) * std::pow(10000.0, -2.0 * static_cast<double>(i) / 128);
      // inv_freq is rounded to f32 three times, and the product once more: 2 u of the angle.
      const double bound = 1.2e-7 + std::abs(angle) * 2.4e-7;
      ASSERT_NEAR(table.Cos(position)[i], std::cos(angle), bound) << position << " " << i;
      ASSERT_NEAR(table.Sin(position)[i], std::sin(angle), bound) << position << " " << i;
    }
  }
}

TEST(RopeTable, RefusesBadArguments) {
  EXPECT_THROW(RopeTable(7, 1e4, 8), std::invalid_argument);
  EXPECT_THROW(RopeTable(0, 1e4, 8), std::invalid_argument);
  EXPECT_THROW(RopeTable(8, 0, 8), std::invalid_argument);
  EXPECT_THROW(RopeTable(8, std::numeric_limits<double>::quiet_NaN(), 8), std::invalid_argument);
  EXPECT_THROW(RopeTable(8, 1e4, -1), std::invalid_argument);
  EXPECT_EQ(RopeTable(8, 1e4, 0).max_positions(), 0);
}

struct RopeCase {
  Route route;
  std::int64_t t;
  std::int64_t heads;
  std::int64_t head_dim;
};

class RopeOp : public ::testing::TestWithParam<RopeCase> {};

TEST_P(RopeOp, AgreesWithTheReference) {
  const RopeCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  const RopeTable table(p.head_dim, 1e6, 1000);
  const std::int64_t c = p.heads * p.head_dim;
  const std::vector<float> x = RandomVector(p.t * c, 13, 4.0F);
  std::vector<std::int32_t> positions;
  for (std::int64_t t = 0; t < p.t; ++t) {
    positions.push_back(static_cast<std::int32_t>(t * 331 % 1000));
  }
  CheckRowOp({p.route, p.t, c}, kRopeTolerance, [&](Context& ctx, TensorView out) {
    std::copy(x.begin(), x.end(), out.As<float>());
    Rope(ctx, out.WithRowShape({p.heads, p.head_dim}), positions, table);
  });
}

std::vector<RopeCase> RopeCases() {
  std::vector<RopeCase> cases;
  for (const Route& route : {kReferenceRoute, kAvx2Route, kAvx512Route}) {
    for (const std::int64_t head_dim : {2, 6, 16, 30, 32, 34, 64, 80, 128}) {
      cases.push_back({route, 5, 3, head_dim});
    }
    cases.push_back({route, 0, 2, 64});
    cases.push_back({route, 40, 32, 128});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Routes, RopeOp, ::testing::ValuesIn(RopeCases()), [](const auto& test) {
  const RopeCase& p = test.param;
  return RouteName(p.route) + "_T" + std::to_string(p.t) + "_H" + std::to_string(p.heads) + "_D" +
         std::to_string(p.head_dim);
});

TEST(Rope, LeavesPositionZeroAlone) {
  Context ctx({.num_threads = 1});
  std::vector<float> x = RandomVector(64, 14);
  const std::vector<float> before = x;
  Rope(ctx, TensorView(x.data(), DType::kF32, {1, 2, 32}), std::vector<std::int32_t>{0},
       RopeTable(32, 1e4, 1));
  EXPECT_EQ(x, before);
}

// The reason for the method: scores depend on the distance of two positions only.
TEST(Rope, MakesDotProductsDependOnDistanceOnly) {
  Context ctx({.num_threads = 1});
  const RopeTable table(64, 1e4, 600);
  const std::vector<float> q = RandomVector(64, 15);
  const std::vector<float> k = RandomVector(64, 16);
  const auto dot = [&](std::int32_t position_q, std::int32_t position_k) {
    std::vector<float> both(q);
    both.insert(both.end(), k.begin(), k.end());
    Rope(ctx, TensorView(both.data(), DType::kF32, {2, 1, 64}),
         std::vector<std::int32_t>{position_q, position_k}, table);
    double sum = 0;
    for (std::size_t i = 0; i < 64; ++i) sum += double{both[i]} * double{both[64 + i]};
    return sum;
  };
  EXPECT_NEAR(dot(17, 5), dot(512, 500), 1e-4);
  EXPECT_GT(std::abs(dot(17, 5) - dot(17, 6)), 1e-2);
}

TEST(Rope, RefusesBadArguments) {
  Context ctx({.num_threads = 1});
  const RopeTable table(8, 1e4, 10);
  std::vector<float> data(32);
  const TensorView x(data.data(), DType::kF32, {2, 2, 8});
  EXPECT_THROW(Rope(ctx, x, std::vector<std::int32_t>{0, 10}, table), std::invalid_argument);
  EXPECT_THROW(Rope(ctx, x, std::vector<std::int32_t>{-1, 0}, table), std::invalid_argument);
  EXPECT_THROW(Rope(ctx, x, std::vector<std::int32_t>{0}, table), std::invalid_argument);
  EXPECT_THROW(Rope(ctx, TensorView(data.data(), DType::kF32, {2, 4, 4}),
                    std::vector<std::int32_t>{0, 1}, table),
               std::invalid_argument);
  EXPECT_THROW(Rope(ctx, TensorView(data.data(), DType::kF32, {2, 8}),
                    std::vector<std::int32_t>{0, 1}, table),
               std::invalid_argument);
}

}  // namespace
}  // namespace meval::testing
