#ifndef MEVAL_TESTS_KERNELS_CUDA_PLANTED_BUG_CHECKS_H_
#define MEVAL_TESTS_KERNELS_CUDA_PLANTED_BUG_CHECKS_H_

#include <cstdint>

#include "kernels/cuda/attention.h"

namespace meval::testing {

// Whether the emulated kernel, scheduled by `seed`, agrees with the CPU and breaks no rule of the
// emulator.
bool RmsNormIsRight(std::uint64_t seed);
bool AttentionIsRight(std::uint64_t seed, cuda::AttentionKernel tiles);

}  // namespace meval::testing

#endif  // MEVAL_TESTS_KERNELS_CUDA_PLANTED_BUG_CHECKS_H_
