#include "kernels/ceiling.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "kernels/arbitrary_numbers.h"
#include "kernels/buffer.h"
#include "kernels/check.h"
#include "kernels/device_ceiling.h"
#include "kernels/gemm.h"
#include "kernels/timed_passes.h"

namespace meval {
namespace {

// Beyond the last cache level that one core reaches. What the system says of caches is not asked: a
// virtual machine of two cores reports those of its whole host.
constexpr std::int64_t kThreadBytes = std::int64_t{128} << 20;
// What a thread reads before it asks for more: the more pieces, the less a delayed thread costs.
constexpr std::int64_t kPieceBytes = std::int64_t{4} << 20;
// As far ahead as the kernels that stream weights look (kernels/cpu/few_rows_bf16.cc).
constexpr std::int64_t kPrefetchBytes = 4096;
constexpr std::int64_t kLineWords = 8;

// Reads num_words words, a multiple of kStreams cache lines, as kStreams streams side by side. The
// sum is returned so that no compiler drops a load.
template <int kStreams>
std::uint64_t ReadWords(const std::uint64_t* words, std::int64_t num_words) {
  const std::int64_t stream_words = num_words / kStreams;
  std::array<std::uint64_t, kLineWords> sums{};
  for (std::int64_t i = 0; i < stream_words; i += kLineWords) {
#pragma GCC unroll 4
    for (int stream = 0; stream < kStreams; ++stream) {
      const std::uint64_t* line = words + stream * stream_words + i;
      __builtin_prefetch(reinterpret_cast<const char*>(line) + kPrefetchBytes);
#pragma GCC unroll 8
      for (std::size_t j = 0; j < kLineWords; ++j) sums[j] += line[j];
    }
  }
  std::uint64_t sum = 0;
  for (const std::uint64_t part : sums) sum += part;
  return sum;
}

// Copies past the caches: a store of a whole line need not read the line first. `bytes` is a
// multiple of 64, both addresses are aligned to as much.
void CopyPast(std::byte* to, const std::byte* from, std::int64_t bytes) {
#ifdef __SSE2__
  for (std::int64_t i = 0; i < bytes; i += static_cast<std::int64_t>(sizeof(__m128i))) {
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + i),
                     _mm_load_si128(reinterpret_cast<const __m128i*>(from + i)));
  }
  _mm_sfence();
#else
  std::memcpy(to, from, static_cast<std::size_t>(bytes));
#endif
}

}  // namespace

std::int64_t ReadBufferBytes(const Context& ctx) {
  return std::min<std::int64_t>(ctx.num_threads(), 8) * kThreadBytes;
}

double MeasureReadBandwidth(Context& ctx) {
  if (ctx.device_ops() != nullptr) return MeasureDeviceRead(ctx, CeilingSizesFor(ctx.traits()));
  const std::int64_t bytes = ReadBufferBytes(ctx);
  const std::int64_t num_pieces = bytes / kPieceBytes;
  constexpr std::int64_t kPieceWords =
      kPieceBytes / static_cast<std::int64_t>(sizeof(std::uint64_t));
  const Buffer buffer(static_cast<std::size_t>(bytes));
  const auto* words = buffer.As<const std::uint64_t>();
  // Memory nobody has written to is one page of zeros, which the caches hold.
  ctx.ParallelFor(num_pieces, [&](std::int64_t piece) {
    std::memset(buffer.As<std::byte>() + piece * kPieceBytes, 0x3c, kPieceBytes);
  });

  std::atomic<std::uint64_t> sum{0};
  const auto pass = [&](auto read) {
    return MedianSecondsOf([&] {
      ctx.ParallelFor(num_pieces, [&](std::int64_t piece) {
        sum.fetch_add(read(words + piece * kPieceWords, kPieceWords), std::memory_order_relaxed);
      });
    });
  };
  const double seconds = std::min(pass(ReadWords<1>), pass(ReadWords<4>));
  MEVAL_CHECK(sum.load() != 0, "the sum of what was read");
  return static_cast<double>(bytes) / seconds;
}

