#include "metrics/metric_error.h"
#include "metrics/truthfulqa.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

void CheckSimilarity(const TruthfulQaSimilarity& similarity) {
  constexpr double kRounding = 1e-9;
  fuzz::Require(similarity.max >= 0 && similarity.max <= 100 + kRounding, "max is in 0..100");
  fuzz::Require(similarity.acc == (similarity.diff > 0 ? 1 : 0),
                "acc says whether diff is positive");
  fuzz::Require(similarity.diff >= -100 - kRounding && similarity.diff <= similarity.max,
                "diff is in -100..max");
}

// From: how many true answers there are, the completion, true answers, false answers.
MEVAL_FUZZ_TARGET(truthfulqa) {
  std::vector<std::string> true_answers(input.Below(5));
  const std::string completion = input.Text();
  for (std::string& answer : true_answers) {
    answer = input.Text();
  }
  const std::vector<std::string> false_answers = input.Texts();
  try {
    const auto scores = ScoreTruthfulQaGeneration(completion, true_answers, false_answers);
    for (const auto& similarity : {scores.bleu, scores.rouge1, scores.rouge2, scores.rouge_l}) {
      CheckSimilarity(similarity);
    }
  } catch (const MetricError&) {
  }
}

}  // namespace
}  // namespace meval
