// The row kernels under the emulator: embedding, gather, RMSNorm, SiLU * mul, residual add, GEMV
// and page copies.

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/cuda/embedding.h"
#include "kernels/cuda/gemv.h"
#include "kernels/cuda/page_copy.h"
#include "kernels/cuda/residual_add.h"
#include "kernels/cuda/rmsnorm.h"
#include "kernels/cuda/silu_mul.h"
#include "kernels/embedding.h"
#include "kernels/gemm.h"
#include "kernels/residual_add.h"
#include "kernels/rmsnorm.h"
#include "kernels/silu_mul.h"
#include "tests/kernels/cuda/device_array.h"

namespace meval::testing {
namespace {

struct ElementCase {
  DType dtype;
  std::int64_t rows;
  std::int64_t width;
  std::int64_t pad;  // elements between the end of a row and the next
};

std::string ElementCaseName(const ::testing::TestParamInfo<ElementCase>& info) {
  const ElementCase& p = info.param;
  return std::string(Name(p.dtype)) + "_T" + std::to_string(p.rows) + "_C" +
         std::to_string(p.width) + "_pad" + std::to_string(p.pad);
}

// Widths around the vector and block widths; padded rows are aligned and not.
std::vector<ElementCase> ElementCases() {
  std::vector<ElementCase> cases;
  for (const DType dtype : {DType::kBF16, DType::kF16}) {
    for (const std::int64_t width : {1, 3, 8, 33, 64, 257, 1024, 2056}) {
      cases.push_back({dtype, width < 1024 ? 5 : 2, width, 0});
    }
    cases.push_back({dtype, 3, 64, 8});
    cases.push_back({dtype, 3, 64, 1});
    cases.push_back({dtype, 0, 64, 0});
  }
  return cases;
}

// `rows` spread out to a stride of width + pad, with NaN between.
template <typename T>
std::vector<T> Strided(const std::vector<T>& dense, const ElementCase& p, T filler) {
  std::vector<T> out(static_cast<std::size_t>(p.rows * (p.width + p.pad)), filler);
  for (std::int64_t t = 0; t < p.rows; ++t) {
    std::copy_n(dense.begin() + t * p.width, p.width, out.begin() + t * (p.width + p.pad));
  }
  return out;
}

// The rows of a strided result; whatever lies between them must be as the poison left it.
template <typename T>
std::vector<T> Dense(const std::vector<T>& strided, const ElementCase& p, T filler) {
  std::vector<T> out;
  for (std::int64_t t = 0; t < p.rows; ++t) {
    const auto row = strided.begin() + t * (p.width + p.pad);
    out.insert(out.end(), row, row + p.width);
    for (auto gap = row + p.width; gap != row + p.width + p.pad; ++gap) {
      EXPECT_EQ(std::memcmp(&*gap, &filler, sizeof(T)), 0) << "written between the rows";
    }
  }
  return out;
}

constexpr std::uint16_t kElementPoison = 0xffff;
const float kFloatPoison = std::bit_cast<float>(0xffffffffU);

class RowKernel : public ::testing::TestWithParam<ElementCase> {
 protected:
  std::int64_t num_elements() const { return GetParam().rows * GetParam().width; }
  std::int64_t stride() const { return GetParam().width + GetParam().pad; }
  std::size_t strided_size() const { return static_cast<std::size_t>(GetParam().rows * stride()); }
  TensorView View(std::vector<float>& values) const {
    return {values.data(), DType::kF32, {GetParam().rows, GetParam().width}};
  }
  TestStream stream_;
  Context ctx_{OptionsOf(kReferenceRoute, 1)};
};

TEST_P(RowKernel, RmsNormAgreesWithTheCpu) {
  const ElementCase& p = GetParam();
  std::vector<float> x = RandomVector(num_elements(), 1, 3.0F);
  std::vector<float> gain = RandomVector(p.width, 2, 2.0F);
  std::vector<float> expected(x.size());
  RmsNorm(ctx_, View(x), TensorView(gain.data(), DType::kF32, {p.width}), 1e-5F, View(expected));

  const DeviceArray<float> device_x(Strided(x, p, kFloatPoison));
  const DeviceArray<float> device_gain(gain);
  const DeviceArray<std::uint16_t> out(strided_size());
  const DeviceArray<float> wide_out(strided_size());
  cuda::RmsNormArgs args{.x = device_x.data(),
                         .x_stride = stride(),
                         .gain = device_gain.data(),
                         .out = out.data(),
                         .out_stride = stride(),
                         .out_dtype = p.dtype,
                         .num_rows = p.rows,
                         .width = p.width,
                         .eps = 1e-5F};
  cuda::LaunchRmsNorm(stream_.get(), args);
  args.out = wide_out.data();
  args.out_dtype = DType::kF32;
  cuda::LaunchRmsNorm(stream_.get(), args);
  stream_.Wait();
  ExpectNear(FromElements(p.dtype, Dense(out.Read(), p, kElementPoison)), expected,
             AndOneRounding(kRmsNormTolerance, p.dtype));
  ExpectNear(Dense(wide_out.Read(), p, kFloatPoison), expected, kRmsNormTolerance);
}

TEST_P(RowKernel, SiluMulAgreesWithTheCpu) {
  const ElementCase& p = GetParam();
  std::vector<float> gate = Rounded(p.dtype, RandomVector(num_elements(), 3, 8.0F));
  std::vector<float> up = Rounded(p.dtype, RandomVector(num_elements(), 4, 2.0F));
  std::vector<float> expected(gate.size());
  SiluMul(ctx_, View(gate), View(up), View(expected));

  const DeviceArray<std::uint16_t> device_gate(
      Strided(ToElements(p.dtype, gate), p, kElementPoison));
  const DeviceArray<std::uint16_t> device_up(Strided(ToElements(p.dtype, up), p, kElementPoison));
  const cuda::SiluMulArgs args{.gate = device_gate.data(),
                               .up = device_up.data(),
                               .in_stride = stride(),
                               .out = device_gate.data(),
                               .out_stride = stride(),
                               .dtype = p.dtype,
                               .num_rows = p.rows,
                               .width = p.width};
  cuda::LaunchSiluMul(stream_.get(), args);
  stream_.Wait();
  ExpectNear(FromElements(p.dtype, Dense(device_gate.Read(), p, kElementPoison)), expected,
             AndOneRounding(kSiluMulTolerance, p.dtype));
}

TEST_P(RowKernel, ResidualAddEqualsTheCpu) {
  const ElementCase& p = GetParam();
  std::vector<float> x = RandomVector(num_elements(), 5);
  std::vector<float> delta = RandomVector(num_elements(), 6);
  const DeviceArray<float> device_x(Strided(x, p, kFloatPoison));
  const DeviceArray<float> device_delta(Strided(delta, p, kFloatPoison));
  ResidualAdd(ctx_, View(delta), View(x));
  cuda::LaunchResidualAdd(stream_.get(), {.delta = device_delta.data(),
                                          .delta_stride = stride(),
                                          .x = device_x.data(),
                                          .x_stride = stride(),
                                          .num_rows = p.rows,
                                          .width = p.width});
  stream_.Wait();
  EXPECT_TRUE(SameBits(Dense(device_x.Read(), p, kFloatPoison), x));
}

TEST_P(RowKernel, EmbeddingAndGatherEqualTheTable) {
  const ElementCase& p = GetParam();
  constexpr std::int64_t kVocab = 7;
  const std::vector<float> table = Rounded(p.dtype, RandomVector(kVocab * p.width, 7));
  std::vector<TokenId> tokens(static_cast<std::size_t>(p.rows));
  std::vector<float> expected;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    tokens[t] = static_cast<TokenId>((6 - t) % kVocab);
    const auto row = table.begin() + tokens[t] * p.width;
    expected.insert(expected.end(), row, row + p.width);
  }
  const DeviceArray<std::uint16_t> device_table(ToElements(p.dtype, table));
  const DeviceArray<TokenId> device_tokens(tokens);
  const DeviceArray<float> out(strided_size());
  cuda::LaunchEmbedding(stream_.get(), {.table = device_table.data(),
                                        .table_dtype = p.dtype,
                                        .tokens = device_tokens.data(),
                                        .out = out.data(),
                                        .out_stride = stride(),
                                        .num_tokens = p.rows,
                                        .width = p.width});
  const DeviceArray<std::uint16_t> gathered(strided_size());
  cuda::LaunchGatherRows(stream_.get(), {.from = device_table.data(),
                                         .from_stride_bytes = 2 * p.width,
                                         .rows = device_tokens.data(),
                                         .to = gathered.data(),
                                         .to_stride_bytes = 2 * stride(),
                                         .num_rows = p.rows,
                                         .row_bytes = 2 * p.width});
  stream_.Wait();
  EXPECT_TRUE(SameBits(Dense(out.Read(), p, kFloatPoison), expected));
  EXPECT_EQ(Dense(gathered.Read(), p, kElementPoison), ToElements(p.dtype, expected));
}

INSTANTIATE_TEST_SUITE_P(Shapes, RowKernel, ::testing::ValuesIn(ElementCases()), ElementCaseName);

struct GemvCase {
  DType dtype;
  std::int64_t n;
  std::int64_t k;
};

class GemvKernel : public ::testing::TestWithParam<GemvCase> {
 protected:
  // The products of the first `num_rows` rows, f32.
  std::vector<float> Run(std::int64_t num_rows, bool accumulate) const {
    const GemvCase& p = GetParam();
    const DeviceArray<std::uint16_t> x(ToElements(p.dtype, x_));
    const DeviceArray<std::uint16_t> w(ToElements(p.dtype, w_));
    DeviceArray<float> y(static_cast<std::size_t>(num_rows * p.n));
    if (accumulate) y.Write(std::vector<float>(y.size(), 2.0F));
    const TestStream stream;
    cuda::LaunchGemv(stream.get(), {.x = x.data(),
                                    .x_stride = p.k,
                                    .w = w.data(),
                                    .dtype = p.dtype,
                                    .y = y.data(),
                                    .y_stride = p.n,
                                    .accumulate = accumulate,
                                    .num_rows = num_rows,
                                    .n = p.n,
                                    .k = p.k});
    stream.Wait();
    return y.Read();
  }
  static constexpr std::int64_t kRows = 3;
  std::vector<float> x_ = Rounded(GetParam().dtype, RandomVector(kRows* GetParam().k, 8));
  std::vector<float> w_ = Rounded(GetParam().dtype, RandomVector(GetParam().n* GetParam().k, 9));
};

TEST_P(GemvKernel, AgreesWithTheEquation) {
  const GemvCase& p = GetParam();
  const std::vector<float> y = Run(kRows, false);
  const std::vector<float> sum = Run(kRows, true);
  for (std::int64_t m = 0; m < kRows; ++m) {
    for (std::int64_t n = 0; n < p.n; ++n) {
      double total = 0;
      double magnitude = 0;
      for (std::int64_t k = 0; k < p.k; ++k) {
        const double term = double{x_[static_cast<std::size_t>(m * p.k + k)]} *
                            w_[static_cast<std::size_t>(n * p.k + k)];
        total += term;
        magnitude += std::abs(term);
      }
      const auto i = static_cast<std::size_t>(m * p.n + n);
      const double bound = GemmTolerance(static_cast<double>(p.k)) * magnitude;
      ASSERT_NEAR(y[i], total, bound);
      ASSERT_NEAR(sum[i], total + 2, bound + 0x1p-22);
    }
  }
}

TEST_P(GemvKernel, GivesARowTheSameBitsInAnyCompany) {
  const std::vector<float> all = Run(kRows, false);
  const std::vector<float> alone = Run(1, false);
  EXPECT_TRUE(std::equal(alone.begin(), alone.end(), all.begin()));
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, GemvKernel, ::testing::ValuesIn([] {
      std::vector<GemvCase> cases;
      for (const DType dtype : {DType::kBF16, DType::kF16}) {
        for (const auto& [n, k] :
             {std::pair<int, int>{1, 1}, {4, 8}, {5, 1024}, {3, 1032}, {9, 57}}) {
          cases.push_back({dtype, n, k});
        }
      }
      return cases;
    }()),
    [](const auto& test) {
      return std::string(Name(test.param.dtype)) + "_N" + std::to_string(test.param.n) + "_K" +
             std::to_string(test.param.k);
    });

TEST(PageCopyKernel, CopiesPagesOfEveryLayer) {
  constexpr std::int64_t kLayers = 3;
  constexpr std::int64_t kPages = 5;
  constexpr std::int64_t kWords = 4 * 1100;  // of a page: more than one block's
  std::vector<float> keys = RandomVector(kLayers * kPages * kWords, 10);
  std::vector<float> values = RandomVector(kLayers * kPages * kWords, 11);
  const DeviceArray<float> device_keys(keys);
  const DeviceArray<float> device_values(values);
  const std::vector<PagePair> pairs = {{0, 3}, {0, 4}, {2, 1}};
  const DeviceArray<PagePair> device_pairs(pairs);
  const TestStream stream;
  cuda::LaunchPageCopy(stream.get(), {.keys = device_keys.data(),
                                      .values = device_values.data(),
                                      .num_layers = kLayers,
                                      .num_pages = kPages,
                                      .page_bytes = kWords * 4,
                                      .pairs = device_pairs.data(),
                                      .num_pairs = 3});
  stream.Wait();
  for (std::int64_t layer = 0; layer < kLayers; ++layer) {
    for (const PagePair& pair : pairs) {
      for (std::vector<float>* pages : {&keys, &values}) {
        const auto base = pages->begin() + layer * kPages * kWords;
        std::copy_n(base + pair.from * kWords, kWords, base + pair.to * kWords);
      }
    }
  }
  EXPECT_TRUE(SameBits(device_keys.Read(), keys));
  EXPECT_TRUE(SameBits(device_values.Read(), values));
}

TEST(PageCopyKernel, CutsAListWhereACopyDependsOnAnEarlierOne) {
  using Pairs = std::vector<PagePair>;
  const auto parts = [](const Pairs& pairs) { return cuda::IndependentParts(pairs); };
  EXPECT_EQ(parts({}), (std::vector<std::int64_t>{}));
  EXPECT_EQ(parts({{1, 2}, {1, 3}}), (std::vector<std::int64_t>{2}));
  EXPECT_EQ(parts({{1, 2}, {2, 3}}), (std::vector<std::int64_t>{1, 1})) << "reads what is written";
  EXPECT_EQ(parts({{1, 2}, {3, 1}}), (std::vector<std::int64_t>{1, 1})) << "writes what is read";
  EXPECT_EQ(parts({{1, 2}, {3, 2}, {4, 5}}), (std::vector<std::int64_t>{1, 2}));
}

}  // namespace
}  // namespace meval::testing
