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

// At every value, half way to the next, and just beside that.
TEST(Float16, RoundsToNearestEven) {
  for (std::uint16_t bits = 0; bits < 0x7c00; ++bits) {
    const auto next = static_cast<std::uint16_t>(bits + 1);
    const float low = Float16ToFloat(bits);
    // The step to infinity would be the next power of two.
    const float high = next == 0x7c00 ? 65536.0F : Float16ToFloat(next);
    const float middle = (low + high) / 2;
    ASSERT_EQ(FloatToFloat16(low), bits);
    ASSERT_EQ(FloatToFloat16(middle), bits % 2 == 0 ? bits : next);
    ASSERT_EQ(FloatToFloat16(std::nextafter(middle, 0.0F)), bits);
    ASSERT_EQ(FloatToFloat16(std::nextafter(middle, 1e6F)), next);
    ASSERT_EQ(FloatToFloat16(-low), bits | 0x8000);
  }
  EXPECT_EQ(FloatToFloat16(std::numeric_limits<float>::max()), 0x7c00);
  EXPECT_EQ(FloatToFloat16(-std::numeric_limits<float>::infinity()), 0xfc00);
  EXPECT_TRUE(std::isnan(Float16ToFloat(FloatToFloat16(std::bit_cast<float>(0x7f800001U)))));
}

}  // namespace
}  // namespace meval
