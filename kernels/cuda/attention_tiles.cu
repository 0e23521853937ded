// Attention of many rows on the same keys: prefill, and the shared part of several sequences.

#include "kernels/cuda/attention_kernels.h"
#include "kernels/cuda/attention_tile.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/reduce.cuh"

namespace meval::cuda {
namespace {

constexpr int kWarps = kAttentionTileRows / 16;
constexpr int kThreads = kWarps * kWarpSize;
constexpr int kStages = 2;

// Elements of shared memory: per stage, keys and values of a tile.
template <int kDim>
constexpr int kTileElements = kTileKeys* kDim;
template <int kDim>
constexpr int kStageElements = 2 * kTileElements<kDim>;

// Grid: (items, kv heads). A warp owns sixteen packed rows; the block shares each tile of keys and
// values, double-buffered by cp.async. Queries stay in registers; they come in through the second
// stage before it is needed. FLOPs: 4 * 64 * 64 * D a tile and block; bytes: 256 D.
template <typename T, int kDim>
__global__ __launch_bounds__(kThreads) void AttentionTilesKernel(AttentionArgs args) {
  static_assert(kAttentionTileRows <= kTileKeys, "queries come in through a stage's keys");
  const AttentionItem item = args.items[blockIdx.x];
  if (item.num_packed == 0) return;
  const int kv_head = static_cast<int>(blockIdx.y);
  T* stages = reinterpret_cast<T*>(DynamicSharedMemory());
  const auto keys_of = [&](int tile) { return stages + tile % kStages * kStageElements<kDim>; };

  const auto packed_row = [&](int index) {
    return PackedRow(args, item.row_begin, item.packed_begin, item.num_packed, kv_head, index);
  };
  const auto copy_tile = [&](int tile) {
    if (tile < item.tile_end) {
      const std::int64_t page = args.page_tables[item.page_begin + tile];
      const int num_valid = item.num_keys - tile * kTileKeys;
      T* keys = keys_of(tile);
      T* values = keys + kTileElements<kDim>;
      CopyTileAsync<T, kDim, kThreads>(keys, args.keys, args, page, kv_head, num_valid);
      CopyTileAsync<T, kDim, kThreads>(values, args.values, args, page, kv_head, num_valid);
    }
    CommitCopies();
  };

  // The queries, and beside them the first tile.
  const T* q = static_cast<const T*>(args.q);
  T* queries_in = keys_of(item.tile_begin + 1);
  CopyRowsAsync<T, kDim, kThreads>(
      queries_in, kAttentionTileRows, args.head_dim, q, [&](int index) -> const T* {
        const PackedRow row = packed_row(index);
        if (!row.exists) return nullptr;
        return q + row.q_row * args.q_stride + std::int64_t{row.head} * args.head_dim;
      });
  CommitCopies();
  copy_tile(item.tile_begin);
  WaitCopies<1>();
  __syncthreads();
  const int first_row = WarpId() * 16;
  std::uint32_t queries[kDim / 16][4];
  LoadQueries<T, kDim>(queries_in, first_row, queries);
  __syncthreads();

  Running<kDim> running;
  running.Clear();
  int positions[2];
  // Rows that do not exist see nothing and need no mask: nobody reads them.
  int lowest = INT32_MAX;
  int highest = -1;
#pragma unroll
  for (int row = 0; row < 2; ++row) {
    const PackedRow packed = packed_row(first_row + LaneId() / 4 + 8 * row);
    positions[row] = packed.position;
    if (packed.exists && packed.position < lowest) lowest = packed.position;
    if (packed.position > highest) highest = packed.position;
    if (item.starts_from_state != 0) LoadState(args, packed, row, 0, running);
  }
  lowest = -WarpReduce(-lowest, Max());
  highest = WarpReduce(highest, Max());

  const float scale_log2 = args.scale * 0x1.715476p+0F;  // log2(e)
  for (int tile = item.tile_begin; tile < item.tile_end; ++tile) {
    copy_tile(tile + 1);
    WaitCopies<kPlantedBug == PlantedBug::kWrongWaitGroup ? 2 : 1>();
    __syncthreads();
    const T* keys = keys_of(tile);
    float scores[kTileKeys / 8][4];
    ComputeScores<T, kDim>(queries, keys, 0, scores);
    if (NeedsMask(tile, lowest, highest, args.window)) {
      MaskScores(positions, tile * kTileKeys, args.window, scores);
    }
    float max[2];
    RowMaxima(scores, max);
    max[0] *= scale_log2;
    max[1] *= scale_log2;
    std::uint32_t weights[kTileKeys / 16][4];
#pragma unroll
    for (int k = 0; k < kTileKeys / 16; ++k) {
      ComputeWeights<T>(scores[2 * k], scores[2 * k + 1], scale_log2, max, weights[k]);
    }
    float sum[2];
    SumWeights<T>(weights, sum);
    running.Add(max, sum, [&](int i, float(&partial)[2][4]) {
      WeighValues<T, kDim>(weights, keys + kTileElements<kDim>, 16 * i, partial);
    });
    if constexpr (kPlantedBug != PlantedBug::kMissingTrailingBarrier) __syncthreads();
  }
#pragma unroll
  for (int row = 0; row < 2; ++row) {
    StoreResult<T>(args, item, packed_row(first_row + LaneId() / 4 + 8 * row), row, 0, running);
  }
}

template <typename T, int kDim>
void LaunchOf(StreamHandle stream, const AttentionArgs& args, std::int64_t count) {
  Launch("AttentionTiles", AttentionTilesKernel<T, kDim>,
         dim3(GridExtent(count), GridExtent(args.num_kv_heads)), kThreads,
         kStages * kStageElements<kDim> * sizeof(T), stream, args);
}

}  // namespace

void LaunchAttentionTiles(StreamHandle stream, const AttentionArgs& args, std::int64_t count) {
  WithElement("Attention", args.dtype, [&](auto element) {
    using T = decltype(element);
    args.head_dim <= 64 ? LaunchOf<T, 64>(stream, args, count)
                        : LaunchOf<T, 128>(stream, args, count);
  });
}

}  // namespace meval::cuda
