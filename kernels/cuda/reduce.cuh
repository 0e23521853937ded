#ifndef MEVAL_KERNELS_CUDA_REDUCE_CUH_
#define MEVAL_KERNELS_CUDA_REDUCE_CUH_

// Reductions over a warp and over a block, in an order that depends on the block's size only.

#include <cstdint>

#include "kernels/cuda/device_intrinsics.cuh"
#include "kernels/cuda/planted_bug.cuh"

namespace meval::cuda {

struct Add {
  template <typename T>
  __device__ __forceinline__ T operator()(T a, T b) const {
    return a + b;
  }
};
struct Max {
  template <typename T>
  __device__ __forceinline__ T operator()(T a, T b) const {
    return a < b ? b : a;
  }
};

// Every lane gets the whole: pairs at distance 16, 8, 4, 2, 1.
template <typename T, typename Combine>
__device__ __forceinline__ T WarpReduce(T value, Combine combine) {
#pragma unroll
  for (int distance = kWarpSize / 2; distance > 0; distance /= 2) {
    value = combine(value, __shfl_xor_sync(kAllLanes, value, distance));
  }
  return value;
}

// Every thread of the kThreads of the block gets the whole: within warps, then warp by warp. All
// threads must call it; it begins and ends with every one of them past its own reads, so that it
// may be called again.
template <int kThreads, typename T, typename Combine>
__device__ __forceinline__ T BlockReduce(T value, Combine combine) {
  constexpr int kWarps = kThreads / kWarpSize;
  MEVAL_SHARED(of_warp, T[kWarps]);
  value = WarpReduce(value, combine);
  if (LaneId() == 0) of_warp[WarpId()] = value;
  if constexpr (kPlantedBug != PlantedBug::kMissingBarrier) __syncthreads();
  T total = of_warp[0];
#pragma unroll
  for (int warp = 1; warp < kWarps; ++warp) total = combine(total, of_warp[warp]);
  __syncthreads();
  return total;
}

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_REDUCE_CUH_
