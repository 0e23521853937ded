#ifndef MEVAL_KERNELS_CPU_ROWS_SIMD_H_
#define MEVAL_KERNELS_CPU_ROWS_SIMD_H_

// The ops that work on one row: embedding, RMSNorm, RoPE, SiLU * mul, residual add. V is one of the
// sixteen-lane vectors of simd_avx2.h and simd_avx512.h.

#include <cstdint>

#include "kernels/cpu/exp_simd.h"

namespace meval::cpu {

inline constexpr std::int64_t kLanes = 16;

template <class V>
void WidenBf16Simd(const std::uint16_t* x, std::int64_t n, float* out) {
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) V::Load(x + i).Store(out + i);
  if (i < n) V::LoadPartial(x + i, n - i).StorePartial(out + i, n - i);
}

template <class V>
void NarrowBf16Simd(const float* x, std::int64_t n, std::uint16_t* out) {
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) V::Load(x + i).StoreBf16(out + i);
  if (i < n) V::LoadPartial(x + i, n - i).StoreBf16Partial(out + i, n - i);
}

// Sixty-four running sums, so that additions need not wait for each other; then a fixed tree.
template <class V>
float SumOfSquaresSimd(const float* x, std::int64_t n) {
  V sums[4] = {V::Zero(), V::Zero(), V::Zero(), V::Zero()};
  std::int64_t i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      const V v = V::Load(x + i + j * kLanes);
      sums[j] = Fma(v, v, sums[j]);
    }
  }
  for (; i + kLanes <= n; i += kLanes) {
    const V v = V::Load(x + i);
    sums[0] = Fma(v, v, sums[0]);
  }
  if (i < n) {
    const V v = V::LoadPartial(x + i, n - i);
    sums[1] = Fma(v, v, sums[1]);
  }
  return ReduceAdd((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

template <class V>
void RmsNormSimd(const float* x, const float* gain, float eps, std::int64_t n, float* out) {
  const float mean = SumOfSquaresSimd<V>(x, n) / static_cast<float>(n);
  const V scale = V::Set(1.0F / __builtin_sqrtf(mean + eps));
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    (V::Load(x + i) * scale * V::Load(gain + i)).Store(out + i);
  }
  if (i < n) {
    const V v = V::LoadPartial(x + i, n - i) * scale * V::LoadPartial(gain + i, n - i);
    v.StorePartial(out + i, n - i);
  }
}

template <class V>
void RopeSimd(const float* cos, const float* sin, std::int64_t num_heads, std::int64_t head_dim,
              float* x) {
  const std::int64_t half = head_dim / 2;
  for (std::int64_t h = 0; h < num_heads; ++h) {
    float* first = x + h * head_dim;
    float* second = first + half;
    std::int64_t i = 0;
    for (; i + kLanes <= half; i += kLanes) {
      const V a = V::Load(first + i);
      const V b = V::Load(second + i);
      const V c = V::Load(cos + i);
      const V s = V::Load(sin + i);
      NegFma(b, s, a * c).Store(first + i);
      Fma(a, s, b * c).Store(second + i);
    }
    if (i < half) {
      const std::int64_t rest = half - i;
      const V a = V::LoadPartial(first + i, rest);
      const V b = V::LoadPartial(second + i, rest);
      const V c = V::LoadPartial(cos + i, rest);
      const V s = V::LoadPartial(sin + i, rest);
      NegFma(b, s, a * c).StorePartial(first + i, rest);
      Fma(a, s, b * c).StorePartial(second + i, rest);
    }
  }
}

template <class V>
inline __attribute__((always_inline)) V SiluMul(V gate, V up) {
  return gate / (V::Set(1.0F) + Exp(V::Zero() - gate)) * up;
}

template <class V>
void SiluMulSimd(const float* gate, const float* up, std::int64_t n, float* out) {
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    SiluMul(V::Load(gate + i), V::Load(up + i)).Store(out + i);
  }
  if (i < n) {
    SiluMul(V::LoadPartial(gate + i, n - i), V::LoadPartial(up + i, n - i))
        .StorePartial(out + i, n - i);
  }
}

template <class V>
void ResidualAddSimd(const float* delta, std::int64_t n, float* x) {
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) (V::Load(x + i) + V::Load(delta + i)).Store(x + i);
  if (i < n) {
    (V::LoadPartial(x + i, n - i) + V::LoadPartial(delta + i, n - i)).StorePartial(x + i, n - i);
  }
}

}  // namespace meval::cpu

#endif  // MEVAL_KERNELS_CPU_ROWS_SIMD_H_
