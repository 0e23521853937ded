#ifndef MEVAL_KERNELS_CUDA_ELEMENT_CUH_
#define MEVAL_KERNELS_CUDA_ELEMENT_CUH_

// The element types of weights and activations, bf16 and f16: how they widen, round, and multiply
// on the tensor cores. Kernels are templates over them.

#include <cstdint>

#include "kernels/cuda/device_intrinsics.cuh"
#ifdef MEVAL_CUDA_EMULATOR
#include "kernels/bfloat16.h"
#endif

namespace meval::cuda {

struct BFloat16 {
  std::uint16_t bits;
};
struct Float16 {
  std::uint16_t bits;
};

// Exact.
__device__ __forceinline__ float Widen(BFloat16 x) {
  return __uint_as_float(static_cast<std::uint32_t>(x.bits) << 16);
}
__device__ __forceinline__ float Widen(Float16 x) {
#ifdef MEVAL_CUDA_EMULATOR
  return Float16ToFloat(x.bits);
#else
  float result;
  asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(x.bits));
  return result;
#endif
}
__device__ __forceinline__ float Widen(float x) { return x; }

// Two elements, rounded to nearest even, `low` in the low half.
template <typename T>
__device__ __forceinline__ std::uint32_t Pack(float low, float high);
template <>
__device__ __forceinline__ std::uint32_t Pack<BFloat16>(float low, float high) {
#ifdef MEVAL_CUDA_EMULATOR
  return FloatToBFloat16(low) | static_cast<std::uint32_t>(FloatToBFloat16(high)) << 16;
#else
  std::uint32_t result;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(result) : "f"(high), "f"(low));
  return result;
#endif
}
template <>
__device__ __forceinline__ std::uint32_t Pack<Float16>(float low, float high) {
#ifdef MEVAL_CUDA_EMULATOR
  return FloatToFloat16(low) | static_cast<std::uint32_t>(FloatToFloat16(high)) << 16;
#else
  std::uint32_t result;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(result) : "f"(high), "f"(low));
  return result;
#endif
}

template <typename T>
__device__ __forceinline__ T Narrow(float x) {
  return {static_cast<std::uint16_t>(Pack<T>(x, 0.0F) & 0xffff)};
}
template <>
__device__ __forceinline__ float Narrow<float>(float x) {
  return x;
}

template <typename T>
__device__ __forceinline__ float WidenLow(std::uint32_t packed) {
  return Widen(T{static_cast<std::uint16_t>(packed & 0xffff)});
}
template <typename T>
__device__ __forceinline__ float WidenHigh(std::uint32_t packed) {
  return Widen(T{static_cast<std::uint16_t>(packed >> 16)});
}

// 1.0 in both halves.
template <typename T>
inline constexpr std::uint32_t kPackedOnes = 0x3f803f80;
template <>
inline constexpr std::uint32_t kPackedOnes<Float16> = 0x3c003c00;

// c += a b on the tensor cores: m16n8k16, f32 sums. Fragments as the PTX ISA lays them out: with
// group = lane / 4 and t = lane % 4,
//   a[r]  rows group + 8 (r % 2), columns 2 t + 8 (r / 2) and the next
//   b[r]  rows 2 t + 8 r and the next, column group
//   c[i]  row group + 8 (i / 2), column 2 t + i % 2
// volatile: all lanes take part, so no compiler may move it behind a condition that lanes decide
// differently, where some of them use the result and others do not.
template <typename T>
__device__ __forceinline__ void Mma(float (&c)[4], const std::uint32_t (&a)[4],
                                    const std::uint32_t (&b)[2]);
template <>
__device__ __forceinline__ void Mma<BFloat16>(float (&c)[4], const std::uint32_t (&a)[4],
                                              const std::uint32_t (&b)[2]) {
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::Mma16816(cuda_emulator::MmaFormat::kBFloat16, c, a, b);
#else
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}
template <>
__device__ __forceinline__ void Mma<Float16>(float (&c)[4], const std::uint32_t (&a)[4],
                                             const std::uint32_t (&b)[2]) {
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::Mma16816(cuda_emulator::MmaFormat::kFloat16, c, a, b);
#else
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_ELEMENT_CUH_
