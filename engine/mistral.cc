#include "engine/mistral.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "engine/error.h"
#include "kernels/check.h"
#include "kernels/embedding.h"
#include "kernels/gemm.h"
#include "kernels/residual_add.h"
#include "kernels/rmsnorm.h"
#include "kernels/silu_mul.h"

namespace meval {
namespace {

// The runs of neighbouring `rows`, which ascend, as segments of their own.
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

// Row i of `to` becomes row rows[i] of `from`. The rows ascend, so the two may be one tensor.
void CopyRows(const TensorView& from, std::span<const std::int64_t> rows, const TensorView& to) {
  const auto row_bytes = static_cast<std::size_t>(from.row_elements()) * sizeof(float);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::memmove(to.As<float>() + static_cast<std::int64_t>(i) * to.row_stride,
                 from.As<float>() + rows[i] * from.row_stride, row_bytes);
  }
}

// Log-probabilities of such logits would be no numbers, and a draw from them no choice.
void CheckAreFinite(Context& ctx, const TensorView& logits) {
  std::atomic<bool> are_finite = true;
  ctx.ParallelFor(logits.rows(), [&](std::int64_t row) {
    const float* values = logits.Rows(row, 1).As<float>();
    // An exponent of ones, which says infinite or not a number, carries into the sign bit; no
    // branch, so that whole vectors are looked at.
    constexpr std::uint32_t kExponent = 0x7f800000;
    constexpr std::uint32_t kLowestExponentBit = 0x00800000;
    const std::int64_t count = logits.row_elements();
    std::uint32_t carries = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      carries |= (std::bit_cast<std::uint32_t>(values[i]) & kExponent) + kLowestExponentBit;
    }
    if ((carries & 0x80000000U) != 0) are_finite = false;
  });
  if (are_finite) return;
  const std::span<const float> values(logits.As<float>(),
                                      static_cast<std::size_t>(logits.num_elements()));
  const auto bad =
      std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  throw ModelError("the model's logits: expected finite numbers, found " + std::to_string(*bad) +
                   "; its weights are damaged or too large for their dtype: fetch them again, or "
                   "try --dtype f32");
}

}  // namespace

void TokenBatch::Clear() {
  tokens.clear();
  positions.clear();
  segments.clear();
  logit_rows.clear();
  copies.clear();
}

void TokenBatch::Append(std::span<const TokenId> ids, std::int64_t position_begin,
                        const KvSequence& sequence) {
  const auto num_ids = static_cast<std::int64_t>(ids.size());
  const std::int64_t end = position_begin + num_ids;
  MEVAL_REQUIRE(num_ids > 0 && position_begin >= 0 && end <= sequence.length(),
                "positions " + std::to_string(position_begin) + " to " + std::to_string(end) +
                    " of a sequence of " + std::to_string(sequence.length()));
  Segment segment;
  segment.row_begin = num_rows();
  segment.num_rows = num_ids;
  segment.position_begin = position_begin;
  segment.page_table = sequence.pages().first(static_cast<std::size_t>(NumKvPages(end)));
  segments.push_back(segment);
  tokens.insert(tokens.end(), ids.begin(), ids.end());
  for (std::int64_t position = position_begin; position < end; ++position) {
    positions.push_back(static_cast<std::int32_t>(position));
  }
}

// Activations of one step: buffers of max_tokens rows, and views of the rows in use.
struct Mistral::Workspace {
  struct Rows {
    Rows(std::int64_t max_rows, std::int64_t columns)
        : buffer(static_cast<std::size_t>(max_rows * columns) * sizeof(float)), width(columns) {}
    TensorView First(std::int64_t rows) const {
      return TensorView(buffer.data(), DType::kF32, {rows, width});
    }
    Buffer buffer;
    std::int64_t width;
  };

  Workspace(const ModelConfig& config, std::int64_t max_tokens, std::int64_t logit_rows)
      : max_logit_rows(logit_rows),
        residual(max_tokens, config.hidden_size),
        normed(max_tokens, config.hidden_size),
        qkv(max_tokens, QkvColumns(config)),
        attended(max_tokens, config.num_attention_heads * config.head_dim),
        gate_up(max_tokens, 2 * config.intermediate_size),
        scored(logit_rows, config.hidden_size),
        logits(logit_rows, config.vocab_size) {}

  static std::int64_t QkvColumns(const ModelConfig& config) {
    return (config.num_attention_heads + 2 * config.num_key_value_heads) * config.head_dim;
  }

