#ifndef MEVAL_KERNELS_CPU_ATTENTION_SIMD_H_
#define MEVAL_KERNELS_CPU_ATTENTION_SIMD_H_

// Attention of one block of queries over the pages of one kv head, tile by tile of kKvPageTokens
// keys at absolute multiples, with a running maximum m, sum l and unnormalised output o (Milakov
// and Gimelshein 2018):
//
//   s_j = scale * q . k_j                       one chain of fused multiply-adds over d
//   m'  = max(m, max_j s_j),  a = exp(m - m')
//   l'  = a l + sum_j exp(s_j - m')             sixteen lanes, then a fixed tree
//   o'  = a o + sum_j exp(s_j - m') v_j         one chain of fused multiply-adds over ascending j
//
// A query is one row of q and one head; the queries of a block share the loads of keys and values.
// How many share a load changes no chain, hence no bit. Only keys a query sees enter its chains:
// what stands in unwritten slots does not matter.
//
// Bytes: 128 D per tile in bf16, read once per block; FLOPs: 4 D per query and key.

#include <cstdint>

#include "kernels/cpu/exp_simd.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/rows_simd.h"

namespace meval::cpu {

inline constexpr int kTileVectors = kKvPageTokens / kLanes;

// One query's state while the tiles pass by.
struct AttentionQuery {
  const float* q;
  float* out;          // o
  float max;           // m
  float sum;           // l
  std::int64_t first;  // the keys it sees, in the current tile: [first, last)
  std::int64_t last;
};

// scores[r][j] = q_r . k_j for kRows queries and all keys of a tile; keys [D][kKvPageTokens].
template <class V, class T, int kRows, int kVectors>
void ScoreRows(const AttentionQuery* queries, const T* keys, std::int64_t head_dim,
               float (*scores)[kKvPageTokens]) {
  for (int first = 0; first < kTileVectors; first += kVectors) {
    V sums[kRows][kVectors];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sums[r][v] = V::Zero();
    }
    for (std::int64_t d = 0; d < head_dim; ++d) {
      const T* row = keys + d * kKvPageTokens + first * kLanes;
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        const V key = V::Load(row + v * kLanes);
#pragma GCC unroll 8
        for (int r = 0; r < kRows; ++r) sums[r][v] = Fma(V::Set(queries[r].q[d]), key, sums[r][v]);
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sums[r][v].Store(&scores[r][(first + v) * kLanes]);
    }
  }
}

// o_r += sum_j p_rj v_j over j in [begin, end), ascending, for kRows queries; values
// [kKvPageTokens][D].
template <class V, class T, int kRows, int kVectors>
void AddValueColumns(const AttentionQuery* queries, const T* values, std::int64_t head_dim,
                     const float (*p)[kKvPageTokens], std::int64_t begin, std::int64_t end,
                     std::int64_t column) {
  V sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      sums[r][v] = V::Load(queries[r].out + column + v * kLanes);
    }
  }
  for (std::int64_t j = begin; j < end; ++j) {
    const T* row = values + j * head_dim + column;
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const V value = V::Load(row + v * kLanes);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) sums[r][v] = Fma(V::Set(p[r][j]), value, sums[r][v]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sums[r][v].Store(queries[r].out + column + v * kLanes);
  }
}

// The same for the last columns, fewer than a vector.
template <class V, class T>
void AddValueRest(const AttentionQuery& query, const T* values, std::int64_t head_dim,
                  const float* p, std::int64_t begin, std::int64_t end, std::int64_t column) {
  const std::int64_t rest = head_dim - column;
  V sum = V::LoadPartial(query.out + column, rest);
  for (std::int64_t j = begin; j < end; ++j) {
    sum = Fma(V::Set(p[j]), V::LoadPartial(values + j * head_dim + column, rest), sum);
  }
  sum.StorePartial(query.out + column, rest);
}

