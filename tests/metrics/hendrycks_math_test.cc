#include "metrics/hendrycks_math.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

constexpr auto kHendrycks = MathVariant::kHendrycks;
constexpr auto kLmEval = MathVariant::kLmEval;

std::string Repeated(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) {
    text += piece;
  }
  return text;
}

TEST(HendrycksMath, ScoresAResponseAgainstASolution) {
  const std::string solution =
      "The sum is $\\frac12+\\frac14=\\frac34$, so the answer is $\\boxed{\\frac{3}{4}}$.";
  EXPECT_TRUE(HendrycksMathMatch("It is $\\dfrac34$.", solution));
  EXPECT_TRUE(HendrycksMathMatch("3/4", solution));
  EXPECT_FALSE(HendrycksMathMatch("It is \\frac34.", solution));
  // What stands between two formulas belongs to the answer.
  EXPECT_FALSE(HendrycksMathMatch("With $x$ we get $3/4$", solution));
}

TEST(HendrycksMath, FindsTheLastBox) {
  EXPECT_EQ(LastBoxed("\\boxed{1} or \\boxed{2{3}{4}}}"), "\\boxed{2{3}{4}}");
  EXPECT_EQ(LastBoxed("\\boxed{1} or \\fbox{2}"), "\\boxed{1}");
  EXPECT_EQ(LastBoxed("\\fbox{1} or \\fbox{2}"), "\\fbox{2}");
  EXPECT_EQ(LastBoxed("\\boxed 1$ then \\boxed{2}"), "\\boxed 1");
  EXPECT_EQ(LastBoxed("\\boxed 1 then \\boxed 2\n$3"), "\\boxed 2\n");
  EXPECT_EQ(LastBoxed("\\boxed}{1}"), std::nullopt);
  EXPECT_EQ(LastBoxed("\\boxed}{1}{}"), std::nullopt);
  EXPECT_EQ(LastBoxed("\\boxed}{{1}}"), "\\boxed}{{1}");
  EXPECT_EQ(LastBoxed("\\boxed{1"), std::nullopt);
  EXPECT_EQ(LastBoxed("5"), std::nullopt);
  EXPECT_EQ(LastBoxed(""), std::nullopt);
}

TEST(HendrycksMath, TakesABoxOff) {
  EXPECT_EQ(Unbox("\\boxed{\\frac{1}{2}}"), "\\frac{1}{2}");
  EXPECT_EQ(Unbox("\\boxed{}"), "");
  EXPECT_EQ(Unbox("\\boxed 12"), "12");
  for (const char* text :
       {"", "5", "\\fbox{9}", "\\boxed{9} ", "\\boxed{", "x \\boxed 5", "\\boxed{\\boxed 5}"}) {
    EXPECT_THROW(Unbox(text), MetricError) << text;
  }
}

TEST(HendrycksMath, TakesTheAnswerBetweenDollars) {
  EXPECT_EQ(ExtractMathAnswer("so $x$ and $y$."), "x$ and $y");
  EXPECT_EQ(ExtractMathAnswer("$$"), "");
  EXPECT_EQ(ExtractMathAnswer("costs $5"), "costs $5");
  EXPECT_EQ(ExtractMathAnswer("5"), "5");
  EXPECT_EQ(ExtractMathAnswer(""), "");
}

