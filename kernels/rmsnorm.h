#ifndef MEVAL_KERNELS_RMSNORM_H_
#define MEVAL_KERNELS_RMSNORM_H_

#include "kernels/context.h"
#include "kernels/tensor.h"

namespace meval {

// out[t, c] = x[t, c] * gain[c] / sqrt(mean_c(x[t, c]^2) + eps)          Zhang & Sennrich 2019, eq.
// 4
//
//   x     [T, C]  f32
//   gain  [C]     f32
//   out   [T, C]  f32; may alias x. cuda: f32, bf16 or f16, rounded once at the end
//
// The order of the sum depends on C only, so a row's result does not depend on T or on the number
// of threads. Throws std::invalid_argument if shapes or dtypes disagree.
void RmsNorm(Context& ctx, TensorView x, TensorView gain, float eps, TensorView out);

}  // namespace meval

#endif  // MEVAL_KERNELS_RMSNORM_H_
