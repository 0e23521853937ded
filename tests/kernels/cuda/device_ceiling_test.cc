// The ceilings of the emulated device: what is measured is what the names say. Of its rates only
// the order of magnitude means anything.

#include "kernels/device_ceiling.h"

#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/attention_forms.h"
#include "kernels/ceiling.h"
#include "kernels/cuda/read_all.h"
#include "tests/kernels/cuda/device_array.h"

namespace meval::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;

constexpr DeviceCeilingSizes kSmall = {
    .bytes = 1 << 16, .rows = 9, .n = 40, .k = 64, .launches = 2};
constexpr double kSlowest = 1e2;
constexpr double kFastest = 1e14;

// Each vector is read once, whatever part of a round it lies in.
TEST(ReadAllKernel, AddsUpEveryWordOnce) {
  constexpr std::int64_t kVectorsOfARound = 256 * 8;
  for (const std::int64_t vectors :
       {std::int64_t{1}, std::int64_t{255}, kVectorsOfARound, 3 * kVectorsOfARound + 700}) {
    std::vector<std::uint32_t> words(static_cast<std::size_t>(4 * vectors));
    for (std::size_t i = 0; i < words.size(); ++i) {
      words[i] = static_cast<std::uint32_t>(i) * 2654435761U;
    }
    const DeviceArray<std::uint32_t> memory(words);
    const DeviceArray<std::uint32_t> sums(2);
    const TestStream stream;
    cuda::LaunchReadAll(
        stream.get(),
        {.from = memory.data(), .num_vectors = vectors, .sums = sums.data(), .num_blocks = 2});
    stream.Wait();
    const std::vector<std::uint32_t> found = sums.Read();
    EXPECT_EQ(found[0] + found[1], std::accumulate(words.begin(), words.end(), 0U)) << vectors;
  }
}

TEST(DeviceCeiling, IsMeasuredOnTheDevice) {
  Context ctx({.device = Device::kCuda, .num_threads = 1});
  for (const double rate : {MeasureDeviceRead(ctx, kSmall), MeasureDeviceCopy(ctx, kSmall),
                            MeasureDeviceMatmul(ctx, kSmall)}) {
    EXPECT_GT(rate, kSlowest);
    EXPECT_LT(rate, kFastest);
  }
  EXPECT_FALSE(ctx.matmul_algorithms().empty()) << "no product was made on the device";
}

TEST(AttentionForms, AreMeasuredOneByOne) {
  Context ctx({.device = Device::kCuda, .num_threads = 1});
  ASSERT_THAT(AttentionForms(ctx), ElementsAre("mma", "wgmma"));
  const AttentionSizes small = {
      .num_heads = 2, .num_kv_heads = 1, .head_dim = 16, .num_rows = 70, .launches = 1};
  for (const std::string& form : AttentionForms(ctx)) {
    const double rate = MeasureAttentionRate(ctx, form, small);
    EXPECT_GT(rate, kSlowest);
    EXPECT_LT(rate, kFastest);
    EXPECT_THAT(ctx.device_arithmetic(), EndsWith("attention by " + form));
  }
  EXPECT_THROW(UseAttentionForm(ctx, "ffma"), std::invalid_argument);
}

TEST(AttentionSizesFor, TakeAnEighthOfWhatIsFreeAtMost) {
  const auto rows = [](std::int64_t bytes) {
    return AttentionSizesFor({.device = Device::kCuda, .available_bytes = bytes}).num_rows;
  };
  EXPECT_EQ(rows(std::int64_t{140} << 30), 8192);
  EXPECT_EQ(rows(std::int64_t{32} << 20), 128);  // 24 KiB a row
  EXPECT_EQ(rows(1000), 64);
}

TEST(AttentionForms, AreNoneOfTheCpu) {
  Context cpu({.num_threads = 1});
  EXPECT_TRUE(AttentionForms(cpu).empty());
  EXPECT_THROW(UseAttentionForm(cpu, "mma"), std::invalid_argument);
}

TEST(DeviceCeiling, IsNoneOfF32) {
  Context ctx({.device = Device::kCuda, .num_threads = 1});
  EXPECT_THROW(MeasureMatmulRate(ctx, DType::kF32), std::invalid_argument);
}

TEST(CeilingSizesFor, TakeAnEighthOfWhatIsFreeAtMost) {
  const DeviceCeilingSizes little =
      CeilingSizesFor({.device = Device::kCuda, .available_bytes = 1'000'000, .batch_tokens = 33});
  EXPECT_LE(little.bytes, 125'000);
  EXPECT_EQ(little.bytes % 32, 0);
  EXPECT_EQ(little.rows, 33);
  EXPECT_LE(2 * little.n * little.k, 125'000);
  EXPECT_EQ(little.n * 4096, little.k * 14336) << "the shape stays";
  EXPECT_EQ(CeilingSizesFor({.available_bytes = std::int64_t{100} << 30}).bytes,
            std::int64_t{1} << 30);
  EXPECT_EQ(CeilingSizesFor({.available_bytes = std::int64_t{1} << 30}).n, 14336);
}

}  // namespace
}  // namespace meval::testing
