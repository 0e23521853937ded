// Attention of many rows on the same keys, by the instructions of compute capability 9.0: the
// arithmetic and the order of attention_tiles.cu, with products of warpgroups and tiles that the
// copy engine brings (docs/cuda.md, "Hopper").

#include "kernels/cuda/attention_kernels.h"
#include "kernels/cuda/attention_stages.cuh"
#include "kernels/cuda/attention_tile.cuh"
#include "kernels/cuda/bulk_copy.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/tile_map.h"
#include "kernels/cuda/warpgroup.cuh"

// The instructions are there in machine code for 9.0a and in no other.
#if defined(__CUDA_ARCH_FEAT_SM90_ALL) || defined(MEVAL_CUDA_EMULATOR)
#define MEVAL_HAVE_WARPGROUP 1
#endif

namespace meval::cuda {
namespace {

constexpr int kWarpgroups = kWarpgroupTileRows / kProductRows;
constexpr int kThreads = kWarpgroups * kWarpgroupSize;
constexpr int kStages = 3;

constexpr int HalvesOf(int dim) { return dim / kTileRowElements; }
// Keys and values of a tile, a kTileBytes tile for each 64 elements of the head.
constexpr int StageBytes(int dim) { return 2 * HalvesOf(dim) * kTileBytes; }
// The launch's shared memory begins at a multiple of 16.
constexpr int SharedBytes(int dim) { return kStages * StageBytes(dim) + kTileAlignment; }

#ifdef MEVAL_HAVE_WARPGROUP

constexpr int kWarps = kThreads / kWarpSize;

struct StageBarriers {
  Barrier full[kStages];   // a tile has come
  Barrier empty[kStages];  // all warps are done with it
};

// The n-th tile of an item lies in stage n % kStages, whose barriers are then in phase n / kStages.
template <typename T, int kDim>
struct BulkStages {
  const CUtensorMap& keys;
  const CUtensorMap& values;
  const AttentionArgs& args;
  const AttentionItem& item;
  int kv_head;
  unsigned char* shared;
  StageBarriers& barriers;

  __device__ __forceinline__ unsigned char* Keys(int n) const {
    return shared + n % kStages * StageBytes(kDim);
  }
  __device__ __forceinline__ unsigned char* Values(int n) const {
    return Keys(n) + StageBytes(kDim) / 2;
  }

  __device__ __forceinline__ void Begin() const {
    if (threadIdx.x == 0) {
      for (int stage = 0; stage < kStages; ++stage) {
        BeginBarrier(barriers.full[stage], 1);
        BeginBarrier(barriers.empty[stage], kWarps);
      }
      FenceAsyncProxy();
    }
    __syncthreads();
  }

  // The page of a tile; of no consequence behind the last.
  __device__ __forceinline__ int PageOf(int n) const {
    const int tile = item.tile_begin + n;
    return tile < item.tile_end ? args.page_tables[item.page_begin + tile] : 0;
  }

  // Starts the copies of a tile, which lies in `page`, once its stage is empty. One thread.
  __device__ __forceinline__ void Fill(int n, int page) const {
    if (item.tile_begin + n >= item.tile_end) return;
    if (n >= kStages) AwaitPhase(barriers.empty[n % kStages], n / kStages - 1);
    Barrier& full = barriers.full[n % kStages];
    ArriveAnnouncing(full, StageBytes(kDim));
    const int page_of_head = page * args.num_kv_heads + kv_head;
#pragma unroll
    for (int half = 0; half < HalvesOf(kDim); ++half) {
      const int offset = half * kTileBytes;
      const int first_element = half * kTileRowElements;
      CopyTileBulk(Keys(n) + offset, keys, first_element, page_of_head, full);
      CopyTileBulk(Values(n) + offset, values, first_element, page_of_head, full);
    }
  }

  // Waits for a tile. Slots without a key hold whatever the page held; their scores are masked, and
  // their values become zeros, since a weight of zero does not make NaN one. All threads.
  __device__ __forceinline__ void Await(int n) const {
    constexpr int kBugged = kPlantedBug == PlantedBug::kWrongBarrierPhase ? 1 : 0;
    AwaitPhase(barriers.full[n % kStages], n / kStages + kBugged);
    const int num_valid = item.num_keys - (item.tile_begin + n) * kTileKeys;
    if (num_valid >= kTileKeys) return;
    const int row_chunks = kTileRowBytes / 16;
    const int invalid_chunks = (kTileKeys - num_valid) * row_chunks;
    for (int i = static_cast<int>(threadIdx.x); i < HalvesOf(kDim) * invalid_chunks;
         i += kThreads) {
      unsigned char* tile = Values(n) + i / invalid_chunks * kTileBytes + num_valid * kTileRowBytes;
      *reinterpret_cast<uint4*>(tile + i % invalid_chunks * 16) = {0, 0, 0, 0};
    }
    if constexpr (kPlantedBug != PlantedBug::kMissingProxyFence) FenceAsyncProxy();
    __syncthreads();
  }

