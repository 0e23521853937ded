#include "metrics/minerva_math.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

std::string Repeated(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) {
    text += piece;
  }
  return text;
}

TEST(MinervaMath, ReadsTheAnswerOfThePaper) {
  const std::string response =
      "If we multiply the first equation by $-\\frac{3}{2}$, we obtain $\\boxed{-\\frac{2}{3}}.$\n"
      "Final Answer: The final answer is $-\\frac{2}{3}$. I hope it is correct.\n\nProblem:";
  EXPECT_EQ(ExtractMinervaAnswer(response), "$-\\frac{2}{3}$");
  EXPECT_EQ(NormalizeMinervaAnswer("$-\\frac{2}{3}$"), "-\\frac{2}{3}");
}

TEST(MinervaMath, TakesTheFirstAnswerThatIsWholeOnItsLine) {
  const std::string begin = "Final Answer: The final answer is";
  const std::string end = " I hope it is correct.";
  EXPECT_EQ(ExtractMinervaAnswer(begin + " 1." + end + begin + " 2." + end), "1");
  EXPECT_EQ(ExtractMinervaAnswer(begin + " 1.\n" + begin + " 2." + end), "2");
  EXPECT_EQ(ExtractMinervaAnswer(begin + " 1. I hope it is correct\n" + begin + " 2." + end), "2");
  EXPECT_EQ(ExtractMinervaAnswer(begin + " 1" + begin + " 2." + end), "1" + begin + " 2");
}

TEST(MinervaMath, DropsOneCharacterBeforeThePhraseWhateverItIs) {
  const std::string begin = "Final Answer: The final answer is";
  EXPECT_EQ(ExtractMinervaAnswer(begin + " 12 I hope it is correct."), "1");
  EXPECT_EQ(ExtractMinervaAnswer(begin + "é I hope it is correct!"), "");
  // Where there is no such character the search goes on to the next phrase.
  EXPECT_EQ(ExtractMinervaAnswer(begin + " I hope it is correct. I hope it is correct."),
            "I hope it is correct");
  EXPECT_EQ(ExtractMinervaAnswer(begin + " I hope it is correct."), kInvalidMinervaAnswer);
}

TEST(MinervaMath, AppendsThePhraseToAResponseThatStopsBeforeIt) {
  const std::string begin = "Final Answer: The final answer is";
  EXPECT_EQ(ExtractMinervaAnswer(begin + " 7. "), "7");
  EXPECT_EQ(ExtractMinervaAnswer(begin + " 7. I hope it is correct"), "7");
  EXPECT_EQ(ExtractMinervaAnswer(begin + " 7."), kInvalidMinervaAnswer);
  EXPECT_EQ(ExtractMinervaAnswer(begin + " 7.\n"), kInvalidMinervaAnswer);
  EXPECT_EQ(ExtractMinervaAnswer(""), kInvalidMinervaAnswer);
}

TEST(MinervaMath, NormalizesStepByStep) {
  const struct {
    const char* what;
    std::string answer;
    std::string expected;
  } cases[] = {
      {"empty", "", ""},
      {"last equation", "x=y=5", "5"},
      {"articles and spaces", "a cat, an owl", "cat,owl"},
      {"full stop before the dollar", "$5.$", "5"},
      {"mbox is text", "\\mbox{east}", "east"},
      {"and between two", "x,\\text{and}y\\text{and}z", "x,y,z"},
      {"and between digits", "1\\text{ and }2", "12"},
      {"square metres", "9\\text{ m}^2", "9"},
      {"a unit within a word", "tissue", "tis"},
      {"a unit within a command", "\\left(1\\right)", "\\le(1\\right)"},
      {"degrees sign", "90^{\\circ}", "90"},
      {"dots in their turn", "n,\\ldots,\\dots", "n,,"},
      {"first formula", "is $1$ or $2$", "1"},
      {"a lone dollar", "is $1", "is1"},
      {"a formula on each line", "x$1$\ny\n$2$z", "1\ny\n2"},
      {"text to the first brace", "\\text{a{b}c}", "a{bc}"},
      {"text in its turn", "\\textbf{\\text{a}}", "a"},
      {"text without an end", "\\text{a\nb}", "\\text{a\nb}"},
      {"overline", "0.\\overline{3}", "0.3"},
      {"boxed to the last brace", "\\boxed{\\frac{1}{2}}", "\\frac{1}{2}"},
      {"boxed but once", "\\boxed{1}\\boxed{2}", "1}\\boxed{2"},
      {"a brace before the box only", "}\\boxed{1", "}\\boxed{1"},
      {"fraction of digits", "\\frac12", "\\frac{1}{2}"},
      {"fraction of a digit and a group", "\\frac1{2}", "\\frac{1}{{}2}"},
      {"fraction of characters", "\\fracé日x", "\\frac{é}{日}x"},
      {"fraction over a newline", "\\frac\n1", "\\frac{\n}{1}"},
      {"fraction before a newline", "\\frac1\n", "\\frac1\n"},
      {"fraction too short", "\\frac1", "\\frac1"},
      {"root", "\\sqrt3+\\sqrt{5}", "\\sqrt{3}+\\sqrt{5}"},
      {"root of nothing", "\\sqrt", "\\sqrt"},
      {"root within a fraction", "\\frac\\sqrt2", "\\frac{\\}{s}qrt2"},
      {"grouped number", "12,345,678", "12345678"},
      {"digits that are no decimals", "1,²", "1²"},
      {"no number", "1,2)", "1,2)"},
      {"only commas", ",", ","},
      {"the invalid answer", "[invalidanswer]", "[invalidanswer]"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(NormalizeMinervaAnswer(c.answer), c.expected) << c.what;
  }
}

// Each of these makes a scanner quadratic that starts over at every brace, command or line: this
// test would then take minutes.
TEST(MinervaMath, ReadsLongLinesInOnePass) {
  constexpr int kTimes = 1 << 16;
  for (const std::string& piece :
       {std::string("\\text{"), std::string("\\boxed{"), std::string("$"), std::string("frac"),
        std::string("sqrt{"), std::string("}"), std::string("\0", 1), std::string("\n$")}) {
    const std::string text = Repeated(piece, kTimes);
    EXPECT_LE(NormalizeMinervaAnswer(text).size(), 3 * text.size());
  }
  EXPECT_EQ(ExtractMinervaAnswer(Repeated("Final Answer: The final answer is", kTimes)),
            kInvalidMinervaAnswer);
  EXPECT_EQ(ExtractMinervaAnswer(Repeated("Final Answer: The final answer is 1\n", kTimes)),
            kInvalidMinervaAnswer);
}

TEST(MinervaMath, RefusesIllFormedText) {
  try {
    ExtractMinervaAnswer("ab\xFF");
    FAIL() << "no error";
  } catch (const MetricError& error) {
    EXPECT_THAT(error.what(), HasSubstr("response: ill-formed UTF-8 at byte offset 2"));
  }
  EXPECT_THROW(NormalizeMinervaAnswer("\xC0\xAF"), MetricError);
}

}  // namespace
}  // namespace meval