template <class V, class T, int kRows, int kVectors>
void AddValues(const AttentionQuery* queries, const T* values, std::int64_t head_dim,
               const float (*p)[kKvPageTokens], std::int64_t begin, std::int64_t end) {
  if (begin >= end) return;
  std::int64_t column = 0;
  for (; column + kVectors * kLanes <= head_dim; column += kVectors * kLanes) {
    AddValueColumns<V, T, kRows, kVectors>(queries, values, head_dim, p, begin, end, column);
  }
  for (; column + kLanes <= head_dim; column += kLanes) {
    AddValueColumns<V, T, kRows, 1>(queries, values, head_dim, p, begin, end, column);
  }
  for (int r = 0; r < kRows && column < head_dim; ++r) {
    AddValueRest<V, T>(queries[r], values, head_dim, p[r], begin, end, column);
  }
}

// Turns the scores of a query's keys into p_j and takes m, l and o along.
template <class V>
void SoftmaxStep(AttentionQuery& query, std::int64_t head_dim, float scale, float* scores) {
  const V minus_infinity = V::Set(-__builtin_inff());
  // Columns j with first <= j < last, in half steps so that "greater" decides.
  const V above = V::Set(static_cast<float>(query.first) - 0.5F);
  const V below = V::Set(static_cast<float>(query.last) - 0.5F);
  V s[kTileVectors];
  V max = V::Set(query.max);
#pragma GCC unroll 4
  for (int v = 0; v < kTileVectors; ++v) {
    const V column = V::Iota() + V::Set(static_cast<float>(v * kLanes));
    s[v] = V::Load(scores + v * kLanes) * V::Set(scale);
    s[v] = IfGreater(column, above, s[v], minus_infinity);
    s[v] = IfGreater(below, column, s[v], minus_infinity);
    max = Max(s[v], max);
  }
  const float new_max = ReduceMax(max);
  V sum = V::Zero();
#pragma GCC unroll 4
  for (int v = 0; v < kTileVectors; ++v) {
    s[v] = Exp(s[v] - V::Set(new_max));
    s[v].Store(scores + v * kLanes);
    sum = sum + s[v];
  }
  const V keep = Exp(V::Set(query.max - new_max));
  alignas(64) float keep_lanes[kLanes];
  keep.Store(keep_lanes);
  query.sum = query.sum * keep_lanes[0] + ReduceAdd(sum);
  query.max = new_max;
  if (keep_lanes[0] == 1.0F) return;
  std::int64_t d = 0;
  for (; d + kLanes <= head_dim; d += kLanes) (V::Load(query.out + d) * keep).Store(query.out + d);
  for (; d < head_dim; ++d) query.out[d] *= keep_lanes[0];
}

// One tile for kRows queries, all of which see at least one of its keys.
template <class V, class T, int kRows, int kVectors>
void TileRows(AttentionQuery* queries, const T* keys, const T* values, std::int64_t head_dim,
              float scale) {
  alignas(64) float scores[kRows][kKvPageTokens];
  ScoreRows<V, T, kRows, kVectors>(queries, keys, head_dim, scores);
  std::int64_t shared_first = 0;
  std::int64_t shared_last = kKvPageTokens;
  for (int r = 0; r < kRows; ++r) {
    SoftmaxStep<V>(queries[r], head_dim, scale, scores[r]);
    if (queries[r].first > shared_first) shared_first = queries[r].first;
    if (queries[r].last < shared_last) shared_last = queries[r].last;
  }
  // What only some see, before and behind what all see, goes query by query; the chains ascend.
  if (shared_first > shared_last) shared_first = shared_last = kKvPageTokens;
  for (int r = 0; r < kRows; ++r) {
    const std::int64_t end = shared_first < queries[r].last ? shared_first : queries[r].last;
    AddValues<V, T, 1, kVectors>(queries + r, values, head_dim, scores + r, queries[r].first, end);
  }
  AddValues<V, T, kRows, kVectors>(queries, values, head_dim, scores, shared_first, shared_last);
  for (int r = 0; r < kRows; ++r) {
    AddValues<V, T, 1, kVectors>(queries + r, values, head_dim, scores + r, shared_last,
                                 queries[r].last);
  }
}

