// Random text through every function that takes text: nothing crashes, scores stay in their range,
// and ill-formed UTF-8 is an error that names the right byte.

#include <functional>
#include <stdexcept>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/drop.h"
#include "metrics/exact_match.h"
#include "metrics/extract.h"
#include "metrics/hendrycks_math.h"
#include "metrics/majority_vote.h"
#include "metrics/metric_error.h"
#include "metrics/minerva_math.h"
#include "metrics/multiple_choice.h"
#include "metrics/numeric_match.h"
#include "metrics/porter_stemmer.h"
#include "metrics/python_random.h"
#include "metrics/question_answering.h"
#include "metrics/rouge.h"
#include "metrics/ter.h"
#include "metrics/truthfulqa.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

// Mostly characters that a rule somewhere treats specially, some from all of Unicode.
std::string RandomText(PythonRandom& random, std::int64_t max_length) {
  static const std::u32string kSpecial =
      U"aAzé09.,-$#&;<>'\"()[]{}|\\ \n\t\r\0\u0130\u0131\u03A3\u0301\u00AD\u2028\u3000\u4E2D\u2019"
      U"\u2026\u20AC\u0663\uFF0E\U0001F355\U00020000\uFFFD\U0010FFFF";
  std::u32string text;
  for (std::int64_t n = random.Below(max_length + 1); n > 0; --n) {
    char32_t c = kSpecial[static_cast<std::size_t>(
        random.Below(static_cast<std::int64_t>(kSpecial.size())))];
    if (random.Below(5) == 0) {
      c = static_cast<char32_t>(random.Below(0x110000));
      c = c >= 0xD800 && c <= 0xDFFF ? U'\uE000' : c;
    }
    text.push_back(c);
  }
  return ToUtf8(text);
}

// Everything that takes text, given two of them.
void CallEverything(const std::string& a, const std::string& b) {
  static const Rouge rouge({"rouge1", "rouge4", "rougeL", "rougeLsum"}, true);
  static const ExactMatch exact_match({.ignore_case = true,
                                       .ignore_punctuation = true,
                                       .ignore_numbers = true,
                                       .regexes_to_ignore = {R"(\b(?:The |a )|\s+$)", "(?s).*#"}});
  static const RegexFilter filter({.pattern = R"((-?[$0-9.,]{2,})|(\w+)\b|(?<=é).)"});
  static const ChoiceRegexFilter choice_filter({.regex = {.pattern = R"((\([A-Z]\)))"},
                                                .ignore_case = true,
                                                .ignore_punctuation = true,
                                                .regexes_to_ignore = {}});
  for (const auto& score : rouge.Score(a, b)) {
    EXPECT_TRUE(score.fmeasure >= 0 && score.fmeasure <= 1);
  }
  for (const auto tokenizer : {BleuTokenizer::kNone, BleuTokenizer::kChar, BleuTokenizer::k13a,
                               BleuTokenizer::kZh, BleuTokenizer::kIntl}) {
    BleuOptions options;
    options.tokenizer = tokenizer;
    options.lowercase = true;
    const double score = SentenceBleu(a, std::vector<std::string>{b, a}, options).score;
    EXPECT_TRUE(score >= 0 && score < 100.0000001);
  }
  for (const char* name : {"chrf", "chrf++"}) {
    ChrfOptions options = ParseChrf(name);
    options.lowercase = true;
    const double score = SentenceChrf(a, std::vector<std::string>{b, a}, options);
    EXPECT_TRUE(score >= 0 && score < 100.0000001);
  }
  const TerOptions all_of_ter = {.normalized = true, .no_punct = true, .asian_support = true};
  EXPECT_GE(SentenceTer(a, std::vector<std::string>{b, a}, all_of_ter), 0);
  EXPECT_EQ(SentenceTer(a, std::vector<std::string>{b, a}), 0);
  const std::vector<std::string> as = {a};
  EXPECT_EQ(ScoreTruthfulQaGeneration(b, as, as).rouge_l.diff, 0);
  EXPECT_TRUE(exact_match.Matches(a, a));
  exact_match.MatchesAny(a, std::vector<std::string>{b, a});
  filter.Apply(a);
  choice_filter.Apply(a, std::vector<std::string>{b, a});
  NumericMatch(a, b);
  PorterStem(a);
  MajorityVote(std::vector<VoteSample>{{a}, {b}, {a}});
  const std::vector<ScoredChoice> choices = {{a, -1, false}, {b, -2, true}};
  ScoreMultipleChoice(choices, std::vector<std::int64_t>{GoldIndexOf(choices, b)});
  EXPECT_EQ(FindInvalidUtf8(Lower(a) + Capitalize(b) + DeleteAsciiPunctuation(a)), std::nullopt);
  EXPECT_EQ(Strip(Strip(a)), Strip(a));
  for (const AnswerRules rules :
       {AnswerRules::kSquadV1, AnswerRules::kSquadV2, AnswerRules::kOrqa, AnswerRules::kTriviaQa}) {
    const AnswerScore score = ScoreAnswer(a, b, rules);
    EXPECT_TRUE(score.f1 >= 0 && score.f1 <= 1);
  }
  const DropScore drop = ScoreDropSpans(std::vector{a}, std::vector{a, b});
  EXPECT_TRUE(drop.f1 >= 0 && drop.f1 <= 1);
  for (const MathVariant variant : {MathVariant::kHendrycks, MathVariant::kLmEval}) {
    EXPECT_TRUE(AreEquivalentMathAnswers(a, a, variant));
    AreEquivalentMathAnswers(a, b, variant);
  }
  LastBoxed("\\boxed" + a);
  NormalizeMinervaAnswer(a);
  ExtractMinervaAnswer("Final Answer: The final answer is" + a + " I hope it is correct." + b);
  EXPECT_EQ(ToUtf8(ToCodePoints(a)), a);
  ReplaceAll(a, "a", b);
}

