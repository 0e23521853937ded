#include <cmath>

#include "kernels/cpu/reference.h"

namespace meval::cpu {

void SiluMulReference(const float* gate, const float* up, std::int64_t n, float* out) {
  for (std::int64_t f = 0; f < n; ++f) {
    const double x = gate[f];
    out[f] = static_cast<float>(x / (1.0 + std::exp(-x)) * double{up[f]});
  }
}

}  // namespace meval::cpu
