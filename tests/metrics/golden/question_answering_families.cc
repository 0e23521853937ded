// drop_em_f1, qa_exact_match, squad_f1_em, squad_v2_agg.

#include <optional>

#include <gtest/gtest.h>

#include "metrics/drop.h"
#include "metrics/exact_match.h"
#include "metrics/question_answering.h"
#include "metrics/squad_v2.h"
#include "metrics/unicode_text.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

using Texts = std::vector<std::string>;

// A prediction is one span, or a list of them.
Texts SpansAt(const GoldenRow& row, const std::string& pointer) {
  return row.IsList(pointer) ? row.Texts(pointer) : Texts{row.Text(pointer)};
}

Texts Normalized(Texts spans) {
  for (std::string& span : spans) {
    span = NormalizeDropSpan(span);
  }
  return spans;
}

void CheckDrop(const GoldenRow& row) {
  const Texts predicted = SpansAt(row, "/input/prediction");
  const Texts gold = SpansAt(row, "/input/gold");
  EXPECT_EQ(Normalized(predicted), row.Texts("/expected/normalized_prediction"));
  EXPECT_EQ(Normalized(gold), row.Texts("/expected/normalized_gold"));
  const DropScore score = ScoreDropSpans(predicted, gold);
  EXPECT_EQ(score.exact_match, row.Number("/expected/em"));
  MEVAL_EXPECT_CLOSE(score.f1, row.Number("/expected/f1"));
}

// The forms of prediction and golds under `/expected/<names>`.
void CheckNormalized(const GoldenRow& row, AnswerRules rules, const std::string& prediction_name,
                     const std::string& golds_name) {
  EXPECT_EQ(NormalizeAnswer(row.Text("/input/prediction"), rules),
            row.Text("/expected/" + prediction_name));
  Texts golds = row.Texts("/input/golds");
  for (std::string& gold : golds) {
    gold = NormalizeAnswer(gold, rules);
  }
  EXPECT_EQ(golds, row.Texts("/expected/" + golds_name));
}

void CheckSquad(const GoldenRow& row) {
  const std::string prediction = row.Text("/input/prediction");
  const Texts golds = row.Texts("/input/golds");
  for (const AnswerRules rules : {AnswerRules::kSquadV1, AnswerRules::kSquadV2}) {
    const std::string name = rules == AnswerRules::kSquadV1 ? "v11" : "v2";
    CheckNormalized(row, rules, "normalized_prediction", "normalized_golds");
    const AnswerScore score = ScoreBestAnswer(prediction, golds, rules);
    EXPECT_EQ(score.exact_match, row.Number("/expected/em_" + name)) << name;
    MEVAL_EXPECT_CLOSE(score.f1, row.Number("/expected/f1_" + name));
  }
  const auto per_gold = row.Numbers("/expected/per_gold_f1_v2");
  ASSERT_EQ(per_gold.size(), golds.size());
  for (std::size_t i = 0; i < golds.size(); ++i) {
    MEVAL_EXPECT_CLOSE(ScoreAnswer(prediction, golds[i], AnswerRules::kSquadV2).f1, per_gold[i]);
  }
  const AnswerScore coqa = ScoreCoqaAnswer(prediction, golds);
  MEVAL_EXPECT_CLOSE(coqa.exact_match, row.Number("/expected/coqa/em"));
  MEVAL_EXPECT_CLOSE(coqa.f1, row.Number("/expected/coqa/f1"));
}

// The two tasks of lm-evaluation-harness that score with `exact_match`.
void CheckTasks(const GoldenRow& row) {
  const Texts golds = row.Texts("/input/golds");
  const std::string prediction(Strip(row.Text("/input/prediction")));
  ExactMatchOptions options;
  options.ignore_case = true;
  options.ignore_punctuation = true;
  EXPECT_EQ(ExactMatch(options).MatchesAny(prediction, golds),
            row.Number("/expected/lm_eval_triviaqa_em") == 1);
  options.regexes_to_ignore = {R"(\b(?:The |the |An |A |The |a |an ))"};
  EXPECT_EQ(ExactMatch(options).MatchesAny(prediction, golds),
            row.Number("/expected/lm_eval_nq_open_em") == 1);
}

void CheckOpenAnswers(const GoldenRow& row) {
  const std::string prediction = row.Text("/input/prediction");
  const Texts golds = row.Texts("/input/golds");
  CheckNormalized(row, AnswerRules::kTriviaQa, "triviaqa_norm_prediction", "triviaqa_norm_golds");
  const AnswerScore triviaqa = ScoreBestAnswer(prediction, golds, AnswerRules::kTriviaQa);
  EXPECT_EQ(triviaqa.exact_match, row.Number("/expected/triviaqa_em"));
  MEVAL_EXPECT_CLOSE(triviaqa.f1, row.Number("/expected/triviaqa_f1"));
  CheckNormalized(row, AnswerRules::kOrqa, "orqa_norm_prediction", "orqa_norm_golds");
  EXPECT_EQ(ScoreBestAnswer(prediction, golds, AnswerRules::kOrqa).exact_match,
            row.Number("/expected/orqa_em"));
  CheckTasks(row);
}

void CheckSubset(const GoldenRow& row, const std::string& prefix,
                 const std::optional<SquadV2Scores>& scores) {
  SCOPED_TRACE(prefix);
  ASSERT_EQ(scores.has_value(), row.Has("/expected/" + prefix + "total"));
  if (scores) {
    MEVAL_EXPECT_CLOSE(scores->exact, row.Number("/expected/" + prefix + "exact"));
    MEVAL_EXPECT_CLOSE(scores->f1, row.Number("/expected/" + prefix + "f1"));
    EXPECT_EQ(scores->total, row.Int("/expected/" + prefix + "total"));
  }
}

void CheckSquadSet(const GoldenRow& row) {
  std::vector<SquadV2Question> questions;
  for (std::size_t i = 0; i < row.Size("/input/questions"); ++i) {
    const std::string at = "/input/questions/" + std::to_string(i);
    questions.push_back(
        {row.Texts(at + "/answers"), row.Text(at + "/prediction"), row.Number(at + "/na_prob")});
  }
  const SquadV2Summary summary = SummarizeSquadV2(questions, row.Number("/params/na_prob_thresh"));
  CheckSubset(row, "", summary.all);
  CheckSubset(row, "HasAns_", summary.has_answer);
  CheckSubset(row, "NoAns_", summary.no_answer);
  MEVAL_EXPECT_CLOSE(summary.best_exact.score, row.Number("/expected/best_exact"));
  EXPECT_EQ(summary.best_exact.threshold, row.Number("/expected/best_exact_thresh"));
  MEVAL_EXPECT_CLOSE(summary.best_f1.score, row.Number("/expected/best_f1"));
  EXPECT_EQ(summary.best_f1.threshold, row.Number("/expected/best_f1_thresh"));
}

const RegisterFamilies kFamilies({
    {"drop_em_f1", CheckDrop},
    {"qa_exact_match", CheckOpenAnswers},
    {"squad_f1_em", CheckSquad},
    {"squad_v2_agg", CheckSquadSet},
});

}  // namespace
}  // namespace meval::testing
