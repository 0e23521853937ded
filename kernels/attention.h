#ifndef MEVAL_KERNELS_ATTENTION_H_
#define MEVAL_KERNELS_ATTENTION_H_

#include <cstdint>
#include <span>

#include "kernels/context.h"
#include "kernels/tensor.h"

namespace meval {

// Keys and values live in pages of kKvPageTokens positions. One layer of one page holds, per kv
// head,
//
//   K  [D][kKvPageTokens]   transposed: the scores of a page are D rank-1 updates over contiguous
//   positions V  [kKvPageTokens][D]
//
// so position p of a sequence is column/row p % kKvPageTokens of page page_table[p /
// kKvPageTokens].
inline constexpr std::int64_t kKvPageTokens = 64;

// One layer's pages.
struct KvPages {
  void* keys = nullptr;       // [num_pages][n_kv_heads][D][kKvPageTokens]
  void* values = nullptr;     // [num_pages][n_kv_heads][kKvPageTokens][D]
  DType dtype = DType::kF32;  // f32 | bf16
  std::int64_t num_pages = 0;
  std::int64_t n_kv_heads = 0;
  std::int64_t head_dim = 0;
};

// A run of rows of one step that belong to one sequence, at consecutive positions.
struct Segment {
  std::int64_t row_begin = 0;  // first row of q, k, v
  std::int64_t num_rows = 0;
  std::int64_t position_begin = 0;  // position of the first row in its sequence
  std::span<const std::int32_t>
      page_table;  // pages of positions 0 .. position_begin + num_rows - 1; -1 where released
};

// Stores k and v of every row into its sequence's pages (rounding to the pages' dtype).
//
//   k, v  [T, n_kv_heads, D]  f32
//
// Throws std::invalid_argument if shapes disagree or a page needed is missing.
void WriteKv(Context& ctx, TensorView k, TensorView v, std::span<const Segment> segments,
             const KvPages& pages);

struct AttentionOptions {
  float scale = 0;  // usually 1 / sqrt(D)
  std::int64_t window =
      0;  // sliding window W: a query at position p sees keys p-W+1 .. p; 0: no window
};

// out[t, h] = sum_j softmax_j(scale * q[t, h] . k[j, g]) v[j, g],  g = h / (H / n_kv_heads), over
// the keys j of t's own sequence with max(0, p - W + 1) <= j <= p, p the position of row t Vaswani
// 2017; Ainslie 2023 (GQA); Jiang 2023 (SWA)
//
//   q    [T, H, D]  f32, H a multiple of n_kv_heads
//   out  [T, H, D]  f32; must not alias q
//
// Keys are reduced in ascending position, in tiles at absolute multiples of kKvPageTokens, with a
// running maximum and sum in f32 (online softmax): a row's result depends on its own position and
// keys only, not on which rows, segments or threads share the call. K and V of the step's own rows
// must have been stored by WriteKv before. Throws std::invalid_argument if shapes disagree or a
// page inside the window is missing.
void Attention(Context& ctx, TensorView q, const KvPages& pages, std::span<const Segment> segments,
               const AttentionOptions& options, TensorView out);

}  // namespace meval

#endif  // MEVAL_KERNELS_ATTENTION_H_
