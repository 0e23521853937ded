#ifndef MEVAL_ENGINE_BARE_MODEL_H_
#define MEVAL_ENGINE_BARE_MODEL_H_

// A model and memory for its sequences, without text: what benchmarks of speed run. Random weights
// of any shape need no tokenizer here, which Engine (engine/engine.h) asks for.

#include <memory>
#include <string>

#include "engine/cost_model.h"
#include "engine/engine.h"
#include "engine/kv_cache.h"
#include "engine/memory_plan.h"
#include "engine/mistral.h"
#include "engine/model_config.h"
#include "engine/model_source.h"
#include "engine/open_batch.h"
#include "kernels/context.h"

namespace meval {

// A model before its weights are there, as far as it can be known without a tokenizer.
struct BareOutline {
  ModelSource source;
  ModelConfig config;
  DType dtype = DType::kF32;
};

// Random weights of a published shape for which no tokenizer is given: nobody needs one.
bool HasNoTokenizer(const EngineOptions& options);

// Throws ModelError, and DeviceError on a dtype the device does not compute with.
BareOutline OutlineBareModel(const EngineOptions& options, const DeviceTraits& traits = {});

// As PlanMemory of an outline with its tokenizer (engine/model_outline.h).
MemoryPlan PlanMemory(const BareOutline& outline, const EngineOptions& options,
                      const DeviceTraits& traits = {});

class BareModel {
 public:
  // As Engine::Load, with the memory it would take. Throws ModelError or DeviceError.
  static BareModel Load(Context& ctx, const EngineOptions& options);
  // From parts: memory.dtype, batch_tokens, max_length and num_pages are used.
  BareModel(Context& ctx, const ModelConfig& config, MistralWeights weights,
            const MemoryPlan& memory);

  const ModelConfig& config() const { return model_->config(); }
  const MemoryPlan& memory() const { return memory_; }
  const std::string& origin() const { return model_->weights().origin; }
  // Borrows this model; one batch at a time.
  OpenBatch Open();

 private:
  Context& ctx_;
  MemoryPlan memory_;
  std::unique_ptr<Mistral> model_;
  std::unique_ptr<KvCache> cache_;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_BARE_MODEL_H_