  std::int64_t max_logit_rows;
  // Of the latest batch, whose last layer waits for the rows to go on with:
  std::int64_t num_rows = 0;
  std::vector<Segment> segments;
  KvPages last_pages;             // of the last layer
  std::vector<Segment> selected;  // the parts of `segments` whose logits are wanted

  Rows residual;  // x, [T, C]: the residual stream, f32 throughout
  Rows normed;    // [T, C]: what a norm gives, then what attention or FFN adds to x
  Rows qkv;       // [T, (H + 2K) * D]
  Rows attended;  // [T, H * D]
  Rows gate_up;   // [T, 2F]
  Rows scored;    // [R, C]: rows whose logits are wanted
  Rows logits;    // [R, V]
};

namespace {

// Logits of a step are computed in chunks of at most this many bytes: enough rows for the matrix
// product to run at full speed, few enough to stay small beside the weights.
constexpr std::int64_t kLogitBytes = std::int64_t{64} << 20;

std::int64_t ChooseLogitRows(const ModelConfig& config, std::int64_t max_tokens) {
  const std::int64_t row_bytes = config.vocab_size * std::int64_t{sizeof(float)};
  return std::min(max_tokens, std::max<std::int64_t>(64, kLogitBytes / row_bytes));
}

}  // namespace

Mistral::Mistral(Context& ctx, const ModelConfig& config, MistralWeights weights,
                 std::int64_t max_tokens, std::int64_t max_positions)
    : ctx_(ctx),
      config_(config),
      weights_(std::move(weights)),
      max_tokens_(max_tokens),
      rope_(config.head_dim, config.rope_theta, max_positions) {
  MEVAL_REQUIRE(max_tokens >= 1, "max_tokens " + std::to_string(max_tokens));
  workspace_ = std::make_unique<Workspace>(config, max_tokens, ChooseLogitRows(config, max_tokens));
}

Mistral::~Mistral() = default;

std::int64_t Mistral::max_logit_rows() const { return workspace_->max_logit_rows; }

std::int64_t Mistral::workspace_bytes() const {
  return WorkspaceBytes(config_, max_tokens_, max_positions());
}

std::int64_t Mistral::WorkspaceBytes(const ModelConfig& config, std::int64_t max_tokens,
                                     std::int64_t max_positions) {
  const std::int64_t token_floats = 2 * config.hidden_size + Workspace::QkvColumns(config) +
                                    config.num_attention_heads * config.head_dim +
                                    2 * config.intermediate_size;
  const std::int64_t logit_floats = config.hidden_size + config.vocab_size;
  return std::int64_t{sizeof(float)} *
         (max_tokens * token_floats + ChooseLogitRows(config, max_tokens) * logit_floats +
          max_positions * config.head_dim);
}

TensorView Mistral::Forward(const TokenBatch& batch, KvCache& cache) {
  CheckBatch(batch);
  const std::int64_t num_layers = config_.num_hidden_layers;
  workspace_->num_rows = batch.num_rows();
  workspace_->segments = batch.segments;
  workspace_->last_pages = cache.Layer(num_layers - 1);

  Embedding(ctx_, weights_.embedding, batch.tokens, workspace_->residual.First(batch.num_rows()));
  for (std::int64_t l = 0; l < num_layers; ++l) {
    const LayerWeights& layer = weights_.layers[static_cast<std::size_t>(l)];
    const KvPages pages = cache.Layer(l);
    ProjectAndStore(layer, batch, pages);
    // The last layer serves nothing but logits: it goes on with the rows that are asked for.
    if (l == num_layers - 1) break;
    Attend(pages, batch.segments);
    AddToResidual(layer, workspace_->attended.First(batch.num_rows()),
                  workspace_->residual.First(batch.num_rows()));
  }
  return Logits(batch.logit_rows);
}

// The residual stream to queries, keys and values; keys and values to their pages.
void Mistral::ProjectAndStore(const LayerWeights& layer, const TokenBatch& batch,
                              const KvPages& pages) {
  const std::int64_t T = batch.num_rows();
  const std::int64_t H = config_.num_attention_heads;
  const std::int64_t K = config_.num_key_value_heads;
  const std::int64_t D = config_.head_dim;
  const TensorView x = workspace_->residual.First(T);
  const TensorView normed = workspace_->normed.First(T);
  const TensorView qkv = workspace_->qkv.First(T);
  const TensorView q = qkv.Columns(0, H * D).WithRowShape({H, D});
  const TensorView k = qkv.Columns(H * D, K * D).WithRowShape({K, D});
  const TensorView v = qkv.Columns((H + K) * D, K * D).WithRowShape({K, D});

  RmsNorm(ctx_, x, layer.attention_norm, Epsilon(), normed);
  Gemm(ctx_, normed, layer.wqkv, qkv);
  Rope(ctx_, q, batch.positions, rope_);
  Rope(ctx_, k, batch.positions, rope_);
  WriteKv(ctx_, k, v, batch.segments, pages);
  WriteKv(ctx_, k, v, batch.copies, pages);
}

