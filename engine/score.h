#ifndef MEVAL_ENGINE_SCORE_H_
#define MEVAL_ENGINE_SCORE_H_

// Log-likelihood scoring: carries a plan out, step by step. Engine::Score is its front.

#include <span>
#include <stop_token>

#include "engine/engine.h"
#include "engine/kv_cache.h"
#include "engine/mistral.h"
#include "engine/score_plan.h"
#include "kernels/context.h"

namespace meval {

// `plan` was made from these requests for as many pages as `cache` has and as many rows as `model`
// takes; the cache holds no sequence. Contract of Engine::Score. Adds to `stats`.
void ExecuteScorePlan(Context& ctx, Mistral& model, KvCache& cache, const ScorePlan& plan,
                      std::span<const ScoreRequest> requests, const Engine::ScoreDone& done,
                      std::stop_token stop, EngineStats& stats);

}  // namespace meval

#endif  // MEVAL_ENGINE_SCORE_H_
