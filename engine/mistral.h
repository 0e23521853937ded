#ifndef MEVAL_ENGINE_MISTRAL_H_
#define MEVAL_ENGINE_MISTRAL_H_

// The forward pass (Jiang et al. 2023, "Mistral 7B"; Touvron et al. 2023): token ids in, logits of
// the asked rows out.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/kv_cache.h"
#include "engine/model_config.h"
#include "engine/weights.h"
#include "kernels/attention.h"
#include "kernels/context.h"
#include "kernels/rope.h"
#include "kernels/step_ops.h"

namespace meval {

// Rows of one forward pass: runs of consecutive positions of several sequences, packed without
// padding.
struct TokenBatch {
  std::vector<TokenId> tokens;           // [T]
  std::vector<std::int32_t> positions;   // [T]
  std::vector<Segment> segments;         // cover the T rows in order
  std::vector<std::int64_t> logit_rows;  // [R] rows whose logits are wanted, ascending
  // Rows whose keys and values are also stored for a second sequence: one that begins with rows of
  // this very batch and owns a copy of the page they end in.
  std::vector<Segment> copies;

  std::int64_t num_rows() const { return static_cast<std::int64_t>(tokens.size()); }
  void Clear();
  // Appends a segment: `ids` at positions position_begin, ... of `sequence`, which holds pages for
  // them and is left alone until the forward pass is done and its logits are taken.
  void Append(std::span<const TokenId> ids, std::int64_t position_begin,
              const KvSequence& sequence);
};

class Mistral {
 public:
  // max_tokens: the largest T of a batch; max_positions: the longest sequence. All activation
  // memory is taken here. Where a device has less than it said (it is in pieces, or another process
  // was faster), T is halved until there is enough: max_tokens() says what it is. Throws
  // DeviceError if there is none for one row.
  Mistral(Context& ctx, const ModelConfig& config, MistralWeights weights, std::int64_t max_tokens,
          std::int64_t max_positions);
  ~Mistral();

  // Stores the batch's keys and values in `cache` and returns logits [R, V] f32 of
  // batch.logit_rows, valid until the next call. R may be 0. A row's logits depend on its own
  // sequence only, bit for bit, whatever else is in the batch. At most max_logit_rows() rows may be
  // asked for. Throws std::invalid_argument on a batch that breaks these rules, and ModelError if a
  // logit is no finite number: damaged weights, or an overflow.
  TensorView Forward(const TokenBatch& batch, KvCache& cache);
  // The same for other rows of the latest batch, ascending: a step that asks for more than
  // max_logit_rows() takes them in chunks. Behind its keys and values the last layer is computed
  // here, for these rows alone, so the batch's sequences and pages are still to be as Forward left
  // them.
  TensorView Logits(std::span<const std::int64_t> rows);

  const ModelConfig& config() const { return config_; }
  const MistralWeights& weights() const { return weights_; }
  std::int64_t max_tokens() const { return max_tokens_; }
  std::int64_t max_positions() const { return rope_.max_positions(); }
  std::int64_t max_logit_rows() const;
  std::int64_t workspace_bytes() const;
  // The same before there is a model, for weights of `weights` on a device.
  static std::int64_t WorkspaceBytes(const ModelConfig& config, std::int64_t max_tokens,
                                     std::int64_t max_positions, const DeviceTraits& traits = {},
                                     DType weights = DType::kF32);
  // Keys and values are kept in the dtype of the weights.
  DType kv_dtype() const { return weights_.dtype; }

 private:
  void ProjectAndStore(const LayerWeights& layer, const KvPages& pages);
  void AddToResidual(const LayerWeights& layer, TensorView attended, TensorView x);
  void CheckBatch(const TokenBatch& batch) const;
  void CheckLogitRows(std::span<const std::int64_t> rows) const;
  float Epsilon() const { return static_cast<float>(config_.rms_norm_eps); }

  Context& ctx_;
  ModelConfig config_;
  MistralWeights weights_;
  std::int64_t max_tokens_;
  RopeTable rope_;
  struct Workspace;
  std::unique_ptr<Workspace> workspace_;
  std::unique_ptr<StepOps> step_;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_MISTRAL_H_
