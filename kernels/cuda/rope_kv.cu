#include "kernels/attention.h"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/planted_bug.cuh"
#include "kernels/cuda/rope_kv.h"
#include "kernels/cuda/vector_access.cuh"

namespace meval::cuda {
namespace {

constexpr int kThreads = 256;

// Rotates the pairs (first[i], second[i]), i < 4, by the angles of `table_index` on.
__device__ __forceinline__ void Rotate(const RopeKvArgs& args, std::int64_t table_index,
                                       float (&first)[4], float (&second)[4]) {
  float cos[4];
  float sin[4];
  Load4(args.cos + table_index, 4, true, cos);
  Load4(args.sin + table_index, 4, true, sin);
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const float a = first[i];
    const float b = second[i];
    first[i] = fmaf(-b, sin[i], a * cos[i]);
    second[i] = fmaf(a, sin[i], b * cos[i]);
  }
}

// One block an entry. A thread takes four elements and the four half a head away from them, of one
// head of queries, keys or values at a time; neighbours in a warp take neighbouring elements.
template <typename T>
__global__ __launch_bounds__(kThreads) void RopeKvKernel(RopeKvArgs args) {
  const std::int64_t entry = blockIdx.x;
  const std::int64_t row = args.entry_rows[entry];
  const std::int64_t slot = args.entry_slots[kPlantedBug == PlantedBug::kWrongSlot ? row : entry];
  const int half = args.head_dim / 2;
  const int units_per_head = half / 4;
  const int num_units = (args.num_heads + 2 * args.num_kv_heads) * units_per_head;
  T* heads = static_cast<T*>(args.qkv) + row * args.qkv_stride;
  for (int unit = static_cast<int>(threadIdx.x); unit < num_units; unit += kThreads) {
    const int head = unit / units_per_head;
    const int kv_head = (head - args.num_heads) % args.num_kv_heads;
    const bool is_query = head < args.num_heads;
    const bool is_key = !is_query && head < args.num_heads + args.num_kv_heads;
    if (is_query ? entry >= args.num_rows : slot < 0) continue;
    const int i = 4 * (unit % units_per_head);
    T* from = heads + std::int64_t{head} * args.head_dim;
    float first[4];
    float second[4];
    Load4(from + i, 4, true, first);
    Load4(from + i + half, 4, true, second);
    if (is_query || is_key) {
      Rotate(args, std::int64_t{args.positions[row]} * half + i, first, second);
    }
    T* to = from;
    if (!is_query) {
      const std::int64_t page = slot / kKvPageTokens;
      const std::int64_t tile = page * args.num_kv_heads + kv_head;
      to = static_cast<T*>(is_key ? args.keys : args.values) +
           (tile * kKvPageTokens + slot % kKvPageTokens) * args.head_dim;
    }
    Store4(first, 4, true, to + i);
    Store4(second, 4, true, to + i + half);
  }
}

}  // namespace

void LaunchRopeKv(StreamHandle stream, const RopeKvArgs& args) {
  MEVAL_REQUIRE(args.head_dim > 0 && args.head_dim % 8 == 0,
                "head_dim: expected a multiple of 8, found " + std::to_string(args.head_dim));
  MEVAL_REQUIRE(RowsAreAligned(args.qkv, args.qkv_stride, 2, 16) &&
                    RowsAreAligned(args.keys, 0, 2, 16) && RowsAreAligned(args.values, 0, 2, 16),
                "qkv, keys, values: expected rows at multiples of 16 bytes");
  WithElement("RopeKv", args.dtype, [&](auto element) {
    Launch("RopeKv", RopeKvKernel<decltype(element)>, GridExtent(args.num_entries), kThreads, 0,
           stream, args);
  });
}

}  // namespace meval::cuda
