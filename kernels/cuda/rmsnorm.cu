#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/rmsnorm.h"
#include "kernels/cuda/vector_access.cuh"

namespace meval::cuda {
namespace {

constexpr int kThreads = 256;

// One block a row. Thread t sums the squares of columns 4 t + 1024 i and the three behind each, in
// ascending order. The row is read twice, the second time from the caches. Bytes: 4 C in, 2 or 4 C
// out.
template <typename T>
__global__ __launch_bounds__(kThreads) void RmsNormKernel(RmsNormArgs args, bool in_aligned,
                                                          bool out_aligned) {
  const std::int64_t t = blockIdx.x;
  const float* x = args.x + t * args.x_stride;
  T* out = static_cast<T*>(args.out) + t * args.out_stride;
  const std::int64_t first = 4 * std::int64_t{threadIdx.x};
  if (kPlantedBug == PlantedBug::kDivergentBarrier && first >= args.width) return;
  float sum = 0;
  for (std::int64_t c = first; c < args.width; c += 4 * kThreads) {
    float values[4];
    Load4(x + c, args.width - c, in_aligned, values);
#pragma unroll
    for (const float value : values) sum = fmaf(value, value, sum);
  }
  sum = BlockReduce<kThreads>(sum, Add());
  const float scale = 1.0F / sqrtf(sum / static_cast<float>(args.width) + args.eps);
  for (std::int64_t c = first; c < args.width; c += 4 * kThreads) {
    float values[4];
    float gain[4];
    Load4(x + c, args.width - c, in_aligned, values);
    const bool reads_on = kPlantedBug == PlantedBug::kReadBehindTheRow;
    Load4(args.gain + c, reads_on ? 4 : args.width - c, in_aligned, gain);
#pragma unroll
    for (int i = 0; i < 4; ++i) values[i] = values[i] * scale * gain[i];
    Store4(values, args.width - c, out_aligned, out + c);
  }
}

template <typename T>
void LaunchOf(StreamHandle stream, const RmsNormArgs& args) {
  const bool in_aligned = RowsAreAligned(args.x, args.x_stride, sizeof(float), 16) &&
                          RowsAreAligned(args.gain, 0, 4, 16);
  const bool out_aligned = RowsAreAligned(args.out, args.out_stride, sizeof(T), 4 * sizeof(T));
  Launch("RmsNorm", RmsNormKernel<T>, GridExtent(args.num_rows), kThreads, 0, stream, args,
         in_aligned, out_aligned);
}

}  // namespace

void LaunchRmsNorm(StreamHandle stream, const RmsNormArgs& args) {
  if (args.out_dtype == DType::kF32) return LaunchOf<float>(stream, args);
  WithElement("RmsNorm", args.out_dtype,
              [&](auto element) { LaunchOf<decltype(element)>(stream, args); });
}

}  // namespace meval::cuda
