#ifndef MEVAL_ENGINE_MODEL_OUTLINE_H_
#define MEVAL_ENGINE_MODEL_OUTLINE_H_

// A model without its weights, read in a moment: enough to tokenise for it, to plan its work and to
// say what memory it will take.

#include "engine/engine.h"
#include "engine/memory_plan.h"
#include "engine/model_config.h"
#include "engine/model_source.h"
#include "engine/score_plan.h"
#include "engine/tokenizer.h"
#include "kernels/tensor.h"

namespace meval {

struct ModelOutline {
  ModelSource source;
  ModelConfig config;
  Tokenizer tokenizer;
  DType dtype = DType::kF32;    // of the weights as they will be computed with
  std::int64_t max_length = 0;  // positions of a sequence
};

// Reads configuration, tokenizer and, of a checkpoint, the headers of its weight files; `traits`
// are those of the device it is to run on. Throws ModelError, and DeviceError on a dtype the device
// does not compute with.
ModelOutline OutlineModel(const EngineOptions& options, const DeviceTraits& traits = {});

// What the model will take of the device's memory that is available now, before its weights are
// there. Throws DeviceError if it does not fit.
MemoryPlan PlanMemory(const ModelOutline& outline, const EngineOptions& options,
                      const DeviceTraits& traits = {});

// How requests of this model are planned.
PlanOptions PlanOptionsFor(const ModelConfig& config, const MemoryPlan& memory,
                           bool share_prefixes);

// A tokenizer may know fewer ids than the model has rows: embeddings are padded, and fine-tunes add
// tokens that tokenizer.model does not list. Such ids are never encoded and give no text. More ids
// than rows cannot be, nor, with `exact`, fewer. Throws ModelError.
void CheckVocabulary(const ModelConfig& config, const Tokenizer& tokenizer, bool exact);

}  // namespace meval

#endif  // MEVAL_ENGINE_MODEL_OUTLINE_H_
