#ifndef MEVAL_ENGINE_SELFTEST_DEVICE_TENSOR_H_
#define MEVAL_ENGINE_SELFTEST_DEVICE_TENSOR_H_

// Tensors with contents, on the cpu or on a device, as the proof of a device compares them.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/loading/convert.h"
#include "kernels/buffer.h"
#include "kernels/context.h"
#include "kernels/tensor.h"
#include "kernels/tolerance.h"

namespace meval::selftest {

using Floats = std::vector<float>;

// The values as `dtype` has them.
inline Floats Rounded(const Floats& values, DType dtype) {
  Floats rounded(values.size());
  std::vector<std::byte> narrow(values.size() * sizeof(float));
  const auto count = static_cast<std::int64_t>(values.size());
  ConvertElements(reinterpret_cast<const std::byte*>(values.data()), DType::kF32, count, dtype,
                  narrow.data());
  ConvertElements(narrow.data(), dtype, count, DType::kF32, rounded.data());
  return rounded;
}

// A matrix of a context's device. Behind each row, and behind the last, there are elements that no
// op may write.
class DeviceTensor {
 public:
  // Poisoned: NaN in every format.
  DeviceTensor(Context& ctx, DType dtype, std::int64_t rows, std::int64_t columns)
      : ctx_(ctx), stride_((columns + 2 * kPad - 1) / kPad * kPad) {
    bytes_.resize(static_cast<std::size_t>((rows * stride_ + kPad) * SizeOf(dtype)), outside_);
    buffer_ = ctx.Allocate(bytes_.size());
    ctx.Upload(bytes_.data(), buffer_.data(), bytes_.size());
    view_ = TensorView(buffer_.data(), dtype, {rows, columns}, ctx.device());
    view_.row_stride = stride_;
  }
  DeviceTensor(Context& ctx, DType dtype, std::int64_t rows, std::int64_t columns,
               const Floats& values)
      : DeviceTensor(ctx, dtype, rows, columns) {
    // Another poison than an output's: what is copied from behind a row shows behind its copy.
    outside_ = std::byte{0x7f};
    std::fill(bytes_.begin(), bytes_.end(), outside_);
    for (std::int64_t r = 0; r < rows; ++r) {
      ConvertElements(reinterpret_cast<const std::byte*>(values.data() + r * columns), DType::kF32,
                      columns, dtype, bytes_.data() + r * stride_ * SizeOf(dtype));
    }
    ctx.Upload(bytes_.data(), buffer_.data(), bytes_.size());
  }

  const TensorView& view() const { return view_; }

  // What is there now, as f32.
  Floats Read() {
    ctx_.Download(buffer_.data(), bytes_.data(), bytes_.size());
    const std::int64_t columns = view_.row_elements();
    Floats values(static_cast<std::size_t>(view_.num_elements()));
    for (std::int64_t r = 0; r < view_.rows(); ++r) {
      ConvertElements(bytes_.data() + r * stride_ * SizeOf(view_.dtype), view_.dtype, columns,
                      DType::kF32, values.data() + r * columns);
    }
    return values;
  }
  // After Read(): whether nothing was written between the rows and behind them.
  bool IsCleanOutside() const {
    const auto size = static_cast<std::size_t>(SizeOf(view_.dtype));
    for (std::size_t i = 0; i < bytes_.size() / size; ++i) {
      const auto row = static_cast<std::int64_t>(i) / stride_;
      const auto column = static_cast<std::int64_t>(i) % stride_;
      if (row < view_.rows() && column < view_.row_elements()) continue;
      for (std::size_t b = i * size; b < (i + 1) * size; ++b) {
        if (bytes_[b] != outside_) return false;
      }
    }
    return true;
  }

 private:
  static constexpr std::int64_t kPad = 16;  // elements: rows stay at multiples of 16 bytes
  Context& ctx_;
  std::int64_t stride_;
  std::byte outside_{0xff};
  std::vector<std::byte> bytes_;
  Buffer buffer_;
  TensorView view_;
};

// The largest difference as a share of what is allowed for it.
struct Comparison {
  double share = 0;
  std::string failure;  // "element 7: expected 1, found 2"; empty where all are within

  void Take(std::size_t i, double expected, double found, double allowed) {
    const double ratio = std::abs(found - expected) / allowed;
    if (ratio <= 1) {
      share = std::max(share, ratio);
      return;
    }
    share = std::isnan(ratio) ? INFINITY : std::max(share, ratio);
    if (failure.empty()) {
      failure = "element " + std::to_string(i) + ": expected " + std::to_string(expected) +
                ", found " + std::to_string(found);
    }
  }
};

inline Comparison Compare(const Floats& expected, const Floats& found, const Tolerance& tolerance) {
  Comparison comparison;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    // A quotient of zeros would be no number.
    comparison.Take(
        i, double{expected[i]}, double{found[i]},
        tolerance.absolute + tolerance.relative * std::abs(double{expected[i]}) + 1e-30);
  }
  return comparison;
}

}  // namespace meval::selftest

#endif  // MEVAL_ENGINE_SELFTEST_DEVICE_TENSOR_H_
