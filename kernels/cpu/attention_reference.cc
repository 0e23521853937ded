#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/bfloat16.h"
#include "kernels/cpu/reference.h"

namespace meval::cpu {
namespace {

// Keys and values of one kv head, whatever the pages' dtype.
class KvReader {
 public:
  KvReader(const KvPages& pages, const std::int32_t* page_table, std::int64_t kv_head)
      : pages_(pages), page_table_(page_table), kv_head_(kv_head) {}

  double Key(std::int64_t position, std::int64_t d) const {
    return At(pages_.keys, Begin(position) + d * kKvPageTokens + position % kKvPageTokens);
  }
  double Value(std::int64_t position, std::int64_t d) const {
    return At(pages_.values, Begin(position) + position % kKvPageTokens * pages_.head_dim + d);
  }

 private:
  std::int64_t Begin(std::int64_t position) const {
    const std::int64_t page = page_table_[position / kKvPageTokens];
    return (page * pages_.n_kv_heads + kv_head_) * pages_.head_dim * kKvPageTokens;
  }
  double At(const void* data, std::int64_t index) const {
    if (pages_.dtype == DType::kF32) return static_cast<const float*>(data)[index];
    return BFloat16ToFloat(static_cast<const std::uint16_t*>(data)[index]);
  }

  const KvPages& pages_;
  const std::int32_t* page_table_;
  std::int64_t kv_head_;
};

void AttendOne(const KvReader& kv, const float* q, std::int64_t head_dim, std::int64_t position,
               const AttentionOptions& options, std::vector<double>& weights, float* out) {
  const std::int64_t first =
      options.window == 0 ? 0 : std::max<std::int64_t>(0, position - options.window + 1);
  weights.clear();
  double max = -std::numeric_limits<double>::infinity();
  for (std::int64_t j = first; j <= position; ++j) {
    double dot = 0;
    for (std::int64_t d = 0; d < head_dim; ++d) dot += double{q[d]} * kv.Key(j, d);
    weights.push_back(dot * double{options.scale});
    max = std::max(max, weights.back());
  }
  double sum = 0;
  for (double& weight : weights) {
    weight = std::exp(weight - max);
    sum += weight;
  }
  for (std::int64_t d = 0; d < head_dim; ++d) {
    double total = 0;
    for (std::int64_t j = first; j <= position; ++j) {
      total += weights[static_cast<std::size_t>(j - first)] * kv.Value(j, d);
    }
    out[d] = static_cast<float>(total / sum);
  }
}

}  // namespace

void AttentionReference(const AttentionBlock& block, const KvPages& pages,
                        const AttentionOptions& options) {
  const KvReader kv(pages, block.page_table, block.kv_head);
  std::vector<double> weights;
  for (std::int64_t t = block.row_begin; t < block.row_begin + block.num_rows; ++t) {
    for (std::int64_t h = block.head_begin; h < block.head_begin + block.num_heads; ++h) {
      AttendOne(kv, block.q + t * block.q_stride + h * pages.head_dim, pages.head_dim,
                block.position_begin + t, options, weights,
                block.out + t * block.out_stride + h * pages.head_dim);
    }
  }
}

}  // namespace meval::cpu
