#include "kernels/silu_mul.h"

#include "kernels/cpu/ops.h"
#include "kernels/cpu/require.h"
#include "kernels/device_ops.h"

namespace meval {

void SiluMul(Context& ctx, TensorView gate, TensorView up, TensorView out) {
  const DType dtype = ctx.ActivationDType(gate.dtype);
  cpu::RequireTensor("SiluMul: gate", gate, dtype, {-1, -1}, ctx.device());
  const std::int64_t rows = gate.shape[0];
  const std::int64_t dim = gate.shape[1];
  cpu::RequireTensor("SiluMul: up", up, dtype, {rows, dim}, ctx.device());
  cpu::RequireTensor("SiluMul: out", out, dtype, {rows, dim}, ctx.device());
  if (DeviceOps* device = ctx.device_ops()) return device->SiluMul(gate, up, out);

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
