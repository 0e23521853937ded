#ifndef MEVAL_KERNELS_CUDA_RESIDUAL_ADD_H_
#define MEVAL_KERNELS_CUDA_RESIDUAL_ADD_H_

#include <cstdint>

#include "kernels/cuda/stream.h"

namespace meval::cuda {

// x[t, c] += delta[t, c]: the op of kernels/residual_add.h. All pointers are on the device. Where a
// matrix product adds to the residual stream itself (beta = 1), nothing is left to do here.
struct ResidualAddArgs {
  const float* delta = nullptr;   // [num_rows, width]
  std::int64_t delta_stride = 0;  // elements
  float* x = nullptr;             // [num_rows, width]
  std::int64_t x_stride = 0;      // elements
  std::int64_t num_rows = 0;
  std::int64_t width = 0;
};
void LaunchResidualAdd(StreamHandle stream, const ResidualAddArgs& args);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_RESIDUAL_ADD_H_
