#include "kernels/cpu/reference.h"

namespace meval::cpu {

void ResidualAddReference(const float* delta, std::int64_t n, float* x) {
  for (std::int64_t c = 0; c < n; ++c) x[c] += delta[c];
}

}  // namespace meval::cpu
