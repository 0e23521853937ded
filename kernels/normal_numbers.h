#ifndef MEVAL_KERNELS_NORMAL_NUMBERS_H_
#define MEVAL_KERNELS_NORMAL_NUMBERS_H_

// Normally distributed numbers that are a function of where they stand, with the same bits on every
// machine: the weights of random models.

#include <cstdint>
#include <span>

#include "kernels/context.h"

namespace meval {

// The standard normal quantile of (word + 1/2) / 2^32; within +-6.4. Algorithm AS 241 PPND7
// (Wichura 1988, "The percentage points of the normal distribution", relative error about 1e-7). It
// uses only operations that IEEE 754 rounds exactly, and no library function.
double NormalQuantile(std::uint32_t word);

// out[4b + j] = NormalQuantile(word j of Philox4x32-10 at counter (first_block + b, stream), key
// seed) * stddev, rounded to f32 once, for b = 0, 1, ...
//
// Counter and key are 64-bit numbers, low words first. Every path gives the same bits; `path` is
// one this machine can run. Throws std::invalid_argument if out.size() is no multiple of 4.
void NormalNumbers(CpuPath path, std::uint64_t seed, std::uint64_t stream,
                   std::uint64_t first_block, double stddev, std::span<float> out);

}  // namespace meval

#endif  // MEVAL_KERNELS_NORMAL_NUMBERS_H_
