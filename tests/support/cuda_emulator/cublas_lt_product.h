#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_CUBLAS_LT_PRODUCT_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_CUBLAS_LT_PRODUCT_H_

// The arithmetic behind the stand-in for cublasLtMatmul, and what it asks of a product. For
// tests/support/cuda_emulator/cublas_lt*.cc alone.

#include <cstddef>
#include <cstdint>

#include <cublasLt.h>

struct CublasLtMatmulDesc {
  cublasOperation_t transpose_a = CUBLAS_OP_N;
  cublasOperation_t transpose_b = CUBLAS_OP_N;
};
struct CublasLtMatrixLayout {
  cudaDataType type = CUDA_R_32F;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t leading_dimension = 0;
};

namespace meval::cuda_emulator {

// D = alpha op(A) op(B) + beta C, each element's sum over k in `splits` parts, each in ascending
// order.
struct Product {
  CublasLtMatmulDesc description;
  float alpha;
  float beta;
  const void* a;
  const void* b;
  const void* c;
  void* d;
  CublasLtMatrixLayout a_layout;
  CublasLtMatrixLayout b_layout;
  CublasLtMatrixLayout c_layout;
  CublasLtMatrixLayout d_layout;
  std::int64_t splits;

  // The length of the sums.
  std::int64_t inner() const {
    return description.transpose_a == CUBLAS_OP_N ? a_layout.columns : a_layout.rows;
  }
  void operator()() const;

 private:
  void AddUp(const float* x, const float* y, float* totals) const;
  void Store(std::int64_t row, std::int64_t column, float total) const;
};

bool ShapesAgree(const Product& product);
// 16-bit inputs of one format; sums leave as f32 or in that format, C and D alike.
bool TypesAreSupported(const Product& product);
bool PointersAreAligned(const Product& product, std::uint32_t alignment);
// Whether every column of a matrix at `begin` lies at a multiple of so many bytes.
bool IsAligned(std::uintptr_t begin, const CublasLtMatrixLayout& layout, std::uint32_t alignment);

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_CUBLAS_LT_PRODUCT_H_