  // The warp is done with a tile. All lanes.
  __device__ __forceinline__ void Release(int n) const {
    __syncwarp();
    if (LaneId() == 0) Arrive(barriers.empty[n % kStages]);
  }
};

// The sixteen rows of the warp, `first_row` on of the item's; packed_row(index) gives a PackedRow.
// The lane's two are first_row + lane / 4 and eight rows further.
template <typename PackedRowAt>
struct TileRows {
  const PackedRowAt& packed_row;
  int first_row;
  int positions[2];
  // Of the warp's rows. Rows that do not exist see nothing and need no mask: nobody reads them.
  int lowest = INT32_MAX;
  int highest = -1;

  __device__ __forceinline__ TileRows(const PackedRowAt& packed_row_at, int first)
      : packed_row(packed_row_at), first_row(first) {
#pragma unroll
    for (int row = 0; row < 2; ++row) {
      const PackedRow packed = OfLane(row);
      positions[row] = packed.position;
      if (packed.exists && packed.position < lowest) lowest = packed.position;
      if (packed.position > highest) highest = packed.position;
    }
    lowest = -WarpReduce(-lowest, Max());
    highest = WarpReduce(highest, Max());
  }

  __device__ __forceinline__ PackedRow OfLane(int row) const {
    return packed_row(first_row + LaneId() / 4 + 8 * row);
  }

  template <int kColumns>
  __device__ __forceinline__ void Begin(const AttentionArgs& args, const AttentionItem& item,
                                        Running<kColumns>& running) const {
    running.Clear();
    if (item.starts_from_state == 0) return;
#pragma unroll
    for (int row = 0; row < 2; ++row) LoadState(args, OfLane(row), row, 0, running);
  }

  __device__ __forceinline__ bool NeedMask(int tile, int window) const {
    return NeedsMask(tile, lowest, highest, window);
  }

