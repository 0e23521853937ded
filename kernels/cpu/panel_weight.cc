// The built-in matrix multiplication. A weight [N, K] is packed into panels of kPanelWidth
// features,
//
//   [ceil(N / 32)][K][32]   f32, or bf16 that is widened when it is loaded
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

std::int64_t CeilDiv(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

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

  std::int64_t num_panels_;
  Buffer data_;
};

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

void PanelWeight::Multiply(Context& ctx, const TensorView& x, const TensorView& y) const {
  for (std::int64_t begin = 0; begin < x.rows(); begin += kRowsAtOnce) {
    const std::int64_t count = std::min(kRowsAtOnce, x.rows() - begin);
    MultiplyRows(ctx, x.Rows(begin, count), y.Rows(begin, count));
  }
}

void PanelWeight::MultiplyRows(Context& ctx, const TensorView& x, const TensorView& y) const {
  const Ops& ops = OpsOf(ctx.path());
  const bool bf16 = dtype == DType::kBF16;
  auto* memory =
      reinterpret_cast<float*>(ctx.Scratch(static_cast<std::size_t>(x.rows() * k) * sizeof(float)));
  const std::int64_t max_rows = bf16 ? ops.max_gemm_rows_bf16 : ops.max_gemm_rows_f32;
  const PackedRows rows(x.rows(), k, max_rows, memory);
  const auto pack = [&](std::int64_t block) { rows.Pack(x, block, bf16); };
  ForTasks(ctx, rows.num_blocks(), x.rows() * k * 8, std::cref(pack));

  // With few rows a task takes four panels, which the kernels then stream side by side.
  const std::int64_t panels_per_task = x.rows() <= max_rows ? 4 : 1;
  const std::int64_t panel_tasks = CeilDiv(num_panels_, panels_per_task);
  const std::int64_t blocks_per_task = std::max<std::int64_t>(1, kRowsPerTask / max_rows);
  const std::int64_t row_tasks = CeilDiv(rows.num_blocks(), blocks_per_task);
  const auto multiply = [&](std::int64_t i) {
    const std::int64_t first_block = i % row_tasks * blocks_per_task;
    const std::int64_t last_block = std::min(first_block + blocks_per_task, rows.num_blocks());
    const std::int64_t panel = i / row_tasks * panels_per_task;
    const std::int64_t column = panel * kPanelWidth;
    GemmTile tile;
    tile.panels = data_.As<const std::byte>() + panel * k * kPanelWidth * SizeOf(dtype);
    tile.y_stride = y.row_stride;
    tile.num_columns = std::min(panels_per_task * kPanelWidth, n - column);
    tile.k = k;
    tile.bf16 = bf16;
    // One row block needs no slices: nothing of the panel is read twice.
    const std::int64_t slice = last_block - first_block == 1 ? k : kSlice;
    for (tile.k_begin = 0; tile.k_begin < k; tile.k_begin = tile.k_end) {
      tile.k_end = std::min(tile.k_begin + slice, k);
      for (std::int64_t block = first_block; block < last_block; ++block) {
        tile.x = rows.Data(block);
        tile.y = y.As<float>() + rows.Begin(block) * y.row_stride + column;
        tile.num_rows = rows.Rows(block);
        ops.gemm(tile);
      }
    }
  };
  // A core does about ten multiply-adds in the time it reads one byte.
  const std::int64_t bytes = std::max(this->bytes(), x.rows() * n * k / 10);
  ForTasks(ctx, row_tasks * panel_tasks, bytes, std::cref(multiply));
}

}  // namespace

PackedWeightImpl PackPanels(Context& ctx, std::span<const TensorView> parts, std::int64_t n,
                            std::int64_t k) {
  return std::make_unique<PanelWeight>(ctx, parts, n, k);
}

}  // namespace meval::cpu
