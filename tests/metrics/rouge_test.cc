#include "metrics/rouge.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/aggregate.h"
#include "metrics/metric_error.h"
#include "metrics/python_random.h"
#include "metrics/unicode_text.h"
#include "tests/metrics/golden.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using testing::GoldenRow;
using ::testing::HasSubstr;
using testing::LoadGolden;

using Texts = std::vector<std::string>;

const Texts kTypes = {"rouge1", "rouge2", "rouge3", "rougeL", "rougeLsum"};

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

std::string RandomText(PythonRandom& random, std::int64_t max_words) {
  std::string text;
  for (std::int64_t n = random.Below(max_words + 1); n > 0; --n) {
    text += static_cast<char>('a' + random.Below(5));
    text += random.Below(6) == 0 ? "\n" : " ";
  }
  return text;
}

TEST(Rouge, TokenizesEveryGoldenText) {
  for (const auto& row : LoadGolden("metrics/rouge_tokenize.jsonl", 144)) {
    SCOPED_TRACE(row.Id());
    const std::string text = row.Text("/input/text");
    EXPECT_EQ(RougeTokenize(text, false), row.Texts("/expected/tokens"));
    EXPECT_EQ(RougeTokenize(text, true), row.Texts("/expected/tokens_stemmed"));
  }
}

TEST(Rouge, AgreesWithTheReferenceOnEveryPair) {
  std::size_t num_stemmed = 0;
  for (const auto& row : LoadGolden("metrics/rouge.jsonl", 133)) {
    SCOPED_TRACE(row.Id());
    for (const std::string& variant : row.Keys("/expected")) {
      const Rouge rouge(row.Texts("/params/types"), variant == "stem");
      ExpectScores(row, "/expected/" + variant, rouge,
                   rouge.Score(row.Text("/input/target"), row.Text("/input/prediction")));
      num_stemmed += variant == "stem" ? 1 : 0;
    }
  }
  EXPECT_EQ(num_stemmed, 132u);
}

TEST(Rouge, TakesTheBestOfSeveralTargetsForEachType) {
  for (const auto& row : LoadGolden("metrics/rouge_multi.jsonl", 74)) {
    SCOPED_TRACE(row.Id());
    for (const bool stem : {false, true}) {
      const Rouge rouge(row.Texts("/params/types"), stem);
      ExpectScores(row, stem ? "/expected/stem" : "/expected/nostem", rouge,
                   rouge.ScoreMulti(row.Texts("/input/targets"), row.Text("/input/prediction")));
    }
  }
}

std::string Collapsed(const std::string& text) {
  std::string joined;
  for (const auto piece : SplitWhitespace(text)) {
    joined.append(joined.empty() ? "" : " ").append(piece);
  }
  return joined;
}

TEST(Rouge, AveragesOverASetAsTheReferenceDoes) {
  for (const auto& row : LoadGolden("metrics/rouge_corpus.jsonl", 40)) {
    SCOPED_TRACE(row.Id());
    const auto targets = row.Texts("/input/targets");
    const auto predictions = row.Texts("/input/predictions");
    for (const std::string variant : {"nostem", "stem", "lm_eval_cnn_dailymail"}) {
      const bool is_task = variant == "lm_eval_cnn_dailymail";
      const Rouge rouge(kTypes, variant != "nostem");
      std::vector<std::vector<double>> fmeasures(kTypes.size());
      for (std::size_t d = 0; d < targets.size(); ++d) {
        const auto scores = is_task ? rouge.Score(Collapsed(targets[d]), Collapsed(predictions[d]))
                                    : rouge.Score(targets[d], predictions[d]);
        for (std::size_t i = 0; i < kTypes.size(); ++i) {
          fmeasures[i].push_back(scores[i].fmeasure);
        }
      }
      for (std::size_t i = 0; i < kTypes.size(); ++i) {
        const std::string at = "/expected/" + variant + "/" + kTypes[i];
        if (is_task) {
          if (row.Has(at)) {
            MEVAL_EXPECT_CLOSE(Mean(fmeasures[i]), row.Number(at));
          }
          continue;
        }
        MEVAL_EXPECT_CLOSE(Mean(fmeasures[i]), row.Number(at + "/mean_fmeasure"));
        MEVAL_EXPECT_CLOSE(100 * Mean(fmeasures[i]), row.Number(at + "/mean_fmeasure_x100"));
        if (row.Has(at + "/stderr_fmeasure")) {
          MEVAL_EXPECT_CLOSE(StderrOfMean(fmeasures[i]).value(),
                             row.Number(at + "/stderr_fmeasure"));
        }
      }
    }
  }
}