TEST(TextFuzz, TakesAnyTextWithoutHarm) {
  PythonRandom random(2024);
  for (int round = 0; round < 1500; ++round) {
    const std::string a = RandomText(random, 40);
    const std::string b = RandomText(random, 40);
    SCOPED_TRACE(round);
    CallEverything(a, b);
  }
  CallEverything("", "");
}

TEST(TextFuzz, NamesTheByteOfIllFormedText) {
  const std::vector<std::pair<std::string, std::function<void(const std::string&)>>> calls = {
      {"rouge target", [](const auto& t) { Rouge({"rougeL"}, true).Score(t, "a"); }},
      {"rouge prediction", [](const auto& t) { Rouge({"rougeLsum"}, true).Score("a", t); }},
      {"rouge tokenize", [](const auto& t) { RougeTokenize(t, false); }},
      {"bleu hypothesis", [](const auto& t) { CountBleu(t, std::vector<std::string>{"a"}); }},
      {"bleu reference", [](const auto& t) { CountBleu("a", std::vector<std::string>{t}); }},
      {"bleu tokenize", [](const auto& t) { BleuTokenize(t, BleuTokenizer::kIntl); }},
      {"chrf hypothesis", [](const auto& t) { CountChrf(t, std::vector<std::string>{"a"}); }},
      {"chrf reference", [](const auto& t) { CountChrf("a", std::vector<std::string>{t}); }},
      {"ter hypothesis", [](const auto& t) { CountTer(t, std::vector<std::string>{"a"}); }},
      {"ter reference", [](const auto& t) { CountTer("a", std::vector<std::string>{t}); }},
      {"exact match", [](const auto& t) { ExactMatch().Matches(t, "a"); }},
      {"exact match", [](const auto& t) { ExactMatch().Matches("a", t); }},
      {"regex filter", [](const auto& t) { RegexFilter({.pattern = "a"}).Apply(t); }},
      {"numeric", [](const auto& t) { CanonicalDecimal(t); }},
      {"answer", [](const auto& t) { ScoreAnswer("a", t, AnswerRules::kOrqa); }},
      {"coqa", [](const auto& t) { ScoreCoqaAnswer(t, std::vector<std::string>{"a"}); }},
      {"drop", [](const auto& t) { ScoreDropSpans(std::vector{t}, std::vector{t}); }},
      {"math", [](const auto& t) { NormalizeMathAnswer(t, MathVariant::kLmEval); }},
      {"boxed", [](const auto& t) { LastBoxed(t); }},
      {"minerva", [](const auto& t) { NormalizeMinervaAnswer(t); }},
      {"minerva response", [](const auto& t) { ExtractMinervaAnswer(t); }},
      {"multiple choice",
       [](const auto& t) {
         ScoreMultipleChoice(std::vector<ScoredChoice>{{t, -1, false}},
                             std::vector<std::int64_t>{0});
       }},
  };
  const std::string broken[] = {"\x80",     "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                "\xE2\x82", "\xFF"};
  PythonRandom random(7);
  for (int round = 0; round < 200; ++round) {
    const std::string head = RandomText(random, 12);
    const std::string text = head + broken[random.Below(6)];
    for (const auto& [name, call] : calls) {
      try {
        call(text);
        ADD_FAILURE() << name << ": no error";
      } catch (const MetricError& error) {
        EXPECT_THAT(error.what(), HasSubstr("byte offset " + std::to_string(head.size()) + " "))
            << name;
      }
    }
  }
}

TEST(TextFuzz, GivesRandomBytesAnErrorOrANumber) {
  PythonRandom random(99);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes;
    for (std::int64_t n = random.Below(12); n > 0; --n) {
      bytes.push_back(static_cast<char>(random.Below(256)));
    }
    if (FindInvalidUtf8(bytes)) {
      EXPECT_THROW(CallEverything(bytes, "a"), MetricError);
      EXPECT_THROW(Lower(bytes), std::invalid_argument);
    } else {
      CallEverything(bytes, "a");
    }
  }
}

}  // namespace
}  // namespace meval
