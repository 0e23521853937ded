#ifndef MEVAL_KERNELS_CPU_GEMM_SIMD_H_
#define MEVAL_KERNELS_CPU_GEMM_SIMD_H_

// y[m, n] += sum_k x[m, k] w[n, k] for a few rows and panels, held in registers. Every output is
// one chain of fused multiply-adds over ascending k, whatever the number of rows, panels or slices
// of K: that is what makes a row's bits independent of its company.
//
// Bytes: a panel of [K][32] streams once per call; x ([K][rows]) stays in the second cache level.
// FLOPs: 2 x rows x 32 per panel and k.

#include <cstdint>

#include "kernels/cpu/ops.h"
#include "kernels/cpu/rows_simd.h"

namespace meval::cpu {

inline constexpr int kPanelVectors = 2;  // vectors of 16 lanes across a panel

template <class V>
inline __attribute__((always_inline)) V LoadColumns(const float* y, std::int64_t count) {
  if (count >= kLanes) return V::Load(y);
  return V::LoadPartial(y, count > 0 ? count : 0);
}

template <class V>
inline __attribute__((always_inline)) void StoreColumns(V v, float* y, std::int64_t count) {
  if (count >= kLanes) {
    v.Store(y);
  } else if (count > 0) {
    v.StorePartial(y, count);
  }
}

// kRows rows by the first kVectors vectors of each of kPanels panels.
template <class V, class W, int kRows, int kPanels, int kVectors>
void GemmBlock(const GemmTile& tile, const W* panels, float* y, std::int64_t num_columns) {
  static_assert(kPanels == 1 || kVectors == kPanelVectors);
  V sums[kRows][kPanels * kVectors];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int c = 0; c < kPanels * kVectors; ++c) {
      sums[r][c] = tile.k_begin == 0 ? V::Zero()
                                     : LoadColumns<V>(y + r * tile.y_stride + c * kLanes,
                                                      num_columns - c * kLanes);
    }
  }
  const std::int64_t panel_stride = tile.panel_k * kPanelWidth;
  for (std::int64_t k = tile.k_begin; k < tile.k_end; ++k) {
    const W* w = panels + (k - tile.panel_begin) * kPanelWidth;
    const float* x = tile.x + k * kRows;
#pragma GCC unroll 4
    for (int p = 0; p < kPanels; ++p) {
      V weights[kVectors];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        weights[v] = V::Load(w + p * panel_stride + v * kLanes);
      }
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        const V scale = V::Set(x[r]);
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; ++v) {
          V& sum = sums[r][p * kVectors + v];
          sum = Fma(scale, weights[v], sum);
        }
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int c = 0; c < kPanels * kVectors; ++c) {
      StoreColumns(sums[r][c], y + r * tile.y_stride + c * kLanes, num_columns - c * kLanes);
    }
  }
}

// Whether the registers for kSums sums, and two more, hold those of `rows` rows of several panels
// and x of every row, which the panels share.
constexpr bool Fits(int rows, int panels, int max_sums) {
  return rows * panels * kPanelVectors + rows <= max_sums + 2;
}

// All panels of a tile: several at a time where the registers hold that many sums, one, or half of
// one at a time.
template <class V, class W, int kRows, int kSums>
void GemmRows(const GemmTile& tile) {
  constexpr int kPanels = Fits(kRows, 4, kSums) ? 4 : Fits(kRows, 2, kSums) ? 2 : 1;
  const W* panels = static_cast<const W*>(tile.panels);
  float* y = tile.y;
  std::int64_t columns = tile.num_columns;
  const auto advance = [&](std::int64_t count) __attribute__((always_inline)) {
    panels += count * tile.panel_k * kPanelWidth;
    y += count * kPanelWidth;
    columns -= count * kPanelWidth;
  };
  if constexpr (kRows * kPanelVectors > kSums) {
    for (; columns > 0; advance(1)) {
      GemmBlock<V, W, kRows, 1, 1>(tile, panels, y, columns);
      if (columns <= kLanes) break;
      GemmBlock<V, W, kRows, 1, 1>(tile, panels + kLanes, y + kLanes, columns - kLanes);
    }
  } else {
    while (columns > (kPanels - 1) * kPanelWidth) {
      GemmBlock<V, W, kRows, kPanels, kPanelVectors>(tile, panels, y, columns);
      advance(kPanels);
    }
    while (columns > 0) {
      GemmBlock<V, W, kRows, 1, kPanelVectors>(tile, panels, y, columns);
      advance(1);
    }
  }
}

// Picks the instance for the tile's number of rows, from kRows down.
template <class V, class W, int kRows, int kSums>
void GemmDispatch(const GemmTile& tile) {
  if (tile.num_rows == kRows) {
    GemmRows<V, W, kRows, kSums>(tile);
  } else if constexpr (kRows > 1) {
    GemmDispatch<V, W, kRows - 1, kSums>(tile);
  }
}

// Tiles of up to kRowsF32 and kRowsBf16 rows, with registers for kSumsF32 and kSumsBf16 vectors of
// sums beside the operands.
template <class V, int kRowsF32, int kSumsF32, int kRowsBf16, int kSumsBf16>
void GemmSimd(const GemmTile& tile) {
  if (tile.bf16) {
    GemmDispatch<V, std::uint16_t, kRowsBf16, kSumsBf16>(tile);
  } else {
    GemmDispatch<V, float, kRowsF32, kSumsF32>(tile);
  }
}

}  // namespace meval::cpu

#endif  // MEVAL_KERNELS_CPU_GEMM_SIMD_H_
