// Attention of many rows on the same keys: prefill, and the shared part of several sequences.

#include "kernels/cuda/attention_kernels.h"
#include "kernels/cuda/attention_stages.cuh"
#include "kernels/cuda/attention_tile.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/reduce.cuh"

namespace meval::cuda {
namespace {

constexpr int kWarps = kAttentionTileRows / 16;
constexpr int kThreads = kWarps * kWarpSize;

template <typename T, int kDim>
using Stages = TileStages<T, kDim, kThreads>;

// Grid: (items, kv heads). A warp owns sixteen packed rows; the block shares each tile of keys and
// values. Queries stay in registers. FLOPs: 4 * 64 * 64 * D a tile and block; bytes: 256 D.
template <typename T, int kDim>
__global__ __launch_bounds__(kThreads) void AttentionTilesKernel(AttentionArgs args) {
  static_assert(kAttentionTileRows <= kTileKeys, "queries come in through a stage's keys");
  const AttentionItem item = args.items[blockIdx.x];
  if (item.num_packed == 0) return;
  const int kv_head = static_cast<int>(blockIdx.y);
  const Stages<T, kDim> stages{args, item, kv_head};
  const auto packed_row = [&](int index) {
    return PackedRow(args, item.row_begin, item.packed_begin, item.num_packed, kv_head, index);
  };
  const int first_row = WarpId() * 16;
  std::uint32_t queries[kDim / 16][4];
  BeginTiles(stages, kAttentionTileRows, first_row, packed_row, queries);

  // Put into a struct, as in attention_warpgroup_tiles.cu, what follows makes ptxas spill on 8.0.
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

  const float scale_log2 = ScaleLog2(args);
  for (int tile = item.tile_begin; tile < item.tile_end; ++tile) {
    stages.Copy(tile + 1);
    WaitCopies<kPlantedBug == PlantedBug::kWrongWaitGroup ? 2 : 1>();
    __syncthreads();
    float scores[kTileKeys / 8][4];
    ComputeScores<T, kDim>(queries, stages.Keys(tile), 0, scores);
    float max[2];
    float sum[2];
    std::uint32_t weights[kTileKeys / 16][4];
    WeighScores<T>(positions, tile * kTileKeys, NeedsMask(tile, lowest, highest, args.window),
                   args.window, scale_log2, scores, weights, max, sum);
    running.Add(max, sum, [&](int i, float(&partial)[2][4]) {
      WeighValues<T, kDim>(weights, stages.Values(tile), 16 * i, partial);
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
         dim3(GridExtent(count), GridExtent(args.num_kv_heads)), kThreads, Stages<T, kDim>::kBytes,
         stream, args);
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
