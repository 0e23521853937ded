#ifndef MEVAL_KERNELS_CPU_SIMD_AVX2_H_
#define MEVAL_KERNELS_CPU_SIMD_AVX2_H_

// Sixteen lanes as two 256-bit registers. simd_avx512.h has the same interface as one 512-bit
// register; kernels written against it once (the *_simd.h files) do the same operations on the same
// lanes on both, so they give the same bits. Only for files compiled with AVX2 and FMA. Those
// call no inline function or template that another file might instantiate too (std::max, say): the
// linker keeps one copy, and it could be the one with instructions the running chip lacks.

#include <immintrin.h>

#include <cstdint>

namespace meval::cpu::avx2 {

#define MEVAL_INLINE inline __attribute__((always_inline))

// All ones in the first n of 8 lanes; n may be beyond [0, 8].
MEVAL_INLINE __m256i FirstLanes(std::int64_t n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)),
                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

struct F64x16;

struct F32x16 {
  using Sum64 = F64x16;  // sums of such vectors
  __m256 lo;
  __m256 hi;

  static MEVAL_INLINE F32x16 Zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
  static MEVAL_INLINE F32x16 Set(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
  // 0, 1, .. 15
  static MEVAL_INLINE F32x16 Iota() {
    return {_mm256_setr_ps(0, 1, 2, 3, 4, 5, 6, 7), _mm256_setr_ps(8, 9, 10, 11, 12, 13, 14, 15)};
  }
  static MEVAL_INLINE F32x16 Load(const float* p) {
    return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
  }
  // The first n < 16 lanes from memory, `fill` in the others; touches no memory behind them.
  static MEVAL_INLINE F32x16 LoadPartial(const float* p, std::int64_t n, float fill = 0) {
    return {LoadLanes(p, FirstLanes(n), fill), LoadLanes(p + 8, FirstLanes(n - 8), fill)};
  }
  // bf16, widened.
  static MEVAL_INLINE F32x16 Load(const std::uint16_t* p) {
    return {Widen(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))),
            Widen(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 8)))};
  }
  static MEVAL_INLINE F32x16 LoadPartial(const std::uint16_t* p, std::int64_t n) {
    alignas(32) std::uint16_t buffer[16] = {};
    for (std::int64_t i = 0; i < n; ++i) buffer[i] = p[i];
    return Load(buffer);
  }
  MEVAL_INLINE void Store(float* p) const {
    _mm256_storeu_ps(p, lo);
    _mm256_storeu_ps(p + 8, hi);
  }
  MEVAL_INLINE void StorePartial(float* p, std::int64_t n) const {
    _mm256_maskstore_ps(p, FirstLanes(n), lo);
    _mm256_maskstore_ps(p + 8, FirstLanes(n - 8), hi);
  }
  // Rounded to bf16: nearest, ties to even, NaN quiet.
  MEVAL_INLINE void StoreBf16(std::uint16_t* p) const {
    // packus works within 128-bit halves: [lo0 hi0 | lo1 hi1] becomes lo0 lo1 hi0 hi1.
    const __m256i packed = _mm256_packus_epi32(Narrow(lo), Narrow(hi));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm256_permute4x64_epi64(packed, 0xd8));
  }
  MEVAL_INLINE void StoreBf16Partial(std::uint16_t* p, std::int64_t n) const {
    alignas(32) std::uint16_t buffer[16];
    StoreBf16(buffer);
    for (std::int64_t i = 0; i < n; ++i) p[i] = buffer[i];
  }
  MEVAL_INLINE F32x16 RoundToBf16() const {
    return {_mm256_castsi256_ps(_mm256_slli_epi32(Narrow(lo), 16)),
            _mm256_castsi256_ps(_mm256_slli_epi32(Narrow(hi), 16))};
  }
  // The integer parts of lanes in [0, 2^31).
  MEVAL_INLINE void StoreTruncated(std::uint32_t* p) const {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm256_cvttps_epi32(lo));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + 8), _mm256_cvttps_epi32(hi));
  }

 private:
  static MEVAL_INLINE __m256 LoadLanes(const float* p, __m256i lanes, float fill) {
    return _mm256_blendv_ps(_mm256_set1_ps(fill), _mm256_maskload_ps(p, lanes),
                            _mm256_castsi256_ps(lanes));
  }
  static MEVAL_INLINE __m256 Widen(__m128i bits) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
  }
  static MEVAL_INLINE __m256i Narrow(__m256 x) {
    const __m256i bits = _mm256_castps_si256(x);
    const __m256i high = _mm256_srli_epi32(bits, 16);
    const __m256i odd = _mm256_and_si256(high, _mm256_set1_epi32(1));
    const __m256i bias = _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff));
    const __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(bits, bias), 16);
    const __m256i quiet = _mm256_or_si256(high, _mm256_set1_epi32(0x40));
    const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
    return _mm256_blendv_epi8(rounded, quiet, nan);
  }
};

