#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/silu_mul.h"
#include "kernels/cuda/vector_access.cuh"

namespace meval::cuda {
namespace {

constexpr int kThreads = 256;

// Eight columns a thread; blocks run over the columns of a row first. 6 bytes an element.
template <typename T>
__global__ __launch_bounds__(kThreads) void SiluMulKernel(SiluMulArgs args,
                                                          std::int64_t blocks_per_row,
                                                          bool aligned) {
  const std::int64_t t = blockIdx.x / blocks_per_row;
  const std::int64_t f = 8 * (blockIdx.x % blocks_per_row * kThreads + threadIdx.x);
  if (f >= args.width) return;
  const std::int64_t count = args.width - f;
  float gate[8];
  float up[8];
  Load8(static_cast<const T*>(args.gate) + t * args.in_stride + f, count, aligned, gate);
  Load8(static_cast<const T*>(args.up) + t * args.in_stride + f, count, aligned, up);
#pragma unroll
  for (int i = 0; i < 8; ++i) gate[i] = gate[i] / (1.0F + expf(-gate[i])) * up[i];
  Store8(gate, count, aligned, static_cast<T*>(args.out) + t * args.out_stride + f);
}

}  // namespace

void LaunchSiluMul(StreamHandle stream, const SiluMulArgs& args) {
  const std::int64_t blocks_per_row = CeilDiv(args.width, 8 * kThreads);
  const bool aligned = RowsAreAligned(args.gate, args.in_stride, 2, 16) &&
                       RowsAreAligned(args.up, args.in_stride, 2, 16) &&
                       RowsAreAligned(args.out, args.out_stride, 2, 16);
  WithElement("SiluMul", args.dtype, [&](auto element) {
    Launch("SiluMul", SiluMulKernel<decltype(element)>, GridExtent(args.num_rows * blocks_per_row),
           kThreads, 0, stream, args, blocks_per_row, aligned);
  });
}

}  // namespace meval::cuda
