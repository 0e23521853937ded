#include "kernels/cpu/reference.h"

namespace meval::cpu {

void RopeReference(const float* cos, const float* sin, std::int64_t num_heads,
                   std::int64_t head_dim, float* x) {
  const std::int64_t half = head_dim / 2;
  for (std::int64_t h = 0; h < num_heads; ++h) {
    float* head = x + h * head_dim;
    for (std::int64_t i = 0; i < half; ++i) {
      const double a = head[i];
      const double b = head[i + half];
      head[i] = static_cast<float>(a * double{cos[i]} - b * double{sin[i]});
      head[i + half] = static_cast<float>(b * double{cos[i]} + a * double{sin[i]});
    }
  }
}

}  // namespace meval::cpu
