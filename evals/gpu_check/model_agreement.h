#ifndef MEVAL_EVALS_GPU_CHECK_MODEL_AGREEMENT_H_
#define MEVAL_EVALS_GPU_CHECK_MODEL_AGREEMENT_H_

// One model from prompt to answer on a device: log-probabilities, choices and generations are the
// goldens, but for the rounding of its 16-bit activations.

#include <cstdint>
#include <stop_token>
#include <vector>

#include "engine/engine.h"
#include "engine/selftest.h"
#include "evals/gpu_check/model_answers.h"

namespace meval::gpu_check {

struct ModelAgreement {
  // "model.cpu", "model.tokens", "model.choices", "model.generations"
  std::vector<SelftestCheck> checks;
  double largest_difference = 0;  // of a token's log-probability, natural log
  std::int64_t documents = 0;
  std::int64_t choices_differing = 0;  // documents whose likeliest choice is another one
  std::int64_t generations = 0;
  std::int64_t generations_differing = 0;  // that are not equal token for token
};

// How far the log-probability of a token may move where no logit moves by more than `logit_error`:
// the token's logit falls by that and all others rise, so p becomes p / (p + (1 - p) e^(2 error)).
// `logprob` <= 0.
double AllowedLogprobError(double logprob, double logit_error);

// Asks `device` the questions that `goldens` answer. Roundings to u = 2^-8 (bf16) or 2^-11 (f16)
// move a logit by at most 20 u times the largest logit, as those of the random models do
// (engine/selftest/device_proof.cc); logits reach at least half of what the least likely token's
// log-probability is below 0. A choice or a token of a generation may be another one only where
// both are as close together as that allows. A check whose engine throws has failed.
//
// `reference` has the same weights in f32 on the cpu of this machine. "model.cpu" holds it against
// the goldens in the same way, with u = 2^-24: where it fails, program and goldens have come apart
// and the other checks say nothing of the device. It also tells the log-probability of a token that
// the device generates and the goldens do not.
//
// Once `stop` is requested, what is not answered whole is not compared.
ModelAgreement CompareWithGoldens(Engine& device, const ModelAnswers& goldens, Engine& reference,
                                  const SampleQuestions& questions,
                                  const std::stop_token& stop = {});

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_MODEL_AGREEMENT_H_
