#include <cmath>

#include "kernels/cpu/reference.h"

namespace meval::cpu {

LogSumExp LogSumExpReference(const float* logits, std::int64_t n) {
  LogSumExp result;
  float best = logits[0];
  for (std::int64_t v = 1; v < n; ++v) {
    // A NaN is never the largest, wherever it stands.
    if (logits[v] > best || (std::isnan(best) && !std::isnan(logits[v]))) {
      best = logits[v];
      result.argmax = static_cast<TokenId>(v);
    }
  }
  result.max = best;
  for (std::int64_t v = 0; v < n; ++v) result.sum += std::exp(double{logits[v]} - result.max);
  return result;
}

}  // namespace meval::cpu
