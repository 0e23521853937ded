#include "kernels/bfloat16.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace meval {
namespace {

TEST(BFloat16, EveryValueSurvivesTheRoundTrip) {
  for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = BFloat16ToFloat(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(BFloat16ToFloat(FloatToBFloat16(value))));
    } else {
      ASSERT_EQ(FloatToBFloat16(value), half);
    }
  }
}

TEST(BFloat16, RoundsToNearestWithTiesToEven) {
  EXPECT_EQ(FloatToBFloat16(1.0F), 0x3f80);
  EXPECT_EQ(FloatToBFloat16(1.0F + 0x1p-8F), 0x3f80);             // a tie: down to even
  EXPECT_EQ(FloatToBFloat16(1.0F + 0x1p-8F + 0x1p-20F), 0x3f81);  // just above it
  EXPECT_EQ(FloatToBFloat16(1.0F + 0x1.8p-7F), 0x3f82);           // a tie: up to even
  EXPECT_EQ(FloatToBFloat16(-1.0F - 0x1.8p-7F), 0xbf82);
}

TEST(BFloat16, OverflowsToInfinityAndKeepsNaN) {
  EXPECT_EQ(FloatToBFloat16(std::numeric_limits<float>::max()), 0x7f80);
  EXPECT_EQ(FloatToBFloat16(-std::numeric_limits<float>::infinity()), 0xff80);
  // All of this NaN's payload is in the bits that are cut off.
  const float nan = std::bit_cast<float>(0x7f800001U);
  EXPECT_TRUE(std::isnan(BFloat16ToFloat(FloatToBFloat16(nan))));
}

// Independent of the conversion's bit tricks: sign * 2^(e - 15) * (1 + f / 1024), or
// sign * 2^-14 * f / 1024.
double Float16Value(std::uint16_t bits) {
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  const int exponent = (bits >> 10) & 0x1f;
  const double fraction = bits & 0x3ff;
  if (exponent == 0) return sign * std::ldexp(fraction / 1024, -14);
  return sign * std::ldexp(1 + fraction / 1024, exponent - 15);
}

TEST(Float16, EveryFiniteValueIsExact) {
  for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
    if ((bits & 0x7c00U) == 0x7c00U) continue;
    const auto half = static_cast<std::uint16_t>(bits);
    ASSERT_EQ(double{Float16ToFloat(half)}, Float16Value(half)) << "bits " << bits;
    ASSERT_EQ(std::signbit(Float16ToFloat(half)), (bits & 0x8000U) != 0);
  }
}

TEST(Float16, InfinityAndNaNStay) {
  EXPECT_EQ(Float16ToFloat(0x7c00), std::numeric_limits<float>::infinity());
  EXPECT_EQ(Float16ToFloat(0xfc00), -std::numeric_limits<float>::infinity());
  for (std::uint16_t bits = 0x7c01; bits <= 0x7fff; ++bits) {
    ASSERT_TRUE(std::isnan(Float16ToFloat(bits)));
  }
}

}  // namespace
}  // namespace meval
