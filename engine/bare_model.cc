#include "engine/bare_model.h"

#include <utility>

#include "engine/model_outline.h"
#include "engine/model_source.h"
#include "engine/source_weights.h"

namespace meval {
namespace {

// What is known of a model before its weights are there.
struct BareOutline {
  ModelSource source;
  ModelConfig config;
  DType dtype = DType::kF32;
};

BareOutline Outline(const EngineOptions& options) {
  const bool is_random = options.model.starts_with("random:");
  const bool is_tiny = options.model.starts_with("random:tiny");
  if (!is_random || is_tiny || !options.tokenizer.empty()) {
    ModelOutline outline = OutlineModel(options);
    return {std::move(outline.source), std::move(outline.config), outline.dtype};
  }
  BareOutline outline;
  // A tokenizer has to be named, but nobody opens it.
  outline.source = ResolveModel(options.model, "none", options.tiny_dir);
  outline.config = NamedShape(outline.source.shape).value();
  const bool is_bf16 =
      options.dtype == WeightDType::kBF16 ||
      (options.dtype == WeightDType::kAuto && outline.config.torch_dtype == "bfloat16");
  outline.dtype = is_bf16 ? DType::kBF16 : DType::kF32;
  return outline;
}

}  // namespace

BareModel BareModel::Load(Context& ctx, const EngineOptions& options) {
  const BareOutline outline = Outline(options);
  MemoryPlan memory =
      PlanMemory(outline.config, outline.dtype, EstimateWeightBytes(outline.config, outline.dtype),
                 options, AvailableMemoryBytes());
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
      cache_(std::make_unique<KvCache>(config, memory.dtype, memory.num_pages)) {}

OpenBatch BareModel::Open() { return {ctx_, *model_, *cache_, CostModel(config(), memory_.dtype)}; }

}  // namespace meval
