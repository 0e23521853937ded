#ifndef MEVAL_KERNELS_CUDA_ATTENTION_TILE_CUH_
#define MEVAL_KERNELS_CUDA_ATTENTION_TILE_CUH_

// The one arithmetic of kernels/cuda/attention.h: what a warp does with sixteen packed rows and a
// tile of 64 keys. A row's numbers go through the same operations in the same order whichever
// kernel calls, since an element of an mma result depends on its own row, column and accumulator
// only. Fused multiply-adds are written out, and nvcc is told to make no others (-fmad=false).
//
// Fragments: a lane holds rows lane / 4 and lane / 4 + 8 of the warp's sixteen, called row 0 and 1,
// and of every eight columns two: 2 (lane % 4) and the next (kernels/cuda/element.cuh).

#include <cstdint>

#include "kernels/attention.h"
#include "kernels/cuda/attention.h"
#include "kernels/cuda/element.cuh"
#include "kernels/cuda/planted_bug.cuh"

namespace meval::cuda {

inline constexpr int kTileKeys = static_cast<int>(kKvPageTokens);

__device__ __forceinline__ float MinusInfinity() { return __uint_as_float(0xff800000U); }

// Rows of kDim elements in shared memory, in chunks of eight (16 bytes). Chunk c of row r lies at
// c ^ (r % 8), so that the eight rows of a matrix ldmatrix reads fall into different banks.
template <int kDim>
__device__ __forceinline__ int Swizzled(int row, int chunk) {
  return row * kDim + (chunk ^ (row & 7)) * 8;
}

// Starts the copies of `num_rows` rows, row r from from(r), to shared memory; zeros from element
// head_dim on, and for rows whose from(r) is null. `any` is an address that can be read. All
// kThreads of the block take part.
template <typename T, int kDim, int kThreads, typename From>
__device__ __forceinline__ void CopyRowsAsync(T* to, int num_rows, int head_dim, const T* any,
                                              From from) {
  constexpr int kChunks = kDim / 8;
  for (int i = static_cast<int>(threadIdx.x); i < num_rows * kChunks; i += kThreads) {
    const int row = i / kChunks;
    const int chunk = i % kChunks;
    const T* source = from(row);
    const bool is_there = source != nullptr && chunk * 8 < head_dim;
    CopyAsync16(to + Swizzled<kDim>(row, chunk), is_there ? source + chunk * 8 : any,
                is_there ? 16 : 0);
  }
}

// The keys or values of a tile: `pages` those of the tensor, `num_valid` how many slots hold one.
template <typename T, int kDim, int kThreads>
__device__ __forceinline__ void CopyTileAsync(T* to, const void* pages, const AttentionArgs& args,
                                              std::int64_t page, int kv_head, int num_valid) {
  const T* tile = static_cast<const T*>(pages) +
                  (page * args.num_kv_heads + kv_head) * kTileKeys * args.head_dim;
  if constexpr (kPlantedBug == PlantedBug::kStaleSlots) num_valid = kTileKeys;
  CopyRowsAsync<T, kDim, kThreads>(to, kTileKeys, args.head_dim, tile, [&](int slot) -> const T* {
    return slot < num_valid ? tile + slot * args.head_dim : nullptr;
  });
}

// The warp's sixteen queries, first_row on, as fragments.
template <typename T, int kDim>
__device__ __forceinline__ void LoadQueries(const T* q, int first_row,
                                            std::uint32_t (&fragments)[kDim / 16][4]) {
  const int row = first_row + (LaneId() & 15);
#pragma unroll
  for (int d = 0; d < kDim / 16; ++d) {
    LoadMatrix4(fragments[d], q + Swizzled<kDim>(row, 2 * d + LaneId() / 16));
  }
}

// scores[n] = queries times keys first_key + 8 n .. + 7, unscaled, over the head's elements in
// ascending order.
template <typename T, int kDim, int kKeyBlocks>
__device__ __forceinline__ void ComputeScores(const std::uint32_t (&queries)[kDim / 16][4],
                                              const T* keys, int first_key,
                                              float (&scores)[kKeyBlocks][4]) {
  // Lanes 0-7 and 8-15 point at chunks 2 d and 2 d + 1 of keys 0-7, lanes 16-31 at those of 8-15.
  const int lane = LaneId();
  const int key = first_key + (lane & 7) + (lane / 16) * 8;
  const int chunk = lane / 8 & 1;
#pragma unroll
  for (int n = 0; n < kKeyBlocks; n += 2) {
#pragma unroll
    for (int i = 0; i < 4; ++i) scores[n][i] = scores[n + 1][i] = 0;
#pragma unroll
    for (int d = 0; d < kDim / 16; ++d) {
      std::uint32_t k[4];
      LoadMatrix4(k, keys + Swizzled<kDim>(key + 8 * n, 2 * d + chunk));
      Mma<T>(scores[n], queries[d], {k[0], k[1]});
      Mma<T>(scores[n + 1], queries[d], {k[2], k[3]});
    }
  }
}

// Whether a query at `position` sees the key at `key`.
__device__ __forceinline__ bool Sees(int position, int key, int window) {
  constexpr int kExtra = kPlantedBug == PlantedBug::kWindowOffByOne ? 1 : 0;
  return key <= position && (window == 0 || key > position - window - kExtra);
}

// Whether some row between the positions `lowest` and `highest` does not see all keys of a tile.
__device__ __forceinline__ bool NeedsMask(int tile, int lowest, int highest, int window) {
  const int first_key = tile * kTileKeys;
  return !(Sees(lowest, first_key + kTileKeys - 1, window) && Sees(highest, first_key, window));
}

template <int kKeyBlocks>
__device__ __forceinline__ void MaskScores(const int (&positions)[2], int first_key, int window,
                                           float (&scores)[kKeyBlocks][4]) {
#pragma unroll
  for (int n = 0; n < kKeyBlocks; ++n) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int key = first_key + 8 * n + 2 * (LaneId() % 4) + i % 2;
      if (!Sees(positions[i / 2], key, window)) scores[n][i] = MinusInfinity();
    }
  }
}

