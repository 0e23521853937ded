#ifndef MEVAL_KERNELS_GEMM_H_
#define MEVAL_KERNELS_GEMM_H_

#include <cstdint>
#include <memory>
#include <span>

#include "kernels/context.h"
#include "kernels/tensor.h"

namespace meval {

// A weight matrix W [N, K] in the layout of the provider that will multiply by it. Packed once at
// load; one packed copy serves every number of rows. Move-only; the source may be freed after
// packing.
class PackedWeight {
 public:
  struct Impl;

  PackedWeight();
  ~PackedWeight();
  PackedWeight(PackedWeight&&) noexcept;
  PackedWeight& operator=(PackedWeight&&) noexcept;

  std::int64_t n() const;      // rows of W: features out
  std::int64_t k() const;      // columns of W: features in
  DType dtype() const;         // f32 | bf16 | f16
  std::int64_t bytes() const;  // memory held
  const Impl& impl() const { return *impl_; }

 private:
  friend PackedWeight PackWeight(Context&, std::span<const TensorView>);
  std::unique_ptr<Impl> impl_;
};

// Packs the matrices `parts`, each [N_i, K] of one dtype (f32 | bf16, on cuda bf16 | f16) and
// dense, stacked by rows into one [sum N_i, K]. They lie in the host's memory or on the context's
// device. Throws std::invalid_argument if K or dtypes disagree.
PackedWeight PackWeight(Context& ctx, std::span<const TensorView> parts);

// y[m, n] = sum_k x[m, k] * W[n, k]                     y = x W^T
//
//   x  [M, K]  f32 (cuda: the dtype of w), row_stride >= K; M may be 0
//   w  [N, K]  f32 | bf16 (cuda: bf16 | f16) packed
//   y  [M, N]  f32 (cuda: or the dtype of w, rounded once), row_stride >= N; must not alias x
//
// On the cpu with bf16 weights x is first rounded to bf16 (nearest even); products and sums are
// f32. The order of each sum depends on (N, K) and the code path only: never on M, on which other
// rows are present, or on the number of threads; on cuda the same holds as far as cuBLASLt's
// kernels keep it (docs/cuda.md), in the invariant mode. Throws std::invalid_argument if shapes
// disagree.
void Gemm(Context& ctx, TensorView x, const PackedWeight& w, TensorView y);

// y += x W^T: what Gemm and ResidualAdd give, or on a device that can the sum inside the product.
//
//   scratch  [M, N]  of x's dtype, overwritten or left alone; may alias neither x nor y
//   y        [M, N]  f32
void GemmAdd(Context& ctx, TensorView x, const PackedWeight& w, TensorView scratch, TensorView y);

}  // namespace meval

#endif  // MEVAL_KERNELS_GEMM_H_