// Queries of the segments' rows to attended rows, in place of the batch.
void Mistral::Attend(const KvPages& pages, std::span<const Segment> segments) {
  const std::int64_t T = workspace_->num_rows;
  const std::int64_t H = config_.num_attention_heads;
  const std::int64_t D = config_.head_dim;
  const TensorView q = workspace_->qkv.First(T).Columns(0, H * D).WithRowShape({H, D});
  const TensorView attended = workspace_->attended.First(T).WithRowShape({H, D});
  const AttentionOptions options{.scale = 1.0F / std::sqrt(static_cast<float>(D)),
                                 .window = config_.sliding_window};
  Attention(ctx_, q, pages, segments, options, attended);
}

// What a layer adds to the residual stream x, once its rows have attended.
void Mistral::AddToResidual(const LayerWeights& layer, TensorView attended, TensorView x) {
  const std::int64_t F = config_.intermediate_size;
  const TensorView normed = workspace_->normed.First(x.rows());
  const TensorView delta = normed;  // read by the product before it is overwritten
  const TensorView gate_up = workspace_->gate_up.First(x.rows());
  const TensorView gate = gate_up.Columns(0, F);
  const TensorView up = gate_up.Columns(F, F);

  Gemm(ctx_, attended, layer.wo, delta);
  ResidualAdd(ctx_, delta, x);

  RmsNorm(ctx_, x, layer.ffn_norm, Epsilon(), normed);
  Gemm(ctx_, normed, layer.gate_up, gate_up);
  SiluMul(ctx_, gate, up, gate);
  Gemm(ctx_, gate, layer.down, delta);
  ResidualAdd(ctx_, delta, x);
}

TensorView Mistral::Logits(std::span<const std::int64_t> rows) {
  const auto R = static_cast<std::int64_t>(rows.size());
  CheckLogitRows(rows);
  const TensorView x = workspace_->scored.First(R);
  const TensorView logits = workspace_->logits.First(R);
  if (R == 0) return logits;

  SelectSegments(rows, workspace_->segments, workspace_->selected);
  Attend(workspace_->last_pages, workspace_->selected);
  const TensorView attended = workspace_->attended.First(workspace_->num_rows);
  CopyRows(attended, rows, attended);
  CopyRows(workspace_->residual.First(workspace_->num_rows), rows, x);
  AddToResidual(weights_.layers.back(), attended.Rows(0, R), x);

  RmsNorm(ctx_, x, weights_.final_norm, Epsilon(), x);
  Gemm(ctx_, x, weights_.lm_head, logits);
  CheckAreFinite(ctx_, logits);
  return logits;
}

void Mistral::CheckLogitRows(std::span<const std::int64_t> rows) const {
  const auto R = static_cast<std::int64_t>(rows.size());
  MEVAL_REQUIRE(R <= max_logit_rows(),
                std::to_string(R) + " rows of logits, at most " + std::to_string(max_logit_rows()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    MEVAL_REQUIRE(rows[i] >= 0 && rows[i] < workspace_->num_rows,
                  "row " + std::to_string(rows[i]) + " of " + std::to_string(workspace_->num_rows));
    MEVAL_REQUIRE(i == 0 || rows[i] > rows[i - 1], "rows ascend, found " + std::to_string(rows[i]) +
                                                       " after " + std::to_string(rows[i - 1]));
  }
}

void Mistral::CheckBatch(const TokenBatch& batch) const {
  const std::int64_t T = batch.num_rows();
  MEVAL_REQUIRE(T >= 1 && T <= max_tokens_, "a batch of " + std::to_string(T) + " rows, at most " +
                                                std::to_string(max_tokens_));
  MEVAL_REQUIRE(batch.positions.size() == batch.tokens.size(), "one position per token");
  std::int64_t next_row = 0;
  for (const Segment& segment : batch.segments) {
    MEVAL_REQUIRE(segment.row_begin == next_row, "segments cover the rows in order");
    next_row += segment.num_rows;
  }
  MEVAL_REQUIRE(next_row == T, "segments cover all rows");
}

}  // namespace meval
