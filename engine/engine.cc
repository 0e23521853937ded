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
                     std::to_string(config.vocab_size) +
                     " pieces (vocab_size of the model), found " + std::to_string(pieces) +
                     "; give the tokenizer that belongs to the model");
  }
}

WeightDType Explicit(DType dtype) {
  return dtype == DType::kBF16 ? WeightDType::kBF16 : WeightDType::kF32;
}

// What kAuto means for a checkpoint: bf16 if all its matrices are, f32 otherwise.
DType NaturalDType(const Checkpoint& checkpoint) {
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    if (tensor.shape.size() == 2 && tensor.dtype != "BF16") return DType::kF32;
  }
  return DType::kBF16;
}

DType NaturalDType(const ModelConfig& config) {
  return config.torch_dtype == "bfloat16" ? DType::kBF16 : DType::kF32;
}

DType Choose(WeightDType asked, DType natural) {
  if (asked == WeightDType::kAuto) return natural;
  return asked == WeightDType::kBF16 ? DType::kBF16 : DType::kF32;
}

ModelConfig RandomConfig(const ModelSource& source, const Tokenizer& tokenizer) {
  ModelConfig config = NamedShape(source.shape).value();
  // The published shapes come with their vocabulary; tiny takes the one it is given.
  if (source.shape == "tiny") {
    config.vocab_size = tokenizer.vocab_size();
    if (tokenizer.bos_id() >= 0) config.bos_token_id = tokenizer.bos_id();
    if (tokenizer.eos_id() >= 0) config.eos_token_ids = {tokenizer.eos_id()};
  }
  CheckVocabulary(config, tokenizer, true);
  return config;
}

// Announces the plan and checks that the weights it is about to take are there to be had.
MemoryPlan PlanAndAnnounce(const ModelConfig& config, DType dtype, const EngineOptions& options) {
  const MemoryPlan plan = PlanMemory(config, dtype, EstimateWeightBytes(config, dtype), options,
                                     AvailableMemoryBytes());
  if (options.announce) options.announce(plan.Table());
  return plan;
}

}  // namespace

Engine Engine::Load(Context& ctx, const EngineOptions& options) {
  const ModelSource source = ResolveModel(options.model, options.tokenizer, options.tiny_dir);
  if (source.directory.empty()) {
    Tokenizer tokenizer = Tokenizer::Load(source.tokenizer);
    const ModelConfig config = RandomConfig(source, tokenizer);
    const DType dtype = Choose(options.dtype, NaturalDType(config));
    const MemoryPlan plan = PlanAndAnnounce(config, dtype, options);
    MistralWeights weights = RandomWeights(ctx, config, source.seed, Explicit(dtype));
    weights.origin = "random:" + source.shape + ",seed=" + std::to_string(source.seed);
    return Engine(std::make_unique<Impl>(ctx, config, std::move(weights), std::move(tokenizer),
                                         plan, options.share_prefixes));
  }
  const ModelConfig config = LoadModelConfig(source.directory);
  Tokenizer tokenizer = Tokenizer::Load(source.tokenizer);
  CheckVocabulary(config, tokenizer, false);
  const Checkpoint checkpoint = Checkpoint::Open(source.directory);
  const DType dtype = Choose(options.dtype, NaturalDType(checkpoint));
  const MemoryPlan plan = PlanAndAnnounce(config, dtype, options);
  MistralWeights weights = LoadWeights(ctx, config, checkpoint, Explicit(dtype), options.progress);
  weights.origin = options.model;
  auto impl = std::make_unique<Impl>(ctx, config, std::move(weights), std::move(tokenizer), plan,
                                     options.share_prefixes);
  impl->weight_files = checkpoint.files();
  return Engine(std::move(impl));
}

Engine::Engine(Context& ctx, const ModelConfig& config, MistralWeights weights, Tokenizer tokenizer,
               const EngineOptions& options) {
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

void Engine::Score(std::span<const ScoreRequest> requests, const ScoreDone& done,
                   std::stop_token stop) {
  for (std::size_t i = 0; i < requests.size(); ++i) impl_->Check(requests[i], i);
  impl_->stats = {};
  ScoreRequests(impl_->ctx, impl_->model, impl_->cache, requests, impl_->share_prefixes, done,
                std::move(stop), impl_->stats);
}

void Engine::Generate(std::span<const GenerationRequest> requests, const GenerateDone& done,
                      std::stop_token stop) {
  for (std::size_t i = 0; i < requests.size(); ++i) impl_->Check(requests[i], i);
  impl_->stats = {};
  GenerateRequests(impl_->ctx, impl_->model, impl_->cache, impl_->tokenizer, requests,
                   impl_->share_prefixes, done, std::move(stop), impl_->stats);
}

namespace {

// A broken rule of request `index`, as the std::invalid_argument of a caller's mistake.
void Require(bool holds, std::size_t index, const std::string& rule) {
  if (!holds) throw std::invalid_argument("request " + std::to_string(index) + ": " + rule);
}

}  // namespace

void Engine::Impl::CheckTokens(std::span<const TokenId> tokens, std::size_t index) const {
  for (const TokenId token : tokens) {
    Require(token >= 0 && token < model.config().vocab_size, index,
            "token " + std::to_string(token) + " is outside the vocabulary of " +
                std::to_string(model.config().vocab_size));
  }
}

void Engine::Impl::Check(const ScoreRequest& request, std::size_t index) const {
  Require(!request.context.empty(), index, "the context is empty; it needs one token at least");
  Require(!request.continuation.empty(), index, "the continuation is empty");
  const auto size = static_cast<std::int64_t>(request.context.size() + request.continuation.size());
  Require(size <= plan.max_length + 1, index,
          std::to_string(size) + " tokens of context and continuation; at most " +
              std::to_string(plan.max_length + 1) + " can be scored");
  CheckTokens(request.context, index);
  CheckTokens(request.continuation, index);
}

void Engine::Impl::Check(const GenerationRequest& request, std::size_t index) const {
  Require(!request.prompt.empty(), index, "the prompt is empty; it needs one token at least");
  Require(request.max_new_tokens >= 1, index,
          "max_new_tokens " + std::to_string(request.max_new_tokens) + "; at least 1");
  Require(request.num_samples >= 1, index,
          "num_samples " + std::to_string(request.num_samples) + "; at least 1");
  const auto size = static_cast<std::int64_t>(request.prompt.size());
  Require(request.max_new_tokens <= plan.max_length - size, index,
          std::to_string(size) + " prompt tokens and " + std::to_string(request.max_new_tokens) +
              " new ones; at most " + std::to_string(plan.max_length) + " together");
  Require(std::find(request.stop.begin(), request.stop.end(), "") == request.stop.end(), index,
          "a stop string is empty");
  CheckTokens(request.prompt, index);
}

}  // namespace meval
