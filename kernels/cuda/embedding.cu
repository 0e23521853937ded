#include "kernels/cuda/embedding.h"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/vector_access.cuh"

namespace meval::cuda {
namespace {

constexpr int kThreads = 128;

// One block a token: reads a row of the table, writes one of out.
template <typename T>
__global__ __launch_bounds__(kThreads) void EmbeddingKernel(EmbeddingArgs args, bool aligned) {
  const std::int64_t t = blockIdx.x;
  const T* row = static_cast<const T*>(args.table) + args.tokens[t] * args.width;
  float* out = args.out + t * args.out_stride;
  for (std::int64_t c = 4 * std::int64_t{threadIdx.x}; c < args.width; c += 4 * kThreads) {
    float values[4];
    Load4(row + c, args.width - c, aligned, values);
    Store4(values, args.width - c, aligned, out + c);
  }
}

template <typename T>
void LaunchOf(StreamHandle stream, const EmbeddingArgs& args) {
  const bool aligned = RowsAreAligned(args.table, args.width, sizeof(T), 4 * sizeof(T)) &&
                       RowsAreAligned(args.out, args.out_stride, sizeof(float), 16);
  Launch("Embedding", EmbeddingKernel<T>, GridExtent(args.num_tokens), kThreads, 0, stream, args,
         aligned);
}

// One block a row, `Word` the widest unit that all rows and their length are multiples of.
template <typename Word>
__global__ __launch_bounds__(kThreads) void GatherRowsKernel(GatherRowsArgs args) {
  const std::int64_t i = blockIdx.x;
  const auto* from = reinterpret_cast<const Word*>(static_cast<const char*>(args.from) +
                                                   args.rows[i] * args.from_stride_bytes);
  auto* to = reinterpret_cast<Word*>(static_cast<char*>(args.to) + i * args.to_stride_bytes);
  const std::int64_t count = args.row_bytes / static_cast<std::int64_t>(sizeof(Word));
  for (std::int64_t c = threadIdx.x; c < count; c += kThreads) to[c] = from[c];
}

}  // namespace

void LaunchEmbedding(StreamHandle stream, const EmbeddingArgs& args) {
  if (args.table_dtype == DType::kF32) return LaunchOf<float>(stream, args);
  WithElement("Embedding", args.table_dtype,
              [&](auto element) { LaunchOf<decltype(element)>(stream, args); });
}

void LaunchGatherRows(StreamHandle stream, const GatherRowsArgs& args) {
  MEVAL_REQUIRE(args.row_bytes % 2 == 0,
                "row_bytes: expected a multiple of 2, found " + std::to_string(args.row_bytes));
  const bool wide = args.row_bytes % 16 == 0 &&
                    RowsAreAligned(args.from, args.from_stride_bytes, 1, 16) &&
                    RowsAreAligned(args.to, args.to_stride_bytes, 1, 16);
  Launch("GatherRows", wide ? GatherRowsKernel<uint4> : GatherRowsKernel<std::uint16_t>,
         GridExtent(args.num_rows), kThreads, 0, stream, args);
}

}  // namespace meval::cuda
