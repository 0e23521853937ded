// Matrix products as a step makes them, on the stand-in for cuBLASLt: against the equation, on rows
// that begin anywhere, and with algorithms that refuse, split or need more than there is.

#include "kernels/cuda/matrix_product.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/check.h"
#include "tests/kernels/cuda/device_array.h"
#include "tests/support/cuda_emulator/cublas_lt.h"
#include "tests/support/device_error.h"

namespace meval::testing {
namespace {

using cuda::MatrixProducts;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

// Row counts of a decode step and of prompts, on both sides of the GEMV's bound and of a tile.
constexpr std::int64_t kRowCounts[] = {1, 3, 4, 5, 63, 64, 65};
constexpr std::int64_t kMaxRows = 65;

enum class Output { kElement, kF32, kResidual };

struct ProductCase {
  DType dtype;
  std::int64_t n;
  std::int64_t k;
  Output output = Output::kF32;
  std::int64_t x_pad = 0;  // elements between the end of a row and the next
  std::int64_t y_pad = 0;
};

// One weight, kMaxRows rows, and what y holds before.
class Problem {
 public:
  explicit Problem(const ProductCase& p)
      : p_(p),
        x_values_(Rounded(p.dtype, RandomVector(kMaxRows * x_stride(), 61))),
        w_values_(Rounded(p.dtype, RandomVector(p.n * p.k, 62))),
        y_before_(RandomVector(kMaxRows * y_stride(), 63, 2.0F)),
        x_(ToElements(p.dtype, x_values_)),
        w_(ToElements(p.dtype, w_values_)) {}

  // Rows [begin, begin + count) of y, between whatever lies beside them: [count, y_stride].
  std::vector<float> Run(MatrixProducts& products, cudaStream_t stream, std::int64_t begin,
                         std::int64_t count) const {
    const bool narrow = p_.output == Output::kElement;
    DeviceArray<float> wide(y_before_);
    DeviceArray<std::uint16_t> narrow_y(ToElements(p_.dtype, y_before_));
    void* y = narrow ? static_cast<void*>(narrow_y.data() + begin * y_stride())
                     : wide.data() + begin * y_stride();
    products.Multiply({.x = x_.data() + begin * x_stride(),
                       .x_stride = x_stride(),
                       .w = w_.data(),
                       .dtype = p_.dtype,
                       .y = y,
                       .y_stride = y_stride(),
                       .y_dtype = narrow ? p_.dtype : DType::kF32,
                       .accumulate = p_.output == Output::kResidual,
                       .num_rows = count,
                       .n = p_.n,
                       .k = p_.k});
    MustSucceed(cudaStreamSynchronize(stream));
    const std::vector<float> all = narrow ? FromElements(p_.dtype, narrow_y.Read()) : wide.Read();
    const std::vector<float> before = narrow ? Rounded(p_.dtype, y_before_) : y_before_;
    for (std::int64_t i = 0; i < std::ssize(all); ++i) {
      const std::int64_t row = i / y_stride() - begin;
      if (row >= 0 && row < count && i % y_stride() < p_.n) continue;
      EXPECT_EQ(all[static_cast<std::size_t>(i)], before[static_cast<std::size_t>(i)])
          << "written beside the result, element " << i;
    }
    return {all.begin() + begin * y_stride(), all.begin() + (begin + count) * y_stride()};
  }

  // Within the error of a sum in f32 and the rounding of what is stored.
  void ExpectRight(const std::vector<float>& y, std::int64_t begin, std::int64_t count) const {
    const double u = RoundoffOf(p_.output == Output::kElement ? p_.dtype : DType::kF32);
    for (std::int64_t m = begin; m < begin + count; ++m) {
      for (std::int64_t n = 0; n < p_.n; ++n) {
        double sum = 0;
        double magnitude = 0;
        for (std::int64_t k = 0; k < p_.k; ++k) {
          const double term = double{x_values_[static_cast<std::size_t>(m * x_stride() + k)]} *
                              w_values_[static_cast<std::size_t>(n * p_.k + k)];
          sum += term;
          magnitude += std::abs(term);
        }
        if (p_.output == Output::kResidual) {
          sum += y_before_[static_cast<std::size_t>(m * y_stride() + n)];
        }
        ASSERT_NEAR(y[static_cast<std::size_t>((m - begin) * y_stride() + n)], sum,
                    GemmTolerance(static_cast<double>(p_.k)) * magnitude + u * std::abs(sum))
            << "row " << m << " of " << count << " from " << begin << ", feature " << n;
      }
    }
  }

  std::int64_t x_stride() const { return p_.k + p_.x_pad; }
  std::int64_t y_stride() const { return p_.n + p_.y_pad; }

