#ifndef MEVAL_KERNELS_CPU_EXP_SIMD_H_
#define MEVAL_KERNELS_CPU_EXP_SIMD_H_

namespace meval::cpu {

// exp(x) of every lane, within 1.1 ulp where the result is normal; NaN, infinities, overflow and
// underflow as std::exp.
//
// x = n ln 2 + r with |r| <= ln(2) / 2, and exp(r) = 1 + r + r^2 P(r). P is the polynomial of
// degree 4 with the least largest relative error (0.07 x 2^-24), found by Remez exchange and
// rounded to f32. ln 2 is split so that n times its first part is exact.
template <class V>
inline __attribute__((always_inline)) V Exp(V x) {
  // Beyond these bounds the result is infinite or 0; Min and Max keep a NaN in their second place.
  x = Max(V::Set(-104.0F), Min(V::Set(89.0F), x));
  const V n = Round(x * V::Set(0x1.715476p+0F));
  V r = NegFma(n, V::Set(0x1.62e4p-1F), x);
  r = NegFma(n, V::Set(0x1.7f7d1cp-20F), r);
  V p = V::Set(0x1.6a244cp-10F);
  p = Fma(p, r, V::Set(0x1.1239d4p-7F));
  p = Fma(p, r, V::Set(0x1.5558f2p-5F));
  p = Fma(p, r, V::Set(0x1.555492p-3F));
  p = Fma(p, r, V::Set(0x1.fffffcp-2F));
  p = Fma(p, r * r, r);
  return Ldexp(p + V::Set(1.0F), n);
}

}  // namespace meval::cpu

#endif  // MEVAL_KERNELS_CPU_EXP_SIMD_H_
