#ifndef MEVAL_KERNELS_CUDA_FLOAT_ORDER_CUH_
#define MEVAL_KERNELS_CUDA_FLOAT_ORDER_CUH_

// Logits in order, as whole numbers, so that the largest of them and the lowest id among equals are
// one maximum.

#include <cstdint>

#include "kernels/cuda/device_intrinsics.cuh"

namespace meval::cuda {

// The place of a float in the order of all floats, above 0; +0 and -0 are one place. A NaN has
// place 0, below all.
__device__ __forceinline__ std::uint32_t OrderedKey(float x) {
  if (x != x) return 0;
  const std::uint32_t bits = __float_as_uint(x + 0.0F);
  return (bits >> 31) != 0 ? ~bits : bits | 0x80000000U;
}

__device__ __forceinline__ float FromOrderedKey(std::uint32_t key) {
  return __uint_as_float((key >> 31) != 0 ? key & 0x7fffffffU : ~key);
}

// Larger for a larger logit, and among equals for a lower id.
__device__ __forceinline__ std::uint64_t RankOf(float logit, std::int64_t id) {
  return std::uint64_t{OrderedKey(logit)} << 32 | (0xffffffffU - static_cast<std::uint32_t>(id));
}

__device__ __forceinline__ std::uint32_t KeyOf(std::uint64_t rank) {
  return static_cast<std::uint32_t>(rank >> 32);
}

// The id of the highest rank; 0 where every logit is a NaN.
__device__ __forceinline__ std::int32_t IdOf(std::uint64_t rank) {
  return KeyOf(rank) == 0 ? 0 : static_cast<std::int32_t>(0xffffffffU - (rank & 0xffffffffU));
}

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_FLOAT_ORDER_CUH_