// `count` queries, kRows at a time and then fewer.
template <class V, class T, int kRows, int kVectors>
void Tile(AttentionQuery* queries, std::int64_t count, const T* keys, const T* values,
          std::int64_t head_dim, float scale) {
  for (; count >= kRows; count -= kRows, queries += kRows) {
    TileRows<V, T, kRows, kVectors>(queries, keys, values, head_dim, scale);
  }
  if constexpr (kRows > 1) {
    if (count > 0) {
      Tile<V, T, kRows - 1, kVectors>(queries, count, keys, values, head_dim, scale);
    }
  }
}

template <class V, class T, int kRows, int kVectors>
void AttentionPages(const AttentionBlock& block, const KvPages& pages,
                    const AttentionOptions& options) {
  const std::int64_t head_dim = pages.head_dim;
  AttentionQuery queries[kAttentionBlock];
  std::int64_t num_queries = 0;
  for (std::int64_t t = block.row_begin; t < block.row_begin + block.num_rows; ++t) {
    for (std::int64_t h = block.head_begin; h < block.head_begin + block.num_heads; ++h) {
      AttentionQuery& query = queries[num_queries++];
      query.q = block.q + t * block.q_stride + h * head_dim;
      query.out = block.out + t * block.out_stride + h * head_dim;
      query.max = -__builtin_inff();
      query.sum = 0;
      for (std::int64_t d = 0; d < head_dim; ++d) query.out[d] = 0;
    }
  }

  const std::int64_t window = options.window == 0 ? INT64_MAX : options.window;
  const std::int64_t begin = block.position_begin + block.row_begin;
  const std::int64_t end = begin + block.num_rows;
  const std::int64_t first_key = begin >= window ? begin - window + 1 : 0;
  for (std::int64_t tile = first_key / kKvPageTokens; tile * kKvPageTokens < end; ++tile) {
    const std::int64_t base = tile * kKvPageTokens;
    std::int64_t first_query = num_queries;
    std::int64_t last_query = 0;
    for (std::int64_t i = 0; i < num_queries; ++i) {
      const std::int64_t position = begin + i / block.num_heads;
      const std::int64_t first = (position >= window ? position - window + 1 : 0) - base;
      const std::int64_t last = position + 1 - base;
      queries[i].first = first > 0 ? first : 0;
      queries[i].last = last < kKvPageTokens ? last : kKvPageTokens;
      if (queries[i].first >= queries[i].last) continue;
      if (first_query == num_queries) first_query = i;
      last_query = i + 1;
    }
    const std::int64_t offset =
        (block.page_table[tile] * pages.n_kv_heads + block.kv_head) * head_dim * kKvPageTokens;
    Tile<V, T, kRows, kVectors>(
        queries + first_query, last_query - first_query, static_cast<const T*>(pages.keys) + offset,
        static_cast<const T*>(pages.values) + offset, head_dim, options.scale);
  }
  for (std::int64_t i = 0; i < num_queries; ++i) {
    for (std::int64_t d = 0; d < head_dim; ++d) queries[i].out[d] /= queries[i].sum;
  }
}

// Rows x kVectors: the vectors of sums the registers hold beside the operands.
template <class V, int kRowsF32, int kRowsBf16, int kVectors>
void AttentionSimd(const AttentionBlock& block, const KvPages& pages,
                   const AttentionOptions& options) {
  if (pages.dtype == DType::kF32) {
    AttentionPages<V, float, kRowsF32, kVectors>(block, pages, options);
  } else {
    AttentionPages<V, std::uint16_t, kRowsBf16, kVectors>(block, pages, options);
  }
}

}  // namespace meval::cpu

#endif  // MEVAL_KERNELS_CPU_ATTENTION_SIMD_H_
