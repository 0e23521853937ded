#ifndef MEVAL_KERNELS_BFLOAT16_H_
#define MEVAL_KERNELS_BFLOAT16_H_

// Scalar conversions between f32 and the 16-bit formats.

#include <bit>
#include <cstdint>

namespace meval {

inline float BFloat16ToFloat(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

// Round to nearest, ties to even; NaN stays a (quiet) NaN.
inline std::uint16_t FloatToBFloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffU) > 0x7f800000U) return static_cast<std::uint16_t>((bits >> 16) | 0x40U);
  return static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16);
}

// IEEE 754 binary16, every value including subnormals, infinities and NaN, exactly.
float Float16ToFloat(std::uint16_t bits);

// Round to nearest, ties to even; beyond the largest binary16 infinity; NaN stays a (quiet) NaN.
std::uint16_t FloatToFloat16(float value);

}  // namespace meval

#endif  // MEVAL_KERNELS_BFLOAT16_H_
