#include "kernels/gemm.h"

#include <algorithm>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/kernels/op_test.h"

namespace meval::testing {
namespace {

// The numbers of rows that meet every row block of the built-in kernels and every blocking oneDNN
// is known to choose.
constexpr std::int64_t kRowCounts[] = {1,  2,  3,  4,  7,  8,  13,  14,  15,  16, 17,
                                       29, 32, 33, 48, 63, 64, 100, 128, 256, 300};
constexpr std::int64_t kMaxRows = 300;

// A weight matrix in both dtypes and the exact product with some rows.
struct Problem {
  Problem(std::int64_t features_out, std::int64_t features_in, DType type)
      : n(features_out),
        k(features_in),
        dtype(type),
        x(RandomVector(kMaxRows * k, 21)),
        w(RandomVector(n * k, 22)),
        w_bf16(ToBFloat16(w)) {}

  TensorView Weight() {
    void* data = dtype == DType::kBF16 ? static_cast<void*>(w_bf16.data()) : w.data();
    return {data, dtype, {n, k}};
  }
  PackedWeight Pack(Context& ctx) {
    const TensorView parts[] = {Weight()};
    return PackWeight(ctx, parts);
  }
  std::vector<float> Run(const Route& route, int num_threads, std::int64_t begin,
                         std::int64_t count) {
    Context ctx(OptionsOf(route, num_threads));
    return Run(ctx, Pack(ctx), begin, count);
  }
  std::vector<float> Run(Context& ctx, const PackedWeight& packed, std::int64_t begin,
                         std::int64_t count) {
    Canary y(count * n);
    Gemm(ctx, TensorView(x.data(), DType::kF32, {kMaxRows, k}).Rows(begin, count), packed,
         TensorView(y.data(), DType::kF32, {count, n}));
    y.ExpectIntact();
    return y.Values();
  }

