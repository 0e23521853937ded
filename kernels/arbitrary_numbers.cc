#include "kernels/arbitrary_numbers.h"

#include <cstdint>

#include "kernels/bfloat16.h"

namespace meval {

void FillArbitrary(const TensorView& x) {
  std::uint32_t state = 1;
  for (std::int64_t i = 0; i < x.num_elements(); ++i) {
    state = state * 1664525U + 1013904223U;  // Knuth's linear congruential generator
    const float value = static_cast<float>(state >> 8) * 0x1p-23F - 1.0F;
    if (x.dtype == DType::kF32) {
      x.As<float>()[i] = value;
    } else {
      x.As<std::uint16_t>()[i] = FloatToBFloat16(value);
    }
  }
}

}  // namespace meval
