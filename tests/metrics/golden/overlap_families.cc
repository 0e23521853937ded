// chrf, ter, truthfulqa_gen, truthfulqa_mc.

#include <cmath>
#include <utility>

#include <gtest/gtest.h>

#include "metrics/chrf.h"
#include "metrics/metric_error.h"
#include "metrics/ter.h"
#include "metrics/truthfulqa.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

std::vector<std::int64_t> Flatten(const ChrfStatistics& statistics) {
  std::vector<std::int64_t> flat;
  for (const ChrfCounts& counts : statistics.orders) {
    flat.insert(flat.end(), {counts.hypothesis, counts.reference, counts.matches});
  }
  return flat;
}

void CheckChrf(const GoldenRow& row) {
  ChrfOptions options;
  options.char_order = static_cast<int>(row.Int("/params/char_order"));
  options.word_order = static_cast<int>(row.Int("/params/word_order"));
  options.beta = static_cast<int>(row.Int("/params/beta"));
  options.lowercase = row.Flag("/params/lowercase");
  options.whitespace = row.Flag("/params/whitespace");
  options.eps_smoothing = row.Flag("/params/eps_smoothing");
  const auto hypotheses = row.Texts("/input/hyps");
  const auto references = row.TextLists("/input/refs");
  const bool is_sentence = row.Text("/input/level") == "sentence";
  const double score = is_sentence ? SentenceChrf(hypotheses.at(0), references.at(0), options)
                                   : CorpusChrf(hypotheses, references, options);
  MEVAL_EXPECT_CLOSE(score, row.Number("/expected/score"));
  ChrfStatistics sums;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    sums += CountChrf(hypotheses[i], references.at(i), options);
  }
  EXPECT_EQ(Flatten(sums), row.Ints("/expected/stats"));
  EXPECT_EQ(ScoreChrf(sums, options), score);
  EXPECT_EQ(ChrfName(options), row.Text("/expected/name"));
}

void CheckTer(const GoldenRow& row) {
  TerOptions options;
  options.normalized = row.Flag("/params/normalized");
  options.no_punct = row.Flag("/params/no_punct");
  options.asian_support = row.Flag("/params/asian_support");
  options.case_sensitive = row.Flag("/params/case_sensitive");
  const auto hypotheses = row.Texts("/input/hyps");
  const auto references = row.TextLists("/input/refs");
  const bool is_sentence = row.Text("/input/level") == "sentence";
  const double score = is_sentence ? SentenceTer(hypotheses.at(0), references.at(0), options)
                                   : CorpusTer(hypotheses, references, options);
  MEVAL_EXPECT_CLOSE(score, row.Number("/expected/score"));
  TerStatistics sums;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    sums += CountTer(hypotheses[i], references.at(i), options);
  }
  EXPECT_EQ(sums.edits, row.Int("/expected/num_edits"));
  MEVAL_EXPECT_CLOSE(sums.length, row.Number("/expected/ref_length"));
  EXPECT_EQ(ScoreTer(sums), score);
}

void CheckTruthfulQaGeneration(const GoldenRow& row) {
  const TruthfulQaGeneration score =
      ScoreTruthfulQaGeneration(row.Text("/input/completion"), row.Texts("/input/correct_answers"),
                                row.Texts("/input/incorrect_answers"));
  const std::pair<std::string, TruthfulQaSimilarity> similarities[] = {{"bleu", score.bleu},
                                                                       {"rouge1", score.rouge1},
                                                                       {"rouge2", score.rouge2},
                                                                       {"rougeL", score.rouge_l}};
  for (const auto& [name, similarity] : similarities) {
    SCOPED_TRACE(name);
    MEVAL_EXPECT_CLOSE(similarity.max, row.Number("/expected/" + name + "_max"));
    EXPECT_EQ(similarity.acc, row.Number("/expected/" + name + "_acc"));
    MEVAL_EXPECT_CLOSE(similarity.diff, row.Number("/expected/" + name + "_diff"));
  }
}

void CheckTruthfulQaChoices(const GoldenRow& row) {
  const auto loglikelihoods = row.Numbers("/input/loglikelihoods");
  const auto labels = row.Ints("/input/labels");
  std::vector<TruthfulQaChoice> choices;
  for (std::size_t i = 0; i < loglikelihoods.size(); ++i) {
    choices.push_back({loglikelihoods[i], labels.at(i) == 1});
  }
  const double mc2 = row.Number("/expected/mc2");
  MEVAL_EXPECT_CLOSE(TruthfulQaMc2(choices, TruthfulQaNan::kNumpy), mc2);
  EXPECT_EQ(TruthfulQaMc1(choices, TruthfulQaNan::kNumpy), row.Number("/expected/mc1_gold0"));
  if (std::isnan(mc2)) {
    EXPECT_THROW(TruthfulQaMc2(choices), MetricError);
  } else {
    MEVAL_EXPECT_CLOSE(TruthfulQaMc2(choices), mc2);
  }
}

const RegisterFamilies kFamilies({
    {"chrf", CheckChrf},
    {"ter", CheckTer},
    {"truthfulqa_gen", CheckTruthfulQaGeneration},
    {"truthfulqa_mc", CheckTruthfulQaChoices},
});

}  // namespace
}  // namespace meval::testing
