#ifndef MEVAL_KERNELS_CUDA_MATRIX_PRODUCT_H_
#define MEVAL_KERNELS_CUDA_MATRIX_PRODUCT_H_

// Matrix products by cuBLASLt (the only place that calls it), and by kernels/cuda/gemv.h for very
// few rows.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/cuda/stream.h"
#include "kernels/tensor.h"

namespace meval::cuda {

// y = x w^T, or y += x w^T. All pointers are on the device; any n, k, stride and row to begin with
// will do, and those that keep rows at multiples of 16 bytes are the fast ones.
struct MatrixProductArgs {
  const void* x = nullptr;      // [num_rows, k]
  std::int64_t x_stride = 0;    // elements
  const void* w = nullptr;      // [n, k], dense, as in a checkpoint
  DType dtype = DType::kBF16;   // bf16 | f16, of x and w
  void* y = nullptr;            // [num_rows, n]
  std::int64_t y_stride = 0;    // elements
  DType y_dtype = DType::kF32;  // f32, or dtype
  bool accumulate = false;      // for f32
  std::int64_t num_rows = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
};

class MatrixProducts {
 public:
  // invariant: a row's result is to depend on that row alone. For each (n, k), kind of product and
  // alignment of rows one algorithm is chosen and serves any number of rows; those that split the
  // sum over k among blocks, or add parts of it up in another place, are excluded. Rows of one
  // matrix have one alignment, whichever of them a product begins with. Otherwise each magnitude of
  // rows has an algorithm of its own, and up to kGemvRows rows a kernel of ours.
  MatrixProducts(StreamHandle stream, bool invariant);
  ~MatrixProducts();
  MatrixProducts(const MatrixProducts&) = delete;
  MatrixProducts& operator=(const MatrixProducts&) = delete;

  // Throws DeviceError if cuBLASLt has no algorithm or refuses the call.
  void Multiply(const MatrixProductArgs& args);

  // The algorithms chosen so far: "n 6144, k 4096, bf16 to bf16, 4096 rows: algorithm 66, tile 20,
  // stages 35, splits 1, reduction 0".
  std::vector<std::string> Algorithms() const;
  std::string version() const;  // of cuBLASLt, "13.1.0"

  // Above this the tensor cores pay. (An estimate: no measurement stands behind it yet.)
  static constexpr std::int64_t kGemvRows = 4;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_MATRIX_PRODUCT_H_
