#ifndef MEVAL_ENGINE_SELFTEST_RANDOM_REQUESTS_H_
#define MEVAL_ENGINE_SELFTEST_RANDOM_REQUESTS_H_

// Random trees of requests, as evaluations make them and worse: contexts that grow from the
// beginnings of others, repetitions, the same tokens split at other places, continuations that are
// others' contexts, lengths around the edges of KV pages.

#include <cstdint>
#include <vector>

#include "engine/engine.h"
#include "engine/selftest/random.h"

namespace meval::selftest {

struct RequestLimits {
  std::int64_t vocab_size = 0;
  std::int64_t max_tokens = 200;  // context and continuation, prompt and what is generated
  std::int64_t num_requests = 24;
  std::int64_t max_new_tokens = 20;
  std::int64_t max_samples = 3;
};

// `max_tokens` >= 8. Requests are valid for a model of that vocabulary with max_tokens positions.
std::vector<ScoreRequest> RandomScoreRequests(Random& random, const RequestLimits& limits);
// Greedy and sampled, with and without stop strings; every request has a key of its own.
std::vector<GenerationRequest> RandomGenerationRequests(Random& random,
                                                        const RequestLimits& limits);

}  // namespace meval::selftest

#endif  // MEVAL_ENGINE_SELFTEST_RANDOM_REQUESTS_H_
