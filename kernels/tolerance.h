#ifndef MEVAL_KERNELS_TOLERANCE_H_
#define MEVAL_KERNELS_TOLERANCE_H_

// How far a fast path may be from the reference, one row per op, each with its reason: what the
// tests and `mistral-eval selftest` hold the ops to. The unit roundoff of f32 is u = 2^-24 =
// 6.0e-8. The reference sums in double and rounds once, at the end.

#include <cmath>

#include "kernels/tensor.h"

namespace meval {

// |fast - reference| <= absolute + relative * |reference|.
struct Tolerance {
  double absolute = 0;
  double relative = 0;
};

// Half the distance between neighbours at 1.
constexpr double RoundoffOf(DType dtype) {
  return dtype == DType::kF32 ? 0x1p-24 : dtype == DType::kBF16 ? 0x1p-8 : 0x1p-11;
}

// The sum of C squares over 64 f32 lanes is within sqrt(C / 64) u in practice and its square root
// halves that; mean, root, reciprocal and two products round once each: 6 u, doubled.
inline constexpr Tolerance kRmsNormTolerance{.absolute = 0, .relative = 7.2e-7};

// One product and one fused multiply-add round once each, against inputs of magnitude up to 4;
// where the two terms cancel, the error is that of the larger one.
inline constexpr Tolerance kRopeTolerance{.absolute = 4.8e-7, .relative = 1.2e-7};

// exp within 1.1 ulp, then a sum, a quotient and a product: 5 u, doubled. Where exp underflows the
// result is within the smallest normal number.
inline constexpr Tolerance kSiluMulTolerance{.absolute = 1e-36, .relative = 6e-7};

// x - max rounds in f32: up to 16 u absolute in the exponent of a term 32 below the maximum, whose
// weight is e^-32; terms that matter lie within 8 of it: 4 u. exp adds 2 u to each, the sums of a
// chunk sqrt(32) u. Absolute, since the logarithm turns a relative error of the sum into that.
inline constexpr Tolerance kTokenLogprobTolerance{.absolute = 1e-6, .relative = 2.4e-7};

// A dot product over K terms in f32: its error relative to sum |x w| grows like sqrt(K) u for
// independent roundings. GemmTolerance(K) times sum |x w| bounds the difference; the constant
// covers the last rounding and pairwise orders such as that of vdpbf16ps.
inline double GemmTolerance(double k) { return (4 + std::sqrt(k)) * 0x1p-24; }

// Scores are dot products over D with the error of a GEMM, which the softmax turns into a relative
// error of the weights; sums over up to a few hundred keys follow. Values are of magnitude up to 4.
inline constexpr Tolerance kAttentionTolerance{.absolute = 4e-6, .relative = 4e-6};

// The CUDA kernels round each weight of a softmax to 16 bits before numerator and denominator are
// summed, and the result once more, by at most u = 2^-8 (bf16) or 2^-11 (f16) relatively: with
// values of magnitude up to 4, a result moves by at most 4 (1 + 2) u.
constexpr Tolerance CudaAttentionTolerance(bool is_bf16) {
  return {.absolute = 12 * (is_bf16 ? 0x1p-8 : 0x1p-11), .relative = 0};
}

// Random numbers fall on the running sum of the probabilities, whose terms have the error of exp
// and of (x - max) / T in f32: a token may be drawn for a number this far outside its share, and a
// cut at top_p may fall this far from it.
inline constexpr double kSamplingTolerance = 1e-6;

// A token's log-probability by a model of L layers whose activations are rounded to 16 bits,
// against one that keeps them in f32. What a layer adds to the residual stream, twice, has been
// rounded three times on its way, each time by u / sqrt(3) on average; independent roundings add up
// as a random walk: sqrt(2 L) u of a logit. Logits spread over a third of the largest, and six
// standard deviations are beyond what a few thousand tokens show.
inline double LogprobTolerance(DType dtype, double num_layers, double largest_logit) {
  return 6 * std::sqrt(2 * num_layers) * RoundoffOf(dtype) * largest_logit / 3;
}

}  // namespace meval

#endif  // MEVAL_KERNELS_TOLERANCE_H_
