#include "kernels/gemm.h"

#include "kernels/check.h"
#include "kernels/cpu/packed_weight.h"
#include "kernels/cpu/require.h"

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
  MEVAL_REQUIRE(dtype == DType::kF32 || dtype == DType::kBF16,
                "expected f32 or bf16, found " + ToString(parts[0]));
  MEVAL_REQUIRE(parts[0].rank == 2, "expected a matrix, found " + ToString(parts[0]));
  const std::int64_t k = parts[0].shape[1];
  std::int64_t n = 0;
  for (const TensorView& part : parts) {
    cpu::RequireTensor("PackWeight", part, dtype, {-1, k});
    MEVAL_REQUIRE(part.dense(), "expected dense rows in " + ToString(part));
    n += part.rows();
  }

  MEVAL_REQUIRE(n > 0 && k > 0, "expected a matrix with elements, found " + ToString(parts[0]));

  PackedWeight packed;
  if (ctx.gemm() == GemmProvider::kOneDnn) packed.impl_ = cpu::PackOneDnn(ctx, parts, n, k);
  if (packed.impl_ != nullptr) return packed;
  packed.impl_ = ctx.path() == CpuPath::kReference ? cpu::PackReference(parts, n, k)
                                                   : cpu::PackPanels(ctx, parts, n, k);

  return packed;
}

void Gemm(Context& ctx, TensorView x, const PackedWeight& w, TensorView y) {
  cpu::RequireTensor("Gemm: x", x, DType::kF32, {-1, w.k()});
  cpu::RequireTensor("Gemm: y", y, DType::kF32, {x.rows(), w.n()});
  if (y.num_elements() == 0) return;
  MEVAL_REQUIRE(x.data != y.data, "y must not alias x");
  MEVAL_REQUIRE(w.impl().Serves(ctx),
                std::string("the weight was packed for another path than the context's ") +
                    Name(ctx.path()) + " with " + Name(ctx.gemm()));
  w.impl().Multiply(ctx, x, y);
}

}  // namespace meval
