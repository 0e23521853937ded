#include "metrics/pair_metric.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/metric_error.h"
#include "metrics/ter.h"
#include "tests/metrics/golden.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

const std::vector<PredictionPair> kPairs = {
    {"pairs.jsonl:1", {"the cat sat on the mat today"}, {"the cat sat on a mat today"}},
    {"pairs.jsonl:2", {"it rains in the north all day"}, {"it rained in the north all day"}},
    {"pairs.jsonl:3", {"12.0"}, {"12"}}};

std::string ErrorOf(std::string_view metric, const MetricParameters& parameters,
                    const std::vector<PredictionPair>& pairs) {
  try {
    ScorePairs(metric, parameters, pairs);
  } catch (const MetricError& error) {
    return error.what();
  }
  return "";
}

TEST(PairMetric, ScoresEveryMetricOfTheCatalogueTheSameOnAnyNumberOfThreads) {
  for (const PairMetricInfo& info : PairMetricCatalogue()) {
    SCOPED_TRACE(info.name);
    const auto one = ScorePairs(info.name, {}, kPairs, 1);
    const auto three = ScorePairs(info.name, {}, kPairs, 3);
    ASSERT_FALSE(one.empty());
    for (std::size_t i = 0; i < one.size(); ++i) {
      EXPECT_EQ(one[i].score, three[i].score);
      EXPECT_EQ(one[i].samples, three[i].samples);
      EXPECT_EQ(one[i].samples.size(), kPairs.size());
      EXPECT_EQ(one[i].score, one[i].score_of_sums(one[i].rows.Sums()));
      EXPECT_THAT(one[i].signature, HasSubstr("version:"));
    }
  }
}

TEST(PairMetric, GivesTheNumbersOfTheMetricsThemselves) {
  std::vector<std::string> predictions;
  std::vector<std::vector<std::string>> references;
  for (const PredictionPair& pair : kPairs) {
    predictions.push_back(pair.predictions[0]);
    references.push_back(pair.references);
  }
  EXPECT_EQ(ScorePairs("bleu", {}, kPairs)[0].score, CorpusBleu(predictions, references).score);
  EXPECT_EQ(ScorePairs("chrf", {}, kPairs)[0].score, CorpusChrf(predictions, references));
  EXPECT_EQ(ScorePairs("ter", {}, kPairs)[0].score, CorpusTer(predictions, references));
  EXPECT_EQ(ScorePairs("exact_match", {}, kPairs)[0].score, 0);
  MEVAL_EXPECT_CLOSE(ScorePairs("numeric", {}, kPairs)[0].score, 1.0 / 3);
  EXPECT_EQ(ScorePairs("rouge", {}, kPairs).size(), 4u);
  EXPECT_FALSE(ScorePairs("ter", {}, kPairs)[0].higher_is_better);
}

TEST(PairMetric, ParametersChangeScoreAndSignature) {
  const auto plain = ScorePairs("bleu", {}, kPairs)[0];
  const auto none = ScorePairs("bleu", {{"tokenize", "none"}, {"max_order", "2"}}, kPairs)[0];
  EXPECT_NE(plain.signature, none.signature);
  EXPECT_THAT(none.signature, HasSubstr("tok:none"));
  EXPECT_NE(plain.score, none.score);
}

TEST(PairMetric, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(ErrorOf("blue", {}, kPairs), HasSubstr("unknown metric"));
  EXPECT_THAT(ErrorOf("bleu", {{"tokenise", "13a"}}, kPairs), HasSubstr("tokenize"));
  EXPECT_THAT(ErrorOf("bleu", {{"max_order", "0"}}, kPairs), HasSubstr("whole number >= 1"));
  EXPECT_THAT(ErrorOf("bleu", {}, {}), HasSubstr("no documents"));
  EXPECT_THAT(ErrorOf("bleu", {}, {{"f:7", {"a"}, {}}}), HasSubstr("f:7"));
  EXPECT_THAT(ErrorOf("bleu", {}, {{"f:7", {"a", "b"}, {"c"}}}), HasSubstr("one prediction"));
  EXPECT_THAT(ErrorOf("squad_f1", {}, {{"f:8", {"\xff"}, {"c"}}}), HasSubstr("f:8"));
  EXPECT_THAT(ErrorOf("accuracy", {}, {{"f:9", {"a"}, {"b", "c"}}}), HasSubstr("one reference"));
}

}  // namespace
}  // namespace meval
