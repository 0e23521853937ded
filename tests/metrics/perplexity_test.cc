#include "metrics/perplexity.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/aggregate.h"
#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"
#include "tests/metrics/error_of.h"
#include "tests/metrics/golden.h"

namespace meval {
namespace {

using testing::ErrorOf;
using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Texts = std::vector<TextLikelihood>;

TEST(CountWords, CountsEmptyPiecesAtTheEnds) {
  const struct {
    const char* text;
    std::int64_t words;
  } cases[] = {{"", 1},        {"a", 1},    {"a b", 2},        {" a b ", 4},
               {" ", 2},       {"\n\n", 2}, {"a \t\r\n b", 2}, {"a\u00A0b\u3000c", 3},
               {"a\u200Bb", 1}};
  for (const auto& c : cases) EXPECT_EQ(CountWords(c.text), c.words) << c.text;
}

TEST(CountWords, IsOneMorePieceThanSplittingForEachEndThatIsWhitespace) {
  std::mt19937 random(7);
  const std::u32string alphabet = U"ab \n\t\u00A0\u2028\u00E9";
  for (int round = 0; round < 500; ++round) {
    std::u32string code_points;
    for (std::size_t i = random() % 12; i > 0; --i)
      code_points += alphabet[random() % alphabet.size()];
    const std::string text = ToUtf8(code_points);
    std::int64_t expected = static_cast<std::int64_t>(SplitWhitespace(text).size());
    if (expected == 0) {
      expected = text.empty() ? 1 : 2;
    } else {
      expected += IsWhitespace(code_points.front()) ? 1 : 0;
      expected += IsWhitespace(code_points.back()) ? 1 : 0;
    }
    EXPECT_EQ(CountWords(text), expected) << round;
  }
}

TEST(CountWords, RefusesWhatIsNotUtf8) {
  EXPECT_THROW(CountWords("a \xFF"), std::invalid_argument);
}

// A model that gives each of V tokens the same probability has perplexity V, however text is cut.
TEST(Perplexity, OfAUniformModelIsItsVocabulary) {
  std::mt19937 random(11);
  const double vocabulary = 32000;
  Texts documents;
  for (int i = 0; i < 20; ++i) {
    const auto tokens = static_cast<std::int64_t>(1 + random() % 500);
    documents.push_back({.loglikelihood = -static_cast<double>(tokens) * std::log(vocabulary),
                         .words = tokens,
                         .bytes = 4 * tokens,
                         .tokens = tokens});
  }
  EXPECT_NEAR(TokenPerplexity(documents), vocabulary, 1e-6);
  EXPECT_NEAR(WordPerplexity(documents), vocabulary, 1e-6);
  EXPECT_NEAR(ChunkPerplexity(documents), vocabulary, 1e-6);
  EXPECT_NEAR(BytePerplexity(documents), std::pow(vocabulary, 0.25), 1e-9);
  EXPECT_NEAR(BitsPerByte(documents), std::log2(vocabulary) / 4, 1e-12);
}

TEST(Perplexity, WeighsDocumentsByTheirLengthAndChunksEqually) {
  const Texts texts = {{.loglikelihood = -1, .words = 1, .bytes = 1, .tokens = 1},
                       {.loglikelihood = -6, .words = 3, .bytes = 3, .tokens = 3}};
  EXPECT_DOUBLE_EQ(TokenPerplexity(texts), std::exp(7.0 / 4));
  EXPECT_DOUBLE_EQ(WordPerplexity(texts), std::exp(7.0 / 4));
  EXPECT_DOUBLE_EQ(ChunkPerplexity(texts), std::exp((1.0 + 2.0) / 2));
}

TEST(ChunkPerplexity, EqualsTokenPerplexityForChunksOfOneSize) {
  std::mt19937 random(13);
  Texts chunks;
  for (int i = 0; i < 50; ++i) {
    chunks.push_back({.loglikelihood = -static_cast<double>(random() % 10000) / 3, .tokens = 2047});
  }
  EXPECT_NEAR(ChunkPerplexity(chunks), TokenPerplexity(chunks), 1e-12);
}

// bits_per_byte = log2(byte_perplexity), and the sum decides, not its division into documents.
TEST(Perplexity, DoesNotDependOnHowATextIsDivided) {
  const Texts whole = {{.loglikelihood = -12.5, .words = 9, .bytes = 40, .tokens = 12}};
  const Texts parts = {{.loglikelihood = -4.5, .words = 4, .bytes = 10, .tokens = 7},
                       {.loglikelihood = -8, .words = 5, .bytes = 30, .tokens = 5}};
  EXPECT_EQ(WordPerplexity(whole), WordPerplexity(parts));
  EXPECT_EQ(BytePerplexity(whole), BytePerplexity(parts));
  EXPECT_EQ(BitsPerByte(whole), BitsPerByte(parts));
  EXPECT_EQ(TokenPerplexity(whole), TokenPerplexity(parts));
  EXPECT_NEAR(BitsPerByte(whole), std::log2(BytePerplexity(whole)), 1e-15);
}

TEST(Perplexity, RefusesSetsWithoutANumber) {
  const Texts none;
  const Texts no_words = {{.loglikelihood = -1, .words = 0, .bytes = 1, .tokens = 1}};
  const Texts negative = {{.loglikelihood = -1, .words = -1, .bytes = 1, .tokens = 1}};
  const Texts nan = {{.loglikelihood = -1, .words = 1, .bytes = 1, .tokens = 1},
                     {.loglikelihood = std::nan(""), .words = 1, .bytes = 1, .tokens = 1}};
  const Texts no_tokens = {{.loglikelihood = 0, .words = 1, .bytes = 0, .tokens = 0}};
  EXPECT_THAT(ErrorOf([&] { WordPerplexity(none); }), HasSubstr("no documents"));
  EXPECT_THAT(ErrorOf([&] { WordPerplexity(no_words); }), HasSubstr("have no words"));
  EXPECT_THAT(ErrorOf([&] { WordPerplexity(negative); }), HasSubstr("document 0: -1 words"));
  EXPECT_THAT(ErrorOf([&] { BytePerplexity(nan); }), HasSubstr("document 1: the log-likelihood"));
  EXPECT_THAT(ErrorOf([&] { TokenPerplexity(no_tokens); }), HasSubstr("have no tokens"));
  EXPECT_THAT(ErrorOf([&] { ChunkPerplexity(no_tokens); }), HasSubstr("chunk 0: no tokens"));
  EXPECT_THROW(ChunkPerplexity(none), MetricError);
  EXPECT_THROW(Perplexity({}), MetricError);
}

TEST(BootstrapText, DrawsWholeDocuments) {
  Texts documents;
  std::vector<double> losses;
  for (int i = 0; i < 30; ++i) {
    losses.push_back(-3.0 - i % 7);
    documents.push_back({.loglikelihood = losses.back(), .words = 1, .bytes = 1, .tokens = 1});
  }
  const BootstrapSpread by_text = BootstrapText(documents, 1000, WordPerplexity);
  const BootstrapSpread by_number = BootstrapPerplexity(losses, 1000);
  MEVAL_EXPECT_CLOSE(by_text.standard_error, by_number.standard_error);
  MEVAL_EXPECT_CLOSE(by_text.ci_low, by_number.ci_low);
  MEVAL_EXPECT_CLOSE(by_text.ci_high, by_number.ci_high);
  const double value = WordPerplexity(documents);
  EXPECT_LT(by_text.ci_low, value);
  EXPECT_GT(by_text.ci_high, value);
  // exp is steep: about exp(mean) times the standard error of the mean.
  const double expected = value * *StderrOfMean(losses);
  EXPECT_NEAR(by_text.standard_error, expected, 0.15 * expected);
}

// numpy.percentile([1, 2], [2.5, 97.5]) is [1.025, 1.975]; resamples of equal documents are equal.
TEST(BootstrapText, TakesPercentilesAsNumpyDoes) {
  const Texts equal(5, {.loglikelihood = -2, .words = 1, .bytes = 1, .tokens = 1});
  const BootstrapSpread spread = BootstrapText(equal, 100, WordPerplexity);
  EXPECT_NEAR(spread.standard_error, 0, 1e-12);
  EXPECT_EQ(spread.ci_low, std::exp(2.0));
  EXPECT_EQ(spread.ci_high, std::exp(2.0));
  int calls = 0;
  static int* counter = nullptr;
  counter = &calls;
  const BootstrapSpread two = BootstrapText(
      equal, 2, [](std::span<const TextLikelihood>) { return static_cast<double>(++*counter); });
  EXPECT_EQ(calls, 2);
  EXPECT_DOUBLE_EQ(two.ci_low, 1.025);
  EXPECT_DOUBLE_EQ(two.ci_high, 1.975);
}

TEST(BootstrapText, IsInfiniteWhereAResampleIs) {
  const Texts steep = {{.loglikelihood = -5000, .words = 1, .bytes = 1, .tokens = 1},
                       {.loglikelihood = -1, .words = 1, .bytes = 1, .tokens = 1}};
  const BootstrapSpread spread = BootstrapText(steep, 100, WordPerplexity);
  EXPECT_EQ(spread.standard_error, kInfinity);
  EXPECT_EQ(spread.ci_high, kInfinity);
  EXPECT_TRUE(std::isfinite(spread.ci_low));
}

TEST(BootstrapText, NeedsTwoDocumentsAndTwoResamples) {
  const Texts one(1, {.loglikelihood = -2, .words = 1, .bytes = 1, .tokens = 1});
  const Texts two(2, one.front());
  EXPECT_THAT(ErrorOf([&] { BootstrapText(one, 100, WordPerplexity); }),
              HasSubstr("1 documents: expected at least two"));
  EXPECT_THAT(ErrorOf([&] { BootstrapText(two, 1, WordPerplexity); }),
              HasSubstr("1 iterations: expected at least two"));
}

}  // namespace
}  // namespace meval
