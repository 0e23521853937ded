#include "kernels/gemm.h"

#include "kernels/check.h"
#include "kernels/cpu/packed_weight.h"
#include "kernels/cpu/require.h"
#include "kernels/device_ops.h"
#include "kernels/residual_add.h"

namespace meval {

PackedWeight::PackedWeight() = default;
PackedWeight::~PackedWeight() = default;
PackedWeight::PackedWeight(PackedWeight&&) noexcept = default;
PackedWeight& PackedWeight::operator=(PackedWeight&&) noexcept = default;

std::int64_t PackedWeight::n() const { return impl_ == nullptr ? 0 : impl_->n; }
std::int64_t PackedWeight::k() const { return impl_ == nullptr ? 0 : impl_->k; }
DType PackedWeight::dtype() const { return impl_ == nullptr ? DType::kF32 : impl_->dtype; }
std::int64_t PackedWeight::bytes() const { return impl_ == nullptr ? 0 : impl_->bytes(); }

namespace cpu {

const std::byte* RowOf(std::span<const TensorView> parts, std::int64_t n) {
  std::size_t i = 0;
  while (n >= parts[i].rows()) n -= parts[i++].rows();
  return parts[i].As<const std::byte>() + n * parts[i].row_stride * SizeOf(parts[i].dtype);
}

}  // namespace cpu

PackedWeight PackWeight(Context& ctx, std::span<const TensorView> parts) {
  MEVAL_REQUIRE(!parts.empty(), "expected at least one matrix");
  const DType dtype = parts[0].dtype;
  const bool on_cpu = ctx.device() == Device::kCpu;
  MEVAL_REQUIRE(dtype == DType::kBF16 || dtype == (on_cpu ? DType::kF32 : DType::kF16),
                std::string("expected ") + (on_cpu ? "f32 or bf16" : "bf16 or f16") + ", found " +
                    ToString(parts[0]));
  MEVAL_REQUIRE(parts[0].rank == 2, "expected a matrix, found " + ToString(parts[0]));
  const std::int64_t k = parts[0].shape[1];
  std::int64_t n = 0;
  for (const TensorView& part : parts) {
    cpu::RequireTensor("PackWeight", part, dtype, {-1, k}, part.device);
    MEVAL_REQUIRE(part.device == Device::kCpu || !on_cpu, "expected matrices on the cpu");
    MEVAL_REQUIRE(part.dense(), "expected dense rows in " + ToString(part));
    n += part.rows();
  }

  MEVAL_REQUIRE(n > 0 && k > 0, "expected a matrix with elements, found " + ToString(parts[0]));

  PackedWeight packed;
  if (DeviceOps* device = ctx.device_ops()) {
    packed.impl_ = device->Pack(ctx, parts, n, k);
    return packed;
  }
  if (ctx.gemm() == GemmProvider::kOneDnn) packed.impl_ = cpu::PackOneDnn(ctx, parts, n, k);
  if (packed.impl_ != nullptr) return packed;
  packed.impl_ = ctx.path() == CpuPath::kReference ? cpu::PackReference(parts, n, k)
                                                   : cpu::PackPanels(ctx, parts, n, k);

  return packed;
}

namespace {

void CheckProduct(const char* op, const Context& ctx, const TensorView& x, const PackedWeight& w,
                  const TensorView& y, DType y_dtype) {
  const std::string name(op);
  cpu::RequireTensor((name + ": x").c_str(), x, ctx.ActivationDType(w.dtype()), {-1, w.k()},
                     ctx.device());
  cpu::RequireTensor((name + ": y").c_str(), y, y_dtype, {x.rows(), w.n()}, ctx.device());
  if (y.num_elements() == 0) return;
  if (x.data == y.data) throw std::invalid_argument(name + ": y must not alias x");
  if (w.impl().device() != ctx.device() || !w.impl().Serves(ctx)) {
    throw std::invalid_argument(
        name + ": the weight was packed for another path than the context's " + Name(ctx.device()) +
        ", " + Name(ctx.path()) + " with " + Name(ctx.gemm()));
  }
}

}  // namespace

void Gemm(Context& ctx, TensorView x, const PackedWeight& w, TensorView y) {
  const bool narrow = y.dtype != DType::kF32;
  CheckProduct("Gemm", ctx, x, w, y, narrow ? ctx.ActivationDType(w.dtype()) : DType::kF32);
  if (y.num_elements() == 0) return;
  w.impl().Multiply(ctx, x, y);
}

void GemmAdd(Context& ctx, TensorView x, const PackedWeight& w, TensorView scratch, TensorView y) {
  CheckProduct("GemmAdd", ctx, x, w, y, DType::kF32);
  if (y.num_elements() == 0) return;
  if (w.impl().MultiplyAdd(ctx, x, y)) return;
  Gemm(ctx, x, w, scratch);
  ResidualAdd(ctx, scratch, y);
}

}  // namespace meval
