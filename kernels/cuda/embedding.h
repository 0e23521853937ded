#ifndef MEVAL_KERNELS_CUDA_EMBEDDING_H_
#define MEVAL_KERNELS_CUDA_EMBEDDING_H_

#include <cstdint>

#include "kernels/cuda/stream.h"
#include "kernels/tensor.h"

namespace meval::cuda {

// out[t, c] = table[tokens[t], c]: the op of kernels/embedding.h. All pointers are on the device.
struct EmbeddingArgs {
  const void* table = nullptr;      // [V, width], dense
  DType table_dtype = DType::kF32;  // f32 | bf16 | f16
  const TokenId* tokens = nullptr;  // [num_tokens], each in [0, V)
  float* out = nullptr;             // [num_tokens, width]
  std::int64_t out_stride = 0;      // elements
  std::int64_t num_tokens = 0;
  std::int64_t width = 0;
};
void LaunchEmbedding(StreamHandle stream, const EmbeddingArgs& args);

// to[i] = from[rows[i]], whole rows of bytes. `to` must not overlap `from`.
struct GatherRowsArgs {
  const void* from = nullptr;
  std::int64_t from_stride_bytes = 0;
  const std::int32_t* rows = nullptr;  // [num_rows], on the device
  void* to = nullptr;
  std::int64_t to_stride_bytes = 0;
  std::int64_t num_rows = 0;
  std::int64_t row_bytes = 0;  // a multiple of 2
};
void LaunchGatherRows(StreamHandle stream, const GatherRowsArgs& args);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_EMBEDDING_H_
