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

const RegisterFamilies kFamilies({
    {"rouge_tokenize", CheckTokens},
    {"rouge", CheckPair},
    {"rouge_multi", CheckSeveralTargets},
});

}  // namespace
}  // namespace meval::testing
