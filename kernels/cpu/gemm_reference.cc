#include <cstring>

#include "kernels/bfloat16.h"
#include "kernels/cpu/packed_weight.h"

namespace meval::cpu {
namespace {

// Row-major [N, K] in the checkpoint's dtype.
class ReferenceWeight : public PackedWeight::Impl {
 public:
  ReferenceWeight(std::span<const TensorView> parts, std::int64_t features_out,
                  std::int64_t features_in)
      : Impl(features_out, features_in, parts[0].dtype),
        data_(static_cast<std::size_t>(n * k * SizeOf(dtype))) {
    const auto row_bytes = static_cast<std::size_t>(k * SizeOf(dtype));
    for (std::int64_t row = 0; row < n && row_bytes > 0; ++row) {
      std::memcpy(data_.As<std::byte>() + static_cast<std::size_t>(row) * row_bytes,
                  RowOf(parts, row), row_bytes);
    }
  }

  bool Serves(const Context& /*ctx*/) const override { return true; }
  std::int64_t bytes() const override { return static_cast<std::int64_t>(data_.bytes()); }

  void Multiply(Context& ctx, const TensorView& x, const TensorView& y) const override {
    ctx.ParallelFor(x.rows(), [&](std::int64_t m) {
      const float* row = x.As<const float>() + m * x.row_stride;
      float* out = y.As<float>() + m * y.row_stride;
      for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<float>(Dot(row, i));
    });
  }

 private:
  double Dot(const float* x, std::int64_t row) const {
    double sum = 0;
    if (dtype == DType::kF32) {
      const float* w = data_.As<const float>() + row * k;
      for (std::int64_t i = 0; i < k; ++i) sum += double{x[i]} * double{w[i]};
    } else {
      const std::uint16_t* w = data_.As<const std::uint16_t>() + row * k;
      for (std::int64_t i = 0; i < k; ++i) {
        sum += double{BFloat16ToFloat(FloatToBFloat16(x[i]))} * double{BFloat16ToFloat(w[i])};
      }
    }
    return sum;
  }

  Buffer data_;
};

}  // namespace

PackedWeightImpl PackReference(std::span<const TensorView> parts, std::int64_t n, std::int64_t k) {
  return std::make_unique<ReferenceWeight>(parts, n, k);
}

}  // namespace meval::cpu
