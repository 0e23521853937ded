#include "engine/bare_model.h"

#include <string_view>
#include <utility>

#include "engine/model_outline.h"
#include "engine/model_source.h"
#include "engine/planned_cache.h"
#include "engine/source_weights.h"

namespace meval {

bool HasNoTokenizer(const EngineOptions& options) {
  constexpr std::string_view kRandom = "random:";
  return options.model.starts_with(kRandom) &&
         !IsTinyShape(std::string_view(options.model).substr(kRandom.size())) &&
         options.tokenizer.empty();
}

BareOutline OutlineBareModel(const EngineOptions& options, const DeviceTraits& traits) {
  if (!HasNoTokenizer(options)) {
    ModelOutline outline = OutlineModel(options, traits);
    return {std::move(outline.source), std::move(outline.config), outline.dtype};
  }
  BareOutline outline;
  // A tokenizer has to be named, but nobody opens it.
  outline.source = ResolveModel(options.model, "none", options.tiny_dir);
  outline.config = NamedShape(outline.source.shape).value();
  outline.dtype = ResolveDType(options.dtype, NaturalDType(outline.config), traits.device);
  return outline;
}

MemoryPlan PlanMemory(const BareOutline& outline, const EngineOptions& options,
                      const DeviceTraits& traits) {
  return PlanMemory(outline.config, outline.dtype,
                    EstimateWeightBytes(outline.config, outline.dtype), options,
                    AvailableBytes(traits), traits);
}

BareModel BareModel::Load(Context& ctx, const EngineOptions& options) {
  const DeviceTraits traits = ctx.traits();
  const BareOutline outline = OutlineBareModel(options, traits);
  MemoryPlan memory = PlanMemory(outline, options, traits);
  if (options.announce) options.announce(memory.Table());
  SourceWeights loaded = LoadSourceWeights(ctx, outline.source, options.model, outline.config,
                                           outline.dtype, options.progress);
  memory.weight_bytes = loaded.weights.bytes;
  return BareModel(ctx, outline.config, std::move(loaded.weights), memory);
}

BareModel::BareModel(Context& ctx, const ModelConfig& config, MistralWeights weights,
                     const MemoryPlan& memory)
    : ctx_(ctx),
      memory_(memory),
      model_(std::make_unique<Mistral>(ctx, config, std::move(weights), memory.batch_tokens,
                                       memory.max_length)),
      cache_(MakePlannedCache(ctx, *model_, memory_)) {}

OpenBatch BareModel::Open() { return {ctx_, *model_, *cache_, CostModel(config(), memory_.dtype)}; }

}  // namespace meval
