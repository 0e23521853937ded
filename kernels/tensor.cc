#include "kernels/tensor.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "kernels/check.h"

namespace meval {
namespace {

std::int64_t Product(std::span<const std::int64_t> dims) {
  std::int64_t product = 1;
  for (const std::int64_t dim : dims) product *= dim;
  return product;
}

}  // namespace

std::int64_t SizeOf(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return 4;
    case DType::kBF16:
    case DType::kF16:
      return 2;
  }
  throw std::logic_error("SizeOf: unknown dtype");
}

const char* Name(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return "f32";
    case DType::kBF16:
      return "bf16";
    case DType::kF16:
      return "f16";
  }
  throw std::logic_error("Name: unknown dtype");
}

const char* Name(Device device) {
  switch (device) {
    case Device::kCpu:
      return "cpu";
    case Device::kCuda:
      return "cuda";
  }
  throw std::logic_error("Name: unknown device");
}

TensorView::TensorView(void* pointer, DType type, std::initializer_list<std::int64_t> dims,
                       Device where)
    : data(pointer), dtype(type), device(where), rank(static_cast<int>(dims.size())) {
  MEVAL_REQUIRE(dims.size() >= 1 && dims.size() <= shape.size(),
                "expected 1 to 4 dimensions, found " + std::to_string(dims.size()));
  std::copy(dims.begin(), dims.end(), shape.begin());
  row_stride = row_elements();
  for (const std::int64_t dim : dims) {
    MEVAL_REQUIRE(dim >= 0, "negative dimension in " + ToString(*this));
  }
  MEVAL_REQUIRE(data != nullptr || num_elements() == 0, "null data for " + ToString(*this));
}

std::int64_t TensorView::row_elements() const {
  return rank <= 1 ? 1 : Product({shape.data() + 1, static_cast<std::size_t>(rank - 1)});
}

TensorView TensorView::Rows(std::int64_t begin, std::int64_t count) const {
  MEVAL_REQUIRE(begin >= 0 && count >= 0 && count <= rows() - begin,
                "rows [" + std::to_string(begin) + ", " + std::to_string(begin + count) +
                    ") are outside " + ToString(*this));
  TensorView view = *this;
  view.shape[0] = count;
  view.data = static_cast<std::byte*>(data) + begin * row_stride * SizeOf(dtype);
  return view;
}

TensorView TensorView::Columns(std::int64_t begin, std::int64_t count) const {
  MEVAL_REQUIRE(rank == 2, "expected rank 2, found " + ToString(*this));
  MEVAL_REQUIRE(begin >= 0 && count >= 0 && count <= shape[1] - begin,
                "columns [" + std::to_string(begin) + ", " + std::to_string(begin + count) +
                    ") are outside " + ToString(*this));
  TensorView view = *this;
  view.shape[1] = count;
  view.data = static_cast<std::byte*>(data) + begin * SizeOf(dtype);
  return view;
}

TensorView TensorView::WithRowShape(std::initializer_list<std::int64_t> trailing) const {
  MEVAL_REQUIRE(trailing.size() + 1 <= shape.size(),
                "expected at most 3 trailing dimensions, found " + std::to_string(trailing.size()));
  MEVAL_REQUIRE(Product({trailing.begin(), trailing.size()}) == row_elements(),
                "the new row shape does not hold the row of " + ToString(*this));
  TensorView view = *this;
  view.rank = static_cast<int>(trailing.size()) + 1;
  std::copy(trailing.begin(), trailing.end(), view.shape.begin() + 1);
  return view;
}

std::string ToString(const TensorView& view) {
  std::string text = "[";
  for (int i = 0; i < view.rank; ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(view.shape[static_cast<std::size_t>(i)]);
  }
  return text + "] " + Name(view.dtype);
}

}  // namespace meval
