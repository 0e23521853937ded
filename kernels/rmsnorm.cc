#include "kernels/rmsnorm.h"

#include "kernels/check.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/require.h"
#include "kernels/device_ops.h"

namespace meval {

void RmsNorm(Context& ctx, TensorView x, TensorView gain, float eps, TensorView out) {
  cpu::RequireTensor("RmsNorm: x", x, DType::kF32, {-1, -1}, ctx.device());
  const std::int64_t rows = x.shape[0];
  const std::int64_t dim = x.shape[1];
  MEVAL_REQUIRE(dim > 0, "x: expected at least one column, found " + ToString(x));
  cpu::RequireTensor("RmsNorm: gain", gain, DType::kF32, {dim}, ctx.device());
  const DType out_dtype = ctx.device() == Device::kCpu ? DType::kF32 : out.dtype;
  cpu::RequireTensor("RmsNorm: out", out, out_dtype, {rows, dim}, ctx.device());
  MEVAL_REQUIRE(gain.row_stride == 1, "gain: expected dense");
  MEVAL_REQUIRE(eps >= 0, "eps: expected >= 0, found " + std::to_string(eps));
  if (DeviceOps* device = ctx.device_ops()) return device->RmsNorm(x, gain, eps, out);

  const cpu::Ops& ops = cpu::OpsOf(ctx.path());
  const auto block = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      ops.rms_norm(x.As<const float>() + t * x.row_stride, gain.As<const float>(), eps, dim,
                   out.As<float>() + t * out.row_stride);
    }
  };
  cpu::ForRowBlocks(ctx, rows, dim * 8, std::cref(block));
}

}  // namespace meval
