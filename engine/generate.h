#ifndef MEVAL_ENGINE_GENERATE_H_
#define MEVAL_ENGINE_GENERATE_H_

// Generation over a model and a cache; Engine::Generate is its front.

#include <span>
#include <stop_token>

#include "engine/engine.h"
#include "engine/kv_cache.h"
#include "engine/mistral.h"
#include "engine/tokenizer.h"
#include "kernels/context.h"

namespace meval {

// Continuous batching: each step holds one row of every sequence that is being continued and, in
// the room that is left, rows of the prompts that come next. Prompts are fed in prefix order, so
// that what they share is fed once; samples of a request fork from its prompt; a finished sequence
// leaves at once. Contract of Engine::Generate; the requests are valid. Adds to `stats`. Throws
// DeviceError if one sample of the longest request does not fit the cache.
void GenerateRequests(Context& ctx, Mistral& model, KvCache& cache, const Tokenizer& tokenizer,
                      std::span<const GenerationRequest> requests, bool share_prefixes,
                      const Engine::GenerateDone& done, std::stop_token stop, EngineStats& stats);

}  // namespace meval

#endif  // MEVAL_ENGINE_GENERATE_H_
