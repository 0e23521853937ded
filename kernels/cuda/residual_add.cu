#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/residual_add.h"
#include "kernels/cuda/vector_access.cuh"

namespace meval::cuda {
namespace {

constexpr int kThreads = 256;

// Four columns a thread; blocks run over the columns of a row first. 12 bytes an element.
__global__ __launch_bounds__(kThreads) void ResidualAddKernel(ResidualAddArgs args,
                                                              std::int64_t blocks_per_row,
                                                              bool aligned) {
  const std::int64_t t = blockIdx.x / blocks_per_row;
  const std::int64_t c = 4 * (blockIdx.x % blocks_per_row * kThreads + threadIdx.x);
  if (c >= args.width) return;
  float* x = args.x + t * args.x_stride + c;
  float sum[4];
  float delta[4];
  Load4(x, args.width - c, aligned, sum);
  Load4(args.delta + t * args.delta_stride + c, args.width - c, aligned, delta);
#pragma unroll
  for (int i = 0; i < 4; ++i) sum[i] += delta[i];
  Store4(sum, args.width - c, aligned, x);
}

}  // namespace

void LaunchResidualAdd(StreamHandle stream, const ResidualAddArgs& args) {
  const std::int64_t blocks_per_row = CeilDiv(args.width, 4 * kThreads);
  const bool aligned = RowsAreAligned(args.x, args.x_stride, 4, 16) &&
                       RowsAreAligned(args.delta, args.delta_stride, 4, 16);
  Launch("ResidualAdd", ResidualAddKernel, GridExtent(args.num_rows * blocks_per_row), kThreads, 0,
         stream, args, blocks_per_row, aligned);
}

}  // namespace meval::cuda
