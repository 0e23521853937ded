// What LaTeX text is read as: metrics/latex/reading.h and everything below it.

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "metrics/latex/lexer.h"
#include "metrics/latex/network.h"
#include "metrics/latex/outcome.h"
#include "metrics/latex/reading.h"

namespace meval::latex {
namespace {

// The expression as text, "unreadable" or "too large".
std::string Reading(const std::string& text) {
  Budget budget;
  try {
    return ToText(*Read(text, budget));
  } catch (const Unreadable&) {
    return "unreadable";
  } catch (const TooLarge&) {
    return "too large";
  }
}

using Table = std::vector<std::pair<std::string, std::string>>;

void ExpectReadings(const Table& table) {
  for (const auto& [text, reading] : table) {
    EXPECT_EQ(Reading(text), reading) << text;
  }
}

using Texts = std::vector<std::string>;

// The texts of all tokens, "unreadable" last where a character starts none.
Texts Tokens(const std::string& text) {
  Lexer lexer(text);
  Texts tokens;
  try {
    for (std::size_t i = 0; lexer.At(i).kind != TokenKind::kEnd; ++i) {
      tokens.emplace_back(lexer.TextOf(lexer.At(i)));
    }
  } catch (const Unreadable&) {
    tokens.emplace_back("unreadable");
  }
  return tokens;
}

std::string Repeated(const std::string& text, std::size_t count) {
  std::string repeated;
  for (std::size_t i = 0; i < count; ++i) {
    repeated += text;
  }
  return repeated;
}

TEST(LatexLexer, TakesTheLongestCommand) {
  EXPECT_EQ(Tokens("\\leftarrow x"), (Texts{"\\leftarrow", "x"}));
  EXPECT_EQ(Tokens("\\left(x\\right)"), (Texts{"(", "x", ")"}));
  EXPECT_EQ(Tokens("\\left|x\\right|"), (Texts{"\\left|", "x", "\\right|"}));
  EXPECT_EQ(Tokens("\\int\\limits_0"), (Texts{"\\int\\limits", "_", "0"}));
  EXPECT_EQ(Tokens("\\sinx"), (Texts{"\\sinx"}));
}

TEST(LatexLexer, DropsSpacesOfAllKinds) {
  EXPECT_EQ(Tokens(" 2\\,x\\quad y\\!\t\r\n z\\thinspace "), (Texts{"2", "x", "y", "z"}));
  EXPECT_EQ(Tokens("a\\/b\\-c\\\"e\\vspace 1"), (Texts{"a", "b", "c", "e", "1"}));
}

TEST(LatexLexer, JoinsDifferentialsAlignedEqualsSignsAndPrimes) {
  EXPECT_EQ(Tokens("dog d x d\\theta d2"), (Texts{"do", "g", "d x", "d\\theta", "d", "2"}));
  EXPECT_EQ(Tokens("x&=1"), (Texts{"x", "&=", "1"}));
  EXPECT_EQ(Tokens("x= &1"), (Texts{"x", "= &", "1"}));
  EXPECT_EQ(Tokens("f''"), (Texts{"f", "''"}));
}

TEST(LatexLexer, StopsAtWhatStartsNoToken) {
  for (const char* text :
       {"%", "\\%", "\\$", "$", "\\\\", "\\ ", "~", "#", "&", ";", "\\|", "é", "\\", "²"}) {
    EXPECT_EQ(Tokens(text), (Texts{"unreadable"})) << text;
  }
  EXPECT_EQ(Tokens("1%"), (Texts{"1", "unreadable"}));
}

TEST(LatexLexer, StopsInATextOfTooManyTokens) {
  const std::string longest(Lexer::kMaxTokens - 1, '1');
  EXPECT_EQ(Tokens(longest).size(), Lexer::kMaxTokens - 1);
  EXPECT_EQ(Tokens(longest + "2").back(), "unreadable");
}

TEST(LatexNetwork, LeadsFromEveryStateToOthersAndEndsInTheStartRuleOnly) {
  const Network& network = Network::Instance();
  for (std::size_t i = 0; i < network.size(); ++i) {
    const State& state = network.At(static_cast<int>(i));
    EXPECT_EQ(state.edges.empty(), state.is_stop && state.rule == Rule::kStart) << i;
    for (const Edge& edge : state.edges) {
      EXPECT_LT(static_cast<std::size_t>(edge.target), network.size());
      EXPECT_EQ(edge.kind == Edge::Kind::kToken, edge.tokens.any());
      // Either a state reads one token, or it reads none.
      EXPECT_EQ(edge.kind == Edge::Kind::kToken, state.reads_token());
    }
  }
}

TEST(LatexReading, OfNumbers) {
  ExpectReadings({{"12", "12"},
                  {"1,234,567", "1234567"},
                  {"1,23", "1"},
                  {"1,2345", "*(1234, 5)"},
                  {"1 2 3", "123"},
                  {"0", "0"},
                  {"00", "0"},
                  {"01", "unreadable"},
                  {"0.5", "1/2~53"},
                  {"2.", "unreadable"},
                  {".5", "unreadable"},
                  {"-3", "-3"},
                  {"--3", "3"}});
}

TEST(LatexReading, OfSumsAndProducts) {
  ExpectReadings({{"x+y-z", "+(*(-1, z), +(x, y))"},
                  {"x-3", "+(-3, x)"},
                  {"2xy", "*(*(x, y), 2)"},
                  {"2\\cdot x", "*(2, x)"},
                  {"a/bc", "*(^(*(b, c), -1), a)"},
                  {"a/b*c", "*(*(^(b, -1), a), c)"},
                  {"2:3", "*(2, ^(3, -1))"},
                  {"1\\frac{1}{2}", "*(1, ^(2, -1))"},
                  {"\\frac34", "*(3, ^(4, -1))"},
                  {"\\frac{1}2", "^(2, -1)"}});
}

TEST(LatexReading, TakesALetterXBetweenNumbersForATimesSign) {
  ExpectReadings({{"2x3", "*(2, 3)"},
                  {"2 x 3 x 4", "*(*(3, 4), 2)"},
                  {"2x", "*(2, x)"},
                  {"x2", "*(2, x)"},
                  {"2y3", "*(*(3, y), 2)"},
                  {"ax3", "*(*(3, x), a)"}});
}

TEST(LatexReading, OfPowersAndRoots) {
  ExpectReadings({{"x^2", "^(x, 2)"},
                  {"x^22", "^(x, 22)"},
                  {"x^2^3", "^(^(x, 2), 3)"},
                  {"x^{2^3}", "^(x, ^(2, 3))"},
                  {"-x^2", "*(-1, ^(x, 2))"},
                  {"2x^3", "*(2, ^(x, 3))"},
                  {"2^3!", "factorial(^(2, 3))"},
                  {"\\sqrt{x}", "^(x, ^(2, -1))"},
                  {"\\sqrt[3]{x}", "^(x, ^(3, -1))"},
                  {"\\sqrt3", "unreadable"}});
}

TEST(LatexReading, OfFunctions) {
  ExpectReadings({{"\\sin x", "sin(x)"},
                  {"\\sin x y", "sin(*(x, y))"},
                  {"\\sin(x)y", "*(sin(x), y)"},
                  {"\\sin x\\cos y", "*(cos(y), sin(x))"},
                  {"\\sin x+1", "+(1, sin(x))"},
                  {"\\sin^2 x", "^(sin(x), 2)"},
                  {"\\sin^{-1} x", "asin(x)"},
                  {"\\sin^0 x", "sin(x)"},
                  {"\\arcsin x", "asin(x)"},
                  {"\\arsinh x", "asinh(x)"},
                  {"\\log x", "log(x)"},
                  {"\\ln x", "log(x)"},
                  {"\\lg x", "log(x, 10)"},
                  {"\\log_2 8", "log(8, 2)"},
                  {"\\log_2^3 x", "^(log(x, 2), 3)"},
                  {"\\sin(x,y)", "sin(x)"},
                  {"n!", "factorial(n)"},
                  {"\\binom{n}{k}", "binomial(n, k)"},
                  {"|x|", "abs(x)"},
                  {"\\lfloor x\\rfloor", "floor(x)"},
                  {"\\overline{x}", "conjugate(x)"},
                  {"\\sin", "unreadable"}});
}

TEST(LatexReading, TakesALetterBeforeParenthesesForAFunction) {
  ExpectReadings({{"f(x)", "@f(x)"},
                  {"f(x, y)", "@f(x, y)"},
                  {"x(x+1)", "@x(+(1, x))"},
                  {"(x+1)x", "*(+(1, x), x)"},
                  {"2(3)", "*(2, 3)"},
                  {"f_1'(x)", "@f_{1}'(x)"},
                  {"f^2(x)", "*(^(f, 2), x)"},
                  {"\\pi(x)", "@pi(x)"}});
}

TEST(LatexReading, OfNames) {
  ExpectReadings({{"x_1", "x_{1}"},
                  {"x_{1}", "x_{1}"},
                  {"x_12", "x_{12}"},
                  {"x_{n+1}", Reading("x_{1+n}")},
                  {"x_1'", "x_{1}'"},
                  {"x'_1", "x_{1}'"},
                  {"\\alpha'", "alpha"},
                  {"\\mathit{ab}", "ab"},
                  {"\\x", "x"},
                  {"dx", "dx"},
                  {"d\\theta", "dtheta"},
                  {"\\text{A}", "*(A, text)"},
                  {"\\infty", "oo"}});
}

TEST(LatexReading, OfDerivativesIntegralsSumsAndLimits) {
  ExpectReadings({{"\\frac{d}{dx}x^2", "derivative(^(x, 2), x)"},
                  {"2\\frac{d}{dx}x y", "*(2, derivative(*(x, y), x))"},
                  {"\\frac{dy}{dx}", "derivative(y, x)"},
                  {"\\frac{d(x^2)}{d\\theta}", "derivative(^(x, 2), theta)"},
                  {"\\frac{\\partial f}{\\partial x}", "derivative(f, x)"},
                  {"\\frac{1}{dx}", "^(dx, -1)"},
                  {"\\frac{d}{dx}", "unreadable"},
                  {"\\int_0^1 x dx", "integral(x, x, 0, 1)"},
                  {"\\int \\frac{dt}{t}", "integral(*(1, ^(t, -1)), t)"},
                  {"\\int x", "integral(x, x)"},
                  {"\\sum_{k=1}^{n} k^2", "sum(^(k, 2), k, 1, n)"},
                  {"\\prod_{k=1}^3 k+1", "+(1, product(k, k, 1, 3))"},
                  {"\\lim_{x\\to 0^+} x", "limit+(x, x, 0)"},
                  {"x^2|_{x=3}", "^(3, 2)"},
                  {"x|^{x=2}_{x=1}", "+(-1, 2)"},
                  {"x^2|_{3}", "^(x, 2)"}});
}

// A decision looks at what may follow somewhere, not at what may follow here: so reading can stop
// before a token that nothing can be made of, and it can also run into one.
TEST(LatexReading, IsOfTheLongestBeginningThatIsMathematics) {
  ExpectReadings({{"1,2", "1"},
                  {"x)", "x"},
                  {"x]", "x"},
                  {"x+", "x"},
                  {"x+1)", "+(1, x)"},
                  {"x^", "x"},
                  {"x{}", "x"},
                  {"x(", "x"},
                  {"x(x+1", "x"},
                  {"2(3", "2"},
                  {"2(3,4)", "2"},
                  {"3\\sqrt", "3"},
                  {"x**2", "x"},
                  {"2^-3", "2"},
                  {"x\\to y", "x"},
                  {"1)%", "1"},
                  {"x\\in [1,2]", "*(in, x)"}});
}

TEST(LatexReading, FailsWhereABeginningHasToBeCompleted) {
  for (const char* text : {"",
                           "(1",
                           "(1,2)",
                           "[1,2]",
                           "[0,1)",
                           "{",
                           "{}",
                           "()",
                           "\\{1,2\\}",
                           "|x",
                           "\\frac",
                           "\\frac1",
                           "\\frac{1}",
                           "\\frac{}{2}",
                           "\\sqrt",
                           "x_",
                           "_",
                           "^2",
                           "+",
                           "-",
                           "=",
                           "x=",
                           "x_{",
                           "3.",
                           "\\le",
                           "1%",
                           "10\\%",
                           "f(x,)",
                           "\\left|x\\right|",
                           "\\log_2",
                           "\\binom52",
                           "\\sum_i i"}) {
    EXPECT_EQ(Reading(text), "unreadable") << text;
  }
}

TEST(LatexReading, OfEquationsAndInequalitiesFails) {
  for (const char* text : {"x=1", "x<1", "x\\ge1", "1<x<2", "x\\neq1", "x=1, y=2", "x&=1"}) {
    EXPECT_EQ(Reading(text), "unreadable") << text;
  }
}

TEST(LatexReading, IgnoresBracesAndParenthesesAroundThings) {
  for (const char* text : {"x+1", "(x+1)", "{x+1}", "[x+1]", "\\{x+1\\}", "\\left(x+1\\right)",
                           "((({x}+{1})))", "{{{x+1}}}"}) {
    EXPECT_EQ(Reading(text), "+(1, x)") << text;
  }
}

TEST(LatexReading, FollowsNestingUpToALimit) {
  EXPECT_EQ(Reading(Repeated("(", 100) + "x" + Repeated(")", 100)), "x");
  EXPECT_EQ(Reading(Repeated("(", 200) + "x" + Repeated(")", 200)), "unreadable");
  EXPECT_EQ(Reading(Repeated("{", 100'000) + "x" + Repeated("}", 100'000)), "unreadable");
  EXPECT_EQ(Reading(Repeated("-", 100'000) + "x"), "unreadable");
  EXPECT_EQ(Reading(Repeated("\\frac{1}{", 100'000)), "unreadable");
}

TEST(LatexReading, FollowsManyFactorsUpToALimit) {
  EXPECT_EQ(Reading(Repeated("2", 10) + Repeated("x", 3)), "*(*(*(x, x), x), 2222222222)");
  EXPECT_TRUE(Reading(Repeated("x", 400)).starts_with("*("));
  EXPECT_TRUE(Reading("x" + Repeated("+x", 400)).starts_with("+("));
  EXPECT_EQ(Reading(Repeated("x", 100'000)), "unreadable");
}

TEST(LatexReading, OfSubstitutionsThatDoubleEachTimeIsTooLarge) {
  EXPECT_EQ(Reading("x" + Repeated("|_{x=(x+x)}", 60)), "too large");
  EXPECT_EQ(Reading("x|_{x=y}|_{y=z}"), "z");
}

TEST(LatexReading, OfExplosivelyAmbiguousTextEndsWithTheBudget) {
  EXPECT_EQ(Reading(Repeated("|x|y|z|", 30)), "too large");
  EXPECT_EQ(Reading(Repeated("f(", 60) + "x" + Repeated(")", 60)), "too large");
}

}  // namespace
}  // namespace meval::latex
