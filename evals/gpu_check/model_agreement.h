#ifndef MEVAL_EVALS_GPU_CHECK_MODEL_AGREEMENT_H_
#define MEVAL_EVALS_GPU_CHECK_MODEL_AGREEMENT_H_

// One model on two devices, from prompt to answer: log-probabilities, choices and generations of
// the device are those of the cpu, but for the rounding of its 16-bit activations.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/engine.h"
#include "engine/selftest.h"

namespace meval::gpu_check {

// What both are asked.
struct SampleQuestions {
  std::vector<ScoreRequest> scores;
  std::vector<std::vector<std::size_t>> documents;  // places of a document's choices in `scores`
  std::vector<GenerationRequest> generations;       // greedy
};

struct ModelAgreement {
  std::vector<SelftestCheck> checks;  // "model.tokens", "model.choices", "model.generations"
  double largest_difference = 0;      // of a token's log-probability, natural log
  std::int64_t documents = 0;
  std::int64_t choices_differing = 0;  // documents whose likeliest choice is another one
  std::int64_t generations = 0;
  std::int64_t generations_differing = 0;  // that are not equal token for token
};

// How far the log-probability of a token may move where no logit moves by more than `logit_error`:
// the token's logit falls by that and all others rise, so p becomes p / (p + (1 - p) e^(2 error)).
// `logprob` <= 0.
double AllowedLogprobError(double logprob, double logit_error);

// Asks both engines, `reference` being one of f32 on the cpu with the same weights. Roundings to
// u = 2^-8 (bf16) or 2^-11 (f16) move a logit by at most 20 u times the largest logit, as those of
// the random models do (engine/selftest/device_proof.cc); logits reach at least half of what the
// least likely token's log-probability is below 0. A choice or a token of a generation may be
// another one only where the reference puts both as close together as that allows. A check whose
// engine throws has failed.
ModelAgreement CompareModels(Engine& device, Engine& reference, const SampleQuestions& questions);

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_MODEL_AGREEMENT_H_
