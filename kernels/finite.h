#ifndef MEVAL_KERNELS_FINITE_H_
#define MEVAL_KERNELS_FINITE_H_

#include <optional>

#include "kernels/context.h"
#include "kernels/tensor.h"

namespace meval {

// The first element of x [R, V] (f32, dense rows), in row-major order, that is infinite or not a
// number; nothing where all are finite numbers.
std::optional<float> FindNotFinite(Context& ctx, TensorView x);

}  // namespace meval

#endif  // MEVAL_KERNELS_FINITE_H_
