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
#include "engine/model_outline.h"
#include "engine/planned_cache.h"
#include "engine/score.h"
#include "engine/source_weights.h"
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
        model(context, model_config, std::move(weights), memory.batch_tokens, memory.max_length),
        cache(MakePlannedCache(context, model, plan)),
        planning(PlanOptionsFor(model_config, plan, share)) {
    plan.weight_bytes = model.weights().bytes;
  }

  void CheckTokens(std::span<const TokenId> tokens, std::size_t request) const;
  void Check(const ScoreRequest& request, std::size_t index) const;
  void Check(const GenerationRequest& request, std::size_t index) const;

  Context& ctx;
  Tokenizer tokenizer;
  MemoryPlan plan;
  Mistral model;
  std::unique_ptr<KvCache> cache;
  PlanOptions planning;
  EngineStats stats;
  std::vector<std::filesystem::path> weight_files;
};

Engine Engine::Load(Context& ctx, const EngineOptions& options) {
  const DeviceTraits traits = ctx.traits();
  ModelOutline outline = OutlineModel(options, traits);
  const ModelConfig& config = outline.config;
  const MemoryPlan memory = PlanMemory(outline, options, traits);
  if (options.announce) options.announce(memory.Table());
  SourceWeights loaded = LoadSourceWeights(ctx, outline.source, options.model, config,
                                           outline.dtype, options.progress);
  auto impl = std::make_unique<Impl>(ctx, config, std::move(loaded.weights),
                                     std::move(outline.tokenizer), memory, options.share_prefixes);
  impl->weight_files = std::move(loaded.files);
  return Engine(std::move(impl));
}

Engine::Engine(Context& ctx, const ModelConfig& config, MistralWeights weights, Tokenizer tokenizer,
               const EngineOptions& options) {
  CheckVocabulary(config, tokenizer, false);
  // The weights are there already, so what is available has to be seen without them.
  const DeviceTraits traits = ctx.traits();
  const MemoryPlan plan = PlanMemory(config, weights.dtype, weights.bytes, options,
                                     AvailableBytes(traits) + weights.bytes, traits);
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
const PlanOptions& Engine::planning() const { return impl_->planning; }
std::string Engine::MemoryTable() const { return impl_->plan.Table(); }

void Engine::Score(std::span<const ScoreRequest> requests, const ScoreDone& done,
                   std::stop_token stop) {
  for (std::size_t i = 0; i < requests.size(); ++i) impl_->Check(requests[i], i);
  impl_->stats = {};
  ExecuteScorePlan(impl_->ctx, impl_->model, *impl_->cache, PlanScore(requests, impl_->planning),
                   requests, done, std::move(stop), impl_->stats);
}

void Engine::Generate(std::span<const GenerationRequest> requests, const GenerateDone& done,
                      std::stop_token stop) {
  for (std::size_t i = 0; i < requests.size(); ++i) impl_->Check(requests[i], i);
  impl_->stats = {};
  ExecuteGenerationPlan(impl_->ctx, impl_->model, *impl_->cache, impl_->tokenizer,
                        PlanGeneration(requests, impl_->planning), impl_->planning.cost, requests,
                        done, std::move(stop), impl_->stats);
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
  Require(request.max_new_tokens >= 0, index,
          "max_new_tokens " + std::to_string(request.max_new_tokens) + "; at least 0");
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
