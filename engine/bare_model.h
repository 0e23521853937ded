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
#include "engine/open_batch.h"
#include "kernels/context.h"

namespace meval {

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
