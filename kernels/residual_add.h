#ifndef MEVAL_KERNELS_RESIDUAL_ADD_H_
#define MEVAL_KERNELS_RESIDUAL_ADD_H_

#include "kernels/context.h"
#include "kernels/tensor.h"

namespace meval {

// x[t, c] += delta[t, c]
//
//   x, delta  [T, C]  f32
//
// Throws std::invalid_argument if shapes or dtypes disagree.
void ResidualAdd(Context& ctx, TensorView delta, TensorView x);

}  // namespace meval

#endif  // MEVAL_KERNELS_RESIDUAL_ADD_H_
