// Text that nobody writes on purpose: a line of ten megabytes, NUL bytes. Ill-formed UTF-8 is in
// text_fuzz_test.cc, patterns that take backtrackers forever in python_regex_test.cc.

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "metrics/bleu.h"
#include "metrics/exact_match.h"
#include "metrics/extract.h"
#include "metrics/hendrycks_math.h"
#include "metrics/minerva_math.h"
#include "metrics/numeric_match.h"
#include "metrics/pair_metric.h"
#include "metrics/pair_scores.h"
#include "metrics/perplexity.h"
#include "metrics/porter_stemmer.h"
#include "metrics/rouge.h"
#include "metrics/symbolic_equivalence.h"
#include "metrics/ter.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr std::size_t kLineBytes = 10'000'000;

std::string Repeated(std::string_view piece, std::size_t num_bytes) {
  std::string text;
  text.reserve(num_bytes + piece.size());
  while (text.size() < num_bytes) {
    text += piece;
  }
  return text;
}

TEST(HostileText, IsALineOfTenMegabytes) {
  const std::string line = Repeated("The answer: 1,234. ", kLineBytes);
  const std::size_t num_pieces = line.size() / 19;
  EXPECT_EQ(SplitWhitespace(line).size(), 3 * num_pieces);
  EXPECT_EQ(static_cast<std::size_t>(CountWords(line)), 3 * num_pieces + 1);
  EXPECT_EQ(Lower(line).substr(line.size() - 19), "the answer: 1,234. ");
  EXPECT_EQ(DeleteAsciiPunctuation(line).size(), line.size() - 3 * num_pieces);

  const ExactMatch match({.ignore_case = true,
                          .ignore_punctuation = true,
                          .ignore_numbers = false,
                          .regexes_to_ignore = {R"(\b(?:The |a ))", "(?s).*#### "}});
  EXPECT_TRUE(match.Matches(line, Repeated("answer 1234 ", num_pieces * 12)));
  const RegexFilter last({.pattern = R"((-?[$0-9.,]{2,})|(-?[0-9]+))", .group_select = -1});
  EXPECT_EQ(last.Apply(line), "1,234.");
}

TEST(HostileText, IsALineOfTenMegabytesAgainstAShortOne) {
  const std::string line = Repeated("The answer: 1,234. ", kLineBytes);
  const std::string piece = "The answer: 1,234.";
  const std::vector<RougeScore> rouge = Rouge({"rouge2", "rougeL"}, true).Score(piece, line);
  EXPECT_EQ(rouge[0].recall, 1);
  EXPECT_EQ(rouge[1].recall, 1);
  EXPECT_LT(rouge[1].precision, 0.0001);
  const std::vector<std::string> references = {piece};
  const BleuScore bleu = SentenceBleu(line, references);
  EXPECT_EQ(bleu.counts[0], 5);  // The answer : 1,234 .
  EXPECT_EQ(bleu.sys_len, static_cast<std::int64_t>(5 * (line.size() / 19)));
}

TEST(HostileText, IsANumberOfTenMegabytes) {
  const std::string digits(kLineBytes, '7');
  EXPECT_EQ(CanonicalDecimal("$" + digits + ".50"), digits + ".5");
  EXPECT_TRUE(NumericMatch(digits, "+" + digits + ".0"));
  EXPECT_EQ(PorterStem(std::string(kLineBytes, 'a') + "ing").size(), kLineBytes);
}

TEST(HostileText, RepeatsAWordWithoutEnd) {
  // Every word of one side stands in 200,000 places of the other.
  const std::string words = Repeated("a ", 400'000);
  const std::vector<std::string> reference = {words + "c b"};
  EXPECT_EQ(CountTer(words + "b c", reference).edits, 1);
  EXPECT_EQ(CountTer(words + words + "b c", reference).edits, 200'001);  // and a shift
}

TEST(HostileText, HasBracesThatNothingCloses) {
  for (const std::string_view piece : {"{", "\\boxed{", "$\\left\\{"}) {
    const std::string text = Repeated(piece, kLineBytes);
    EXPECT_EQ(LastBoxed(text), std::nullopt) << piece;
    EXPECT_TRUE(AreEquivalentMathAnswers(text, text, MathVariant::kLmEval)) << piece;
    EXPECT_FALSE(AreEquivalentMathAnswers(text, "1", MathVariant::kHendrycks)) << piece;
    EXPECT_EQ(ExtractMinervaAnswer(text), kInvalidMinervaAnswer) << piece;
    EXPECT_LE(NormalizeMinervaAnswer(text).size(), text.size()) << piece;
    EXPECT_FALSE(IsSymbolicallyEqual(text, "1")) << piece;
  }
  const std::string deep = Repeated("\\boxed{", 700'000);
  EXPECT_EQ(LastBoxed(deep + "7}"), "\\boxed{7}");
}

TEST(HostileText, IsALineOfTenMegabytesForEveryMetricOfPairs) {
  std::vector<AnswerPair> pairs = {{.predictions = {Repeated("The answer: 1,234. ", kLineBytes)},
                                    .references = {"The answer: 1,234."}}};
  for (const PairMetricEntry& entry : PairMetricCatalogue()) {
    const auto metric = MakePairMetric({.name = entry.name, .parameters = {}});
    try {
      metric->Prepare(pairs);
      EXPECT_EQ(CountPairs(*metric, pairs, 1).num_segments(), 1U) << entry.name;
    } catch (const PairError& error) {
      EXPECT_EQ(error.index(), 0U) << entry.name << ": " << error.what();
    }
  }
}

TEST(HostileText, HoldsNulBytes) {
  const std::string text = "a\0b \0 c\0"s;
  EXPECT_EQ(SplitWhitespace(text), (std::vector<std::string_view>{"a\0b"sv, "\0"sv, "c\0"sv}));
  EXPECT_EQ(Lower("A\0B"s), "a\0b"s);
  EXPECT_EQ(ReplaceAll(text, "\0"s, "-"), "a-b - c-");
  EXPECT_EQ(PythonRegex(R"(a(.)b|\x00$)").Replace(text, "-"), "- \0 c-"s);
  EXPECT_EQ(RegexFilter({.pattern = R"(b\b.(\0))"}).Apply(text), "\0"s);
  EXPECT_EQ(CanonicalDecimal("1\0"s), std::nullopt);
  // Trailing ones are lost, as in the reference (exact_match.h).
  EXPECT_TRUE(ExactMatch().Matches("a\0b"s, "a\0b\0"s));
  EXPECT_FALSE(ExactMatch().Matches("a\0b"s, "a\0c"s));
  EXPECT_EQ(RougeTokenize(text, false), (std::vector<std::string>{"a", "b", "c"}));
  const std::vector<std::string> references = {text};
  EXPECT_EQ(SentenceBleu(text, references).counts[0], 3);
}

}  // namespace
}  // namespace meval
