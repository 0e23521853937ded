#ifndef MEVAL_ENGINE_REQUESTS_H_
#define MEVAL_ENGINE_REQUESTS_H_

// What is asked of the engine, and what it answers, in token ids.

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/sampling.h"
#include "kernels/tensor.h"

namespace meval {

// Log-probability of `continuation` after `context`. The first token of the context must be there
// to condition on (BOS).
struct ScoreRequest {
  std::vector<TokenId> context = {};  // at least one token
  // At least one token; context + continuation <= max_length + 1.
  std::vector<TokenId> continuation = {};
};

struct ContinuationScore {
  double logprob = 0;      // sum over the continuation, natural log, summed in double left to right
  bool is_greedy = false;  // every token was the argmax (lowest id on ties)
  std::vector<double> token_logprobs;  // one per continuation token
};

struct GenerationRequest {
  std::vector<TokenId> prompt = {};  // at least one token
  // On decoded text; the first occurrence of any ends it and is cut off.
  std::vector<std::string> stop = {};
  // >= 0; prompt + max_new_tokens <= max_length. With 0 the model is not asked.
  std::int64_t max_new_tokens = 256;
  std::int64_t num_samples = 1;
  SamplingParams sampling = {};
  std::uint64_t seed = 0;  // SamplingKey::seed
  std::uint64_t key = 0;   // SamplingKey::request: identity of the request, not its place
};

enum class StopReason { kEos, kStopString, kLength };
const char* Name(StopReason reason);  // "eos", "stop", "length"

struct Generation {
  std::string text;             // what was generated after the prompt, without stop string and EOS
  std::vector<TokenId> tokens;  // as generated, including the tokens of a stop string; without EOS
  StopReason reason = StopReason::kLength;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_REQUESTS_H_
