#include "engine/mistral.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "engine/error.h"
#include "kernels/check.h"
#include "kernels/finite.h"
#include "kernels/gemm.h"
#include "kernels/rmsnorm.h"
#include "kernels/silu_mul.h"

namespace meval {
namespace {

// Log-probabilities of such logits would be no numbers, and a draw from them no choice.
void CheckAreFinite(Context& ctx, const TensorView& logits) {
  const std::optional<float> bad = FindNotFinite(ctx, logits);
  if (!bad) return;
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
    Rows(Context& ctx, std::int64_t max_rows, std::int64_t columns, DType type)
        : buffer(ctx.Allocate(static_cast<std::size_t>(max_rows * columns * SizeOf(type)))),
          width(columns),
          dtype(type),
          device(ctx.device()) {}
    TensorView First(std::int64_t rows) const {
      return TensorView(buffer.data(), dtype, {rows, width}, device);
    }
    Buffer buffer;
    std::int64_t width;
    DType dtype;
    Device device;
  };

  // `act`: the dtype of activations, ctx.ActivationDType.
  Workspace(Context& ctx, const ModelConfig& config, DType act, std::int64_t max_tokens,
            std::int64_t logit_rows)
      : max_logit_rows(logit_rows),
        residual(ctx, max_tokens, config.hidden_size, DType::kF32),
        normed(ctx, max_tokens, config.hidden_size, act),
        qkv(ctx, max_tokens, QkvColumns(config), act),
        attended(ctx, max_tokens, HeadColumns(config), act),
        gate_up(ctx, max_tokens, 2 * config.intermediate_size, act),
        scored(ctx, logit_rows, config.hidden_size, DType::kF32),
        scored_attended(ctx, logit_rows, HeadColumns(config), act),
        logits(ctx, logit_rows, config.vocab_size, DType::kF32) {}

  static std::int64_t QkvColumns(const ModelConfig& config) {
    return (config.num_attention_heads + 2 * config.num_key_value_heads) * config.head_dim;
  }
  static std::int64_t HeadColumns(const ModelConfig& config) {
    return config.num_attention_heads * config.head_dim;
  }

  std::int64_t max_logit_rows;
  // Of the latest batch, whose last layer waits for the rows to go on with:
  std::int64_t batch_rows = 0;
  std::int64_t num_rows = 0;  // that are computed: kernels/step_ops.h
  std::vector<Segment> segments;
  KvPages first_pages;  // of layer 0
  KvPages last_pages;   // of the last layer

