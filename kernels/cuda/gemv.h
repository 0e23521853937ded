#ifndef MEVAL_KERNELS_CUDA_GEMV_H_
#define MEVAL_KERNELS_CUDA_GEMV_H_

#include <cstdint>

#include "kernels/cuda/stream.h"
#include "kernels/tensor.h"

namespace meval::cuda {

// y[m, n] = sum_k x[m, k] w[n, k] (+ y[m, n]): the op of kernels/gemm.h for very few rows, bound by
// the memory that holds w, which is read once for every row of x. All pointers are on the device.
// Sums are f32, in an order that depends on k only: a row's result does not depend on num_rows.
struct GemvArgs {
  const void* x = nullptr;      // [num_rows, k]
  std::int64_t x_stride = 0;    // elements
  const void* w = nullptr;      // [n, k], dense, as in a checkpoint
  DType dtype = DType::kBF16;   // bf16 | f16, of x and w
  void* y = nullptr;            // [num_rows, n]
  std::int64_t y_stride = 0;    // elements
  DType y_dtype = DType::kF32;  // f32, or dtype
  bool accumulate = false;      // y += x w^T, for f32
  std::int64_t num_rows = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
};
void LaunchGemv(StreamHandle stream, const GemvArgs& args);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_GEMV_H_