  std::int64_t n;
  std::int64_t k;
  DType dtype;
  std::vector<float> x;
  std::vector<float> w;
  std::vector<std::uint16_t> w_bf16;
};

struct GemmCase {
  Route route;
  DType dtype;
  std::int64_t n;
  std::int64_t k;
};

class GemmOp : public ::testing::TestWithParam<GemmCase> {};

TEST_P(GemmOp, AgreesWithTheSumInDouble) {
  const GemmCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  constexpr std::int64_t kRows = 19;
  Problem problem(p.n, p.k, p.dtype);
  const std::vector<float> y = problem.Run(p.route, 1, 0, kRows);
  const double tolerance = GemmTolerance(static_cast<double>(p.k));
  const bool bf16 = p.dtype == DType::kBF16;
  for (std::int64_t m = 0; m < kRows; ++m) {
    for (std::int64_t n = 0; n < p.n; ++n) {
      double sum = 0;
      double magnitude = 0;
      for (std::int64_t k = 0; k < p.k; ++k) {
        const auto xi = static_cast<std::size_t>(m * p.k + k);
        const auto wi = static_cast<std::size_t>(n * p.k + k);
        const float x = bf16 ? BFloat16ToFloat(FloatToBFloat16(problem.x[xi])) : problem.x[xi];
        const float w = bf16 ? BFloat16ToFloat(problem.w_bf16[wi]) : problem.w[wi];
        sum += double{x} * double{w};
        magnitude += std::abs(double{x} * double{w});
      }
      ASSERT_NEAR(y[static_cast<std::size_t>(m * p.n + n)], sum, tolerance * magnitude)
          << "row " << m << ", feature " << n;
    }
  }
}

TEST_P(GemmOp, GivesARowTheSameBitsInAnyCompany) {
  const GemmCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  Problem problem(p.n, p.k, p.dtype);
  Context ctx(OptionsOf(p.route, 2));
  const PackedWeight packed = problem.Pack(ctx);
  const std::vector<float> all = problem.Run(ctx, packed, 0, kMaxRows);
  for (const std::int64_t rows : kRowCounts) {
    const std::vector<float> first = problem.Run(ctx, packed, 0, rows);
    EXPECT_TRUE(std::equal(first.begin(), first.end(), all.begin())) << rows << " rows";
    const std::int64_t begin = kMaxRows - rows;
    const std::vector<float> last = problem.Run(ctx, packed, begin, rows);
    EXPECT_TRUE(std::equal(last.begin(), last.end(), all.begin() + begin * p.n))
        << "the last " << rows << " rows";
  }
}

TEST_P(GemmOp, GivesTheSameBitsOnAnyNumberOfThreads) {
  const GemmCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  Problem problem(p.n, p.k, p.dtype);
  for (const std::int64_t rows : {std::int64_t{1}, std::int64_t{5}, std::int64_t{67}}) {
    const std::vector<float> one = problem.Run(p.route, 1, 0, rows);
    EXPECT_TRUE(SameBits(one, problem.Run(p.route, 2, 0, rows))) << rows << " rows, 2 threads";
    EXPECT_TRUE(SameBits(one, problem.Run(p.route, 3, 0, rows))) << rows << " rows, 3 threads";
  }
}

TEST_P(GemmOp, IsTheSameOnBothVectorWidths) {
  const GemmCase& p = GetParam();
  if (p.route.gemm != GemmProvider::kBuiltin || p.route.path != CpuPath::kAvx512) return;
  MEVAL_ROUTE_OR_SKIP(p.route);
  Problem problem(p.n, p.k, p.dtype);
  for (const std::int64_t rows : {std::int64_t{1}, std::int64_t{16}, std::int64_t{130}}) {
    EXPECT_TRUE(SameBits(problem.Run(p.route, 1, 0, rows), problem.Run(kAvx2Route, 1, 0, rows)));
  }
}

// Rows of x and y may be wider than K and N.
TEST_P(GemmOp, ReadsAndWritesStridedRows) {
  const GemmCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  constexpr std::int64_t kRows = 9;
  Problem problem(p.n, p.k, p.dtype);
  Context ctx(OptionsOf(p.route, 1));
  const PackedWeight packed = problem.Pack(ctx);
  const std::vector<float> dense = problem.Run(ctx, packed, 0, kRows);
  std::vector<float> wide_x(static_cast<std::size_t>(kRows * (p.k + 5)), 99.0F);
  std::vector<float> wide_y(static_cast<std::size_t>(kRows * (p.n + 3)), 77.0F);
  for (std::int64_t m = 0; m < kRows; ++m) {
    std::copy_n(problem.x.begin() + m * p.k, p.k, wide_x.begin() + m * (p.k + 5) + 2);
  }
  Gemm(ctx, TensorView(wide_x.data(), DType::kF32, {kRows, p.k + 5}).Columns(2, p.k), packed,
       TensorView(wide_y.data(), DType::kF32, {kRows, p.n + 3}).Columns(1, p.n));
  for (std::int64_t m = 0; m < kRows; ++m) {
    const auto row = wide_y.begin() + m * (p.n + 3);
    EXPECT_EQ(row[0], 77.0F);
    EXPECT_EQ(row[p.n + 1], 77.0F);
    EXPECT_EQ(row[p.n + 2], 77.0F);
    EXPECT_TRUE(std::equal(row + 1, row + 1 + p.n, dense.begin() + m * p.n)) << "row " << m;
  }
}

std::vector<GemmCase> GemmCases() {
  std::vector<GemmCase> cases;
  constexpr std::pair<std::int64_t, std::int64_t> kShapes[] = {
      {1, 1},    {1, 64},  {33, 96},   {64, 64},   {1000, 64},  {96, 40},
      {31, 129}, {32, 16}, {127, 257}, {200, 333}, {512, 1024}, {1111, 96}};
  for (const Route& route : {kReferenceRoute, kAvx2Route, kAvx512Route, kOneDnnRoute}) {
    for (const DType dtype : {DType::kF32, DType::kBF16}) {
      for (const auto& [n, k] : kShapes) {
        // The reference has one loop for all shapes, and is slow.
        if (route.path == CpuPath::kReference && n * k > 10000) continue;
        cases.push_back({route, dtype, n, k});
      }
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Routes, GemmOp, ::testing::ValuesIn(GemmCases()), [](const auto& test) {
  const GemmCase& p = test.param;
  return RouteName(p.route) + "_" + Name(p.dtype) + "_N" + std::to_string(p.n) + "_K" +
         std::to_string(p.k);
});

class GemmRoute : public ::testing::TestWithParam<Route> {};

TEST_P(GemmRoute, StacksItsParts) {
  MEVAL_ROUTE_OR_SKIP(GetParam());
  Context ctx(OptionsOf(GetParam(), 1));
  Problem problem(100, 64, DType::kF32);
  const TensorView whole = problem.Weight();
  const TensorView parts[] = {whole.Rows(0, 37), whole.Rows(37, 0), whole.Rows(37, 1),
                              whole.Rows(38, 62)};
  const PackedWeight stacked = PackWeight(ctx, parts);
  EXPECT_EQ(stacked.n(), 100);
  EXPECT_EQ(stacked.k(), 64);
  EXPECT_EQ(stacked.dtype(), DType::kF32);
  EXPECT_GE(stacked.bytes(), 100 * 64 * 4);
  EXPECT_TRUE(SameBits(problem.Run(ctx, stacked, 0, 5), problem.Run(ctx, problem.Pack(ctx), 0, 5)));
}

TEST_P(GemmRoute, NeedsNoSourceAfterPacking) {
  MEVAL_ROUTE_OR_SKIP(GetParam());
  Context ctx(OptionsOf(GetParam(), 1));
  Problem problem(64, 96, DType::kBF16);
  const PackedWeight packed = problem.Pack(ctx);
  const std::vector<float> before = problem.Run(ctx, packed, 0, 3);
  std::fill(problem.w_bf16.begin(), problem.w_bf16.end(), std::uint16_t{0});
  EXPECT_TRUE(SameBits(problem.Run(ctx, packed, 0, 3), before));
}

TEST_P(GemmRoute, OfNoRowsDoesNothing) {
  MEVAL_ROUTE_OR_SKIP(GetParam());
  Context ctx(OptionsOf(GetParam(), 1));
  Problem problem(33, 17, DType::kF32);
  EXPECT_TRUE(problem.Run(ctx, problem.Pack(ctx), 0, 0).empty());
}

INSTANTIATE_TEST_SUITE_P(Routes, GemmRoute,
                         ::testing::Values(kReferenceRoute, kAvx2Route, kAvx512Route, kOneDnnRoute),
                         [](const auto& route) { return RouteName(route.param); });

TEST_P(GemmRoute, AddsAsAProductAndASumDo) {
  MEVAL_ROUTE_OR_SKIP(GetParam());
  Problem problem(40, 24, DType::kBF16);
  Context ctx(OptionsOf(GetParam(), 1));
  const PackedWeight packed = problem.Pack(ctx);
  const TensorView x = TensorView(problem.x.data(), DType::kF32, {kMaxRows, 24}).Rows(0, 5);
  const std::vector<float> before = RandomVector(5 * 40, 7);
  std::vector<float> expected = before;
  const std::vector<float> product = problem.Run(ctx, packed, 0, 5);
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += product[i];
  std::vector<float> y = before;
  std::vector<float> scratch(5 * 40);
  GemmAdd(ctx, x, packed, TensorView(scratch.data(), DType::kF32, {5, 40}),
          TensorView(y.data(), DType::kF32, {5, 40}));
  EXPECT_EQ(y, expected);
}

TEST(Gemm, RefusesBadArguments) {
  Context ctx({.num_threads = 1});
  std::vector<float> data(64);
  const TensorView w(data.data(), DType::kF32, {4, 8});
  const TensorView parts[] = {w};
  const PackedWeight packed = PackWeight(ctx, parts);
  std::vector<float> x(24);
  std::vector<float> y(12);
  const TensorView in(x.data(), DType::kF32, {3, 8});
  const TensorView out(y.data(), DType::kF32, {3, 4});
  EXPECT_NO_THROW(Gemm(ctx, in, packed, out));
  EXPECT_THROW(Gemm(ctx, in.Columns(0, 7), packed, out), std::invalid_argument);
  EXPECT_THROW(Gemm(ctx, in, packed, out.Rows(0, 2)), std::invalid_argument);
  EXPECT_THROW(Gemm(ctx, in, packed, TensorView(x.data(), DType::kF32, {3, 4})),
               std::invalid_argument);
  EXPECT_THROW(Gemm(ctx, TensorView(x.data(), DType::kBF16, {3, 8}), packed, out),
               std::invalid_argument);
  EXPECT_THROW(Gemm(ctx, in, PackedWeight(), out), std::invalid_argument);
}

TEST(PackWeight, RefusesBadArguments) {
  Context ctx({.num_threads = 1});
  std::vector<float> data(64);
  const TensorView a(data.data(), DType::kF32, {4, 8});
  const TensorView other_k(data.data(), DType::kF32, {4, 6});
  const TensorView other_dtype(data.data(), DType::kBF16, {4, 8});
  const TensorView half(data.data(), DType::kF16, {4, 8});
  const TensorView vector(data.data(), DType::kF32, {8});
  EXPECT_THROW(PackWeight(ctx, {}), std::invalid_argument);
  EXPECT_THROW(PackWeight(ctx, std::vector<TensorView>{a, other_k}), std::invalid_argument);
  EXPECT_THROW(PackWeight(ctx, std::vector<TensorView>{a, other_dtype}), std::invalid_argument);
  EXPECT_THROW(PackWeight(ctx, std::vector<TensorView>{half}), std::invalid_argument);
  EXPECT_THROW(PackWeight(ctx, std::vector<TensorView>{vector}), std::invalid_argument);
  EXPECT_THROW(PackWeight(ctx, std::vector<TensorView>{a.Columns(0, 4)}), std::invalid_argument);
  EXPECT_THROW(PackWeight(ctx, std::vector<TensorView>{a.Rows(0, 0)}), std::invalid_argument);
}

TEST(PackedWeight, IsEmptyByDefaultAndMoves) {
  EXPECT_EQ(PackedWeight().n(), 0);
  EXPECT_EQ(PackedWeight().bytes(), 0);
  Context ctx({.num_threads = 1});
  Problem problem(8, 8, DType::kF32);
  PackedWeight a = problem.Pack(ctx);
  PackedWeight b;
  b = std::move(a);
  EXPECT_EQ(b.n(), 8);
}

}  // namespace
}  // namespace meval::testing