// The largest score of the lane's two rows among the warp's keys.
template <int kKeyBlocks>
__device__ __forceinline__ void RowMaxima(const float (&scores)[kKeyBlocks][4], float (&max)[2]) {
  max[0] = max[1] = MinusInfinity();
#pragma unroll
  for (int n = 0; n < kKeyBlocks; ++n) {
#pragma unroll
    for (int i = 0; i < 4; ++i) max[i / 2] = fmaxf(max[i / 2], scores[n][i]);
  }
#pragma unroll
  for (int row = 0; row < 2; ++row) {
    max[row] = fmaxf(max[row], __shfl_xor_sync(kAllLanes, max[row], 1));
    max[row] = fmaxf(max[row], __shfl_xor_sync(kAllLanes, max[row], 2));
  }
}

// 2^(score * scale - max) of sixteen keys, rounded, as the fragment by which values are multiplied:
// the two score blocks of an mma result are the four registers of its next operand. `max` is in
// units of log2; where it is minus infinity there is no key and all weights are 0.
template <typename T>
__device__ __forceinline__ void ComputeWeights(const float (&low)[4], const float (&high)[4],
                                               float scale_log2, const float (&max)[2],
                                               std::uint32_t (&weights)[4]) {
  const float base[2] = {max[0] == MinusInfinity() ? 0.0F : max[0],
                         max[1] == MinusInfinity() ? 0.0F : max[1]};
  const auto weight = [&](float score, int row) {
    return Exp2Approximate(fmaf(score, scale_log2, -base[row]));
  };
#pragma unroll
  for (int row = 0; row < 2; ++row) {
    weights[row] = Pack<T>(weight(low[2 * row], row), weight(low[2 * row + 1], row));
    weights[row + 2] = Pack<T>(weight(high[2 * row], row), weight(high[2 * row + 1], row));
  }
}

// The sums of the rounded weights, by a product with ones.
template <typename T>
__device__ __forceinline__ void SumWeights(const std::uint32_t (&weights)[kTileKeys / 16][4],
                                           float (&sums)[2]) {
  float c[4] = {};
#pragma unroll
  for (int k = 0; k < kTileKeys / 16; ++k) {
    Mma<T>(c, weights[k], {kPackedOnes<T>, kPackedOnes<T>});
  }
  sums[0] = c[0];
  sums[1] = c[2];
}

