#include "metrics/question_answering.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"
#include "metrics/python_random.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using Texts = std::vector<std::string>;

constexpr AnswerRules kAllRules[] = {AnswerRules::kSquadV1, AnswerRules::kSquadV2,
                                     AnswerRules::kOrqa, AnswerRules::kTriviaQa};

TEST(QuestionAnswering, NormalizesInEachOfItsRules) {
  const struct {
    const char* answer;
    const char* squad;
    const char* orqa;
    const char* trivia_qa;
  } cases[] = {
      {"", "", "", ""},
      {" The  U.S.-based Caf\u00E9! ", "usbased caf\u00E9", "usbased cafe\u0301",
       "u s based caf\u00E9"},
      {"the_underscore_name", "theunderscorename", "theunderscorename", "underscore name"},
      {"\u00E0 la carte", "\u00E0 la carte", "\u0300 la carte", "\u00E0 la carte"},
      {"\u2018single\u2019 `tick` \u00B4acute\u00B4", "\u2018single\u2019 tick \u00B4acute\u00B4",
       "\u2018single\u2019 tick \u00B4acute\u00B4", "single tick acute"},
      {"\u201Ccurly\u201D", "\u201Ccurly\u201D", "\u201Ccurly\u201D", "\u201Ccurly\u201D"},
      {"A-An.The", "aanthe", "aanthe", ""},
      {"\u0130stanbul", "i\u0307stanbul", "i\u0307stanbul", "i\u0307stanbul"},
      {"\u039F\u0394\u039F\u03A3", "\u03BF\u03B4\u03BF\u03C2", "\u03BF\u03B4\u03BF\u03C2",
       "\u03BF\u03B4\u03BF\u03C2"},
      {"tab\tand\u3000space\u200B", "tab and space\u200B", "tab and space\u200B",
       "tab and space\u200B"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(NormalizeAnswer(c.answer, AnswerRules::kSquadV1), c.squad) << c.answer;
    EXPECT_EQ(NormalizeAnswer(c.answer, AnswerRules::kSquadV2), c.squad) << c.answer;
    EXPECT_EQ(NormalizeAnswer(c.answer, AnswerRules::kOrqa), c.orqa) << c.answer;
    EXPECT_EQ(NormalizeAnswer(c.answer, AnswerRules::kTriviaQa), c.trivia_qa) << c.answer;
  }
}

TEST(QuestionAnswering, CountsEachWordAsOftenAsBothHaveIt) {
  // By hand: 3 of 4 predicted words and 3 of 4 gold words are common (b twice, c once).
  EXPECT_DOUBLE_EQ(ScoreAnswer("b b b c", "b b c c", AnswerRules::kSquadV1).f1, 0.75);
  // 2 of 3 and 2 of 2: 2 * 2/3 / (5/3).
  EXPECT_DOUBLE_EQ(ScoreAnswer("New York City", "new york", AnswerRules::kSquadV1).f1, 0.8);
  EXPECT_EQ(ScoreAnswer("Rome", "Paris", AnswerRules::kSquadV1).f1, 0);
  EXPECT_EQ(ScoreAnswer("york new", "new york", AnswerRules::kTriviaQa).f1, 1);
  EXPECT_EQ(ScoreAnswer("york new", "new york", AnswerRules::kTriviaQa).exact_match, 0);
}

TEST(QuestionAnswering, DiffersInEmptySides) {
  for (const AnswerRules rules : kAllRules) {
    const bool is_v2 = rules == AnswerRules::kSquadV2;
    EXPECT_EQ(ScoreAnswer("the", "", rules).exact_match, 1);
    EXPECT_EQ(ScoreAnswer("the", "", rules).f1, is_v2 ? 1 : 0);
    EXPECT_EQ(ScoreAnswer("x", "", rules).f1, 0);
    EXPECT_EQ(ScoreAnswer("", "x", rules).f1, 0);
  }
}

TEST(QuestionAnswering, TakesTheBestGoldForEachScore) {
  const Texts golds = {"Einstein", "the Albert Einstein family"};
  const AnswerScore score = ScoreBestAnswer("Albert Einstein", golds, AnswerRules::kSquadV1);
  EXPECT_EQ(score.exact_match, 0);
  EXPECT_DOUBLE_EQ(score.f1, 0.8);
  EXPECT_EQ(ScoreBestAnswer("einstein!", golds, AnswerRules::kOrqa).exact_match, 1);
}

TEST(QuestionAnswering, DropsGoldsOfSquadV2ThatAreNothing) {
  const Texts golds = {"the", "x"};
  EXPECT_EQ(ScoreBestAnswer("", golds, AnswerRules::kSquadV2).exact_match, 0);
  EXPECT_EQ(ScoreBestAnswer("", golds, AnswerRules::kSquadV1).exact_match, 1);
  EXPECT_EQ(ScoreBestAnswer("", Texts{"the"}, AnswerRules::kSquadV2).f1, 1);
  EXPECT_EQ(ScoreBestAnswer("", {}, AnswerRules::kSquadV2).exact_match, 1);
  EXPECT_EQ(ScoreBestAnswer("x", {}, AnswerRules::kSquadV2).f1, 0);
}

TEST(QuestionAnswering, LeavesOneGoldOutForCoqa) {
  // By hand: F1 is 1, 2/5 and 0; without the first gold 2/5 is the largest left, else 1.
  const Texts golds = {"yes", "yes sir she said", "no"};
  const AnswerScore score = ScoreCoqaAnswer("Yes", golds);
  EXPECT_DOUBLE_EQ(score.exact_match, 2.0 / 3);
  EXPECT_DOUBLE_EQ(score.f1, (0.4 + 1 + 1) / 3);
  EXPECT_EQ(ScoreCoqaAnswer("yes", Texts{"yes"}).exact_match, 1);
  EXPECT_EQ(ScoreCoqaAnswer("yes", Texts{"yes", "yes"}).exact_match, 1);
  EXPECT_EQ(ScoreCoqaAnswer("yes", Texts{"yes", "no"}).exact_match, 0.5);
  // A gold that normalizes to nothing counts here.
  EXPECT_EQ(ScoreCoqaAnswer("", Texts{"the"}).f1, 1);
}

TEST(QuestionAnswering, CutsACoqaResponseAtItsFirstLine) {
  EXPECT_EQ(CoqaPrediction(" \n white \nQ: next"), "white ");
  EXPECT_EQ(CoqaPrediction("white\r\nQ:"), "white\r");
  EXPECT_EQ(CoqaPrediction("\n"), "");
}

TEST(QuestionAnswering, IsBoundedSymmetricAndOneForIdenticalAnswers) {
  PythonRandom random(3);
  const Texts words = {"x", "y", "the", "z.", "\u00E9", "a-b", "_"};
  const auto draw = [&] {
    std::string text;
    for (auto n = random.Below(6); n > 0; --n) {
      text += words[static_cast<std::size_t>(random.Below(7))] + " ";
    }
    return text;
  };
  for (int round = 0; round < 300; ++round) {
    const std::string a = draw();
    const std::string b = draw();
    for (const AnswerRules rules : kAllRules) {
      const AnswerScore score = ScoreAnswer(a, b, rules);
      EXPECT_EQ(score.f1, ScoreAnswer(b, a, rules).f1);
      EXPECT_EQ(score.exact_match, ScoreAnswer(b, a, rules).exact_match);
      EXPECT_TRUE(score.f1 >= 0 && score.f1 <= 1);
      EXPECT_EQ(ScoreAnswer(a, a, rules).exact_match, 1);
      if (!NormalizeAnswer(a, rules).empty()) {
        EXPECT_EQ(ScoreAnswer(a, a, rules).f1, 1);
      }
    }
  }
}

TEST(QuestionAnswering, ReadsLongAnswersInOnePass) {
  constexpr std::size_t kBytes = 1 << 20;
  for (const std::string& text :
       {std::string(kBytes, 'a'), std::string(kBytes, '\0'), std::string(kBytes, '_'),
        std::string(kBytes, ' '), std::string(kBytes, '{')}) {
    for (const AnswerRules rules : kAllRules) {
      EXPECT_EQ(ScoreAnswer(text, text, rules).exact_match, 1);
    }
  }
}

TEST(QuestionAnswering, RefusesMissingGoldsAndIllFormedText) {
  for (const AnswerRules rules :
       {AnswerRules::kSquadV1, AnswerRules::kOrqa, AnswerRules::kTriviaQa}) {
    EXPECT_THROW(ScoreBestAnswer("x", {}, rules), MetricError);
  }
  EXPECT_THROW(ScoreCoqaAnswer("x", {}), MetricError);
  EXPECT_THROW(NormalizeAnswer("\xFF", AnswerRules::kOrqa), MetricError);
  EXPECT_THROW(ScoreAnswer("x", "\xFF", AnswerRules::kTriviaQa), MetricError);
  EXPECT_THROW(CoqaPrediction("\xFF"), MetricError);
  try {
    ScoreBestAnswer("x", Texts{"y", "ab\xC3"}, AnswerRules::kSquadV2);
    FAIL() << "no error";
  } catch (const MetricError& error) {
    EXPECT_THAT(error.what(), HasSubstr("gold 1: ill-formed UTF-8 at byte offset 2"));
  }
}

}  // namespace
}  // namespace meval
