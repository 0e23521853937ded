// Attention of few rows: decode, and the merge of what its blocks have found.

#include "kernels/cuda/attention_kernels.h"
#include "kernels/cuda/attention_stages.cuh"
#include "kernels/cuda/attention_tile.cuh"
#include "kernels/cuda/launch.cuh"

namespace meval::cuda {
namespace {

constexpr int kWarps = 4;
constexpr int kThreads = kWarps * kWarpSize;
static_assert(kTileKeys == 16 * kWarps && kDecodeRows == 16);

template <typename T, int kDim>
using Stages = TileStages<T, kDim, kThreads>;

// Grid: (items, kv heads). All four warps own the same sixteen rows: of a tile, each takes a
// quarter of the keys for the scores and a quarter of the head for the output, and they tell each
// other maxima and weights. 256 D bytes a tile, which bound it: two tiles are under way.
template <typename T, int kDim>
__global__ __launch_bounds__(kThreads) void AttentionDecodeKernel(AttentionArgs args) {
  constexpr int kColumns = kDim / kWarps;  // of the head, for the output
  MEVAL_SHARED(max_of_warp, float[kWarps][kDecodeRows]);
  MEVAL_SHARED(weights_of_warp, uint4[kWarps][kWarpSize]);
  const AttentionItem item = args.items[blockIdx.x];
  if (item.num_packed == 0) return;
  const int kv_head = static_cast<int>(blockIdx.y);
  const Stages<T, kDim> stages{args, item, kv_head};
  const auto packed_row = [&](int index) {
    return PackedRow(args, item.row_begin, item.packed_begin, item.num_packed, kv_head, index);
  };
  std::uint32_t queries[kDim / 16][4];
  BeginTiles(stages, kDecodeRows, 0, packed_row, queries);

  const PackedRow rows[2] = {packed_row(LaneId() / 4), packed_row(LaneId() / 4 + 8)};
  const int positions[2] = {rows[0].position, rows[1].position};
  const int first_key = 16 * WarpId();
  const int first_column = kColumns * WarpId();
  Running<kColumns> running;
  running.Clear();
  if (item.starts_from_state != 0) {
    LoadState(args, rows[0], 0, first_column, running);
    LoadState(args, rows[1], 1, first_column, running);
  }
  const float scale_log2 = ScaleLog2(args);
  for (int tile = item.tile_begin; tile < item.tile_end; ++tile) {
    stages.Copy(tile + 1);
    WaitCopies<1>();
    __syncthreads();
    float scores[2][4];
    ComputeScores<T, kDim>(queries, stages.Keys(tile), first_key, scores);
    MaskScores(positions, tile * kTileKeys + first_key, args.window, scores);
    float max[2];
    RowMaxima(scores, max);
    if (LaneId() % 4 == 0) {
      max_of_warp[WarpId()][LaneId() / 4] = max[0];
      max_of_warp[WarpId()][LaneId() / 4 + 8] = max[1];
    }
    __syncthreads();
#pragma unroll
    for (int warp = 0; warp < kWarps; ++warp) {
      max[0] = fmaxf(max[0], max_of_warp[warp][LaneId() / 4]);
      max[1] = fmaxf(max[1], max_of_warp[warp][LaneId() / 4 + 8]);
    }
    max[0] *= scale_log2;
    max[1] *= scale_log2;
    std::uint32_t mine[4];
    ComputeWeights<T>(scores[0], scores[1], scale_log2, max, mine);
    weights_of_warp[WarpId()][LaneId()] = {mine[0], mine[1], mine[2], mine[3]};
    __syncthreads();
    std::uint32_t weights[kWarps][4];
#pragma unroll
    for (int warp = 0; warp < kWarps; ++warp) {
      const uint4 theirs = weights_of_warp[warp][LaneId()];
      weights[warp][0] = theirs.x;
      weights[warp][1] = theirs.y;
      weights[warp][2] = theirs.z;
      weights[warp][3] = theirs.w;
    }
    float sum[2];
    SumWeights<T>(weights, sum);
    const auto weigh = [&](int i, float(&partial)[2][4]) {
      WeighValues<T, kDim>(weights, stages.Values(tile), first_column + 16 * i, partial);
    };
    if (item.partial_begin < 0) {
      running.Add(max, sum, weigh);
    } else {
      Running<kColumns> partial{{max[0], max[1]}, {sum[0], sum[1]}, {}};
#pragma unroll
      for (int i = 0; i < kColumns / 16; ++i) {
        float sixteen[2][4];
        weigh(i, sixteen);
#pragma unroll
        for (int j = 0; j < 8; ++j) partial.out[2 * i + j / 4][j % 4] = sixteen[j / 4][j % 4];
      }
      const std::int64_t index =
          (std::int64_t{item.partial_begin + tile - item.tile_begin} * args.num_kv_heads +
           kv_head) *
          kDecodeRows;
#pragma unroll
      for (int row = 0; row < 2; ++row) {
        if (!rows[row].exists) continue;
        StoreRunning(args, index + LaneId() / 4 + 8 * row, row, first_column, partial,
                     args.partial_max, args.partial_sum, args.partial_out);
      }
    }
    __syncthreads();
  }
  if (item.partial_begin >= 0) return;
#pragma unroll
  for (int row = 0; row < 2; ++row) {
    StoreResult<T>(args, item, rows[row], row, first_column, running);
  }
}

// Grid: (merges, kv heads). A thread takes two elements of a row at a time and merges its tiles
// from left to right.
template <typename T>
__global__ __launch_bounds__(kThreads) void AttentionMergeKernel(AttentionArgs args) {
  const MergeItem item = args.merges[blockIdx.x];
  const int kv_head = static_cast<int>(blockIdx.y);
  const int pairs = args.head_dim / 2;
  for (int i = static_cast<int>(threadIdx.x); i < item.num_packed * pairs; i += kThreads) {
    const int index = i / pairs;
    const int d = 2 * (i % pairs);
    const PackedRow row(args, item.row_begin, item.packed_begin, item.num_packed, kv_head, index);
    float max = MinusInfinity();
    float sum = 0;
    float2 out = {0, 0};
    if (item.starts_from_state != 0) {
      max = args.state_max[row.state];
      sum = args.state_sum[row.state];
      out = *reinterpret_cast<const float2*>(args.state_out + row.state * args.head_dim + d);
    }
    constexpr int kDropped = kPlantedBug == PlantedBug::kDroppedPartial ? 1 : 0;
    for (int p = 0; p < item.num_partials - kDropped; ++p) {
      const std::int64_t tile = std::int64_t{item.partial_begin + p} * args.num_kv_heads + kv_head;
      const std::int64_t partial = tile * kDecodeRows + index;
      const Merge merge(max, args.partial_max[partial]);
      const float2 o =
          *reinterpret_cast<const float2*>(args.partial_out + partial * args.head_dim + d);
      max = merge.max;
      sum = merge(sum, args.partial_sum[partial]);
      out = {merge(out.x, o.x), merge(out.y, o.y)};
    }
    T* to = static_cast<T*>(args.out) + row.q_row * args.out_stride +
            std::int64_t{row.head} * args.head_dim + d;
    *reinterpret_cast<std::uint32_t*>(to) = Normalised<T>(out.x, out.y, sum);
  }
}

template <typename T, int kDim>
void LaunchDecodeOf(StreamHandle stream, const AttentionArgs& args, std::int64_t count) {
  Launch("AttentionDecode", AttentionDecodeKernel<T, kDim>,
         dim3(GridExtent(count), GridExtent(args.num_kv_heads)), kThreads, Stages<T, kDim>::kBytes,
         stream, args);
}

}  // namespace

void LaunchAttentionDecode(StreamHandle stream, const AttentionArgs& args, std::int64_t count) {
  WithElement("Attention", args.dtype, [&](auto element) {
    using T = decltype(element);
    args.head_dim <= 64 ? LaunchDecodeOf<T, 64>(stream, args, count)
                        : LaunchDecodeOf<T, 128>(stream, args, count);
  });
}

void LaunchAttentionMerge(StreamHandle stream, const AttentionArgs& args, std::int64_t count) {
  WithElement("Attention", args.dtype, [&](auto element) {
    Launch("AttentionMerge", AttentionMergeKernel<decltype(element)>,
           dim3(GridExtent(count), GridExtent(args.num_kv_heads)), kThreads, 0, stream, args);
  });
}

}  // namespace meval::cuda
