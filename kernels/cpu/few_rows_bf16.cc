#include "kernels/cpu/few_rows_bf16.h"

#include <immintrin.h>

namespace meval::cpu {
namespace {

constexpr int kVectors = 4;  // of 16 columns across a block
constexpr int kMaxRows = 6;  // whose sums the registers hold beside a broadcast pair of each
// The hardware's own prefetchers stop at the end of a page. Into the second cache level only: into
// the first it costs 5 to 8 % of the bandwidth on Zen 4.
constexpr int kPrefetchBytes = 3072;

// Pair k, k + 1 of a row, in every lane.
inline __attribute__((always_inline)) __m512bh BroadcastPair(const std::uint16_t* x) {
  int pair;
  __builtin_memcpy(&pair, x, sizeof(pair));
  return reinterpret_cast<__m512bh>(_mm512_set1_epi32(pair));
}

// One block of columns, one slice of k, kRows rows.
template <int kRows>
void MultiplySlice(const FewRowsTile& tile, const std::uint16_t* w, const std::uint16_t* x,
                   float* y, std::int64_t num_columns, std::int64_t k_begin, std::int64_t k_end) {
  __m512 sums[kRows][kVectors];
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sums[r][v] = _mm512_setzero_ps();
  }
  for (std::int64_t k = k_begin; k < k_end; k += 2) {
    const std::uint16_t* pairs = w + k * kFewRowsBlock;
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      _mm_prefetch(reinterpret_cast<const char*>(pairs + v * 32) + kPrefetchBytes, _MM_HINT_T1);
      const auto columns = reinterpret_cast<__m512bh>(_mm512_loadu_si512(pairs + v * 32));
#pragma GCC unroll 6
      for (int r = 0; r < kRows; ++r) {
        sums[r][v] = _mm512_dpbf16_ps(sums[r][v], BroadcastPair(x + r * tile.k + k), columns);
      }
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const std::int64_t count = num_columns - v * 16;
      if (count <= 0) break;
      const auto lanes = static_cast<__mmask16>(count >= 16 ? 0xffffU : (1U << count) - 1U);
      float* out = y + r * tile.y_stride + v * 16;
      __m512 sum = sums[r][v];
      if (k_begin > 0) sum = _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, out), sum);
      _mm512_mask_storeu_ps(out, lanes, sum);
    }
  }
}

// Picks the instance for `rows`, from kRows down.
template <int kRows>
void MultiplyRows(std::int64_t rows, const FewRowsTile& tile, const std::uint16_t* w,
                  const std::uint16_t* x, float* y, std::int64_t num_columns, std::int64_t k_begin,
                  std::int64_t k_end) {
  if (rows >= kRows) {
    MultiplySlice<kRows>(tile, w, x, y, num_columns, k_begin, k_end);
  } else if constexpr (kRows > 1) {
    MultiplyRows<kRows - 1>(rows, tile, w, x, y, num_columns, k_begin, k_end);
  }
}

}  // namespace

std::int64_t FewRowsSlice(std::int64_t k) { return k <= 1024 ? 512 : 1024; }

void MultiplyFewRows(const FewRowsTile& tile) {
  const std::int64_t slice = FewRowsSlice(tile.k);
  const std::int64_t block_elements = (tile.k + 31) / 32 * 32 * kFewRowsBlock;
  const std::uint16_t* w = tile.w;
  for (std::int64_t column = 0; column < tile.num_columns; column += kFewRowsBlock) {
    for (std::int64_t k_begin = 0; k_begin < tile.k; k_begin += slice) {
      const std::int64_t k_end = k_begin + slice < tile.k ? k_begin + slice : tile.k;
      for (std::int64_t row = 0; row < tile.num_rows; row += kMaxRows) {
        MultiplyRows<kMaxRows>(tile.num_rows - row, tile, w, tile.x + row * tile.k,
                               tile.y + row * tile.y_stride + column, tile.num_columns - column,
                               k_begin, k_end);
      }
    }
    w += block_elements;
  }
}

}  // namespace meval::cpu
