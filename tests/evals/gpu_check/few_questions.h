#ifndef MEVAL_TESTS_EVALS_GPU_CHECK_FEW_QUESTIONS_H_
#define MEVAL_TESTS_EVALS_GPU_CHECK_FEW_QUESTIONS_H_

// Some of the shipped questions with their goldens, for tests that have only seconds.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "evals/gpu_check/model_answers.h"

namespace meval::testing {

struct QuestionsWithGoldens {
  gpu_check::SampleQuestions questions;
  gpu_check::ModelAnswers goldens;
};

struct FewLimits {
  std::size_t document_stride = 1;  // every how manieth document
  std::size_t max_context = SIZE_MAX;
  std::size_t generations = 1;
  std::size_t max_new_tokens = 6;
};

// Documents whose contexts are short enough, and the generations with the shortest prompts, cut.
inline QuestionsWithGoldens FewOf(const QuestionsWithGoldens& all, const FewLimits& limits) {
  QuestionsWithGoldens few;
  for (std::size_t d = 0; d < all.questions.documents.size(); d += limits.document_stride) {
    const std::vector<std::size_t>& choices = all.questions.documents[d];
    if (all.questions.scores[choices.front()].context.size() > limits.max_context) continue;
    std::vector<std::size_t>& places = few.questions.documents.emplace_back();
    for (const std::size_t i : choices) {
      places.push_back(few.questions.scores.size());
      few.questions.scores.push_back(all.questions.scores[i]);
      few.goldens.scores.push_back(all.goldens.scores[i]);
    }
  }
  std::vector<std::size_t> order(all.questions.generations.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return all.questions.generations[a].prompt.size() < all.questions.generations[b].prompt.size();
  });
  for (std::size_t n = 0; n < std::min(limits.generations, order.size()); ++n) {
    GenerationRequest request = all.questions.generations[order[n]];
    Generation golden = all.goldens.generations[order[n]];
    request.max_new_tokens = static_cast<std::int64_t>(limits.max_new_tokens);
    if (golden.tokens.size() >= limits.max_new_tokens) {
      golden.tokens.resize(limits.max_new_tokens);
      golden.reason = StopReason::kLength;
    }
    few.questions.generations.push_back(request);
    few.goldens.generations.push_back(golden);
  }
  return few;
}

}  // namespace meval::testing

#endif  // MEVAL_TESTS_EVALS_GPU_CHECK_FEW_QUESTIONS_H_
