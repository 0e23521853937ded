#include "kernels/cpu/attention_simd.h"
#include "kernels/cpu/gemm_simd.h"
#include "kernels/cpu/normal_numbers_simd.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/sampling_simd.h"
#include "kernels/cpu/simd_avx2.h"

namespace meval::cpu {

// The numbers of Gemm and attention say how many sums the registers hold beside the operands;
// widening bf16 takes registers too.
const Ops& Avx2Ops() {
  using V = avx2::F32x16;
  static constexpr Ops kOps = {
      .widen_bf16 = WidenBf16Simd<V>,
      .narrow_bf16 = NarrowBf16Simd<V>,
      .rms_norm = RmsNormSimd<V>,
      .rope = RopeSimd<V>,
      .silu_mul = SiluMulSimd<V>,
      .residual_add = ResidualAddSimd<V>,
      .log_sum_exp = LogSumExpSimd<V>,
      .sample = SampleSimd<V>,
      .normal_numbers = NormalNumbersSimd<V>,
      .gemm = GemmSimd<V, 6, 6, 2, 4>,
      .max_gemm_rows_f32 = 6,
      .max_gemm_rows_bf16 = 2,
      .attention = AttentionSimd<V, 3, 2, 2>,
  };
  return kOps;
}

}  // namespace meval::cpu
