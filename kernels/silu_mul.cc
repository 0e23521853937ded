#include "kernels/silu_mul.h"

#include "kernels/cpu/ops.h"
#include "kernels/cpu/require.h"

namespace meval {

void SiluMul(Context& ctx, TensorView gate, TensorView up, TensorView out) {
  cpu::RequireTensor("SiluMul: gate", gate, DType::kF32, {-1, -1});
  const std::int64_t rows = gate.shape[0];
  const std::int64_t dim = gate.shape[1];
  cpu::RequireTensor("SiluMul: up", up, DType::kF32, {rows, dim});
  cpu::RequireTensor("SiluMul: out", out, DType::kF32, {rows, dim});

  const cpu::Ops& ops = cpu::OpsOf(ctx.path());
  const auto block = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      ops.silu_mul(gate.As<const float>() + t * gate.row_stride,
                   up.As<const float>() + t * up.row_stride, dim,
                   out.As<float>() + t * out.row_stride);
    }
  };
  cpu::ForRowBlocks(ctx, rows, dim * 12, std::cref(block));
}

}  // namespace meval