// What the scores of a tile's keys, first_key on, become: masked where `needs_mask` says so, their
// maxima in units of log2, and the weights and their sums relative to these. The scores are spent.
template <typename T>
__device__ __forceinline__ void WeighScores(const int (&positions)[2], int first_key,
                                            bool needs_mask, int window, float scale_log2,
                                            float (&scores)[kTileKeys / 8][4],
                                            std::uint32_t (&weights)[kTileKeys / 16][4],
                                            float (&max)[2], float (&sum)[2]) {
  if (needs_mask) MaskScores(positions, first_key, window, scores);
  RowMaxima(scores, max);
  max[0] *= scale_log2;
  max[1] *= scale_log2;
#pragma unroll
  for (int k = 0; k < kTileKeys / 16; ++k) {
    ComputeWeights<T>(scores[2 * k], scores[2 * k + 1], scale_log2, max, weights[k]);
  }
  SumWeights<T>(weights, sum);
}

// weights times elements first_element .. + 15 of the values, over keys in ascending order.
template <typename T, int kDim>
__device__ __forceinline__ void WeighValues(const std::uint32_t (&weights)[kTileKeys / 16][4],
                                            const T* values, int first_element,
                                            float (&out)[2][4]) {
#pragma unroll
  for (int i = 0; i < 4; ++i) out[0][i] = out[1][i] = 0;
  const int lane = LaneId();
#pragma unroll
  for (int k = 0; k < kTileKeys / 16; ++k) {
    // Lanes 0-15 point at the first eight elements of keys 0-15, lanes 16-31 at the next eight.
    std::uint32_t v[4];
    const T* row = values + Swizzled<kDim>(16 * k + (lane & 15), first_element / 8 + lane / 16);
    if constexpr (kPlantedBug == PlantedBug::kWrongFragmentIndex) {
      LoadMatrix4(v, row);
    } else {
      LoadMatrix4Transposed(v, row);
    }
    Mma<T>(out[0], weights[k], {v[0], v[1]});
    Mma<T>(out[1], weights[k], {v[2], v[3]});
  }
}

// How a row's running result and a tile's partial one are merged.
struct Merge {
  float max;          // of both
  float keep;         // factor of the running result
  float add;          // factor of the partial one
  bool leaves_as_is;  // the row sees no key of the tile

  __device__ __forceinline__ Merge(float running_max, float partial_max)
      : max(fmaxf(running_max, partial_max)), leaves_as_is(partial_max == MinusInfinity()) {
    const float base = max == MinusInfinity() ? 0.0F : max;
    keep = Exp2Approximate(running_max - base);
    add = Exp2Approximate(partial_max - base);
  }
  __device__ __forceinline__ float operator()(float running, float partial) const {
    const float merged = fmaf(running, keep, partial * add);
    return leaves_as_is ? running : merged;
  }
};

// The running results of the lane's two rows over kColumns elements of the head, first_column on.
template <int kColumns>
struct Running {
  float max[2];
  float sum[2];
  float out[kColumns / 8][4];

  __device__ __forceinline__ void Clear() {
    max[0] = max[1] = MinusInfinity();
    sum[0] = sum[1] = 0;
#pragma unroll
    for (auto& block : out) {
#pragma unroll
      for (float& value : block) value = 0;
    }
  }

  // Merges a tile's partial result, whose output sixteen(i, o) gives for elements 16 i to 16 i
  // + 15.
  template <typename Sixteen>
  __device__ __forceinline__ void Add(const float (&partial_max)[2], const float (&partial_sum)[2],
                                      Sixteen sixteen) {
    const Merge merge[2] = {Merge(max[0], partial_max[0]), Merge(max[1], partial_max[1])};
#pragma unroll
    for (int row = 0; row < 2; ++row) {
      max[row] = merge[row].max;
      sum[row] = merge[row](sum[row], partial_sum[row]);
    }
#pragma unroll
    for (int i = 0; i < kColumns / 16; ++i) {
      float partial[2][4];
      sixteen(i, partial);
#pragma unroll
      for (int j = 0; j < 2; ++j) {
#pragma unroll
        for (int c = 0; c < 4; ++c) {
          out[2 * i + j][c] = merge[c / 2](out[2 * i + j][c], partial[j][c]);
        }
      }
    }
  }
};