  template <typename T, int kColumns>
  __device__ __forceinline__ void Store(const AttentionArgs& args, const AttentionItem& item,
                                        Running<kColumns>& running) const {
#pragma unroll
    for (int row = 0; row < 2; ++row) StoreResult<T>(args, item, OfLane(row), row, 0, running);
  }
};

__device__ __forceinline__ void BeginProductsOrNot() {
  if constexpr (kPlantedBug != PlantedBug::kMissingProductFence) BeginProducts();
}

// scores[n] = queries times keys 8 n .. + 7, unscaled, over the head's elements in ascending order.
template <typename T, int kDim>
__device__ __forceinline__ void MultiplyKeys(const std::uint32_t (&queries)[kDim / 16][4],
                                             const unsigned char* keys, ProductFragment& scores) {
  const std::uint32_t tile = SharedAddress(keys);
  BeginProductsOrNot();
#pragma unroll
  for (int d = 0; d < kDim / kProductDepth; ++d) {
    const int first_element = d * kProductDepth % kTileRowElements;
    const int half = d * kProductDepth / kTileRowElements;
    MultiplyAsync<T, Major::kKMajor>(
        scores, queries[d],
        TileDescriptor<Major::kKMajor>(tile + static_cast<std::uint32_t>(half * kTileBytes),
                                       first_element),
        d > 0);
  }
  CommitProducts();
  if constexpr (kPlantedBug != PlantedBug::kMissingProductWait) AwaitProducts<0>(scores);
}

// Starts out[half] = weights times the values' elements 64 half .. + 63, over keys in ascending
// order, a group of products for each half.
template <typename T, int kDim>
__device__ __forceinline__ void MultiplyValues(const std::uint32_t (&weights)[kTileKeys / 16][4],
                                               const unsigned char* values,
                                               ProductFragment (&out)[HalvesOf(kDim)]) {
  const std::uint32_t tile = SharedAddress(values);
  BeginProductsOrNot();
#pragma unroll
  for (int half = 0; half < HalvesOf(kDim); ++half) {
#pragma unroll
    for (int k = 0; k < kTileKeys / kProductDepth; ++k) {
      MultiplyAsync<T, Major::kNMajor>(
          out[half], weights[k],
          TileDescriptor<Major::kNMajor>(tile + static_cast<std::uint32_t>(half * kTileBytes),
                                         k * kProductDepth),
          k > 0);
    }
    CommitProducts();
  }
}

// The warpgroup's part of a tile.
template <typename T, int kDim, typename Rows>
__device__ __forceinline__ void AddTile(const BulkStages<T, kDim>& stages, int n, const Rows& rows,
                                        const std::uint32_t (&queries)[kDim / 16][4],
                                        float scale_log2, Running<kDim>& running) {
  const int tile = stages.item.tile_begin + n;
  const int window = stages.args.window;
  ProductFragment scores;
  MultiplyKeys<T, kDim>(queries, stages.Keys(n), scores);
  float max[2];
  float sum[2];
  std::uint32_t weights[kTileKeys / 16][4];
  WeighScores<T>(rows.positions, tile * kTileKeys, rows.NeedMask(tile, window), window, scale_log2,
                 scores, weights, max, sum);
  ProductFragment partial[HalvesOf(kDim)];
  MultiplyValues<T, kDim>(weights, stages.Values(n), partial);
  constexpr int kSixteensOfHalf = kTileRowElements / 16;
  running.Add(max, sum, [&](int i, float(&sixteen)[2][4]) {
    // The first half is merged while the second is multiplied.
    if (i == 0) AwaitProducts<HalvesOf(kDim) - 1>(partial[0]);
    if (i == kSixteensOfHalf) AwaitProducts<0>(partial[HalvesOf(kDim) - 1]);
#pragma unroll
    for (int j = 0; j < 8; ++j) {
      sixteen[j / 4][j % 4] =
          partial[i / kSixteensOfHalf][2 * (i % kSixteensOfHalf) + j / 4][j % 4];
    }
  });
}

#endif  // MEVAL_HAVE_WARPGROUP

// Grid: (items, kv heads). A warpgroup owns 64 packed rows; both share each tile of keys and
// values, which thread 0 orders two tiles ahead. While one warpgroup multiplies, the other computes
// weights. FLOPs: 4 * 128 * 64 * D a tile and block; bytes: 256 D.
template <typename T, int kDim>
__global__ __launch_bounds__(kThreads, 1) void AttentionWarpgroupTilesKernel(
    const __grid_constant__ CUtensorMap keys, const __grid_constant__ CUtensorMap values,
    const AttentionArgs args) {
#ifdef MEVAL_HAVE_WARPGROUP
  static_assert(kWarpgroupTileRows * kDim * static_cast<int>(sizeof(T)) <= StageBytes(kDim),
                "queries come in through a stage");
  MEVAL_SHARED(barriers, StageBarriers);
  const AttentionItem item = args.items[blockIdx.x];
  if (item.num_packed == 0) return;
  const int kv_head = static_cast<int>(blockIdx.y);
  unsigned char* const shared =
      DynamicSharedMemory() + (-SharedAddress(DynamicSharedMemory()) & (kTileAlignment - 1));
  const BulkStages<T, kDim> stages{keys, values, args, item, kv_head, shared, barriers};
  const auto packed_row = [&](int index) {
    return PackedRow(args, item.row_begin, item.packed_begin, item.num_packed, kv_head, index);
  };
  stages.Begin();
  if (threadIdx.x == 0) {
    for (int n = 0; n < kStages - 1; ++n) stages.Fill(n, stages.PageOf(n));
  }
  // The last stage is not needed yet.
  T* const queries_in = reinterpret_cast<T*>(stages.Keys(kStages - 1));
  CopyQueriesAsync<T, kDim, kThreads>(queries_in, args, kWarpgroupTileRows, packed_row);
  WaitCopies<0>();
  __syncthreads();
  const int first_row = WarpId() * 16;
  std::uint32_t queries[kDim / 16][4];
  LoadQueries<T, kDim>(queries_in, first_row, queries);
  FenceAsyncProxy();
  __syncthreads();

  const TileRows rows(packed_row, first_row);
  Running<kDim> running;
  rows.Begin(args, item, running);
  const float scale_log2 = ScaleLog2(args);
  const bool has_rows = WarpId() / 4 * kProductRows < item.num_packed;
  int next_page = stages.PageOf(kStages - 1);  // read long before it is needed
  for (int n = 0; n < item.tile_end - item.tile_begin; ++n) {
    if (threadIdx.x == 0) {
      stages.Fill(n + kStages - 1, next_page);
      next_page = stages.PageOf(n + kStages);
    }
    __syncwarp();
    stages.Await(n);
    if (has_rows) AddTile<T, kDim>(stages, n, rows, queries, scale_log2, running);
    stages.Release(n);
  }
  rows.template Store<T>(args, item, running);
#endif
}

template <typename T, int kDim>
void LaunchOf(StreamHandle stream, const AttentionArgs& args, std::int64_t count) {
  const std::int64_t num_tiles = args.num_pages * args.num_kv_heads;
  Launch("AttentionWarpgroupTiles", AttentionWarpgroupTilesKernel<T, kDim>,
         dim3(GridExtent(count), GridExtent(args.num_kv_heads)), kThreads, SharedBytes(kDim),
         stream, MapTiles(args.keys, args.dtype, num_tiles, args.head_dim),
         MapTiles(args.values, args.dtype, num_tiles, args.head_dim), args);
}

}  // namespace

void LaunchAttentionWarpgroupTiles(StreamHandle stream, const AttentionArgs& args,
                                   std::int64_t count) {
  if (count == 0) return;
  WithElement("Attention", args.dtype, [&](auto element) {
    using T = decltype(element);
    args.head_dim <= 64 ? LaunchOf<T, 64>(stream, args, count)
                        : LaunchOf<T, 128>(stream, args, count);
  });
}

}  // namespace meval::cuda
