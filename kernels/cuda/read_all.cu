#include "kernels/check.h"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/read_all.h"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/vector_access.cuh"

namespace meval::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kLoads = 8;  // under way at once in a thread

__device__ __forceinline__ std::uint32_t Sum(const uint4& v) { return v.x + v.y + v.z + v.w; }

// Blocks go over the memory together, kLoads rows of kThreads vectors at a time; the last, partial
// round is read vector by vector. The sums are kept so that no compiler drops a load.
__global__ __launch_bounds__(kThreads) void ReadAllKernel(ReadAllArgs args) {
  const auto* from = static_cast<const uint4*>(args.from);
  constexpr std::int64_t kPiece = std::int64_t{kThreads} * kLoads;
  std::uint32_t sum = 0;
  for (std::int64_t piece = blockIdx.x; piece * kPiece < args.num_vectors;
       piece += args.num_blocks) {
    const std::int64_t first = piece * kPiece + threadIdx.x;
    if ((piece + 1) * kPiece <= args.num_vectors) {
      uint4 loads[kLoads];
#pragma unroll
      for (int i = 0; i < kLoads; ++i) loads[i] = from[first + i * kThreads];
#pragma unroll
      for (int i = 0; i < kLoads; ++i) sum += Sum(loads[i]);
    } else {
      for (std::int64_t i = first; i < args.num_vectors; i += kThreads) sum += Sum(from[i]);
    }
  }
  const std::uint32_t total = BlockReduce<kThreads>(sum, Add{});
  if (threadIdx.x == 0) args.sums[blockIdx.x] = total;
}

}  // namespace

void LaunchReadAll(StreamHandle stream, const ReadAllArgs& args) {
  MEVAL_REQUIRE(RowsAreAligned(args.from, 0, 1, 16), "memory to read: expected a multiple of 16");
  Launch("ReadAll", ReadAllKernel, GridExtent(args.num_blocks), kThreads, 0, stream, args);
}

}  // namespace meval::cuda
