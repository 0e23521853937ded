#include "tests/support/cuda_emulator/cublas_lt_product.h"

#include <algorithm>
#include <vector>

#include "kernels/bfloat16.h"

namespace meval::cuda_emulator {
namespace {

using Layout = CublasLtMatrixLayout;

float ReadElement(const void* data, cudaDataType type, std::int64_t index) {
  if (type == CUDA_R_32F) return static_cast<const float*>(data)[index];
  const std::uint16_t bits = static_cast<const std::uint16_t*>(data)[index];
  return type == CUDA_R_16BF ? BFloat16ToFloat(bits) : Float16ToFloat(bits);
}

void WriteElement(void* data, cudaDataType type, std::int64_t index, float value) {
  if (type == CUDA_R_32F) {
    static_cast<float*>(data)[index] = value;
  } else {
    static_cast<std::uint16_t*>(data)[index] =
        type == CUDA_R_16BF ? FloatToBFloat16(value) : FloatToFloat16(value);
  }
}

// Rows of op(A), or columns of op(B), as panels of kPanel lines: value k of line l of a panel is at
// kPanel k + l, so that sums of a panel's lines go on side by side. Zeros fill the last panel.
constexpr std::int64_t kPanel = 8;
std::vector<float> Panels(const void* data, const Layout& layout, bool by_column) {
  const std::int64_t lines = by_column ? layout.columns : layout.rows;
  const std::int64_t inner = by_column ? layout.rows : layout.columns;
  const std::int64_t rounded = (lines + kPanel - 1) / kPanel * kPanel;
  std::vector<float> values(static_cast<std::size_t>(rounded * inner));
  for (std::int64_t line = 0; line < lines; ++line) {
    float* to = values.data() + line / kPanel * kPanel * inner + line % kPanel;
    for (std::int64_t k = 0; k < inner; ++k) {
      const std::int64_t row = by_column ? k : line;
      const std::int64_t column = by_column ? line : k;
      to[k * kPanel] = ReadElement(data, layout.type, row + column * layout.leading_dimension);
    }
  }
  return values;
}

}  // namespace

void Product::operator()() const {
  const std::int64_t K = inner();
  const std::vector<float> left = Panels(a, a_layout, description.transpose_a == CUBLAS_OP_T);
  const std::vector<float> right = Panels(b, b_layout, description.transpose_b == CUBLAS_OP_N);
  for (std::int64_t column = 0; column < d_layout.columns; ++column) {
    const float* y = right.data() + column / kPanel * kPanel * K + column % kPanel;
    for (std::int64_t row = 0; row < d_layout.rows; row += kPanel) {
      float totals[kPanel] = {};
      AddUp(left.data() + row * K, y, totals);
      for (std::int64_t i = row; i < std::min(row + kPanel, d_layout.rows); ++i) {
        Store(i, column, totals[i - row]);
      }
    }
  }
}

// Adds to the totals of a panel.
void Product::AddUp(const float* x, const float* y, float* totals) const {
  const std::int64_t K = inner();
  const std::int64_t part = (K + splits - 1) / splits;
  for (std::int64_t begin = 0; begin < K; begin += part) {
    float sums[kPanel] = {};
    for (std::int64_t k = begin; k < std::min(K, begin + part); ++k) {
      for (std::int64_t i = 0; i < kPanel; ++i) sums[i] += x[k * kPanel + i] * y[k * kPanel];
    }
    for (std::int64_t i = 0; i < kPanel; ++i) totals[i] += sums[i];
  }
}

void Product::Store(std::int64_t row, std::int64_t column, float total) const {
  float value = alpha * total;
  if (beta != 0) {
    value += beta * ReadElement(c, c_layout.type, row + column * c_layout.leading_dimension);
  }
  WriteElement(d, d_layout.type, row + column * d_layout.leading_dimension, value);
}

bool ShapesAgree(const Product& p) {
  const bool a_is_plain = p.description.transpose_a == CUBLAS_OP_N;
  const bool b_is_plain = p.description.transpose_b == CUBLAS_OP_N;
  const std::int64_t rows = a_is_plain ? p.a_layout.rows : p.a_layout.columns;
  const std::int64_t columns = b_is_plain ? p.b_layout.columns : p.b_layout.rows;
  const std::int64_t b_inner = b_is_plain ? p.b_layout.rows : p.b_layout.columns;
  const auto is_whole = [](const Layout& m) { return m.leading_dimension >= m.rows; };
  return p.inner() == b_inner && p.d_layout.rows == rows && p.d_layout.columns == columns &&
         p.c_layout.rows == rows && p.c_layout.columns == columns && is_whole(p.a_layout) &&
         is_whole(p.b_layout) && is_whole(p.c_layout) && is_whole(p.d_layout);
}

bool TypesAreSupported(const Product& p) {
  const cudaDataType in = p.a_layout.type;
  const cudaDataType out = p.d_layout.type;
  return in != CUDA_R_32F && p.b_layout.type == in && (out == CUDA_R_32F || out == in) &&
         p.c_layout.type == out;
}

bool PointersAreAligned(const Product& p, std::uint32_t alignment) {
  const auto begin = [](const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); };
  return (begin(p.a) | begin(p.b) | begin(p.c) | begin(p.d)) % alignment == 0;
}

bool IsAligned(std::uintptr_t begin, const Layout& layout, std::uint32_t alignment) {
  const std::int64_t element_bytes = layout.type == CUDA_R_32F ? 4 : 2;
  const auto step = static_cast<std::uintptr_t>(layout.leading_dimension * element_bytes);
  return begin % alignment == 0 && step % alignment == 0;
}

}  // namespace meval::cuda_emulator
