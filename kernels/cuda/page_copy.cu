#include <algorithm>
#include <unordered_set>

#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/page_copy.h"
#include "kernels/cuda/planted_bug.cuh"
#include "kernels/cuda/vector_access.cuh"

namespace meval::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kWordsPerThread = 4;  // of 16 bytes

// Grid: (pieces of a page, pairs, layers times keys and values).
__global__ __launch_bounds__(kThreads) void PageCopyKernel(PageCopyArgs args) {
  const PagePair pair = args.pairs[blockIdx.y];
  const std::int64_t layer = blockIdx.z / 2;
  void* pages = blockIdx.z % 2 == 0 ? args.keys : args.values;
  const std::int64_t words = args.page_bytes / 16;
  uint4* layer_pages = static_cast<uint4*>(pages) + layer * args.num_pages * words;
  const uint4* from = layer_pages + pair.from * words;
  uint4* to = layer_pages + pair.to * words;
  const std::int64_t first = std::int64_t{blockIdx.x} * kThreads * kWordsPerThread + threadIdx.x;
#pragma unroll
  for (int i = 0; i < kWordsPerThread; ++i) {
    const std::int64_t word = first + i * kThreads;
    if (word < words) to[word] = from[word];
  }
}

}  // namespace

void LaunchPageCopy(StreamHandle stream, const PageCopyArgs& args) {
  MEVAL_REQUIRE(args.page_bytes % 16 == 0 && RowsAreAligned(args.keys, 0, 1, 16) &&
                    RowsAreAligned(args.values, 0, 1, 16),
                "pages: expected multiples of 16 bytes, found " + std::to_string(args.page_bytes));
  constexpr std::int64_t kForgotten = kPlantedBug == PlantedBug::kForgottenLayer ? 1 : 0;
  // The second and third extents of a grid end at 65535.
  constexpr std::int64_t kMaxExtent = 65535;
  MEVAL_REQUIRE(2 * args.num_layers <= kMaxExtent, std::to_string(args.num_layers) + " layers");
  const std::uint32_t pieces =
      GridExtent(CeilDiv(args.page_bytes, std::int64_t{16} * kThreads * kWordsPerThread));
  for (std::int64_t begin = 0; begin < args.num_pairs; begin += kMaxExtent) {
    PageCopyArgs part = args;
    part.pairs = args.pairs + begin;
    part.num_pairs = std::min(kMaxExtent, args.num_pairs - begin);
    Launch("PageCopy", PageCopyKernel,
           dim3(pieces, GridExtent(part.num_pairs), GridExtent(2 * (args.num_layers - kForgotten))),
           kThreads, 0, stream, part);
  }
}

std::vector<std::int64_t> IndependentParts(std::span<const PagePair> pairs) {
  std::vector<std::int64_t> lengths;
  std::unordered_set<std::int32_t> read;
  std::unordered_set<std::int32_t> written;
  for (const PagePair& pair : pairs) {
    const bool depends =
        written.contains(pair.from) || written.contains(pair.to) || read.contains(pair.to);
    if (lengths.empty() || depends) {
      lengths.push_back(0);
      read.clear();
      written.clear();
    }
    ++lengths.back();
    read.insert(pair.from);
    written.insert(pair.to);
  }
  return lengths;
}

}  // namespace meval::cuda
