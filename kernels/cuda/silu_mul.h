#ifndef MEVAL_KERNELS_CUDA_SILU_MUL_H_
#define MEVAL_KERNELS_CUDA_SILU_MUL_H_

#include <cstdint>

#include "kernels/cuda/stream.h"
#include "kernels/tensor.h"

namespace meval::cuda {

// out[t, f] = silu(gate[t, f]) * up[t, f]: the op of kernels/silu_mul.h on bf16 or f16, computed in
// f32 and rounded once. All pointers are on the device.
struct SiluMulArgs {
  const void* gate = nullptr;   // [num_rows, width]
  const void* up = nullptr;     // [num_rows, width]
  std::int64_t in_stride = 0;   // elements, of gate and up
  void* out = nullptr;          // [num_rows, width]; may be gate or up
  std::int64_t out_stride = 0;  // elements
  DType dtype = DType::kBF16;   // bf16 | f16, of all three
  std::int64_t num_rows = 0;
  std::int64_t width = 0;
};
void LaunchSiluMul(StreamHandle stream, const SiluMulArgs& args);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_SILU_MUL_H_