double MeasureCopyBandwidth(Context& ctx) {
  if (ctx.device_ops() != nullptr) return MeasureDeviceCopy(ctx, CeilingSizesFor(ctx.traits()));
  const std::int64_t bytes = ReadBufferBytes(ctx);
  const std::int64_t num_pieces = bytes / kPieceBytes / 2;
  const Buffer buffer(static_cast<std::size_t>(bytes));
  auto* const from = buffer.As<std::byte>();
  std::byte* const to = from + num_pieces * kPieceBytes;
  // Memory nobody has written to has no pages of its own yet.
  ctx.ParallelFor(2 * num_pieces, [&](std::int64_t piece) {
    std::memset(from + piece * kPieceBytes, 0x3c, kPieceBytes);
  });
  const double seconds = MedianSecondsOf([&] {
    ctx.ParallelFor(num_pieces, [&](std::int64_t piece) {
      CopyPast(to + piece * kPieceBytes, from + piece * kPieceBytes, kPieceBytes);
    });
  });
  MEVAL_CHECK(to[bytes / 2 - 1] == std::byte{0x3c}, "the last byte that was copied");
  return 2.0 * static_cast<double>(num_pieces * kPieceBytes) / seconds;
}

double MeasureMatmulRate(Context& ctx, DType dtype) {
  if (ctx.device_ops() != nullptr) {
    MEVAL_REQUIRE(dtype != DType::kF32, "cuda: expected bf16 or f16, found f32");
    return MeasureDeviceMatmul(ctx, CeilingSizesFor(ctx.traits()));
  }
  MEVAL_REQUIRE(dtype == DType::kF32 || dtype == DType::kBF16,
                std::string("expected f32 or bf16, found ") + Name(dtype));
  // Two panels of weights for each of 16 threads, 4 MiB in bf16; the most rows a product splits
  // into no more than two tasks a panel. Slow paths stop at fewer rows.
  constexpr std::int64_t kFeatures = 2048;
  constexpr std::int64_t kDepth = 1024;
  constexpr std::int64_t kMinRows = 8;
  constexpr std::int64_t kMaxRows = 512;
  constexpr double kEnoughSeconds = 0.02;

  const Buffer w(static_cast<std::size_t>(kFeatures * kDepth * SizeOf(dtype)));
  const Buffer x(static_cast<std::size_t>(kMaxRows * kDepth) * sizeof(float));
  const Buffer y(static_cast<std::size_t>(kMaxRows * kFeatures) * sizeof(float));
  const TensorView all_x(x.data(), DType::kF32, {kMaxRows, kDepth});
  const TensorView all_y(y.data(), DType::kF32, {kMaxRows, kFeatures});
  const TensorView matrix(w.data(), dtype, {kFeatures, kDepth});
  FillArbitrary(matrix);
  FillArbitrary(all_x);
  const PackedWeight packed = PackWeight(ctx, std::span(&matrix, 1));

  std::int64_t rows = kMinRows;
  const auto multiply = [&] { Gemm(ctx, all_x.Rows(0, rows), packed, all_y.Rows(0, rows)); };
  while (SecondsOf(multiply) < kEnoughSeconds && rows < kMaxRows) rows *= 2;
  multiply();  // the code for so many rows is there
  return 2.0 * static_cast<double>(rows * kFeatures * kDepth) / MedianSecondsOf(multiply);
}

Ceiling MeasureCeiling(Context& ctx, DType dtype) {
  Ceiling ceiling;
  ceiling.num_threads = ctx.num_threads();
  ceiling.dtype = dtype;
  ceiling.matmul_flops_per_second = MeasureMatmulRate(ctx, dtype);
  ceiling.read_bytes_per_second = MeasureReadBandwidth(ctx);
  return ceiling;
}

}  // namespace meval
