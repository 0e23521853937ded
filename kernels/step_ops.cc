#include "kernels/step_ops.h"

#include <cstring>

#include "kernels/device_ops.h"
#include "kernels/embedding.h"

namespace meval {
namespace {

// The CPU reads the rows where they are: nothing is prepared.
class CpuStepOps : public StepOps {
 public:
  CpuStepOps(Context& ctx, const StepShape& shape, const RopeTable& rope)
      : ctx_(ctx), shape_(shape), rope_(rope) {}

  std::int64_t Begin(const StepRows& rows) override {
    rows_ = rows;
    return static_cast<std::int64_t>(rows.tokens.size());
  }

  std::int64_t Select(std::span<const std::int64_t> rows) override {
    selected_rows_ = rows;
    SelectSegments(rows, rows_.segments, selected_);
    return static_cast<std::int64_t>(rows.size());
  }

  void Run(StepPart /*part*/, const KvPages& /*pages*/,
           const std::function<void()>& body) override {
    body();
  }

  void Embed(TensorView table, TensorView out) override {
    Embedding(ctx_, table, rows_.tokens, out);
  }

  void RotateAndStore(TensorView qkv, const KvPages& pages) override {
    const std::int64_t H = shape_.num_heads;
    const std::int64_t K = shape_.num_kv_heads;
    const std::int64_t D = shape_.head_dim;
    const TensorView k = qkv.Columns(H * D, K * D).WithRowShape({K, D});
    const TensorView v = qkv.Columns((H + K) * D, K * D).WithRowShape({K, D});
    Rope(ctx_, Queries(qkv), rows_.positions, rope_);
    Rope(ctx_, k, rows_.positions, rope_);
    WriteKv(ctx_, k, v, rows_.segments, pages);
    WriteKv(ctx_, k, v, rows_.copies, pages);
  }

  void Attend(TensorView qkv, const KvPages& pages, TensorView out) override {
    Attention(ctx_, Queries(qkv), pages, rows_.segments, shape_.attention, Heads(out));
  }

  void AttendSelected(TensorView qkv, const KvPages& pages, TensorView out) override {
    Attention(ctx_, Queries(qkv), pages, selected_, shape_.attention, Heads(out));
  }

  void GatherSelected(TensorView from, TensorView to) override {
    const auto row_bytes = static_cast<std::size_t>(from.row_elements()) * sizeof(float);
    for (std::size_t i = 0; i < selected_rows_.size(); ++i) {
      std::memcpy(to.As<float>() + static_cast<std::int64_t>(i) * to.row_stride,
                  from.As<float>() + selected_rows_[i] * from.row_stride, row_bytes);
    }
  }

 private:
  TensorView Heads(TensorView x) const {
    return x.WithRowShape({shape_.num_heads, shape_.head_dim});
  }
  TensorView Queries(TensorView qkv) const {
    return Heads(qkv.Columns(0, shape_.num_heads * shape_.head_dim));
  }

  Context& ctx_;
  StepShape shape_;
  const RopeTable& rope_;
  StepRows rows_;
  std::span<const std::int64_t> selected_rows_;
  std::vector<Segment> selected_;  // the parts of the segments that are selected
};

}  // namespace

std::unique_ptr<StepOps> MakeStepOps(Context& ctx, const StepShape& shape, const RopeTable& rope) {
  if (DeviceOps* device = ctx.device_ops()) return device->MakeStepOps(ctx, shape, rope);
  return std::make_unique<CpuStepOps>(ctx, shape, rope);
}

void SelectSegments(std::span<const std::int64_t> rows, std::span<const Segment> segments,
                    std::vector<Segment>& selected) {
  selected.clear();
  std::size_t s = 0;
  for (const std::int64_t row : rows) {
    while (row >= segments[s].row_begin + segments[s].num_rows) ++s;
    const Segment& segment = segments[s];
    Segment* last = selected.empty() ? nullptr : &selected.back();
    if (last != nullptr && row == last->row_begin + last->num_rows && row > segment.row_begin) {
      ++last->num_rows;
      continue;
    }
    selected.push_back({.row_begin = row,
                        .num_rows = 1,
                        .position_begin = segment.position_begin + row - segment.row_begin,
                        .page_table = segment.page_table});
  }
}

}  // namespace meval