  Rows residual;  // x, [T, C]: the residual stream, f32 throughout
  Rows normed;    // [T, C]: what a norm gives, and on the cpu what attention or FFN adds to x
  Rows qkv;       // [T, (H + 2K) * D]
  Rows attended;  // [T, H * D]
  Rows gate_up;   // [T, 2F]
  Rows scored;    // [R, C]: x of the rows whose logits are wanted
  Rows scored_attended;  // [R, H * D]
  Rows logits;           // [R, V]
};

namespace {

std::int64_t ChooseLogitRows(const ModelConfig& config, std::int64_t max_tokens,
                             std::int64_t logit_bytes) {
  const std::int64_t row_bytes = config.vocab_size * std::int64_t{sizeof(float)};
  return std::min(max_tokens, std::max<std::int64_t>(64, logit_bytes / row_bytes));
}

StepShape ShapeOf(const ModelConfig& config, std::int64_t max_rows, std::int64_t max_selected) {
  return {.vocab_size = config.vocab_size,
          .num_heads = config.num_attention_heads,
          .num_kv_heads = config.num_key_value_heads,
          .head_dim = config.head_dim,
          .attention = {.scale = 1.0F / std::sqrt(static_cast<float>(config.head_dim)),
                        .window = config.sliding_window},
          .max_rows = max_rows,
          .max_selected = max_selected};
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
  while (workspace_ == nullptr) {
    const std::int64_t logit_rows = ChooseLogitRows(config, max_tokens_, ctx.traits().logit_bytes);
    try {
      workspace_ = std::make_unique<Workspace>(ctx, config, ctx.ActivationDType(weights_.dtype),
                                               max_tokens_, logit_rows);
    } catch (const DeviceError&) {
      if (ctx.device() == Device::kCpu || max_tokens_ == 1) throw;
      max_tokens_ = (max_tokens_ + 1) / 2;
    }
  }
  step_ = MakeStepOps(ctx, ShapeOf(config_, max_tokens_, max_logit_rows()), rope_);
}

Mistral::~Mistral() = default;

std::int64_t Mistral::max_logit_rows() const { return workspace_->max_logit_rows; }

std::int64_t Mistral::workspace_bytes() const {
  return WorkspaceBytes(config_, max_tokens_, max_positions(), ctx_.traits(), weights_.dtype);
}

std::int64_t Mistral::WorkspaceBytes(const ModelConfig& config, std::int64_t max_tokens,
                                     std::int64_t max_positions, const DeviceTraits& traits,
                                     DType weights) {
  const std::int64_t act = SizeOf(ActivationDType(traits.device, weights));
  const std::int64_t f32 = sizeof(float);
  const std::int64_t heads = Workspace::HeadColumns(config);
  const std::int64_t token_bytes =
      config.hidden_size * (f32 + act) +
      act * (Workspace::QkvColumns(config) + heads + 2 * config.intermediate_size);
  const std::int64_t logit_bytes = f32 * (config.hidden_size + config.vocab_size) + act * heads;
  return max_tokens * token_bytes +
         ChooseLogitRows(config, max_tokens, traits.logit_bytes) * logit_bytes +
         f32 * max_positions * config.head_dim;
}

TensorView Mistral::Forward(const TokenBatch& batch, KvCache& cache) {
  CheckBatch(batch);
  Workspace& work = *workspace_;
  const std::int64_t num_layers = config_.num_hidden_layers;
  work.segments = batch.segments;
  work.first_pages = cache.Layer(0);
  work.last_pages = cache.Layer(num_layers - 1);
  work.batch_rows = batch.num_rows();
  work.num_rows = step_->Begin({.tokens = batch.tokens,
                                .positions = batch.positions,
                                .segments = work.segments,
                                .copies = batch.copies});
  const auto layers = [&] {
    const TensorView x = work.residual.First(work.num_rows);
    step_->Embed(weights_.embedding, x);
    for (std::int64_t l = 0; l < num_layers; ++l) {
      const LayerWeights& layer = weights_.layers[static_cast<std::size_t>(l)];
      const KvPages pages = cache.Layer(l);
      ProjectAndStore(layer, pages);
      // The last layer serves nothing but logits: it goes on with the rows that are asked for.
      if (l == num_layers - 1) break;
      const TensorView attended = work.attended.First(work.num_rows);
      step_->Attend(work.qkv.First(work.num_rows), pages, attended);
      AddToResidual(layer, attended, x);
    }
  };
  step_->Run(StepPart::kLayers, work.first_pages, std::cref(layers));
  return Logits(batch.logit_rows);
}

// The residual stream to queries, keys and values; keys and values to their pages.
void Mistral::ProjectAndStore(const LayerWeights& layer, const KvPages& pages) {
  const TensorView normed = workspace_->normed.First(workspace_->num_rows);
  const TensorView qkv = workspace_->qkv.First(workspace_->num_rows);
  RmsNorm(ctx_, workspace_->residual.First(workspace_->num_rows), layer.attention_norm, Epsilon(),
          normed);
  Gemm(ctx_, normed, layer.wqkv, qkv);
  step_->RotateAndStore(qkv, pages);
}

// What a layer adds to the residual stream x, once its rows have attended.
void Mistral::AddToResidual(const LayerWeights& layer, TensorView attended, TensorView x) {
  const std::int64_t F = config_.intermediate_size;
  const TensorView normed = workspace_->normed.First(x.rows());
  const TensorView scratch = normed;  // read by the product before it is overwritten
  const TensorView gate_up = workspace_->gate_up.First(x.rows());
  const TensorView gate = gate_up.Columns(0, F);
  const TensorView up = gate_up.Columns(F, F);

  GemmAdd(ctx_, attended, layer.wo, scratch, x);

  RmsNorm(ctx_, x, layer.ffn_norm, Epsilon(), normed);
  Gemm(ctx_, normed, layer.gate_up, gate_up);
  SiluMul(ctx_, gate, up, gate);
  GemmAdd(ctx_, gate, layer.down, scratch, x);
}

TensorView Mistral::Logits(std::span<const std::int64_t> rows) {
  Workspace& work = *workspace_;
  const auto R = static_cast<std::int64_t>(rows.size());
  CheckLogitRows(rows);
  const TensorView asked = work.logits.First(R);
  if (R == 0) return asked;

  const std::int64_t num_selected = step_->Select(rows);
  const auto tail = [&] {
    const TensorView x = work.scored.First(num_selected);
    const TensorView normed = work.normed.First(num_selected);
    const TensorView attended = work.attended.First(work.num_rows);
    const TensorView gathered = work.scored_attended.First(num_selected);
    step_->AttendSelected(work.qkv.First(work.num_rows), work.last_pages, attended);
    step_->GatherSelected(attended, gathered);
    step_->GatherSelected(work.residual.First(work.num_rows), x);
    AddToResidual(weights_.layers.back(), gathered, x);
    RmsNorm(ctx_, x, weights_.final_norm, Epsilon(), normed);
    Gemm(ctx_, normed, weights_.lm_head, work.logits.First(num_selected));
  };
  step_->Run(StepPart::kSelected, work.first_pages, std::cref(tail));
  CheckAreFinite(ctx_, asked);
  return asked;
}

void Mistral::CheckLogitRows(std::span<const std::int64_t> rows) const {
  const auto R = static_cast<std::int64_t>(rows.size());
  MEVAL_REQUIRE(R <= max_logit_rows(),
                std::to_string(R) + " rows of logits, at most " + std::to_string(max_logit_rows()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    MEVAL_REQUIRE(
        rows[i] >= 0 && rows[i] < workspace_->batch_rows,
        "row " + std::to_string(rows[i]) + " of " + std::to_string(workspace_->batch_rows));
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