TEST(Rouge, IsOneForIdenticalTextsAndZeroForDisjointOnes) {
  const Rouge rouge(kTypes, true);
  for (const auto& score : rouge.Score("one two three\nfour five", "one two three\nfour five")) {
    EXPECT_EQ(score.fmeasure, 1);
  }
  for (const auto& score : rouge.Score("one two three", "four five six")) {
    EXPECT_EQ(score.precision, 0);
    EXPECT_EQ(score.fmeasure, 0);
  }
  for (const auto& score : rouge.Score("", "")) {
    EXPECT_EQ(score.fmeasure, 0);
  }
}

TEST(Rouge, SwapsPrecisionAndRecallWithTheTexts) {
  const Rouge rouge({"rouge1", "rouge2", "rouge9", "rougeL"}, false);
  PythonRandom random(5);
  for (int round = 0; round < 300; ++round) {
    const std::string a = RandomText(random, 20);
    const std::string b = RandomText(random, 20);
    const auto forward = rouge.Score(a, b);
    const auto backward = rouge.Score(b, a);
    for (std::size_t i = 0; i < forward.size(); ++i) {
      EXPECT_EQ(forward[i].precision, backward[i].recall);
      EXPECT_EQ(forward[i].fmeasure, backward[i].fmeasure);
      EXPECT_TRUE(forward[i].fmeasure >= 0 && forward[i].fmeasure <= 1);
    }
  }
}

// The longest common subsequence cannot be longer than the unigram overlap, nor shorter than the
// union over lines allows: on texts of one line each, L and Lsum are the same.
TEST(Rouge, OrdersItsTypesAsTheirDefinitionsImply) {
  const Rouge rouge({"rouge1", "rougeL", "rougeLsum"}, false);
  PythonRandom random(6);
  for (int round = 0; round < 300; ++round) {
    std::string a = RandomText(random, 30);
    std::string b = RandomText(random, 30);
    const auto scores = rouge.Score(a, b);
    EXPECT_LE(scores[1].recall, scores[0].recall);
    EXPECT_LE(scores[2].recall, scores[0].recall);
    std::replace(a.begin(), a.end(), '\n', ' ');
    std::replace(b.begin(), b.end(), '\n', ' ');
    const auto flat = rouge.Score(a, b);
    EXPECT_EQ(flat[1].recall, flat[2].recall);
    EXPECT_EQ(flat[1].recall, scores[1].recall);
  }
}

TEST(Rouge, DoesNotDependOnWhatElseIsAskedFor) {
  PythonRandom random(8);
  const std::string a = RandomText(random, 60);
  const std::string b = RandomText(random, 60);
  const auto all = Rouge(kTypes, false).Score(a, b);
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    EXPECT_EQ(Rouge({kTypes[i]}, false).Score(a, b)[0].fmeasure, all[i].fmeasure);
  }
  const auto repeated = Rouge({"rougeL", "rougeL"}, false).Score(a, b);
  EXPECT_EQ(repeated[0].fmeasure, repeated[1].fmeasure);
}

TEST(Rouge, TokenizesAsciiLettersAndDigitsOnly) {
  EXPECT_THAT(RougeTokenize("naïve \u212Aelvin 3.5 日本", false),
              ElementsAre("na", "ve", "kelvin", "3", "5"));
  EXPECT_THAT(RougeTokenize("runs running dies", true), ElementsAre("run", "run", "die"));
}

TEST(Rouge, RefusesUnknownTypesNoTargetsAndBadText) {
  for (const std::string type : {"rouge0", "rouge10", "rouge", "rougel", "rougeW", "bleu", ""}) {
    try {
      Rouge({type}, false);
      FAIL() << type;
    } catch (const MetricError& error) {
      EXPECT_THAT(error.what(), HasSubstr("\"" + type + "\""));
      EXPECT_THAT(error.what(), HasSubstr("rougeLsum"));
    }
  }
  EXPECT_THROW(Rouge({}, false), MetricError);
  const Rouge rouge(kTypes, false);
  EXPECT_THROW(rouge.ScoreMulti({}, "a"), MetricError);
  EXPECT_THROW(rouge.Score("a\xFF", "b"), MetricError);
  EXPECT_THROW(rouge.Score("a", "\xC3("), MetricError);
  EXPECT_THROW(RougeTokenize("\x80", false), MetricError);
}

}  // namespace
}  // namespace meval
