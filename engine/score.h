#ifndef MEVAL_ENGINE_SCORE_H_
#define MEVAL_ENGINE_SCORE_H_

// Log-likelihood scoring over a model and a cache; Engine::Score is its front.

#include <span>
#include <stop_token>

#include "engine/engine.h"
#include "engine/kv_cache.h"
#include "engine/mistral.h"
#include "kernels/context.h"

namespace meval {

// The requests form a prefix tree that is walked depth first: a token that several requests share
// after the same tokens is fed once, and continuations that differ in their last token only are
// targets of one row. Contract of Engine::Score; the requests are valid. Adds to `stats`. Throws
// DeviceError if the longest request does not fit the cache.
void ScoreRequests(Context& ctx, Mistral& model, KvCache& cache,
                   std::span<const ScoreRequest> requests, bool share_prefixes,
                   const Engine::ScoreDone& done, std::stop_token stop, EngineStats& stats);

}  // namespace meval

#endif  // MEVAL_ENGINE_SCORE_H_
