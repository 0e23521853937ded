#include <cmath>

#include "kernels/cpu/reference.h"

namespace meval::cpu {

void RmsNormReference(const float* x, const float* gain, float eps, std::int64_t n, float* out) {
  double sum_of_squares = 0;
  for (std::int64_t c = 0; c < n; ++c) sum_of_squares += double{x[c]} * double{x[c]};
  const double mean = sum_of_squares / static_cast<double>(n);
  const double scale = 1.0 / std::sqrt(mean + double{eps});
  for (std::int64_t c = 0; c < n; ++c) {
    out[c] = static_cast<float>(double{x[c]} * scale * double{gain[c]});
  }
}

}  // namespace meval::cpu
