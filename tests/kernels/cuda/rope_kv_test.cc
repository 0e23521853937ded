// RoPE fused with the store of keys and values, under the emulator.

#include "kernels/cuda/rope_kv.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/attention.h"
#include "kernels/rope.h"
#include "tests/kernels/cuda/device_array.h"

namespace meval::testing {
namespace {

struct RopeKvCase {
  DType dtype;
  std::int64_t heads;
  std::int64_t kv_heads;
  std::int64_t head_dim;
};

class RopeKvKernel : public ::testing::TestWithParam<RopeKvCase> {};

// Rows at awkward positions; the second is stored for another sequence as well, the third nowhere.
TEST_P(RopeKvKernel, AgreesWithTheCpu) {
  const RopeKvCase& p = GetParam();
  constexpr std::int64_t kRows = 4;
  constexpr std::int64_t kPages = 3;
  const std::int64_t columns = (p.heads + 2 * p.kv_heads) * p.head_dim;
  const std::int64_t stride = columns + 8;
  const std::vector<std::int32_t> positions = {0, 63, 64, 129};
  const std::vector<std::int32_t> entry_rows = {0, 1, 2, 3, 1};
  const std::vector<std::int64_t> slots = {0, 2 * 64 + 63, -1, 64 + 1, 62};
  const RopeTable table(p.head_dim, 1e4, 130);
  const std::vector<float> cos(table.Cos(0), table.Cos(130));
  const std::vector<float> sin(table.Sin(0), table.Sin(130));
  std::vector<float> qkv = Rounded(p.dtype, RandomVector(kRows * stride, 21, 4.0F));

  const DeviceArray<std::uint16_t> device_qkv(ToElements(p.dtype, qkv));
  const DeviceArray<std::int32_t> device_positions(positions);
  const DeviceArray<float> device_cos(cos);
  const DeviceArray<float> device_sin(sin);
  const DeviceArray<std::int32_t> device_rows(entry_rows);
  const DeviceArray<std::int64_t> device_slots(slots);
  const auto page_elements = static_cast<std::size_t>(kPages * p.kv_heads * 64 * p.head_dim);
  const DeviceArray<std::uint16_t> keys(page_elements);
  const DeviceArray<std::uint16_t> values(page_elements);
  const TestStream stream;
  cuda::LaunchRopeKv(stream.get(), {.qkv = device_qkv.data(),
                                    .qkv_stride = stride,
                                    .dtype = p.dtype,
                                    .num_rows = kRows,
                                    .positions = device_positions.data(),
                                    .cos = device_cos.data(),
                                    .sin = device_sin.data(),
                                    .num_entries = 5,
                                    .entry_rows = device_rows.data(),
                                    .entry_slots = device_slots.data(),
                                    .keys = keys.data(),
                                    .values = values.data(),
                                    .num_heads = static_cast<int>(p.heads),
                                    .num_kv_heads = static_cast<int>(p.kv_heads),
                                    .head_dim = static_cast<int>(p.head_dim)});
  stream.Wait();

  // On the CPU: queries and keys rotated, then everything rounded.
  const std::vector<float> before = qkv;
  Context ctx(OptionsOf(kReferenceRoute, 1));
  TensorView rows(qkv.data(), DType::kF32, {kRows, columns});
  rows.row_stride = stride;
  const std::int64_t rotated = (p.heads + p.kv_heads) * p.head_dim;
  Rope(ctx, rows.Columns(0, rotated).WithRowShape({p.heads + p.kv_heads, p.head_dim}), positions,
       table);
  const std::vector<float> found = FromElements(p.dtype, device_qkv.Read());
  std::vector<float> expected = before;
  for (std::int64_t t = 0; t < kRows; ++t) {
    const auto row = static_cast<std::ptrdiff_t>(t * stride);
    std::copy_n(qkv.begin() + row, p.heads * p.head_dim, expected.begin() + row);
  }
  ExpectNear(found, expected, AndOneRounding(kRopeTolerance, p.dtype));

  std::vector<float> expected_keys(page_elements, NAN);
  std::vector<float> expected_values(page_elements, NAN);
  for (std::size_t e = 0; e < slots.size(); ++e) {
    if (slots[e] < 0) continue;
    for (std::int64_t h = 0; h < p.kv_heads; ++h) {
      const std::int64_t to = ((slots[e] / 64 * p.kv_heads + h) * 64 + slots[e] % 64) * p.head_dim;
      const std::int64_t from = entry_rows[e] * stride + (p.heads + h) * p.head_dim;
      std::copy_n(qkv.begin() + from, p.head_dim, expected_keys.begin() + to);
      std::copy_n(qkv.begin() + from + p.kv_heads * p.head_dim, p.head_dim,
                  expected_values.begin() + to);
    }
  }
  const std::vector<float> found_keys = FromElements(p.dtype, keys.Read());
  const std::vector<float> found_values = FromElements(p.dtype, values.Read());
  const Tolerance tolerance = AndOneRounding(kRopeTolerance, p.dtype);
  for (std::size_t i = 0; i < page_elements; ++i) {
    ASSERT_EQ(std::isnan(found_keys[i]), std::isnan(expected_keys[i])) << "element " << i;
    if (std::isnan(expected_keys[i])) {
      ASSERT_TRUE(std::isnan(found_values[i])) << "element " << i;
      continue;
    }
    ASSERT_NEAR(found_keys[i], expected_keys[i],
                tolerance.absolute + tolerance.relative * std::abs(expected_keys[i]));
    ASSERT_EQ(found_values[i], expected_values[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, RopeKvKernel,
                         ::testing::Values(RopeKvCase{DType::kBF16, 8, 2, 128},
                                           RopeKvCase{DType::kF16, 4, 2, 64},
                                           RopeKvCase{DType::kBF16, 3, 1, 8},
                                           RopeKvCase{DType::kF16, 5, 5, 24}),
                         [](const auto& test) {
                           const RopeKvCase& p = test.param;
                           return std::string(Name(p.dtype)) + "_H" + std::to_string(p.heads) +
                                  "_K" + std::to_string(p.kv_heads) + "_D" +
                                  std::to_string(p.head_dim);
                         });

TEST(RopeKv, RefusesHeadsItCannotTake) {
  for (const int head_dim : {0, 4, 12}) {
    EXPECT_THROW(cuda::LaunchRopeKv(nullptr, {.head_dim = head_dim}), std::invalid_argument);
  }
  EXPECT_THROW(cuda::LaunchRopeKv(nullptr, {.qkv_stride = 12, .head_dim = 8}),
               std::invalid_argument);
  EXPECT_THROW(cuda::LaunchRopeKv(nullptr, {.dtype = DType::kF32, .head_dim = 8}),
               std::invalid_argument);
}

}  // namespace
}  // namespace meval::testing
