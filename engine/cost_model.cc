#include "engine/cost_model.h"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace meval {

Work& Work::operator+=(const Work& other) {
  steps += other.steps;
  rows += other.rows;
  flops += other.flops;
  bytes += other.bytes;
  return *this;
}

CostModel::CostModel(const ModelConfig& config, DType dtype) : window_(config.sliding_window) {
  const auto C = static_cast<double>(config.hidden_size);
  const auto F = static_cast<double>(config.intermediate_size);
  const auto L = static_cast<double>(config.num_hidden_layers);
  const auto V = static_cast<double>(config.vocab_size);
  const auto q_columns = static_cast<double>(config.num_attention_heads * config.head_dim);
  const auto kv_columns = static_cast<double>(config.num_key_value_heads * config.head_dim);
  const auto element_bytes = static_cast<double>(SizeOf(dtype));

  const double layer_parameters = C * (2 * q_columns + 2 * kv_columns) + 3 * C * F;
  flops_per_row_ = 2 * L * layer_parameters;
  flops_per_key_ = 4 * L * q_columns;
  flops_per_logit_row_ = 2 * C * V;
  tail_flops_per_row_ = 2 * (C * q_columns + 3 * C * F);
  tail_flops_per_key_ = 4 * q_columns;
  tail_bytes_ = (C * q_columns + 3 * C * F) * element_bytes;
  layer_bytes_ = L * layer_parameters * element_bytes;
  lm_head_bytes_ = C * V * element_bytes;
  embedding_row_bytes_ = C * element_bytes;
  kv_bytes_ = static_cast<double>(config.KvBytesPerToken(SizeOf(dtype)));
}

double CostModel::SeenKeys(std::int64_t position_begin, std::int64_t num_rows) const {
  // Rows up to this one see everything before them; the others a whole window.
  const std::int64_t end = position_begin + num_rows;
  const std::int64_t full = window_ == 0 ? end : std::clamp(window_, position_begin, end);
  const auto n = static_cast<double>(full - position_begin);
  const double growing = n * static_cast<double>(position_begin) + n * (n + 1) / 2;
  return growing + static_cast<double>(end - full) * static_cast<double>(window_);
}

Work CostModel::StepWork(const Step& step, std::int64_t num_logit_rows) const {
  const auto rows = static_cast<double>(step.num_rows());
  const auto logit_rows = static_cast<double>(num_logit_rows);
  Work work{.steps = 1, .rows = step.num_rows()};
  work.flops = rows * flops_per_row_ + logit_rows * flops_per_logit_row_;
  work.bytes = layer_bytes_ + rows * (kv_bytes_ + embedding_row_bytes_);
  work.bytes += num_logit_rows > 0 ? lm_head_bytes_ : -tail_bytes_;
  double keys = 0;
  for (const StepSegment& segment : step.segments) {
    keys += SeenKeys(segment.position_begin, segment.num_rows);
    const std::int64_t end = segment.position_begin + segment.num_rows;
    const std::int64_t first =
        window_ == 0 ? 0 : std::max<std::int64_t>(0, segment.position_begin - window_ + 1);
    work.bytes += static_cast<double>(end - first) * kv_bytes_;
  }
  const double idle_rows = rows - logit_rows;
  work.flops += flops_per_key_ * keys - tail_flops_per_row_ * idle_rows;
  if (idle_rows > 0) work.flops -= tail_flops_per_key_ * keys * (idle_rows / rows);
  return work;
}

Work CostModel::DecodeWork(std::int64_t position, std::int64_t count) const {
  const auto rows = static_cast<double>(count);
  const double keys = SeenKeys(position, count);
  Work work{.steps = count, .rows = count};
  work.flops = rows * (flops_per_row_ + flops_per_logit_row_) + flops_per_key_ * keys;
  work.bytes =
      rows * (layer_bytes_ + lm_head_bytes_ + embedding_row_bytes_ + kv_bytes_) + keys * kv_bytes_;
  return work;
}

void WorkLog::Add(const Work& step) {
  by_magnitude_[static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(step.rows)))] +=
      step;
}

Work WorkLog::total() const {
  Work total;
  for (const Work& work : by_magnitude_) total += work;
  return total;
}

double WorkLog::SecondsAt(double flops_per_second, double bytes_per_second) const {
  if (!(flops_per_second > 0 && bytes_per_second > 0)) return 0;
  double seconds = 0;
  for (const Work& work : by_magnitude_) {
    seconds += std::max(work.flops / flops_per_second, work.bytes / bytes_per_second);
  }
  return seconds;
}

}  // namespace meval
