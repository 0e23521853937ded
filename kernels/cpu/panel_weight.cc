// The built-in matrix multiplication. A weight [N, K] is packed into panels of kPanelWidth
// features,
//
//   [ceil(N / 32)][K][32]   f32, or bf16 that is widened when it is loaded, or a slice at a time
//
// the last one filled up with zeros, so that for every k the weights of a panel are two vectors
// side by side. x is packed into blocks of rows, [block][K][rows], rounded to bf16 first when the
// weights are bf16. Tasks are (some row blocks) x (some panels); each passes over K in slices, so
// that a slice of a panel stays in the first cache level while the row blocks pass by. None of this
// changes the order of a sum: see gemm_simd.h.

#include <algorithm>
#include <cstring>
#include <functional>

#include "kernels/bfloat16.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/packed_weight.h"

namespace meval::cpu {
namespace {

// Rows of x packed at a time: with K = 14336 they fill 16 MiB.
constexpr std::int64_t kRowsAtOnce = 280;
// 16 KiB of f32, half of the first cache level.
constexpr std::int64_t kSlice = 128;
// Rows that one task takes through a panel: enough to hide the panel's way from memory.
constexpr std::int64_t kRowsPerTask = 112;
// bf16 weights are widened in registers, once for each block of rows, for up to so many blocks; for
// more, a task widens a slice of its panel once for all of its rows. The same numbers either way.
constexpr std::int64_t kMaxBlocksUnwidened = 2;

std::int64_t CeilDiv(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// Some rows of x, [block][K][rows of the block], blocks as even as possible.
class PackedRows {
 public:
  PackedRows(std::int64_t num_rows, std::int64_t k, std::int64_t max_rows, float* data)
      : num_rows_(num_rows), k_(k), num_blocks_(CeilDiv(num_rows, max_rows)), data_(data) {}

  std::int64_t num_blocks() const { return num_blocks_; }
  std::int64_t Begin(std::int64_t block) const { return num_rows_ * block / num_blocks_; }
  std::int64_t Rows(std::int64_t block) const { return Begin(block + 1) - Begin(block); }
  const float* Data(std::int64_t block) const { return data_ + Begin(block) * k_; }

  void Pack(const TensorView& x, std::int64_t block, bool round_to_bf16) const {
    const std::int64_t rows = Rows(block);
    float* out = data_ + Begin(block) * k_;
    for (std::int64_t r = 0; r < rows; ++r) {
      const float* row = x.As<const float>() + (Begin(block) + r) * x.row_stride;
      if (round_to_bf16) {
        for (std::int64_t i = 0; i < k_; ++i) {
          out[i * rows + r] = BFloat16ToFloat(FloatToBFloat16(row[i]));
        }
      } else {
        for (std::int64_t i = 0; i < k_; ++i) out[i * rows + r] = row[i];
      }
    }
  }

 private:
  std::int64_t num_rows_;
  std::int64_t k_;
  std::int64_t num_blocks_;
  float* data_;
};

// What one thread multiplies at a time: some blocks of rows by some panels.
struct PanelTask {
  std::int64_t first_block = 0;
  std::int64_t last_block = 0;  // not of the task
  std::int64_t first_panel = 0;
  std::int64_t num_panels = 0;
  bool widened = false;  // num_panels is 1, and its slices are widened to f32 first
};

class PanelWeight : public PackedWeight::Impl {
 public:
  PanelWeight(Context& ctx, std::span<const TensorView> parts, std::int64_t features_out,
              std::int64_t features_in)
      : Impl(features_out, features_in, parts[0].dtype),
        num_panels_(CeilDiv(n, kPanelWidth)),
        data_(static_cast<std::size_t>(num_panels_ * k * kPanelWidth * SizeOf(dtype))) {
    ctx.ParallelFor(num_panels_, [&](std::int64_t panel) {
      if (dtype == DType::kF32) {
        PackPanel<float>(parts, panel);
      } else {
        PackPanel<std::uint16_t>(parts, panel);
      }
    });
  }

  bool Serves(const Context& ctx) const override { return ctx.path() != CpuPath::kReference; }
  std::int64_t bytes() const override { return static_cast<std::int64_t>(data_.bytes()); }
  void Multiply(Context& ctx, const TensorView& x, const TensorView& y) const override;

 private:
  template <typename T>
  void PackPanel(std::span<const TensorView> parts, std::int64_t panel) {
    T* out = data_.As<T>() + panel * k * kPanelWidth;
    const T* rows[kPanelWidth] = {};
    for (std::int64_t column = 0; column < kPanelWidth; ++column) {
      const std::int64_t row = panel * kPanelWidth + column;
      if (row < n) rows[column] = reinterpret_cast<const T*>(RowOf(parts, row));
    }
    for (std::int64_t i = 0; i < k; ++i) {
      for (const T* row : rows) *out++ = row == nullptr ? T{} : row[i];
    }
  }

  void MultiplyRows(Context& ctx, const TensorView& x, const TensorView& y) const;
  void MultiplyPanels(const Ops& ops, const PanelTask& task, const PackedRows& rows,
                      const TensorView& y) const;
  // `tile` names panels and columns; sums: [rows of the task][kPanelWidth].
  void MultiplySlices(const Ops& ops, const PanelTask& task, const PackedRows& rows, GemmTile tile,
                      float* sums) const;

  std::int64_t num_panels_;
  Buffer data_;
};

void PanelWeight::Multiply(Context& ctx, const TensorView& x, const TensorView& y) const {
  for (std::int64_t begin = 0; begin < x.rows(); begin += kRowsAtOnce) {
    const std::int64_t count = std::min(kRowsAtOnce, x.rows() - begin);
    MultiplyRows(ctx, x.Rows(begin, count), y.Rows(begin, count));
  }
}

void PanelWeight::MultiplyRows(Context& ctx, const TensorView& x, const TensorView& y) const {
  const Ops& ops = OpsOf(ctx.path());
  const bool bf16 = dtype == DType::kBF16;
  const bool widened = bf16 && x.rows() > kMaxBlocksUnwidened * ops.max_gemm_rows_bf16;
  const std::int64_t max_rows = bf16 && !widened ? ops.max_gemm_rows_bf16 : ops.max_gemm_rows_f32;
  auto* memory =
      reinterpret_cast<float*>(ctx.Scratch(static_cast<std::size_t>(x.rows() * k) * sizeof(float)));
  const PackedRows rows(x.rows(), k, max_rows, memory);
  const auto pack = [&](std::int64_t block) { rows.Pack(x, block, bf16); };
  ForTasks(ctx, rows.num_blocks(), x.rows() * k * 8, std::cref(pack));

  // With few rows a task takes four panels, which the kernels then stream side by side.
  const std::int64_t panels_per_task = !widened && x.rows() <= max_rows ? 4 : 1;
  const std::int64_t panel_tasks = CeilDiv(num_panels_, panels_per_task);
  const std::int64_t blocks_per_task = std::max<std::int64_t>(1, kRowsPerTask / max_rows);
  const std::int64_t row_tasks = CeilDiv(rows.num_blocks(), blocks_per_task);
  const auto multiply = [&](std::int64_t i) {
    PanelTask task;
    task.first_block = i % row_tasks * blocks_per_task;
    task.last_block = std::min(task.first_block + blocks_per_task, rows.num_blocks());
    task.first_panel = i / row_tasks * panels_per_task;
    task.num_panels = panels_per_task;
    task.widened = widened;
    MultiplyPanels(ops, task, rows, y);
  };
  // A core does about ten multiply-adds in the time it reads one byte.
  const std::int64_t bytes = std::max(this->bytes(), x.rows() * n * k / 10);
  ForTasks(ctx, row_tasks * panel_tasks, bytes, std::cref(multiply));
}

void PanelWeight::MultiplyPanels(const Ops& ops, const PanelTask& task, const PackedRows& rows,
                                 const TensorView& y) const {
  const std::int64_t column = task.first_panel * kPanelWidth;
  GemmTile tile;
  tile.panels = data_.As<const std::byte>() + task.first_panel * k * kPanelWidth * SizeOf(dtype);
  tile.panel_k = k;
  tile.bf16 = dtype == DType::kBF16;
  tile.num_columns = std::min(task.num_panels * kPanelWidth, n - column);
  const auto y_of = [&](std::int64_t block) {
    return y.As<float>() + rows.Begin(block) * y.row_stride + column;
  };
  if (task.last_block - task.first_block == 1 && !task.widened) {
    // Nothing of the panels is read twice.
    tile.x = rows.Data(task.first_block);
    tile.y = y_of(task.first_block);
    tile.y_stride = y.row_stride;
    tile.num_rows = rows.Rows(task.first_block);
    tile.k_end = k;
    ops.gemm(tile);
    return;
  }
  // Sums stay in a buffer of their own from slice to slice: rows of y lie far apart, often at
  // multiples of 4096 bytes, which all fall into the same few places of a cache.
  alignas(64) float sums[kRowsPerTask * kPanelWidth];
  const std::int64_t first_row = rows.Begin(task.first_block);
  tile.y_stride = kPanelWidth;
  MultiplySlices(ops, task, rows, tile, sums);
  for (std::int64_t row = first_row; row < rows.Begin(task.last_block); ++row) {
    std::memcpy(y.As<float>() + row * y.row_stride + column, sums + (row - first_row) * kPanelWidth,
                static_cast<std::size_t>(tile.num_columns) * sizeof(float));
  }
}

void PanelWeight::MultiplySlices(const Ops& ops, const PanelTask& task, const PackedRows& rows,
                                 GemmTile tile, float* sums) const {
  alignas(64) float wide[kSlice * kPanelWidth];
  const auto* narrow = static_cast<const std::uint16_t*>(tile.panels);
  for (tile.k_begin = 0; tile.k_begin < k; tile.k_begin = tile.k_end) {
    tile.k_end = std::min(tile.k_begin + kSlice, k);
    if (task.widened) {
      tile.panel_begin = tile.k_begin;
      tile.panel_k = tile.k_end - tile.k_begin;
      ops.widen_bf16(narrow + tile.k_begin * kPanelWidth, tile.panel_k * kPanelWidth, wide);
      tile.panels = wide;
      tile.bf16 = false;
    }
    for (std::int64_t block = task.first_block; block < task.last_block; ++block) {
      tile.x = rows.Data(block);
      tile.y = sums + (rows.Begin(block) - rows.Begin(task.first_block)) * kPanelWidth;
      tile.num_rows = rows.Rows(block);
      ops.gemm(tile);
    }
  }
}

}  // namespace

PackedWeightImpl PackPanels(Context& ctx, std::span<const TensorView> parts, std::int64_t n,
                            std::int64_t k) {
  return std::make_unique<PanelWeight>(ctx, parts, n, k);
}

}  // namespace meval::cpu