MEVAL_INLINE F32x16 operator+(F32x16 a, F32x16 b) {
  return {_mm256_add_ps(a.lo, b.lo), _mm256_add_ps(a.hi, b.hi)};
}
MEVAL_INLINE F32x16 operator-(F32x16 a, F32x16 b) {
  return {_mm256_sub_ps(a.lo, b.lo), _mm256_sub_ps(a.hi, b.hi)};
}
MEVAL_INLINE F32x16 operator*(F32x16 a, F32x16 b) {
  return {_mm256_mul_ps(a.lo, b.lo), _mm256_mul_ps(a.hi, b.hi)};
}
MEVAL_INLINE F32x16 operator/(F32x16 a, F32x16 b) {
  return {_mm256_div_ps(a.lo, b.lo), _mm256_div_ps(a.hi, b.hi)};
}
// a * b + c, rounded once.
MEVAL_INLINE F32x16 Fma(F32x16 a, F32x16 b, F32x16 c) {
  return {_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)};
}
// c - a * b, rounded once.
MEVAL_INLINE F32x16 NegFma(F32x16 a, F32x16 b, F32x16 c) {
  return {_mm256_fnmadd_ps(a.lo, b.lo, c.lo), _mm256_fnmadd_ps(a.hi, b.hi, c.hi)};
}
// Min and Max give b where either is NaN.
MEVAL_INLINE F32x16 Min(F32x16 a, F32x16 b) {
  return {_mm256_min_ps(a.lo, b.lo), _mm256_min_ps(a.hi, b.hi)};
}
MEVAL_INLINE F32x16 Max(F32x16 a, F32x16 b) {
  return {_mm256_max_ps(a.lo, b.lo), _mm256_max_ps(a.hi, b.hi)};
}
// The nearest integer, ties to even.
MEVAL_INLINE F32x16 Round(F32x16 a) {
  constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  return {_mm256_round_ps(a.lo, kNearest), _mm256_round_ps(a.hi, kNearest)};
}

namespace internal {
// In two steps, since 2^n alone may lie outside the floats; a in [0.5, 2] makes the first exact.
MEVAL_INLINE __m256 Ldexp(__m256 a, __m256 n) {
  const __m256i whole = _mm256_cvtps_epi32(n);
  const __m256i half = _mm256_srai_epi32(whole, 1);
  const __m256i rest = _mm256_sub_epi32(whole, half);
  const __m256i bias = _mm256_set1_epi32(127);
  const __m256i scale1 = _mm256_slli_epi32(_mm256_add_epi32(half, bias), 23);
  const __m256i scale2 = _mm256_slli_epi32(_mm256_add_epi32(rest, bias), 23);
  return _mm256_mul_ps(_mm256_mul_ps(a, _mm256_castsi256_ps(scale1)), _mm256_castsi256_ps(scale2));
}
}  // namespace internal

