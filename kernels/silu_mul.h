#ifndef MEVAL_KERNELS_SILU_MUL_H_
#define MEVAL_KERNELS_SILU_MUL_H_

#include "kernels/context.h"
#include "kernels/tensor.h"

namespace meval {

// out[t, f] = silu(gate[t, f]) * up[t, f],  silu(x) = x / (1 + exp(-x))      Shazeer 2020 (SwiGLU)
//
//   gate, up  [T, F]  f32 (cuda: bf16 or f16), row_stride >= F
//   out       [T, F]  the same dtype; may alias gate or up. Computed in f32.
//
// Throws std::invalid_argument if shapes or dtypes disagree.
void SiluMul(Context& ctx, TensorView gate, TensorView up, TensorView out);

}  // namespace meval

#endif  // MEVAL_KERNELS_SILU_MUL_H_
