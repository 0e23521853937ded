#ifndef MEVAL_TESTS_KERNELS_CUDA_PLANTED_BUG_CHECKS_H_
#define MEVAL_TESTS_KERNELS_CUDA_PLANTED_BUG_CHECKS_H_

#include <cstdint>
#include <string>

#include "kernels/cuda/attention.h"

namespace meval::testing {

// What is wrong with the emulated kernel, scheduled by `seed`: the rule of the emulator that it
// breaks, or the first element that the CPU does not agree with, "element 5: nan" where it read
// what nobody had written. Nothing if all is right.
std::string ProblemOfRmsNorm(std::uint64_t seed);
std::string ProblemOfAttention(std::uint64_t seed, cuda::AttentionKernel tiles);

}  // namespace meval::testing

#endif  // MEVAL_TESTS_KERNELS_CUDA_PLANTED_BUG_CHECKS_H_