 private:
  ProductCase p_;
  std::vector<float> x_values_;
  std::vector<float> w_values_;
  std::vector<float> y_before_;
  DeviceArray<std::uint16_t> x_;
  DeviceArray<std::uint16_t> w_;
};

class MatrixProduct : public ::testing::TestWithParam<ProductCase> {
 protected:
  TestStream stream_;
};

TEST_P(MatrixProduct, AgreesWithTheEquation) {
  const Problem problem(GetParam());
  for (const bool invariant : {true, false}) {
    MatrixProducts products(stream_.get(), invariant);
    for (const std::int64_t count : kRowCounts) {
      // Rows that begin where those of an odd width are least aligned.
      for (const std::int64_t begin : {std::int64_t{0}, std::min<std::int64_t>(1, 65 - count)}) {
        problem.ExpectRight(problem.Run(products, stream_.get(), begin, count), begin, count);
      }
    }
  }
}

TEST_P(MatrixProduct, GivesARowTheSameBitsInAnyCompanyByOneUnsplitAlgorithm) {
  const Problem problem(GetParam());
  MatrixProducts products(stream_.get(), /*invariant=*/true);
  const std::vector<float> all = problem.Run(products, stream_.get(), 0, kMaxRows);
  for (const std::int64_t count : kRowCounts) {
    for (const std::int64_t begin : {std::int64_t{0}, (kMaxRows - count) / 2, kMaxRows - count}) {
      const std::vector<float> rows = problem.Run(products, stream_.get(), begin, count);
      EXPECT_TRUE(std::equal(rows.begin(), rows.end(), all.begin() + begin * problem.y_stride()))
          << count << " rows from " << begin;
    }
  }
  ASSERT_EQ(products.Algorithms().size(), 1U);
  EXPECT_THAT(products.Algorithms(), Each(HasSubstr("splits 1, reduction 0")));
  // The first of those that do not split takes no fewer than 16 rows.
  EXPECT_THAT(products.Algorithms(), Each(Not(HasSubstr("algorithm 11,"))));
}

std::vector<ProductCase> ProductCases() {
  std::vector<ProductCase> cases;
  for (const DType dtype : {DType::kBF16, DType::kF16}) {
    for (const Output output : {Output::kElement, Output::kF32, Output::kResidual}) {
      cases.push_back({dtype, 48, 64, output});
      cases.push_back({dtype, 257, 40, output});       // as a vocabulary of 32001
      cases.push_back({dtype, 24, 37, output});        // an odd hidden width
      cases.push_back({dtype, 9, 72, output, 72, 3});  // the gate's half of two
    }
    cases.push_back({dtype, 1, 1});
    cases.push_back({dtype, 32, 50, Output::kElement, 50});
    cases.push_back({dtype, 5, 1032, Output::kResidual});
  }
  return cases;
}

std::string ProductCaseName(const ::testing::TestParamInfo<ProductCase>& info) {
  const ProductCase& p = info.param;
  constexpr const char* kOutputs[] = {"_element", "_f32", "_residual"};
  return std::string(Name(p.dtype)) + "_N" + std::to_string(p.n) + "_K" + std::to_string(p.k) +
         kOutputs[static_cast<int>(p.output)] + "_pad" + std::to_string(p.x_pad + p.y_pad);
}

INSTANTIATE_TEST_SUITE_P(Shapes, MatrixProduct, ::testing::ValuesIn(ProductCases()),
                         ProductCaseName);

constexpr ProductCase kPlain{DType::kBF16, 48, 64};
constexpr ProductCase kOdd{DType::kBF16, 257, 64};

class MatrixProductAlgorithm : public ::testing::Test {
 protected:
  ~MatrixProductAlgorithm() override {
    cuda_emulator::SetProductAlgorithms(cuda_emulator::DefaultProductAlgorithms());
    cuda_emulator::SetFaults({});
  }
  std::string AlgorithmOf(const ProductCase& p, bool invariant, std::int64_t begin,
                          std::int64_t count) {
    const Problem problem(p);
    MatrixProducts products(stream_.get(), invariant);
    problem.ExpectRight(problem.Run(products, stream_.get(), begin, count), begin, count);
    return products.Algorithms().empty() ? "" : products.Algorithms()[0];
  }
  TestStream stream_;
};

TEST_F(MatrixProductAlgorithm, IsTheFastOneWhereRowsAreAligned) {
  EXPECT_THAT(AlgorithmOf(kPlain, true, 1, 20), HasSubstr("algorithm 6,"));
  EXPECT_THAT(AlgorithmOf(kOdd, true, 0, 20), HasSubstr("algorithm 31,")) << "rows of 257 f32";
  EXPECT_THAT(AlgorithmOf({DType::kF16, 48, 64, Output::kF32, 1}, true, 0, 20),
              HasSubstr("algorithm 31,"));
  EXPECT_THAT(AlgorithmOf({DType::kF16, 48, 64, Output::kF32, 8, 4}, true, 3, 20),
              HasSubstr("algorithm 6,"));
}

// Strides that change the alignment of rows ask for another algorithm, others do not.
TEST_F(MatrixProductAlgorithm, IsChosenOnceForEachAlignment) {
  MatrixProducts products(stream_.get(), true);
  for (const std::int64_t pad : {0, 8, 64}) {
    ProductCase p = kPlain;
    p.x_pad = pad;
    Problem(p).Run(products, stream_.get(), 1, 7);
    EXPECT_EQ(products.Algorithms().size(), 1U) << "padded by " << pad;
  }
  ProductCase p = kPlain;
  p.x_pad = 3;
  const Problem problem(p);
  problem.ExpectRight(problem.Run(products, stream_.get(), 1, 7), 1, 7);
  EXPECT_EQ(products.Algorithms().size(), 2U);
}

TEST_F(MatrixProductAlgorithm, SplitsSumsInTheFastModeAlone) {
  EXPECT_THAT(AlgorithmOf(kPlain, false, 0, 20), HasSubstr("splits 4"));
  EXPECT_EQ(AlgorithmOf(kPlain, false, 0, MatrixProducts::kGemvRows), "") << "a kernel of ours";
  // Were there nothing else, the invariant mode would rather not run.
  cuda_emulator::SetProductAlgorithms({{.id = 21, .splits = cuda_emulator::kSplitsByColumns},
                                       {.id = 24, .splits = 3},
                                       {.id = 25, .scheme = CUBLASLT_REDUCTION_SCHEME_INPLACE}});
  EXPECT_THAT(DeviceErrorOf([&] { AlgorithmOf(kPlain, true, 0, 20); }),
              HasSubstr("cublasLtMatmulAlgoGetHeuristic for n 48, k 64, bf16 to f32 on CUDA device "
                        "0: none of 2 algorithms takes 1 to 4096 rows and sums in one piece; try "
                        "MEVAL_CUDA_MODE=fast"));
}

// 9 rows belong to the magnitude of 16, where an algorithm is proposed that 9 are too few for.
TEST_F(MatrixProductAlgorithm, TakesEveryNumberOfRowsOfItsMagnitude) {
  cuda_emulator::SetProductAlgorithms({{.id = 11, .min_columns = 16}, {.id = 6}});
  EXPECT_THAT(AlgorithmOf(kPlain, false, 0, 9), HasSubstr("algorithm 6,"));
  EXPECT_THAT(AlgorithmOf(kPlain, false, 0, 17), HasSubstr("algorithm 11,"));
  EXPECT_THAT(AlgorithmOf(kPlain, true, 0, 64), HasSubstr("algorithm 6,"));
  cuda_emulator::SetProductAlgorithms({{.id = 11, .min_columns = 16}});
  EXPECT_THAT(DeviceErrorOf([&] { AlgorithmOf(kPlain, false, 0, 9); }),
              HasSubstr("on CUDA device 0: none of 1 algorithms takes 9 to 16 rows"));
}

TEST_F(MatrixProductAlgorithm, HasTheWorkspaceItNeeds) {
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  cuda_emulator::SetProductAlgorithms(
      {{.id = 40, .workspace_bytes = 33 * kMiB}, {.id = 41, .workspace_bytes = 32 * kMiB}});
  EXPECT_THAT(AlgorithmOf(kPlain, true, 0, 5), HasSubstr("algorithm 41,"));
  cuda_emulator::SetProductAlgorithms({{.id = 40, .workspace_bytes = 33 * kMiB}});
  EXPECT_THAT(DeviceErrorOf([&] { AlgorithmOf(kPlain, true, 0, 5); }),
              HasSubstr("cublasLtMatmulAlgoGetHeuristic for n 48, k 64, bf16 to f32 on CUDA device "
                        "0: CUBLAS_STATUS_NOT_SUPPORTED (15)"));
}

TEST_F(MatrixProductAlgorithm, SaysWhereWhatFailed) {
  const Problem problem(kPlain);
  cuda_emulator::SetFaults({.allocation_bytes = 0});
  EXPECT_THAT(
      DeviceErrorOf([&] { MatrixProducts(stream_.get(), true); }),
      HasSubstr("cudaMalloc of 33554432 bytes on CUDA device 0: cudaErrorMemoryAllocation"));
  cuda_emulator::SetFaults({});
  MatrixProducts products(stream_.get(), true);
  problem.Run(products, stream_.get(), 0, 7);
  // The library forgets what it has chosen: a product is refused.
  cuda_emulator::SetProductAlgorithms({});
  EXPECT_THAT(DeviceErrorOf([&] { problem.Run(products, stream_.get(), 0, 7); }),
              HasSubstr("cublasLtMatmul of 7 rows, n 48, k 64, bf16 to f32, 4096 rows: algorithm "
                        "6, tile 0, stages 0, splits 1, reduction 0 on CUDA device 0: "
                        "CUBLAS_STATUS_INVALID_VALUE (7)"));
  cuda_emulator::SetProductAlgorithms(cuda_emulator::DefaultProductAlgorithms());
  cuda_emulator::SetFaults({.launches = 0});
  EXPECT_THAT(DeviceErrorOf([&] { problem.Run(products, stream_.get(), 0, 7); }),
              HasSubstr("CUBLAS_STATUS_EXECUTION_FAILED (13), on CUDA device 0: "
                        "cudaErrorLaunchOutOfResources"));
}

}  // namespace
}  // namespace meval::testing
