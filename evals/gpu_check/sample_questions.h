#ifndef MEVAL_EVALS_GPU_CHECK_SAMPLE_QUESTIONS_H_
#define MEVAL_EVALS_GPU_CHECK_SAMPLE_QUESTIONS_H_

#include <cstdint>

#include "engine/model_outline.h"
#include "evals/gpu_check/model_answers.h"

namespace meval::gpu_check {

struct SampleLimits {
  std::int64_t documents = 30;  // of each task
  std::int64_t shots = 2;
  std::int64_t max_new_tokens = 64;
};

// Requests of the shipped records, as a run would make them: the choices of winogrande, hellaswag,
// mmlu and boolq, and gsm8k_cot to generate for, greedily. Throws DataError where the records are
// not to be found.
SampleQuestions ShippedQuestions(const ModelOutline& outline, const SampleLimits& limits,
                                 int num_threads);

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_SAMPLE_QUESTIONS_H_
