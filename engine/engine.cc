#include "engine/engine.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "engine/error.h"
#include "engine/generate.h"
#include "engine/kv_cache.h"
#include "engine/memory_plan.h"
#include "engine/mistral.h"
#include "engine/model_source.h"
#include "engine/score.h"
#include "kernels/check.h"

namespace meval {

const char* Name(StopReason reason) {
  switch (reason) {
    case StopReason::kEos:
      return "eos";
    case StopReason::kStopString:
      return "stop";
    case StopReason::kLength:
      return "length";
  }
  return "";
}

struct Engine::Impl {
  Impl(Context& context, const ModelConfig& model_config, MistralWeights weights,
       Tokenizer model_tokenizer, const MemoryPlan& memory, bool share)
      : ctx(context),
        tokenizer(std::move(model_tokenizer)),
        plan(memory),
        share_prefixes(share),
        model(context, model_config, std::move(weights), memory.batch_tokens, memory.max_length),
        cache(model_config, memory.dtype, memory.num_pages) {
    plan.weight_bytes = model.weights().bytes;
  }

  void CheckTokens(std::span<const TokenId> tokens, std::size_t request) const;
  void Check(const ScoreRequest& request, std::size_t index) const;
  void Check(const GenerationRequest& request, std::size_t index) const;

  Context& ctx;
  Tokenizer tokenizer;
  MemoryPlan plan;
  bool share_prefixes;
  Mistral model;
  KvCache cache;
  EngineStats stats;
  std::vector<std::filesystem::path> weight_files;
};

namespace {

// A tokenizer may know fewer ids than the model has rows: embeddings are padded, and fine-tunes add
// tokens that tokenizer.model does not list. Such ids are never encoded and give no text. More ids
// than rows cannot be.
void CheckVocabulary(const ModelConfig& config, const Tokenizer& tokenizer, bool exact) {
  const std::int64_t pieces = tokenizer.vocab_size();
  if (pieces > config.vocab_size || (exact && pieces != config.vocab_size)) {
    throw ModelError(tokenizer.file().string() + ": expected " + (exact ? "" : "at most ") +
                     std::to_string(config.vocab_size) + " pieces (vocab_size of the model), found " +
                     std::to_string(pieces) + "; give the tokenizer that belongs to the model");
  }
}

DType ResolveDType(WeightDType asked, DType own) {
  switch (asked) {
    case WeightDType::kAuto:
      return own;
    case WeightDType::kF32:
      return DType::kF32;
    case WeightDType::kBF16:
      return DType::kBF16;
  }
  return own;
}

}  // namespace

Engine Engine::Load(Context& ctx, const EngineOptions& options) {
}

Engine::Engine(Context& ctx, const ModelConfig& config, MistralWeights weights,
               Tokenizer tokenizer, const EngineOptions& options) {
  CheckVocabulary(config, tokenizer, false);
  // The weights are there already, so what is available has to be seen without them.
  const MemoryPlan plan = PlanMemory(config, weights.dtype, weights.bytes, options,
                                     AvailableMemoryBytes() + weights.bytes);
  if (options.announce) options.announce(plan.Table());
  impl_ = std::make_unique<Impl>(ctx, config, std::move(weights), std::move(tokenizer), plan,
                                 options.share_prefixes);
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

const ModelConfig& Engine::config() const { return impl_->model.config(); }
const Tokenizer& Engine::tokenizer() const { return impl_->tokenizer; }
const EngineStats& Engine::stats() const { return impl_->stats; }
std::int64_t Engine::max_length() const { return impl_->plan.max_length; }
DType Engine::dtype() const { return impl_->model.weights().dtype; }
std::string Engine::origin() const { return impl_->model.weights().origin; }
std::vector<std::filesystem::path> Engine::weight_files() const { return impl_->weight_files; }
std::string Engine::MemoryTable() const { return impl_->plan.Table(); }
