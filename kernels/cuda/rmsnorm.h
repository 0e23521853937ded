#ifndef MEVAL_KERNELS_CUDA_RMSNORM_H_
#define MEVAL_KERNELS_CUDA_RMSNORM_H_

#include <cstdint>

#include "kernels/cuda/stream.h"
#include "kernels/tensor.h"

namespace meval::cuda {

// out[t, c] = x[t, c] * gain[c] / sqrt(mean_c(x[t, c]^2) + eps): the op of kernels/rmsnorm.h,
// rounded to out's dtype. All pointers are on the device. The order of the sum depends on width
// only.
struct RmsNormArgs {
  const float* x = nullptr;       // [num_rows, width]
  std::int64_t x_stride = 0;      // elements
  const float* gain = nullptr;    // [width]
  void* out = nullptr;            // [num_rows, width]; may be x if out_dtype is f32
  std::int64_t out_stride = 0;    // elements
  DType out_dtype = DType::kF32;  // f32 | bf16 | f16
  std::int64_t num_rows = 0;
  std::int64_t width = 0;
  float eps = 0;
};
void LaunchRmsNorm(StreamHandle stream, const RmsNormArgs& args);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_RMSNORM_H_
