#include "kernels/residual_add.h"

#include "kernels/cpu/ops.h"
#include "kernels/cpu/require.h"
#include "kernels/device_ops.h"

namespace meval {

void ResidualAdd(Context& ctx, TensorView delta, TensorView x) {
  cpu::RequireTensor("ResidualAdd: x", x, DType::kF32, {-1, -1}, ctx.device());
  cpu::RequireTensor("ResidualAdd: delta", delta, DType::kF32, {x.shape[0], x.shape[1]},
                     ctx.device());
  if (DeviceOps* device = ctx.device_ops()) return device->ResidualAdd(delta, x);

  const cpu::Ops& ops = cpu::OpsOf(ctx.path());
  const auto block = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      ops.residual_add(delta.As<const float>() + t * delta.row_stride, x.shape[1],
                       x.As<float>() + t * x.row_stride);
    }
  };
  cpu::ForRowBlocks(ctx, x.shape[0], x.shape[1] * 12, std::cref(block));
}

}  // namespace meval