// One packed row of an item: where its query, its result and its state are.
struct PackedRow {
  bool exists;
  int position;  // -1 where it does not exist: it sees no key
  std::int64_t q_row;
  int head;            // among the H query heads
  std::int64_t state;  // state * H + head

  __device__ __forceinline__ PackedRow(const AttentionArgs& args, std::int32_t row_begin,
                                       std::int32_t packed_begin, std::int32_t num_packed,
                                       int kv_head, int index)
      : exists(index < num_packed), position(-1), q_row(0), head(0), state(0) {
    if (!exists) return;
    const int packed = packed_begin + index;
    const AttentionRow row = args.rows[row_begin + packed / args.group];
    position = row.position;
    q_row = row.row;
    head = kv_head * args.group + packed % args.group;
    state = std::int64_t{row.state} * args.num_kv_heads * args.group + head;
  }
};

// Scores in units of log2: their exponentials are powers of two.
__device__ __forceinline__ float ScaleLog2(const AttentionArgs& args) {
  return args.scale * 0x1.715476p+0F;  // log2(e)
}

// The result of a row, once all its keys have been merged.
template <typename T>
__device__ __forceinline__ std::uint32_t Normalised(float low, float high, float sum) {
  const float inverse = 1.0F / sum;
  return Pack<T>(low * inverse, high * inverse);
}

// Reads or writes the elements of a fragment that lie inside the head: visit(element, low, high).
template <int kColumns, typename Visit>
__device__ __forceinline__ void ForRowElements(Running<kColumns>& running, int row,
                                               int first_column, int head_dim, Visit visit) {
#pragma unroll
  for (int n = 0; n < kColumns / 8; ++n) {
    const int element = first_column + 8 * n + 2 * (LaneId() % 4);
    if (element < head_dim) {
      visit(element, running.out[n][2 * row], running.out[n][2 * row + 1]);
    }
  }
}

template <int kColumns>
__device__ __forceinline__ void LoadState(const AttentionArgs& args, const PackedRow& packed,
                                          int row, int first_column, Running<kColumns>& running) {
  if (!packed.exists) return;
  running.max[row] = args.state_max[packed.state];
  running.sum[row] = args.state_sum[packed.state];
  const float* out = args.state_out + packed.state * args.head_dim;
  ForRowElements(running, row, first_column, args.head_dim, [&](int d, float& low, float& high) {
    const float2 pair = *reinterpret_cast<const float2*>(out + d);
    low = pair.x;
    high = pair.y;
  });
}

// Leaves a row's maximum, sum and output at `index` of three arrays. The sum and maximum of a row
// are in all lanes that hold the row; the first of the block's lanes writes them.
template <int kColumns>
__device__ __forceinline__ void StoreRunning(const AttentionArgs& args, std::int64_t index, int row,
                                             int first_column, Running<kColumns>& running,
                                             float* max, float* sum, float* out) {
  if (LaneId() % 4 == 0 && first_column == 0) {
    max[index] = running.max[row];
    sum[index] = running.sum[row];
  }
  ForRowElements(running, row, first_column, args.head_dim, [&](int d, float& low, float& high) {
    *reinterpret_cast<float2*>(out + index * args.head_dim + d) = {low, high};
  });
}

// Where an item ends: in the state or in out.
template <typename T, int kColumns>
__device__ __forceinline__ void StoreResult(const AttentionArgs& args, const AttentionItem& item,
                                            const PackedRow& packed, int row, int first_column,
                                            Running<kColumns>& running) {
  if (!packed.exists) return;
  if (item.ends_in_state != 0) {
    StoreRunning(args, packed.state, row, first_column, running, args.state_max, args.state_sum,
                 args.state_out);
    return;
  }
  T* out = static_cast<T*>(args.out) + packed.q_row * args.out_stride +
           std::int64_t{packed.head} * args.head_dim;
  ForRowElements(running, row, first_column, args.head_dim, [&](int d, float& low, float& high) {
    *reinterpret_cast<std::uint32_t*>(out + d) = Normalised<T>(low, high, running.sum[row]);
  });
}

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_ATTENTION_TILE_CUH_
