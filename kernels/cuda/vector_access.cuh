#ifndef MEVAL_KERNELS_CUDA_VECTOR_ACCESS_CUH_
#define MEVAL_KERNELS_CUDA_VECTOR_ACCESS_CUH_

// Neighbouring elements in one load or store where a row allows it, one by one where it does not:
// which of the two never changes what is computed.

#include <cstdint>

#include "kernels/cuda/element.cuh"

namespace meval::cuda {

// Whether every row of a matrix begins at a multiple of `bytes`.
inline bool RowsAreAligned(const void* data, std::int64_t row_stride, std::int64_t element_bytes,
                           std::uintptr_t bytes) {
  const auto stride_bytes = static_cast<std::uintptr_t>(row_stride * element_bytes);
  return reinterpret_cast<std::uintptr_t>(data) % bytes == 0 && stride_bytes % bytes == 0;
}

// values[i] = x[i] for i < count, 0 beyond. `aligned`: x is at a multiple of 16 bytes.
__device__ __forceinline__ void Load4(const float* x, std::int64_t count, bool aligned,
                                      float (&values)[4]) {
  if (aligned && count >= 4) {
    const float4 v = *reinterpret_cast<const float4*>(x);
    values[0] = v.x;
    values[1] = v.y;
    values[2] = v.z;
    values[3] = v.w;
    return;
  }
#pragma unroll
  for (int i = 0; i < 4; ++i) values[i] = i < count ? x[i] : 0.0F;
}

__device__ __forceinline__ void Store4(const float (&values)[4], std::int64_t count, bool aligned,
                                       float* out) {
  if (aligned && count >= 4) {
    *reinterpret_cast<float4*>(out) = {values[0], values[1], values[2], values[3]};
    return;
  }
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    if (i < count) out[i] = values[i];
  }
}

// The same for 16-bit elements, which are rounded to nearest even; `aligned` to 8 bytes.
template <typename T>
__device__ __forceinline__ void Store4(const float (&values)[4], std::int64_t count, bool aligned,
                                       T* out) {
  if (aligned && count >= 4) {
    *reinterpret_cast<uint2*>(out) = {Pack<T>(values[0], values[1]), Pack<T>(values[2], values[3])};
    return;
  }
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    if (i < count) out[i] = Narrow<T>(values[i]);
  }
}

// values[i] = x[i], widened, for i < count, 0 beyond. `aligned` to 8 bytes.
template <typename T>
__device__ __forceinline__ void Load4(const T* x, std::int64_t count, bool aligned,
                                      float (&values)[4]) {
  if (aligned && count >= 4) {
    const uint2 v = *reinterpret_cast<const uint2*>(x);
    values[0] = WidenLow<T>(v.x);
    values[1] = WidenHigh<T>(v.x);
    values[2] = WidenLow<T>(v.y);
    values[3] = WidenHigh<T>(v.y);
    return;
  }
#pragma unroll
  for (int i = 0; i < 4; ++i) values[i] = i < count ? Widen(x[i]) : 0.0F;
}

// Eight 16-bit elements; `aligned` to 16 bytes.
template <typename T>
__device__ __forceinline__ void Load8(const T* x, std::int64_t count, bool aligned,
                                      float (&values)[8]) {
  if (aligned && count >= 8) {
    const uint4 v = *reinterpret_cast<const uint4*>(x);
    const std::uint32_t words[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      values[2 * i] = WidenLow<T>(words[i]);
      values[2 * i + 1] = WidenHigh<T>(words[i]);
    }
    return;
  }
#pragma unroll
  for (int i = 0; i < 8; ++i) values[i] = i < count ? Widen(x[i]) : 0.0F;
}

template <typename T>
__device__ __forceinline__ void Store8(const float (&values)[8], std::int64_t count, bool aligned,
                                       T* out) {
  if (aligned && count >= 8) {
    *reinterpret_cast<uint4*>(out) = {Pack<T>(values[0], values[1]), Pack<T>(values[2], values[3]),
                                      Pack<T>(values[4], values[5]), Pack<T>(values[6], values[7])};
    return;
  }
#pragma unroll
  for (int i = 0; i < 8; ++i) {
    if (i < count) out[i] = Narrow<T>(values[i]);
  }
}

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_VECTOR_ACCESS_CUH_
