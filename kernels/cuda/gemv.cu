#include "kernels/cuda/gemv.h"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/vector_access.cuh"

namespace meval::cuda {
namespace {

constexpr int kThreads = 128;
constexpr int kOutputs = 4;  // rows of w a block takes: independent loads in flight

// One block for kOutputs rows of w and one of x. Thread t multiplies the k of 8 t + 1024 i and the
// seven behind each, in ascending order; then a fixed tree over the threads. 2 K bytes an output.
template <typename T, typename Y>
__global__ __launch_bounds__(kThreads) void GemvKernel(GemvArgs args, bool aligned) {
  const std::int64_t n = std::int64_t{blockIdx.x} * kOutputs;
  const T* x = static_cast<const T*>(args.x) + std::int64_t{blockIdx.y} * args.x_stride;
  const T* w = static_cast<const T*>(args.w) + n * args.k;
  const int outputs = static_cast<int>(args.n - n < kOutputs ? args.n - n : kOutputs);
  float sums[kOutputs] = {};
  for (std::int64_t k = 8 * std::int64_t{threadIdx.x}; k < args.k; k += 8 * kThreads) {
    float left[8];
    float right[kOutputs][8];
    Load8(x + k, args.k - k, aligned, left);
#pragma unroll
    for (int i = 0; i < kOutputs; ++i) {
      // Beyond the last row its own elements again: no branch, and the sum is not used.
      const int row = i < outputs ? i : outputs - 1;
      Load8(w + row * args.k + k, args.k - k, aligned, right[i]);
    }
#pragma unroll
    for (int i = 0; i < kOutputs; ++i) {
#pragma unroll
      for (int j = 0; j < 8; ++j) sums[i] = fmaf(left[j], right[i][j], sums[i]);
    }
  }
  Y* y = static_cast<Y*>(args.y) + std::int64_t{blockIdx.y} * args.y_stride + n;
#pragma unroll
  for (int i = 0; i < kOutputs; ++i) {
    const float sum = BlockReduce<kThreads>(sums[i], Add());
    if (threadIdx.x != 0 || i >= outputs) continue;
    y[i] = Narrow<Y>(args.accumulate ? Widen(y[i]) + sum : sum);
  }
}

}  // namespace

void LaunchGemv(StreamHandle stream, const GemvArgs& args) {
  MEVAL_REQUIRE(args.y_dtype == DType::kF32 || (args.y_dtype == args.dtype && !args.accumulate),
                std::string("y: expected f32, or ") + Name(args.dtype) +
                    " without accumulation, found " + Name(args.y_dtype));
  const bool aligned = RowsAreAligned(args.x, args.num_rows == 1 ? 0 : args.x_stride, 2, 16) &&
                       RowsAreAligned(args.w, args.k, 2, 16);
  const dim3 grid(GridExtent(CeilDiv(args.n, kOutputs)), GridExtent(args.num_rows));
  WithElement("Gemv", args.dtype, [&](auto element) {
    using T = decltype(element);
    Launch("Gemv", args.y_dtype == DType::kF32 ? GemvKernel<T, float> : GemvKernel<T, T>, grid,
           kThreads, 0, stream, args, aligned);
  });
}

}  // namespace meval::cuda
