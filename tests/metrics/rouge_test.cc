#include "metrics/rouge.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"
#include "metrics/python_random.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Texts = std::vector<std::string>;

const Texts kTypes = {"rouge1", "rouge2", "rouge3", "rougeL", "rougeLsum"};

std::string RandomText(PythonRandom& random, std::int64_t max_words) {
  std::string text;
  for (std::int64_t n = random.Below(max_words + 1); n > 0; --n) {
    text += static_cast<char>('a' + random.Below(5));
    text += random.Below(6) == 0 ? "\n" : " ";
  }
  return text;
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
