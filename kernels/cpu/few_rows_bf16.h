#ifndef MEVAL_KERNELS_CPU_FEW_ROWS_BF16_H_
#define MEVAL_KERNELS_CPU_FEW_ROWS_BF16_H_

// A few rows of bf16 times weights in the layout of oneDNN's AVX512_BF16 kernels, with the sums in
// the order of those kernels and hence their bits, but streaming the weights at the speed of
// memory, which decoding is bound by.

#include <cstddef>
#include <cstdint>

namespace meval::cpu {

// The layout (oneDNN's tag BA16a64b2a): blocks of 64 columns one behind the other, each
//
//   [ceil(K / 32) * 16][64][2]   pairs of neighbouring k of one column side by side, padded with 0
//
// The order: k in slices of FewRowsSlice(K); within a slice one chain of vdpbf16ps over ascending
// pairs that begins at 0; slices added to the output in ascending order.
struct FewRowsTile {
  const std::uint16_t* x = nullptr;  // [num_rows][K] bf16
  const std::uint16_t* w = nullptr;  // the first block
  float* y = nullptr;                // row 0, the first block's first column
  std::int64_t y_stride = 0;         // elements between rows
  std::int64_t num_rows = 0;
  std::int64_t num_columns = 0;  // of y; the last block may be wider
  std::int64_t k = 0;            // even
};

inline constexpr std::int64_t kFewRowsBlock = 64;

std::int64_t FewRowsSlice(std::int64_t k);

constexpr std::size_t FewRowsBlockBytes(std::int64_t k) {
  return static_cast<std::size_t>((k + 31) / 32 * 32 * kFewRowsBlock) * sizeof(std::uint16_t);
}

// Needs a chip with AVX512_BF16.
void MultiplyFewRows(const FewRowsTile& tile);

}  // namespace meval::cpu

#endif  // MEVAL_KERNELS_CPU_FEW_ROWS_BF16_H_