TEST(HendrycksMath, NormalizesStepByStep) {
  const struct {
    const char* what;
    std::string answer;
    std::string expected;
  } cases[] = {
      {"empty", "", ""},
      {"line breaks", "1\n2", "12"},
      {"thin spaces", "1\\!000", "1000"},
      {"double backslash", "\\\\frac12", "\\frac{1}{2}"},
      {"three backslashes", "\\\\\\alpha", "\\\\alpha"},
      {"fractions of other sizes", "\\tfrac12\\dfrac34", "\\frac{1}{2}\\frac{3}{4}"},
      {"delimiters", "\\left(1,2\\right]", "(1,2]"},
      {"an arrow loses its left", "\\leftarrow", "arrow"},
      {"degrees", "90^{\\circ}+45^\\circ", "90+45"},
      {"dollars", "\\$5", "5"},
      {"units", "5\\text{ cm}", "5"},
      {"text that is no unit", "\\text{yes}", "\\text{yes}"},
      {"percent", "50\\%", "50"},
      {"bare percent", "50%", "50%"},
      {"percent within percent", "\\\\\\%%5", "5"},
      {"leading points", "a .5{.5", "a0.5{0.5"},
      {"point in front", ".25", "0.25"},
      {"name in front", "x=5", "5"},
      {"name and space in front", "k =5", "5"},
      {"name of two code points", "π₂=5", "5"},
      {"long name", "xyz=5", "xyz=5"},
      {"two equations", "x=y=5", "x=y=5"},
      {"roots", "\\sqrt3\\sqrt{5}\\sqrtπ", "\\sqrt{3}\\sqrt{5}\\sqrt{π}"},
      {"root of a space", "\\sqrt 3", "\\sqrt{}3"},
      {"fractions", "\\frac1{72}+\\frac{1}2+\\fracab", "\\frac{1}{72}+\\frac{1}2+\\frac{a}{b}"},
      {"fractions undone", "\\frac12\\frac1", "\\frac12\\frac1"},
      {"one half", "0.5", "\\frac{1}{2}"},
      {"one half with a point in front", ".5", "\\frac{1}{2}"},
      {"integers", "-3/4", "\\frac{-3}{4}"},
      {"not canonical", "03/4", "03/4"},
      {"minus zero", "-0/4", "-0/4"},
      {"plus", "+3/4", "+3/4"},
      {"two slashes", "1/2/3", "1/2/3"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(NormalizeMathAnswer(c.answer, kHendrycks), c.expected) << c.what;
    EXPECT_EQ(NormalizeMathAnswer(c.answer, kLmEval), c.expected) << c.what;
  }
}

TEST(HendrycksMath, HasNoNormalFormWhereTheReferencesRaise) {
  for (const char* text :
       {"1\\text{ cm}2\\text{ cm}", "\\sqrt", "\\sqrt\\sqrt3", "\\frac", "\\frac \\frac1"}) {
    EXPECT_EQ(NormalizeMathAnswer(text, kHendrycks), std::nullopt) << text;
    EXPECT_EQ(NormalizeMathAnswer(text, kLmEval), std::nullopt) << text;
  }
  // What comes first decides between failing and undoing.
  EXPECT_EQ(NormalizeMathAnswer("\\frac1\\frac", kLmEval), "\\frac1\\frac");
}

TEST(HendrycksMath, ComparesRawAnswersWhereOneHasNoNormalForm) {
  EXPECT_TRUE(AreEquivalentMathAnswers("\\sqrt", "\\sqrt", kLmEval));
  EXPECT_FALSE(AreEquivalentMathAnswers("\\sqrt", "\\sqrt ", kLmEval));
  EXPECT_TRUE(AreEquivalentMathAnswers("x/y", "x / y", kHendrycks));
  EXPECT_FALSE(AreEquivalentMathAnswers("x/y", "x / y", kLmEval));
  EXPECT_TRUE(AreEquivalentMathAnswers("x/y", "x/y", kLmEval));
  // int() takes digits of other scripts, so that nothing fails, and nothing is a fraction either.
  EXPECT_EQ(NormalizeMathAnswer("٣/4", kLmEval), "٣/4");
}

TEST(HendrycksMath, ComparesMissingAnswers) {
  EXPECT_TRUE(AreEquivalentMathAnswers(std::nullopt, std::nullopt, kLmEval));
  EXPECT_FALSE(AreEquivalentMathAnswers(std::nullopt, "", kLmEval));
  EXPECT_FALSE(AreEquivalentMathAnswers("", std::nullopt, kHendrycks));
}

// A scanner that starts over at every brace or command would take minutes for these.
TEST(HendrycksMath, ReadsLongLinesInOnePass) {
  constexpr int kTimes = 1 << 16;
  for (const char* piece : {"\\boxed{", "\\fbox", "{", "}", "$", "\\frac1", "\\sqrt{", "\\sqrt1",
                            "/", "=", "\\text{ ", ".", " "}) {
    const std::string text = Repeated(piece, kTimes);
    EXPECT_TRUE(AreEquivalentMathAnswers(text, text, kHendrycks)) << piece;
    EXPECT_TRUE(AreEquivalentMathAnswers(text, text, kLmEval)) << piece;
    EXPECT_EQ(LastBoxed(text), std::nullopt) << piece;
    EXPECT_LE(ExtractMathAnswer(text).size(), text.size()) << piece;
  }
  EXPECT_EQ(LastBoxed(Repeated("\\boxed ", kTimes)), "\\boxed ");
  EXPECT_TRUE(AreEquivalentMathAnswers(std::string("\0x/", 3), std::string("\0x/", 3), kLmEval));
}

TEST(HendrycksMath, RefusesDataWithoutAnAnswerAndIllFormedText) {
  try {
    HendrycksMathMatch("5", "The answer is 5.");
    FAIL() << "no error";
  } catch (const MetricError& error) {
    EXPECT_THAT(error.what(), HasSubstr("solution: no answer in a box"));
  }
  try {
    HendrycksMathMatch("9", "\\fbox{9}");
    FAIL() << "no error";
  } catch (const MetricError& error) {
    EXPECT_THAT(error.what(), HasSubstr("found \"\\fbox{9}\""));
  }
  EXPECT_THROW(HendrycksMathMatch("\xFF", "\\boxed{5}"), MetricError);
  EXPECT_THROW(HendrycksMathMatch("5", "\\boxed{\xFF}"), MetricError);
  EXPECT_THROW(Unbox("\xFF"), MetricError);
  EXPECT_THROW(NormalizeMathAnswer("\xC3", kHendrycks), MetricError);
}

}  // namespace
}  // namespace meval
