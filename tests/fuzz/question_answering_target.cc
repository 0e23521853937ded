#include "metrics/metric_error.h"
#include "metrics/question_answering.h"
#include "metrics/squad_v2.h"
#include "metrics/unicode_text.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

void CheckScore(const AnswerScore& score) {
  for (const double value : {score.exact_match, score.f1}) {
    fuzz::Require(value >= 0 && value <= 1, "a score is in 0..1");
  }
}

void CheckRules(const std::string& prediction, const std::vector<std::string>& golds,
                AnswerRules rules) {
  const std::string normalized = NormalizeAnswer(prediction, rules);
  fuzz::Require(!FindInvalidUtf8(normalized), "a normalized answer is UTF-8");
  std::string joined;
  for (const std::string_view word : SplitWhitespace(normalized)) {
    joined.append(joined.empty() ? "" : " ").append(word);
  }
  fuzz::Require(joined == normalized, "words are one space apart");

  const AnswerScore itself = ScoreAnswer(prediction, prediction, rules);
  fuzz::Require(itself.exact_match == 1, "an answer is equal to itself");
  fuzz::Require(itself.f1 == (normalized.empty() && rules != AnswerRules::kSquadV2 ? 0 : 1),
                "the F1 of an answer and itself is 1, if it has words");
  const AnswerScore best = ScoreBestAnswer(prediction, golds, rules);
  CheckScore(best);
  if (!golds.empty() && !NormalizeAnswer(golds[0], rules).empty()) {
    const AnswerScore first = ScoreAnswer(prediction, golds[0], rules);
    CheckScore(first);
    fuzz::Require(best.exact_match >= first.exact_match && best.f1 >= first.f1,
                  "the best gold is no worse than another");
    fuzz::Require(first.f1 == ScoreAnswer(golds[0], prediction, rules).f1, "F1 has no direction");
  }
}

void CheckSquadV2(const std::string& prediction, const std::vector<std::string>& golds) {
  const std::vector<SquadV2Question> questions = {{golds, prediction, 0.25}, {{}, "", 0.75}};
  const SquadV2Summary summary = SummarizeSquadV2(questions, 0.5);
  for (const SquadV2BestThreshold& best : {summary.best_exact, summary.best_f1}) {
    fuzz::Require(best.score >= 0 && best.score <= 100, "a percentage is in 0..100");
  }
  fuzz::Require(summary.all.exact <= summary.all.f1 && summary.all.f1 <= 100,
                "F1 is no less than exact match");
}

// A prediction, then golds.
MEVAL_FUZZ_TARGET(question_answering) {
  const std::string prediction = input.Text();
  const std::vector<std::string> golds = input.Texts();
  for (const AnswerRules rules :
       {AnswerRules::kSquadV1, AnswerRules::kSquadV2, AnswerRules::kOrqa, AnswerRules::kTriviaQa}) {
    try {
      CheckRules(prediction, golds, rules);
    } catch (const MetricError&) {
    }
  }
  try {
    CheckSquadV2(prediction, golds);
    CheckScore(ScoreCoqaAnswer(prediction, golds));
    fuzz::Require(CoqaPrediction(prediction).find('\n') == std::string_view::npos,
                  "an answer has one line");
  } catch (const MetricError&) {
  }
}

}  // namespace
}  // namespace meval
