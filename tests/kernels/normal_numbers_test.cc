#include "kernels/normal_numbers.h"

#include <bit>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/philox.h"

namespace meval {
namespace {

std::vector<float> Numbers(CpuPath path, std::uint64_t seed, std::uint64_t stream,
                           std::uint64_t first_block, std::size_t count) {
  std::vector<float> numbers(count);
  NormalNumbers(path, seed, stream, first_block, 0.02, numbers);
  return numbers;
}

TEST(NormalNumbers, AreTheQuantilesOfPhiloxWords) {
  const std::uint64_t seed = 0x123456789abcdef0U;
  const std::uint64_t stream = 0xfedcba9876543210U;
  const std::uint64_t block = 0x100000003U;
  const PhiloxCounter words =
      Philox4x32({3, 1, 0x76543210U, 0xfedcba98U}, {0x9abcdef0U, 0x12345678U});
  const std::vector<float> numbers = Numbers(CpuPath::kReference, seed, stream, block, 4);
  for (std::size_t j = 0; j < 4; ++j) {
    EXPECT_EQ(numbers[j], static_cast<float>(NormalQuantile(words[j]) * 0.02));
  }
}

// 200 000 numbers hold 30 000 of the tails and some 5 beyond four and a half deviations.
TEST(NormalNumbers, HaveTheSameBitsOnEveryPath) {
  std::mt19937_64 random(7);
  for (const std::size_t count : {4UL, 8UL, 1020UL, 1024UL, 1028UL, 200000UL}) {
    const std::uint64_t seed = random();
    const std::uint64_t stream = random();
    // Blocks on either side of where the counter's low word runs over.
    const std::uint64_t block = 0xffffffffU - random() % 300;
    const std::vector<float> expected = Numbers(CpuPath::kReference, seed, stream, block, count);
    for (const CpuPath path : AvailableCpuPaths()) {
      const std::vector<float> numbers = Numbers(path, seed, stream, block, count);
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(std::bit_cast<std::uint32_t>(numbers[i]),
                  std::bit_cast<std::uint32_t>(expected[i]))
            << Name(path) << ", seed " << seed << ", stream " << stream << ", number " << i;
      }
    }
  }
}

TEST(NormalNumbers, ComeInBlocksOfFour) {
  std::vector<float> numbers(6);
  EXPECT_THROW(NormalNumbers(CpuPath::kReference, 1, 2, 3, 1.0, numbers), std::invalid_argument);
  EXPECT_NO_THROW(NormalNumbers(CpuPath::kReference, 1, 2, 3, 1.0, {}));
}

}  // namespace
}  // namespace meval