// a * 2^n for a in [0.5, 2] and integral n in [-250, 250].
MEVAL_INLINE F32x16 Ldexp(F32x16 a, F32x16 n) {
  return {internal::Ldexp(a.lo, n.lo), internal::Ldexp(a.hi, n.hi)};
}
// a > b ? yes : no; a comparison with NaN is false.
MEVAL_INLINE F32x16 IfGreater(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) {
  return {_mm256_blendv_ps(no.lo, yes.lo, _mm256_cmp_ps(a.lo, b.lo, _CMP_GT_OQ)),
          _mm256_blendv_ps(no.hi, yes.hi, _mm256_cmp_ps(a.hi, b.hi, _CMP_GT_OQ))};
}
// Bit i says whether lane i of both is the same number.
MEVAL_INLINE std::uint32_t EqualLanes(F32x16 a, F32x16 b) {
  const int low = _mm256_movemask_ps(_mm256_cmp_ps(a.lo, b.lo, _CMP_EQ_OQ));
  const int high = _mm256_movemask_ps(_mm256_cmp_ps(a.hi, b.hi, _CMP_EQ_OQ));
  return static_cast<std::uint32_t>(low) | static_cast<std::uint32_t>(high) << 8;
}

// The lanes as a tree: i with i + 8, then i + 4, i + 2, i + 1.
MEVAL_INLINE float ReduceAdd(F32x16 a) {
  const __m256 x8 = _mm256_add_ps(a.lo, a.hi);
  const __m128 x4 = _mm_add_ps(_mm256_castps256_ps128(x8), _mm256_extractf128_ps(x8, 1));
  const __m128 x2 = _mm_add_ps(x4, _mm_movehl_ps(x4, x4));
  return _mm_cvtss_f32(_mm_add_ss(x2, _mm_shuffle_ps(x2, x2, 1)));
}
MEVAL_INLINE float ReduceMax(F32x16 a) {
  const __m256 x8 = _mm256_max_ps(a.lo, a.hi);
  const __m128 x4 = _mm_max_ps(_mm256_castps256_ps128(x8), _mm256_extractf128_ps(x8, 1));
  const __m128 x2 = _mm_max_ps(x4, _mm_movehl_ps(x4, x4));
  return _mm_cvtss_f32(_mm_max_ss(x2, _mm_shuffle_ps(x2, x2, 1)));
}

// Sixteen sums in double.
struct F64x16 {
  __m256d v[4];

  static MEVAL_INLINE F64x16 Zero() {
    return {{_mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd()}};
  }
  MEVAL_INLINE void Add(F32x16 x) {
    v[0] = _mm256_add_pd(v[0], _mm256_cvtps_pd(_mm256_castps256_ps128(x.lo)));
    v[1] = _mm256_add_pd(v[1], _mm256_cvtps_pd(_mm256_extractf128_ps(x.lo, 1)));
    v[2] = _mm256_add_pd(v[2], _mm256_cvtps_pd(_mm256_castps256_ps128(x.hi)));
    v[3] = _mm256_add_pd(v[3], _mm256_cvtps_pd(_mm256_extractf128_ps(x.hi, 1)));
  }
};

MEVAL_INLINE double ReduceAdd(F64x16 a) {
  const __m256d x4 = _mm256_add_pd(_mm256_add_pd(a.v[0], a.v[2]), _mm256_add_pd(a.v[1], a.v[3]));
  const __m128d x2 = _mm_add_pd(_mm256_castpd256_pd128(x4), _mm256_extractf128_pd(x4, 1));
  return _mm_cvtsd_f64(_mm_add_sd(x2, _mm_unpackhi_pd(x2, x2)));
}

#undef MEVAL_INLINE

}  // namespace meval::cpu::avx2

#endif  // MEVAL_KERNELS_CPU_SIMD_AVX2_H_
