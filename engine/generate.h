#ifndef MEVAL_ENGINE_GENERATE_H_
#define MEVAL_ENGINE_GENERATE_H_

// Generation over a model and a cache; Engine::Generate is its front.

#include <span>
#include <stop_token>

#include "engine/engine.h"
#include "engine/generation_plan.h"
#include "engine/kv_cache.h"
#include "engine/mistral.h"
#include "engine/tokenizer.h"
#include "kernels/context.h"

namespace meval {

// Continuous batching: each step holds one row of every sequence that is being continued and, in
// the room that is left, rows of the prompts that come next. Prompts are fed in the order of the
// plan's tree, so that what they share is fed once; every sample of a prompt draws its first token
// from one row and forks from the prompt's pages as soon as there is room for it; a finished
// sequence leaves at once. A sample starts only with pages to its end in reserve, so none ever
// waits halfway.
//
// `plan` was made from these requests for as many pages as `cache` has and as many rows as `model`
// takes. Contract of Engine::Generate. Adds to `stats`.
void ExecuteGenerationPlan(Context& ctx, Mistral& model, KvCache& cache, const Tokenizer& tokenizer,
                           const GenerationPlan& plan, const CostModel& cost,
                           std::span<const GenerationRequest> requests,
                           const Engine::GenerateDone& done, std::stop_token stop,
                           EngineStats& stats);

}  // namespace meval

#endif  // MEVAL_ENGINE_GENERATE_H_
