#include "kernels/attention_forms.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "kernels/arbitrary_numbers.h"
#include "kernels/attention.h"
#include "kernels/check.h"
#include "kernels/device_ceiling.h"
#include "kernels/device_ops.h"
#include "kernels/rope.h"
#include "kernels/step_ops.h"

namespace meval {

std::vector<std::string> AttentionForms(const Context& ctx) {
  return ctx.device_ops() == nullptr ? std::vector<std::string>()
                                     : ctx.device_ops()->AttentionForms();
}

std::string UseAttentionForm(Context& ctx, const std::string& form) {
  MEVAL_REQUIRE(ctx.device_ops() != nullptr,
                "attention by " + form + ": expected a device beside the cpu");
  return ctx.device_ops()->UseAttention(form);
}

AttentionSizes AttentionSizesFor(const DeviceTraits& traits) {
  AttentionSizes sizes;
  // Queries, keys and values as they come, keys and values as they are kept, and the result.
  const std::int64_t row_bytes =
      (2 * sizes.num_heads + 4 * sizes.num_kv_heads) * sizes.head_dim * SizeOf(DType::kBF16);
  const std::int64_t pages = traits.available_bytes / 8 / row_bytes / kKvPageTokens;
  sizes.num_rows = std::clamp<std::int64_t>(pages * kKvPageTokens, kKvPageTokens, sizes.num_rows);
  return sizes;
}

double MeasureAttentionRate(Context& ctx, const std::string& form, const AttentionSizes& sizes) {
  UseAttentionForm(ctx, form);
  constexpr double kTheta = 1e4;
  const std::int64_t num_rows = sizes.num_rows;
  StepShape shape;
  shape.vocab_size = 1;
  shape.num_heads = sizes.num_heads;
  shape.num_kv_heads = sizes.num_kv_heads;
  shape.head_dim = sizes.head_dim;
  shape.attention.scale = 1.0F / std::sqrt(static_cast<float>(sizes.head_dim));
  shape.max_rows = num_rows;
  shape.max_selected = num_rows;
  const RopeTable rope(shape.head_dim, kTheta, num_rows);
  const auto ops = MakeStepOps(ctx, shape, rope);
  const std::int64_t num_pages = (num_rows + kKvPageTokens - 1) / kKvPageTokens;
  const std::int64_t page_elements = shape.num_kv_heads * shape.head_dim * kKvPageTokens;
  const Buffer keys = ArbitraryOnDevice(ctx, num_pages * page_elements);
  const Buffer values = ArbitraryOnDevice(ctx, num_pages * page_elements);
  const KvPages pages = {.keys = keys.data(),
                         .values = values.data(),
                         .dtype = DType::kBF16,
                         .num_pages = num_pages,
                         .n_kv_heads = shape.num_kv_heads,
                         .head_dim = shape.head_dim};
  std::vector<std::int32_t> table(static_cast<std::size_t>(num_pages));
  std::iota(table.begin(), table.end(), 0);
  std::vector<std::int32_t> positions(static_cast<std::size_t>(num_rows));
  std::iota(positions.begin(), positions.end(), 0);
  const std::vector<TokenId> tokens(positions.size(), 0);
  const Segment all[] = {
      {.row_begin = 0, .num_rows = num_rows, .position_begin = 0, .page_table = table}};
  const std::int64_t padded =
      ops->Begin({.tokens = tokens, .positions = positions, .segments = all, .copies = {}});
  const std::int64_t columns = (shape.num_heads + 2 * shape.num_kv_heads) * shape.head_dim;
  const Buffer qkv = ArbitraryOnDevice(ctx, padded * columns);
  const Buffer out = ArbitraryOnDevice(ctx, padded * shape.num_heads * shape.head_dim);
  const TensorView from(qkv.data(), DType::kBF16, {padded, columns}, ctx.device());
  const TensorView to(out.data(), DType::kBF16, {padded, shape.num_heads * shape.head_dim},
                      ctx.device());
  const double pairs = 0.5 * static_cast<double>(num_rows) * static_cast<double>(num_rows + 1);
  const double flops = 4 * static_cast<double>(shape.num_heads * shape.head_dim) * pairs;
  return flops /
         SecondsEach(ctx, out.data(), sizes.launches, [&] { ops->Attend(from, pages, to); });
}

}  // namespace meval
