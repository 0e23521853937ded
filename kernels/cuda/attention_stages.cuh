#ifndef MEVAL_KERNELS_CUDA_ATTENTION_STAGES_CUH_
#define MEVAL_KERNELS_CUDA_ATTENTION_STAGES_CUH_

// How keys, values and queries of an item come into a block: the same for few rows and for many.

#include <cstdint>

#include "kernels/cuda/attention_tile.cuh"

namespace meval::cuda {

// An item's tiles of keys and values, double-buffered by cp.async in the block's dynamic shared
// memory. All kThreads of the block take part in every copy.
template <typename T, int kDim, int kThreads>
struct TileStages {
  static constexpr int kStages = 2;
  static constexpr int kTileElements = kTileKeys * kDim;  // of keys, and as many of values
  static constexpr int kBytes = kStages * 2 * kTileElements * static_cast<int>(sizeof(T));

  const AttentionArgs& args;
  const AttentionItem& item;
  int kv_head;

  __device__ __forceinline__ T* Keys(int tile) const {
    return reinterpret_cast<T*>(DynamicSharedMemory()) + tile % kStages * 2 * kTileElements;
  }
  __device__ __forceinline__ T* Values(int tile) const { return Keys(tile) + kTileElements; }

  // Commits one group of copies, an empty one behind the last tile.
  __device__ __forceinline__ void Copy(int tile) const {
    if (tile < item.tile_end) {
      const int stale = kPlantedBug == PlantedBug::kStalePage && tile > item.tile_begin ? 1 : 0;
      const std::int64_t page = args.page_tables[item.page_begin + tile - stale];
      const int num_valid = item.num_keys - tile * kTileKeys;
      CopyTileAsync<T, kDim, kThreads>(Keys(tile), args.keys, args, page, kv_head, num_valid);
      CopyTileAsync<T, kDim, kThreads>(Values(tile), args.values, args, page, kv_head, num_valid);
    }
    CommitCopies();
  }
};

// Starts the copies of the queries of packed rows [0, num_rows), zeros for those that do not exist.
template <typename T, int kDim, int kThreads, typename PackedRowAt>
__device__ __forceinline__ void CopyQueriesAsync(T* to, const AttentionArgs& args, int num_rows,
                                                 PackedRowAt packed_row) {
  const T* q = static_cast<const T*>(args.q);
  CopyRowsAsync<T, kDim, kThreads>(to, num_rows, args.head_dim, q, [&](int index) -> const T* {
    const PackedRow row = packed_row(index);
    if (!row.exists) return nullptr;
    return q + row.q_row * args.q_stride + std::int64_t{row.head} * args.head_dim;
  });
  CommitCopies();
}

// Starts the copy of the first tile and loads the warp's sixteen queries, first_row on, of the
// block's `num_rows`. They come in through the second stage before it is needed.
template <typename T, int kDim, int kThreads, typename PackedRowAt>
__device__ __forceinline__ void BeginTiles(const TileStages<T, kDim, kThreads>& stages,
                                           int num_rows, int first_row, PackedRowAt packed_row,
                                           std::uint32_t (&queries)[kDim / 16][4]) {
  T* queries_in = stages.Keys(stages.item.tile_begin + 1);
  CopyQueriesAsync<T, kDim, kThreads>(queries_in, stages.args, num_rows, packed_row);
  stages.Copy(stages.item.tile_begin);
  WaitCopies<1>();
  __syncthreads();
  LoadQueries<T, kDim>(queries_in, first_row, queries);
  __syncthreads();
}

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_ATTENTION_STAGES_CUH_
