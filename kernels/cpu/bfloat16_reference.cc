#include "kernels/bfloat16.h"
#include "kernels/cpu/reference.h"

namespace meval::cpu {

void WidenBf16Reference(const std::uint16_t* x, std::int64_t n, float* out) {
  for (std::int64_t i = 0; i < n; ++i) out[i] = BFloat16ToFloat(x[i]);
}

void NarrowBf16Reference(const float* x, std::int64_t n, std::uint16_t* out) {
  for (std::int64_t i = 0; i < n; ++i) out[i] = FloatToBFloat16(x[i]);
}

}  // namespace meval::cpu
