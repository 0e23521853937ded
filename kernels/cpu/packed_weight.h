#ifndef MEVAL_KERNELS_CPU_PACKED_WEIGHT_H_
#define MEVAL_KERNELS_CPU_PACKED_WEIGHT_H_

// The layouts a weight matrix can be packed in, each with its own multiplication.

#include <cstdint>
#include <memory>
#include <span>

#include "kernels/buffer.h"
#include "kernels/gemm.h"

namespace meval {

struct PackedWeight::Impl {
  Impl(std::int64_t features_out, std::int64_t features_in, DType type)
      : n(features_out), k(features_in), dtype(type) {}
  virtual ~Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // y = x W^T. Shapes are checked, M > 0, K > 0 and N > 0.
  virtual void Multiply(Context& ctx, const TensorView& x, const TensorView& y) const = 0;
  // y += x W^T, likewise; false where only Multiply is there.
  virtual bool MultiplyAdd(Context& /*ctx*/, const TensorView& /*x*/,
                           const TensorView& /*y*/) const {
    return false;
  }
  virtual Device device() const { return Device::kCpu; }
  // Whether a context of that device can multiply by this layout.
  virtual bool Serves(const Context& ctx) const = 0;
  virtual std::int64_t bytes() const = 0;

  const std::int64_t n;
  const std::int64_t k;
  const DType dtype;
};

namespace cpu {

using PackedWeightImpl = std::unique_ptr<PackedWeight::Impl>;

// Row-major [N, K], as in a checkpoint: the reference.
PackedWeightImpl PackReference(std::span<const TensorView> parts, std::int64_t n, std::int64_t k);
// Panels for the AVX2 and AVX-512 kernels.
PackedWeightImpl PackPanels(Context& ctx, std::span<const TensorView> parts, std::int64_t n,
                            std::int64_t k);
// Panels in oneDNN's own layout; null where oneDNN does not keep the promises of Gemm for this
// shape, and the built-in kernels serve it.
PackedWeightImpl PackOneDnn(Context& ctx, std::span<const TensorView> parts, std::int64_t n,
                            std::int64_t k);

// Row `n` of the stacked parts.
const std::byte* RowOf(std::span<const TensorView> parts, std::int64_t n);

}  // namespace cpu
}  // namespace meval

#endif  // MEVAL_KERNELS_CPU_PACKED_WEIGHT_H_
