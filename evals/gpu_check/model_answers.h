#ifndef MEVAL_EVALS_GPU_CHECK_MODEL_ANSWERS_H_
#define MEVAL_EVALS_GPU_CHECK_MODEL_ANSWERS_H_

// What a model is asked, what it answers, and the goldens: answers of the shipped model that the
// f32 reference on the CPU gave once (models/tiny_goldens.json, packed with the program), which a
// device is held against. `mistral-eval gpu-check --write-goldens FILE` writes them.

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <stop_token>
#include <vector>

#include "engine/engine.h"
#include "engine/requests.h"

namespace meval::gpu_check {

struct SampleQuestions {
  std::vector<ScoreRequest> scores;
  std::vector<std::vector<std::size_t>> documents;  // places of a document's choices in `scores`
  std::vector<GenerationRequest> generations;       // greedy
};

// Of goldens, only logprob, token_logprobs, tokens and reason are there.
struct ModelAnswers {
  std::vector<ContinuationScore> scores;
  std::vector<Generation> generations;
};

// Once `stop` is requested, returns after the step that runs; what is not answered is empty.
ModelAnswers Ask(Engine& engine, const SampleQuestions& questions,
                 const std::stop_token& stop = {});

// Log-probabilities in goldens have six decimals.
inline constexpr double kGoldenRounding = 0.5e-6;

// One JSON object of numbers and one digest: "questions", of every request as the journal keys it;
// "token_logprobs", a list for each score request; "generations", a list of token ids for each
// generation; "ended", whether it ended by itself.
void WriteGoldens(const SampleQuestions& questions, const ModelAnswers& answers, std::ostream& out);

// Throws DataError, naming the file, if it cannot be read or is of other questions.
ModelAnswers ReadGoldens(const std::filesystem::path& file, const SampleQuestions& questions);

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_MODEL_ANSWERS_H_
