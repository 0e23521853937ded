#include "engine/bare_model.h"

#include <utility>

#include "engine/model_outline.h"
#include "engine/model_source.h"
#include "engine/planned_cache.h"
#include "engine/source_weights.h"

namespace meval {
namespace {

// What is known of a model before its weights are there.
struct BareOutline {
  ModelSource source;
  ModelConfig config;
  DType dtype = DType::kF32;
};

BareOutline Outline(const EngineOptions& options, const DeviceTraits& traits) {
  const bool is_random = options.model.starts_with("random:");
  const bool is_tiny = options.model.starts_with("random:tiny");
  if (!is_random || is_tiny || !options.tokenizer.empty()) {
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

}  // namespace

BareModel BareModel::Load(Context& ctx, const EngineOptions& options) {
  const DeviceTraits traits = ctx.traits();
  const BareOutline outline = Outline(options, traits);
  MemoryPlan memory = PlanMemory(
      outline.config, outline.dtype, EstimateWeightBytes(outline.config, outline.dtype), options,
      traits.device == Device::kCpu ? AvailableMemoryBytes() : traits.available_bytes, traits);
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
      cache_(MakePlannedCache(ctx, config, memory_)) {}

OpenBatch BareModel::Open() { return {ctx_, *model_, *cache_, CostModel(config(), memory_.dtype)}; }

}  // namespace meval
