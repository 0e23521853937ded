#include "tests/kernels/cuda/attention_case.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/context.h"
#include "tests/kernels/cuda/device_array.h"

namespace meval::testing {
namespace {

float ScaleOf(const AttentionShape& shape) {
  return 1.0F / std::sqrt(static_cast<float>(shape.head_dim));
}

std::int64_t CeilDivPages(std::int64_t positions) {
  return (positions + kKvPageTokens - 1) / kKvPageTokens;
}

}  // namespace

AttentionCase::AttentionCase(const AttentionShape& shape,
                             const std::vector<StepSequence>& sequences, std::uint32_t seed)
    : shape_(shape) {
  const std::int64_t kv_row = shape.kv_heads * shape.head_dim;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    Sequence sequence;
    sequence.step = sequences[i];
    sequence.row_begin = num_rows_;
    num_rows_ += sequence.step.num_rows;
    const std::uint32_t own_seed = seed + 10 * static_cast<std::uint32_t>(i);
    const std::int64_t length = sequence.length();
    sequence.keys = Rounded(shape.dtype, RandomVector(length * kv_row, own_seed, 2.0F));
    sequence.values = Rounded(shape.dtype, RandomVector(length * kv_row, own_seed + 1, 4.0F));
    if (sequence.step.shared_pages > 0) {
      const Sequence& other = sequences_[sequence.step.shares_with];
      const auto count = sequence.step.shared_pages * kKvPageTokens * kv_row;
      std::copy_n(other.keys.begin(), count, sequence.keys.begin());
      std::copy_n(other.values.begin(), count, sequence.values.begin());
      sequence.page_table.assign(other.page_table.begin(),
                                 other.page_table.begin() + sequence.step.shared_pages);
    }
    while (static_cast<std::int64_t>(sequence.page_table.size()) * kKvPageTokens < length) {
      sequence.page_table.push_back(num_pages_++);
    }
    const std::vector<float> q = Rounded(
        shape.dtype,
        RandomVector(sequence.step.num_rows * shape.heads * shape.head_dim, own_seed + 2, 2.0F));
    q_.insert(q_.end(), q.begin(), q.end());
    sequences_.push_back(std::move(sequence));
  }
  // Neighbouring pages of a sequence are not neighbours in memory. 7919 is a prime: a permutation.
  for (Sequence& sequence : sequences_) {
    for (std::int32_t& page : sequence.page_table) page = page * 7919 % num_pages_;
  }
}

std::vector<Segment> AttentionCase::Segments() const {
  std::vector<Segment> segments;
  for (const Sequence& sequence : sequences_) {
    segments.push_back({.row_begin = sequence.row_begin,
                        .num_rows = sequence.step.num_rows,
                        .position_begin = sequence.step.position_begin,
                        .page_table = sequence.page_table});
  }
  return segments;
}

std::vector<float> AttentionCase::OnCpu() const {
  Context ctx(OptionsOf(kReferenceRoute, 1));
  const std::int64_t K = shape_.kv_heads;
  const std::int64_t D = shape_.head_dim;
  std::vector<float> keys(static_cast<std::size_t>(num_pages_ * K * D * kKvPageTokens));
  std::vector<float> values(keys.size());
  const KvPages pages{.keys = keys.data(),
                      .values = values.data(),
                      .dtype = DType::kF32,
                      .num_pages = num_pages_,
                      .n_kv_heads = K,
                      .head_dim = D};
  for (const Sequence& sequence : sequences_) {
    const std::int64_t length = sequence.length();
    std::vector<float> k = sequence.keys;
    std::vector<float> v = sequence.values;
    const Segment whole[] = {{0, length, 0, sequence.page_table}};
    WriteKv(ctx, TensorView(k.data(), DType::kF32, {length, K, D}),
            TensorView(v.data(), DType::kF32, {length, K, D}), whole, pages);
  }
  std::vector<float> q = q_;
  std::vector<float> out(q.size());
  Attention(ctx, TensorView(q.data(), DType::kF32, {num_rows_, shape_.heads, D}), pages, Segments(),
            {.scale = ScaleOf(shape_), .window = shape_.window},
            TensorView(out.data(), DType::kF32, {num_rows_, shape_.heads, D}));
  return out;
}

std::vector<std::uint16_t> AttentionCase::Pages(bool of_keys) const {
  const std::int64_t K = shape_.kv_heads;
  const std::int64_t D = shape_.head_dim;
  std::vector<std::uint16_t> pages(static_cast<std::size_t>(num_pages_ * K * D * kKvPageTokens),
                                   ToElement(shape_.dtype, NAN));
  for (const Sequence& sequence : sequences_) {
    const std::vector<float>& rows = of_keys ? sequence.keys : sequence.values;
    for (std::int64_t p = 0; p < sequence.length(); ++p) {
      const std::int64_t page = sequence.page_table[static_cast<std::size_t>(p / kKvPageTokens)];
      if (page < 0) continue;  // released: it still holds NaN
      for (std::int64_t h = 0; h < K; ++h) {
        const std::int64_t slot = (page * K + h) * kKvPageTokens + p % kKvPageTokens;
        for (std::int64_t d = 0; d < D; ++d) {
          pages[static_cast<std::size_t>(slot * D + d)] =
              ToElement(shape_.dtype, rows[static_cast<std::size_t>((p * K + h) * D + d)]);
        }
      }
    }
  }
  return pages;
}

