#ifndef MEVAL_KERNELS_CUDA_ATTENTION_H_
#define MEVAL_KERNELS_CUDA_ATTENTION_H_

// Attention over paged keys and values: the op of kernels/attention.h on bf16 or f16.
//
// One arithmetic for every kernel. Keys are taken in tiles of 64 at absolute multiples of 64. A
// tile by itself gives a row (a query's head) a partial result: the maximum m of its scores, the
// sum l of exp(score - m) and the output o = sum_j exp(score_j - m) v_j, with the weights rounded
// to the dtype first. Partial results are merged from left to right:
//
//   m' = max(m, m_t)   l' = l exp(m - m') + l_t exp(m_t - m')   o' = o exp(m - m') + o_t exp(m_t -
//   m')
//
// and a tile in which a row sees no key leaves the row as it is. So it makes no difference, bit for
// bit, which rows share a block, whether one block takes all tiles of a row or each tile goes to
// another and the partial results are merged later (small batches), and whether the tiles of a
// shared prefix are read once for a group of sequences whose rows then go on from the running (m,
// l, o) (cascade): the kernels may be chosen by speed alone. Scores and m are kept in units of
// log2.
//
// Queries are packed: with H = group * K query heads over K kv heads, the packed row r of a list of
// tokens is head r % group (of the kv head's group) of token r / group, so that keys and values are
// read once for all heads of the group.

#include <cstdint>
#include <span>

#include "kernels/cuda/stream.h"
#include "kernels/tensor.h"

namespace meval::cuda {

inline constexpr int kAttentionTileRows = 64;   // packed rows of an item of the tile kernel,
inline constexpr int kWarpgroupTileRows = 128;  // of the tile kernel for capability 9.0
inline constexpr int kDecodeRows = 16;          // and of the decode kernel
inline constexpr int kMaxHeadDim = 128;

// One query token.
struct AttentionRow {
  std::int32_t row = 0;       // of q and out
  std::int32_t position = 0;  // in its sequence
  std::int32_t state = -1;    // where its running result is kept between launches; -1: nowhere
};

// Packed rows of one page table, and the tiles they meet, for every kv head. An item without rows
// is skipped, so that a list can be padded.
struct AttentionItem {
  std::int32_t row_begin = 0;     // the first token's AttentionRow
  std::int32_t packed_begin = 0;  // the first packed row, counted from that token's head 0
  std::int32_t num_packed = 0;    // <= what its kernel takes
  std::int32_t page_begin = 0;    // where the page of position 0 stands in page_tables
  std::int32_t tile_begin = 0;
  std::int32_t tile_end = 0;
  std::int32_t num_keys = 0;        // keys stored: slots from there on are never read
  std::int32_t partial_begin = -1;  // decode only: where the tiles' partial results go; -1: merged
  std::int32_t starts_from_state = 0;
  std::int32_t ends_in_state = 0;  // the result is left in the state instead of out
};

// Partial results of kDecodeRows packed rows to merge, for every kv head.
struct MergeItem {
  std::int32_t row_begin = 0;
  std::int32_t packed_begin = 0;
  std::int32_t num_packed = 0;
  std::int32_t partial_begin = 0;
  std::int32_t num_partials = 0;
  std::int32_t starts_from_state = 0;
};

// All pointers are on the device.
struct AttentionArgs {
  const void* q = nullptr;      // [T, H, head_dim], rows at multiples of 16 bytes
  std::int64_t q_stride = 0;    // elements
  void* out = nullptr;          // [T, H, head_dim], the same; must not alias q
  std::int64_t out_stride = 0;  // elements
  DType dtype = DType::kBF16;   // bf16 | f16, of q, out and pages
  const void* keys = nullptr;   // pages as in kernels/cuda/rope_kv.h
  const void* values = nullptr;
  std::int64_t num_pages = 0;
  int num_kv_heads = 0;     // K
  int group = 0;            // H / K
  int head_dim = 0;         // a multiple of 8, at most kMaxHeadDim
  float scale = 0;          // > 0
  std::int32_t window = 0;  // 0: none
  // The plan (kernels/cuda/attention_plan.h):
  const AttentionRow* rows = nullptr;
  const std::int32_t* page_tables = nullptr;
  const AttentionItem* items = nullptr;
  const MergeItem* merges = nullptr;
  // Running results between launches, [num_states][H]: maximum, sum, output [head_dim].
  float* state_max = nullptr;
  float* state_sum = nullptr;
  float* state_out = nullptr;
  // Partial results, [num_partials][K][kDecodeRows]: the same.
  float* partial_max = nullptr;
  float* partial_sum = nullptr;
  float* partial_out = nullptr;
};

// Which kernel takes which part of the plan's items (kMerge: of its merges). kWarpgroupTiles is
// kTiles by the instructions of compute capability 9.0, and runs there alone.
enum class AttentionKernel : std::int32_t { kTiles, kDecode, kMerge, kWarpgroupTiles };
struct AttentionLaunch {
  AttentionKernel kernel = AttentionKernel::kTiles;
  std::int32_t begin = 0;
  std::int32_t count = 0;
};

// Launches them in order. Throws std::invalid_argument on a shape the kernels cannot take.
void LaunchAttention(StreamHandle stream, const AttentionArgs& args,
                     std::span<const AttentionLaunch> launches);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_ATTENTION_H_
