#ifndef MEVAL_KERNELS_CUDA_STEP_OPS_H_
#define MEVAL_KERNELS_CUDA_STEP_OPS_H_

#include <cstdint>
#include <memory>

#include "kernels/rope.h"
#include "kernels/step_ops.h"

namespace meval::cuda {

class CudaDevice;

// Steps of at most this many rows are recorded as CUDA graphs and repeated: their launches would
// take a good part of the step (some 260 of 2-3 us, beside 3.3 ms for the weights of a 7B model).
inline constexpr std::int64_t kMaxRecordedRows = 256;

// How many rows a step of `num_rows` computes where it is recorded, so that few forms recur: powers
// of two to 16, multiples of 8 to 64, multiples of 32 from there.
constexpr std::int64_t PaddedRows(std::int64_t num_rows, std::int64_t max_rows) {
  std::int64_t padded = 1;
  while (padded < num_rows) padded += padded < 16 ? padded : padded < 64 ? 8 : 32;
  return padded < max_rows ? padded : max_rows;
}

// The ops of kernels/step_ops.h on `device`, which outlives them. The tables of `rope` are copied.
std::unique_ptr<StepOps> MakeCudaStepOps(CudaDevice& device, Context& ctx, const StepShape& shape,
                                         const RopeTable& rope);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_STEP_OPS_H_
