#ifndef MEVAL_KERNELS_CPU_SIMD_AVX512_H_
#define MEVAL_KERNELS_CPU_SIMD_AVX512_H_

// Sixteen lanes as one 512-bit register. The same interface, lane for lane the same results, as
// simd_avx2.h, which documents it. Only for files compiled with AVX-512 F, BW, DQ and VL.

#include <immintrin.h>

#include <cstdint>

namespace meval::cpu::avx512 {

#define MEVAL_INLINE inline __attribute__((always_inline))

MEVAL_INLINE __mmask16 FirstLanes(std::int64_t n) { return static_cast<__mmask16>((1U << n) - 1U); }

struct F64x16;

struct F32x16 {
  using Sum64 = F64x16;
  __m512 v;

  static MEVAL_INLINE F32x16 Zero() { return {_mm512_setzero_ps()}; }
  static MEVAL_INLINE F32x16 Set(float x) { return {_mm512_set1_ps(x)}; }
  static MEVAL_INLINE F32x16 Iota() {
    return {_mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)};
  }
  static MEVAL_INLINE F32x16 Load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static MEVAL_INLINE F32x16 LoadPartial(const float* p, std::int64_t n, float fill = 0) {
    return {_mm512_mask_loadu_ps(_mm512_set1_ps(fill), FirstLanes(n), p)};
  }
  static MEVAL_INLINE F32x16 Load(const std::uint16_t* p) {
    return Widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static MEVAL_INLINE F32x16 LoadPartial(const std::uint16_t* p, std::int64_t n) {
    return Widen(_mm256_maskz_loadu_epi16(FirstLanes(n), p));
  }
  MEVAL_INLINE void Store(float* p) const { _mm512_storeu_ps(p, v); }
  MEVAL_INLINE void StorePartial(float* p, std::int64_t n) const {
    _mm512_mask_storeu_ps(p, FirstLanes(n), v);
  }
  MEVAL_INLINE void StoreBf16(std::uint16_t* p) const {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), Narrow());
  }
  MEVAL_INLINE void StoreBf16Partial(std::uint16_t* p, std::int64_t n) const {
    _mm256_mask_storeu_epi16(p, FirstLanes(n), Narrow());
  }
  MEVAL_INLINE F32x16 RoundToBf16() const { return Widen(Narrow()); }
  MEVAL_INLINE void StoreTruncated(std::uint32_t* p) const {
    _mm512_storeu_si512(p, _mm512_cvttps_epi32(v));
  }

 private:
  static MEVAL_INLINE F32x16 Widen(__m256i bits) {
    return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16))};
  }
  MEVAL_INLINE __m256i Narrow() const {
    const __m512i bits = _mm512_castps_si512(v);
    const __m512i high = _mm512_srli_epi32(bits, 16);
    const __m512i odd = _mm512_and_si512(high, _mm512_set1_epi32(1));
    const __m512i bias = _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff));
    const __m512i rounded = _mm512_srli_epi32(_mm512_add_epi32(bits, bias), 16);
    const __m512i quiet = _mm512_or_si512(high, _mm512_set1_epi32(0x40));
    const __mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
    return _mm512_cvtepi32_epi16(_mm512_mask_blend_epi32(nan, rounded, quiet));
  }
};

MEVAL_INLINE F32x16 operator+(F32x16 a, F32x16 b) { return {_mm512_add_ps(a.v, b.v)}; }
MEVAL_INLINE F32x16 operator-(F32x16 a, F32x16 b) { return {_mm512_sub_ps(a.v, b.v)}; }
MEVAL_INLINE F32x16 operator*(F32x16 a, F32x16 b) { return {_mm512_mul_ps(a.v, b.v)}; }
MEVAL_INLINE F32x16 operator/(F32x16 a, F32x16 b) { return {_mm512_div_ps(a.v, b.v)}; }
MEVAL_INLINE F32x16 Fma(F32x16 a, F32x16 b, F32x16 c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
MEVAL_INLINE F32x16 NegFma(F32x16 a, F32x16 b, F32x16 c) {
  return {_mm512_fnmadd_ps(a.v, b.v, c.v)};
}
MEVAL_INLINE F32x16 Min(F32x16 a, F32x16 b) { return {_mm512_min_ps(a.v, b.v)}; }
MEVAL_INLINE F32x16 Max(F32x16 a, F32x16 b) { return {_mm512_max_ps(a.v, b.v)}; }
MEVAL_INLINE F32x16 Round(F32x16 a) {
  return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
MEVAL_INLINE F32x16 Ldexp(F32x16 a, F32x16 n) { return {_mm512_scalef_ps(a.v, n.v)}; }
MEVAL_INLINE F32x16 IfGreater(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) {
  return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ), no.v, yes.v)};
}
MEVAL_INLINE std::uint32_t EqualLanes(F32x16 a, F32x16 b) {
  return _mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ);
}

MEVAL_INLINE float ReduceAdd(F32x16 a) {
  const __m256 x8 = _mm256_add_ps(_mm512_castps512_ps256(a.v), _mm512_extractf32x8_ps(a.v, 1));
  const __m128 x4 = _mm_add_ps(_mm256_castps256_ps128(x8), _mm256_extractf128_ps(x8, 1));
  const __m128 x2 = _mm_add_ps(x4, _mm_movehl_ps(x4, x4));
  return _mm_cvtss_f32(_mm_add_ss(x2, _mm_shuffle_ps(x2, x2, 1)));
}
MEVAL_INLINE float ReduceMax(F32x16 a) {
  const __m256 x8 = _mm256_max_ps(_mm512_castps512_ps256(a.v), _mm512_extractf32x8_ps(a.v, 1));
  const __m128 x4 = _mm_max_ps(_mm256_castps256_ps128(x8), _mm256_extractf128_ps(x8, 1));
  const __m128 x2 = _mm_max_ps(x4, _mm_movehl_ps(x4, x4));
  return _mm_cvtss_f32(_mm_max_ss(x2, _mm_shuffle_ps(x2, x2, 1)));
}

struct F64x16 {
  __m512d lo;
  __m512d hi;

  static MEVAL_INLINE F64x16 Zero() { return {_mm512_setzero_pd(), _mm512_setzero_pd()}; }
  MEVAL_INLINE void Add(F32x16 x) {
    lo = _mm512_add_pd(lo, _mm512_cvtps_pd(_mm512_castps512_ps256(x.v)));
    hi = _mm512_add_pd(hi, _mm512_cvtps_pd(_mm512_extractf32x8_ps(x.v, 1)));
  }
};

MEVAL_INLINE double ReduceAdd(F64x16 a) {
  const __m512d x8 = _mm512_add_pd(a.lo, a.hi);
  const __m256d x4 = _mm256_add_pd(_mm512_castpd512_pd256(x8), _mm512_extractf64x4_pd(x8, 1));
  const __m128d x2 = _mm_add_pd(_mm256_castpd256_pd128(x4), _mm256_extractf128_pd(x4, 1));
  return _mm_cvtsd_f64(_mm_add_sd(x2, _mm_unpackhi_pd(x2, x2)));
}

#undef MEVAL_INLINE

}  // namespace meval::cpu::avx512

#endif  // MEVAL_KERNELS_CPU_SIMD_AVX512_H_
