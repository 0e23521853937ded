#include "kernels/cpu/require.h"

#include <stdexcept>

namespace meval::cpu {
namespace {

std::string Expected(DType dtype, std::initializer_list<std::int64_t> dims) {
  std::string text = "[";
  for (const std::int64_t dim : dims) {
    if (text.size() > 1) text += ", ";
    text += dim < 0 ? std::string("*") : std::to_string(dim);
  }
  return text + "] " + Name(dtype);
}

bool Matches(const TensorView& view, std::initializer_list<std::int64_t> dims) {
  if (view.rank != static_cast<int>(dims.size())) return false;
  std::size_t i = 0;
  for (const std::int64_t dim : dims) {
    if (dim >= 0 && view.shape[i] != dim) return false;
    ++i;
  }
  return true;
}

}  // namespace

void RequireTensor(const char* what, const TensorView& view, DType dtype,
                   std::initializer_list<std::int64_t> dims, Device device) {
  if (view.device != device) {
    throw std::invalid_argument(std::string(what) + ": expected a tensor on the " + Name(device) +
                                ", found one on " + Name(view.device));
  }
  if (view.dtype != dtype || !Matches(view, dims)) {
    throw std::invalid_argument(std::string(what) + ": expected " + Expected(dtype, dims) +
                                ", found " + ToString(view));
  }
  if (view.row_stride < view.row_elements()) {
    throw std::invalid_argument(std::string(what) + ": row_stride " +
                                std::to_string(view.row_stride) + " is shorter than a row of " +
                                ToString(view));
  }
}

void RequireCount(const char* what, std::int64_t found, std::int64_t expected) {
  if (found == expected) return;
  throw std::invalid_argument(std::string(what) + ": expected " + std::to_string(expected) +
                              ", found " + std::to_string(found));
}

}  // namespace meval::cpu