cuda::AttentionPlanOptions AttentionCase::Options() const {
  return {.num_heads = shape_.heads,
          .num_kv_heads = shape_.kv_heads,
          .window = shape_.window,
          .tiles = shape_.tiles};
}

cuda::AttentionPlan AttentionCase::Plan(const cuda::AttentionPlanOptions& options) const {
  cuda::AttentionPlan plan;
  cuda::PlanAttention(Segments(), options, plan);
  return plan;
}

std::vector<float> AttentionCase::OnDevice(const cuda::AttentionPlanOptions& options) const {
  return OnDevice(Plan(options));
}

std::vector<float> AttentionCase::OnDevice(const cuda::AttentionPlan& plan) const {
  const DeviceArray<std::uint16_t> q(ToElements(shape_.dtype, q_));
  const DeviceArray<std::uint16_t> keys(Pages(true));
  const DeviceArray<std::uint16_t> values(Pages(false));
  const DeviceArray<std::uint16_t> out(q.size());
  const DeviceArray<cuda::AttentionRow> rows(plan.rows);
  const DeviceArray<std::int32_t> page_tables(plan.page_tables);
  const DeviceArray<cuda::AttentionItem> items(plan.items);
  const DeviceArray<cuda::MergeItem> merges(plan.merges);
  const auto num_states = static_cast<std::size_t>(plan.num_states * shape_.heads);
  const auto num_partials =
      static_cast<std::size_t>(plan.num_partials * shape_.kv_heads * cuda::kDecodeRows);
  const auto head_dim = static_cast<std::size_t>(shape_.head_dim);
  const DeviceArray<float> state_max(num_states);
  const DeviceArray<float> state_sum(num_states);
  const DeviceArray<float> state_out(num_states * head_dim);
  const DeviceArray<float> partial_max(num_partials);
  const DeviceArray<float> partial_sum(num_partials);
  const DeviceArray<float> partial_out(num_partials * head_dim);
  const cuda::AttentionArgs args{.q = q.data(),
                                 .q_stride = shape_.heads * shape_.head_dim,
                                 .out = out.data(),
                                 .out_stride = shape_.heads * shape_.head_dim,
                                 .dtype = shape_.dtype,
                                 .keys = keys.data(),
                                 .values = values.data(),
                                 .num_pages = num_pages_,
                                 .num_kv_heads = static_cast<int>(shape_.kv_heads),
                                 .group = static_cast<int>(shape_.heads / shape_.kv_heads),
                                 .head_dim = static_cast<int>(shape_.head_dim),
                                 .scale = ScaleOf(shape_),
                                 .window = static_cast<std::int32_t>(shape_.window),
                                 .rows = rows.data(),
                                 .page_tables = page_tables.data(),
                                 .items = items.data(),
                                 .merges = merges.data(),
                                 .state_max = state_max.data(),
                                 .state_sum = state_sum.data(),
                                 .state_out = state_out.data(),
                                 .partial_max = partial_max.data(),
                                 .partial_sum = partial_sum.data(),
                                 .partial_out = partial_out.data()};
  const TestStream stream;
  cuda::LaunchAttention(stream.get(), args, plan.launches);
  stream.Wait();
  return FromElements(shape_.dtype, out.Read());
}

AttentionCase AttentionCase::OneRow(std::int64_t row) const {
  AttentionCase one = *this;
  Sequence& sequence = one.sequences_[0];
  sequence.step.position_begin += row;
  sequence.step.num_rows = 1;
  sequence.page_table.resize(static_cast<std::size_t>(CeilDivPages(sequence.length())));
  const std::int64_t width = shape_.heads * shape_.head_dim;
  one.q_ = {q_.begin() + row * width, q_.begin() + (row + 1) * width};
  one.num_rows_ = 1;
  return one;
}

void AttentionCase::ChangeValue(std::size_t i, std::int64_t position, float delta) {
  const std::int64_t width = shape_.kv_heads * shape_.head_dim;
  for (std::int64_t d = position * width; d < (position + 1) * width; ++d) {
    float& value = sequences_[i].values[static_cast<std::size_t>(d)];
    value = FromElement(shape_.dtype, ToElement(shape_.dtype, value + delta));
  }
}

void AttentionCase::ScaleKeys(const std::function<float(std::int64_t position)>& factor) {
  const std::int64_t width = shape_.kv_heads * shape_.head_dim;
  for (Sequence& sequence : sequences_) {
    for (std::size_t d = 0; d < sequence.keys.size(); ++d) {
      float& key = sequence.keys[d];
      key *= factor(static_cast<std::int64_t>(d) / width);
      key = FromElement(shape_.dtype, ToElement(shape_.dtype, key));
    }
  }
}

void AttentionCase::ReleasePagesBeforeTheWindow() {
  for (Sequence& sequence : sequences_) {
    const std::int64_t first =
        std::max<std::int64_t>(0, sequence.step.position_begin - shape_.window + 1);
    for (std::int64_t page = 0; page < first / kKvPageTokens; ++page) {
      sequence.page_table[static_cast<std::size_t>(page)] = -1;
    }
  }
}

std::vector<float> AttentionCase::RowsOf(const std::vector<float>& result, std::size_t i) const {
  const Sequence& sequence = sequences_[i];
  const std::int64_t width = shape_.heads * shape_.head_dim;
  const auto begin = result.begin() + sequence.row_begin * width;
  return {begin, begin + sequence.step.num_rows * width};
}

}  // namespace meval::testing
