#include "kernels/cpu/attention_simd.h"
#include "kernels/cpu/gemm_simd.h"
#include "kernels/cpu/normal_numbers_simd.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/sampling_simd.h"
#include "kernels/cpu/simd_avx512.h"

namespace meval::cpu {

// The numbers say how many rows' sums the registers hold beside the operands.
const Ops& Avx512Ops() {
  using V = avx512::F32x16;
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
      .gemm = GemmSimd<V, 14, 28, 14, 28>,
      .max_gemm_rows_f32 = 14,
      .max_gemm_rows_bf16 = 14,
      .attention = AttentionSimd<V, 6, 6, 4>,
  };
  return kOps;
}

}  // namespace meval::cpu
