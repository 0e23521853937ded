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

template <class V, class W, int kRows, int kPanels>
void GemmBlock(const GemmTile& tile, const W* panels, float* y, std::int64_t num_columns) {
  V sums[kRows][kPanels * kPanelVectors];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int c = 0; c < kPanels * kPanelVectors; ++c) {
      sums[r][c] = tile.k_begin == 0 ? V::Zero()
                                     : LoadColumns<V>(y + r * tile.y_stride + c * kLanes,
                                                      num_columns - c * kLanes);
    }
  }
  const std::int64_t panel_stride = tile.k * kPanelWidth;
  for (std::int64_t k = tile.k_begin; k < tile.k_end; ++k) {
    const W* w = panels + k * kPanelWidth;
    const float* x = tile.x + k * kRows;
#pragma GCC unroll 4
    for (int p = 0; p < kPanels; ++p) {
      const V left = V::Load(w + p * panel_stride);
      const V right = V::Load(w + p * panel_stride + kLanes);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        const V scale = V::Set(x[r]);
        V* sum = &sums[r][p * kPanelVectors];
        sum[0] = Fma(scale, left, sum[0]);
        sum[1] = Fma(scale, right, sum[1]);
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int c = 0; c < kPanels * kPanelVectors; ++c) {
      StoreColumns(sums[r][c], y + r * tile.y_stride + c * kLanes, num_columns - c * kLanes);
    }
  }
}

// Whether the registers that hold the sums of `max_rows` rows of one panel, and two more, hold
// those of `rows` rows of several panels and x of every row, which the panels share.
constexpr bool Fits(int rows, int panels, int max_rows) {
  return rows * panels * kPanelVectors + rows <= max_rows * kPanelVectors + 2;
}

// All panels of a tile, as many at a time as the registers hold.
template <class V, class W, int kRows, int kMaxRows>
void GemmRows(const GemmTile& tile) {
  constexpr int kPanels = Fits(kRows, 4, kMaxRows) ? 4 : Fits(kRows, 2, kMaxRows) ? 2 : 1;
  const W* panels = static_cast<const W*>(tile.panels);
  float* y = tile.y;
  std::int64_t columns = tile.num_columns;
  const auto advance = [&](std::int64_t count) __attribute__((always_inline)) {
    panels += count * tile.k * kPanelWidth;
    y += count * kPanelWidth;
    columns -= count * kPanelWidth;
  };
  while (columns > (kPanels - 1) * kPanelWidth) {
    GemmBlock<V, W, kRows, kPanels>(tile, panels, y, columns);
    advance(kPanels);
  }
  while (columns > 0) {
    GemmBlock<V, W, kRows, 1>(tile, panels, y, columns);
    advance(1);
  }
}

// Picks the instance for the tile's number of rows, from kRows down.
template <class V, class W, int kRows, int kMaxRows>
void GemmDispatch(const GemmTile& tile) {
  if (tile.num_rows == kRows) {
    GemmRows<V, W, kRows, kMaxRows>(tile);
  } else if constexpr (kRows > 1) {
    GemmDispatch<V, W, kRows - 1, kMaxRows>(tile);
  }
}

template <class V, int kMaxRowsF32, int kMaxRowsBf16>
void GemmSimd(const GemmTile& tile) {
  if (tile.bf16) {
    GemmDispatch<V, std::uint16_t, kMaxRowsBf16, kMaxRowsBf16>(tile);
  } else {
    GemmDispatch<V, float, kMaxRowsF32, kMaxRowsF32>(tile);
  }
}

}  // namespace meval::cpu

#endif  // MEVAL_KERNELS_CPU_GEMM_SIMD_H_
