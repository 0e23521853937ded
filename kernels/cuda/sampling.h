#ifndef MEVAL_KERNELS_CUDA_SAMPLING_H_
#define MEVAL_KERNELS_CUDA_SAMPLING_H_

#include <cstdint>

#include "kernels/cuda/stream.h"
#include "kernels/sampling.h"
#include "kernels/tensor.h"

namespace meval::cuda {

// The op of kernels/sampling.h: results[r] = one token drawn from row r. Everything is on the
// device. Weights exp((x - max) / temperature) are whole multiples of 2^-40, so that their sums are
// exact and do not depend on an order; a token of less weight is never drawn.
struct SamplingArgs {
  const float* logits = nullptr;  // [num_rows, vocab]
  std::int64_t row_stride = 0;    // elements
  std::int64_t num_rows = 0;
  std::int64_t vocab = 0;                  // at most 2^23, or sums would overflow
  const SamplingParams* params = nullptr;  // [num_rows], as kernels/sampling.h allows them
  const SamplingKey* keys = nullptr;       // [num_rows]
  TokenId* results = nullptr;              // [num_rows]
};
void LaunchSampling(StreamHandle stream, const SamplingArgs& args);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_SAMPLING_H_
