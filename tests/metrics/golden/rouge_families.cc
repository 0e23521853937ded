// rouge, rouge_multi, rouge_corpus, rouge_tokenize, porter.

#include <gtest/gtest.h>

#include "metrics/aggregate.h"
#include "metrics/porter_stemmer.h"
#include "metrics/rouge.h"
#include "metrics/unicode_text.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

void ExpectScores(const GoldenRow& row, const std::string& at, const Rouge& rouge,
                  const std::vector<RougeScore>& scores) {
  ASSERT_EQ(scores.size(), rouge.types().size());
  ASSERT_EQ(scores.size(), row.Size(at));
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const std::string type = at + "/" + rouge.types()[i];
    SCOPED_TRACE(type);
    MEVAL_EXPECT_CLOSE(scores[i].precision, row.Number(type + "/precision"));
    MEVAL_EXPECT_CLOSE(scores[i].recall, row.Number(type + "/recall"));
    MEVAL_EXPECT_CLOSE(scores[i].fmeasure, row.Number(type + "/fmeasure"));
  }
}

void CheckTokens(const GoldenRow& row) {
  const std::string text = row.Text("/input/text");
  EXPECT_EQ(RougeTokenize(text, false), row.Texts("/expected/tokens"));
  EXPECT_EQ(RougeTokenize(text, true), row.Texts("/expected/tokens_stemmed"));
}

void CheckPair(const GoldenRow& row) {
  for (const std::string& variant : row.Keys("/expected")) {
    const Rouge rouge(row.Texts("/params/types"), variant == "stem");
    ExpectScores(row, "/expected/" + variant, rouge,
                 rouge.Score(row.Text("/input/target"), row.Text("/input/prediction")));
  }
}

void CheckSeveralTargets(const GoldenRow& row) {
  for (const bool stem : {false, true}) {
    const Rouge rouge(row.Texts("/params/types"), stem);
    ExpectScores(row, stem ? "/expected/stem" : "/expected/nostem", rouge,
                 rouge.ScoreMulti(row.Texts("/input/targets"), row.Text("/input/prediction")));
  }
}

std::vector<std::string> Collapsed(std::vector<std::string> texts) {
  for (std::string& text : texts) {
    text = CollapseWhitespace(text);
  }
  return texts;
}

// F of one type for each document.
std::vector<double> FMeasures(const std::string& type, bool use_stemmer,
                              const std::vector<std::string>& targets,
                              const std::vector<std::string>& predictions) {
  const Rouge rouge({type}, use_stemmer);
  std::vector<double> fmeasures;
  for (std::size_t d = 0; d < targets.size(); ++d) {
    fmeasures.push_back(rouge.Score(targets[d], predictions.at(d)).at(0).fmeasure);
  }
  return fmeasures;
}

void CheckMeans(const GoldenRow& row) {
  const auto targets = row.Texts("/input/targets");
  const auto predictions = row.Texts("/input/predictions");
  for (const std::string variant : {"nostem", "stem"}) {
    for (const std::string& type : row.Keys("/expected/" + variant)) {
      const std::string at = "/expected/" + variant + "/" + type;
      SCOPED_TRACE(at);
      const auto fmeasures = FMeasures(type, variant == "stem", targets, predictions);
      MEVAL_EXPECT_CLOSE(Mean(fmeasures), row.Number(at + "/mean_fmeasure"));
      MEVAL_EXPECT_CLOSE(100 * Mean(fmeasures), row.Number(at + "/mean_fmeasure_x100"));
      const auto standard_error = StderrOfMean(fmeasures);
      ASSERT_EQ(standard_error.has_value(), row.Has(at + "/stderr_fmeasure"));
      if (standard_error) {
        MEVAL_EXPECT_CLOSE(*standard_error, row.Number(at + "/stderr_fmeasure"));
      }
    }
  }
  for (const std::string& type : row.Keys("/expected/lm_eval_cnn_dailymail")) {
    const auto fmeasures = FMeasures(type, true, Collapsed(targets), Collapsed(predictions));
    MEVAL_EXPECT_CLOSE(Mean(fmeasures), row.Number("/expected/lm_eval_cnn_dailymail/" + type));
  }
}

void CheckStem(const GoldenRow& row) {
  EXPECT_EQ(PorterStem(row.Text("/word")), row.Text("/stem"));
}

const RegisterFamilies kFamilies({
    {"rouge_tokenize", CheckTokens},
    {"rouge", CheckPair},
    {"rouge_multi", CheckSeveralTargets},
    {"rouge_corpus", CheckMeans},
    {"porter", CheckStem},
});

}  // namespace
}  // namespace meval::testing
