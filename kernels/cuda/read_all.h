#ifndef MEVAL_KERNELS_CUDA_READ_ALL_H_
#define MEVAL_KERNELS_CUDA_READ_ALL_H_

#include <cstdint>

#include "kernels/cuda/stream.h"

namespace meval::cuda {

// Reads memory from end to end and adds up its 32-bit words, modulo 2^32: what the read bandwidth
// of a device is measured with (kernels/ceiling.h). All pointers are on the device.
struct ReadAllArgs {
  const void* from = nullptr;     // 16-byte aligned
  std::int64_t num_vectors = 0;   // of 16 bytes
  std::uint32_t* sums = nullptr;  // [num_blocks]: of what each block read
  std::int64_t num_blocks = 0;
};
void LaunchReadAll(StreamHandle stream, const ReadAllArgs& args);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_READ_ALL_H_
