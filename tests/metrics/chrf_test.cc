#include "metrics/chrf.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/python_random.h"
#include "metrics/unicode_text.h"
#include "tests/metrics/error_of.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using testing::ErrorOf;
using ::testing::HasSubstr;

using Texts = std::vector<std::string>;

ChrfOptions Words(int char_order, int word_order) {
  ChrfOptions options;
  options.char_order = char_order;
  options.word_order = word_order;
  return options;
}

TEST(Chrf, FollowsAnExampleCountedByHand) {
  // thecat against thebat: 5 of 6 characters, 3 of 5 pairs, 1 of 4 triples, nothing longer; the
  // lengths are equal, so P = R = F.
  const auto statistics = CountChrf("the cat", Texts{"the bat"});
  EXPECT_THAT(statistics.orders,
              ElementsAre(ChrfCounts{6, 6, 5}, ChrfCounts{5, 5, 3}, ChrfCounts{4, 4, 1},
                          ChrfCounts{3, 3, 0}, ChrfCounts{2, 2, 0}, ChrfCounts{1, 1, 0}));
  EXPECT_NEAR(ScoreChrf(statistics), 100 * (5.0 / 6 + 3.0 / 5 + 1.0 / 4) / 6, 1e-12);
}

TEST(Chrf, WeighsRecallByBeta) {
  // P = 1, R = 1/2 for characters alone.
  ChrfOptions options = Words(1, 0);
  for (const int beta : {1, 2, 3}) {
    options.beta = beta;
    const double factor = beta * beta;
    EXPECT_NEAR(SentenceChrf("ab", Texts{"abcd"}, options),
                100 * (1 + factor) * 0.5 / (factor + 0.5), 1e-12);
  }
}

TEST(Chrf, CountsARepeatedNgramAsOftenAsBothSidesHaveIt) {
  EXPECT_THAT(CountChrf("aaaa", Texts{"aa"}, Words(3, 0)).orders,
              ElementsAre(ChrfCounts{4, 2, 2}, ChrfCounts{3, 1, 1}, ChrfCounts{0, 0, 0}));
}

TEST(Chrf, TakesOneMarkOffAWord) {
  // (hi gives ( and hi; (hi) gives (hi and ); a mark alone stays.
  EXPECT_THAT(CountChrf("(hi -", Texts{"( hi -"}, Words(1, 2)).orders,
              ElementsAre(ChrfCounts{4, 4, 4}, ChrfCounts{3, 3, 3}, ChrfCounts{2, 2, 2}));
  EXPECT_THAT(CountChrf("(hi)", Texts{"(hi )"}, Words(1, 1)).orders,
              ElementsAre(ChrfCounts{4, 4, 4}, ChrfCounts{2, 3, 1}));
  // A mark that is not ASCII stays with its word, and so does an ASCII one of a single character.
  EXPECT_THAT(CountChrf("«hi» !", Texts{"« hi »!"}, Words(1, 1)).orders,
              ElementsAre(ChrfCounts{5, 5, 5}, ChrfCounts{2, 4, 1}));
}

TEST(Chrf, LeavesWhiteSpaceOutUnlessAsked) {
  ChrfOptions options = Words(2, 0);
  EXPECT_THAT(CountChrf("a b", Texts{"a\u3000b "}, options).orders,
              ElementsAre(ChrfCounts{2, 2, 2}, ChrfCounts{1, 1, 1}));
  options.whitespace = true;
  EXPECT_THAT(CountChrf("a b", Texts{"a\u3000b "}, options).orders,
              ElementsAre(ChrfCounts{3, 4, 3}, ChrfCounts{2, 3, 0}));
}

TEST(Chrf, LowersBothSidesIfAsked) {
  ChrfOptions options;
  EXPECT_LT(SentenceChrf("ÜBER", Texts{"über"}, options), 50);
  options.lowercase = true;
  EXPECT_NEAR(SentenceChrf("ÜBER", Texts{"über"}, options), 100, 1e-12);
}

TEST(Chrf, LeavesOutOrdersThatASideDoesNotHave) {
  EXPECT_NEAR(SentenceChrf("ab", Texts{"ab"}), 100, 1e-12);
  EXPECT_EQ(CountChrf("abc", Texts{"a"}).orders[1], (ChrfCounts{0, 0, 0}));
  EXPECT_EQ(SentenceChrf("", Texts{"ab"}), 0);
  EXPECT_EQ(SentenceChrf("ab", Texts{""}), 0);
  EXPECT_EQ(SentenceChrf("", Texts{""}), 0);
}

TEST(Chrf, AveragesOverAllOrdersWithEpsilonSmoothing) {
  ChrfOptions options;
  options.eps_smoothing = true;
  EXPECT_NEAR(SentenceChrf("ab", Texts{"ab"}, options), 100.0 * 2 / 6, 1e-9);
  EXPECT_NEAR(SentenceChrf("", Texts{""}, options), 0, 1e-9);
}

TEST(Chrf, TakesTheBestReferenceTheFirstOfEquals) {
  EXPECT_THAT(CountChrf("ab", Texts{"xy", "ab", "abab"}, Words(1, 0)).orders,
              ElementsAre(ChrfCounts{2, 2, 2}));
  EXPECT_THAT(CountChrf("ab", Texts{"xyz", "xy"}, Words(1, 0)).orders,
              ElementsAre(ChrfCounts{2, 3, 0}));
}

TEST(Chrf, SumsStatisticsInAnyOrder) {
  const Texts hypotheses = {"the cat sat", "a dog barked at the cat", ""};
  const std::vector<ChrfReferences> references = {
      {"the cat sat down"}, {"a dog barked", "dogs bark"}, {"x"}};
  const ChrfOptions options = ParseChrf("chrf++");
  ChrfStatistics forward;
  ChrfStatistics backward;
  for (std::size_t i = 0; i < 3; ++i) {
    forward += CountChrf(hypotheses[i], references[i], options);
    backward += CountChrf(hypotheses[2 - i], references[2 - i], options);
  }
  EXPECT_EQ(forward.orders, backward.orders);
  EXPECT_EQ(ScoreChrf(forward, options), CorpusChrf(hypotheses, references, options));
}

TEST(Chrf, CountsSegmentsAsOneByOneOnAnyNumberOfThreads) {
  Texts hypotheses;
  std::vector<ChrfReferences> references;
  for (int i = 0; i < 100; ++i) {
    hypotheses.push_back("the cat no. " + std::to_string(i) + " sat on the mat, twice");
    references.push_back({"the cat no. " + std::to_string(i / 2) + " sat on a mat.", "cats"});
  }
  const ChrfOptions options = ParseChrf("chrf++");
  const double score = CorpusChrf(hypotheses, references, options);
  for (const int num_threads : {1, 2, 5}) {
    const auto segments = CountChrfSegments(hypotheses, references, options, num_threads);
    ASSERT_EQ(segments.size(), hypotheses.size());
    for (std::size_t i = 0; i < segments.size(); ++i) {
      EXPECT_EQ(segments[i].orders, CountChrf(hypotheses[i], references[i], options).orders);
    }
    EXPECT_EQ(CorpusChrf(hypotheses, references, options, num_threads), score);
  }
}

using Ngrams = std::map<std::u32string, std::int64_t>;

Ngrams PlainCount(const std::u32string& text, std::size_t order) {
  Ngrams ngrams;
  for (std::size_t i = 0; i + order <= text.size(); ++i) {
    ++ngrams[text.substr(i, order)];
  }
  return ngrams;
}

TEST(Chrf, AgreesWithPlainCountingOnRandomTexts) {
  PythonRandom random(7);
  const auto random_text = [&](std::int64_t alphabet) {
    std::u32string text;
    for (std::int64_t n = random.Below(600); n > 0; --n) {
      text.push_back(U'\u4E00' + static_cast<char32_t>(random.Below(alphabet)));
    }
    return text;
  };
  for (int round = 0; round < 60; ++round) {
    const std::int64_t alphabet = 1 + random.Below(round % 2 == 0 ? 3 : 100);
    const std::u32string a = random_text(alphabet);
    const std::u32string b = random_text(alphabet);
    SCOPED_TRACE(ToUtf8(a) + " / " + ToUtf8(b));
    const auto statistics = CountChrf(ToUtf8(a), Texts{ToUtf8(b)}, Words(8, 0));
    for (std::size_t order = 1; order <= 8; ++order) {
      const Ngrams in_b = PlainCount(b, order);
      std::int64_t matches = 0;
      for (const auto& [ngram, count] : PlainCount(a, order)) {
        const auto found = in_b.find(ngram);
        matches += found == in_b.end() ? 0 : std::min(count, found->second);
      }
      EXPECT_EQ(statistics.orders[order - 1].matches, matches) << order;
    }
  }
}

TEST(Chrf, HasANameAndASignature) {
  const std::vector<ChrfReferences> references = {{"a"}, {"b"}};
  EXPECT_EQ(ChrfName(), "chrF2");
  EXPECT_EQ(ChrfSignature(references),
            "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:mistral-eval-1");
  ChrfOptions options = ParseChrf("chrf++");
  options.beta = 3;
  options.lowercase = true;
  options.eps_smoothing = true;
  options.whitespace = true;
  EXPECT_EQ(ChrfName(options), "chrF3++");
  EXPECT_EQ(ChrfSignature(std::vector<ChrfReferences>{{"a"}, {"b", "c"}}, options),
            "nrefs:var|case:lc|eff:no|nc:6|nw:2|space:yes|version:mistral-eval-1");
}

TEST(Chrf, NamesSegmentOptionOrOffsetInItsErrors) {
  const std::vector<ChrfReferences> one = {{"a"}};
  EXPECT_THAT(ErrorOf([] { CorpusChrf({}, {}); }), HasSubstr("no documents to score"));
  EXPECT_THAT(ErrorOf([&] {
                CorpusChrf(Texts{"a", "b"}, one);
              }),
              HasSubstr("2 predictions but 1 references"));
  EXPECT_THAT(ErrorOf([&] {
                CorpusChrf(Texts{"a", "b"}, std::vector<ChrfReferences>{{"a"}, {}});
              }),
              HasSubstr("segment 1: no references"));
  EXPECT_THAT(ErrorOf([&] { CorpusChrf(Texts{"a\xFF"}, one); }),
              HasSubstr("segment 0, hypothesis: ill-formed UTF-8 at byte offset 1"));
  EXPECT_THAT(ErrorOf([] {
                CountChrf("a", Texts{"a", "\xED\xA0\x80"});
              }),
              HasSubstr("chrf: reference 1: ill-formed UTF-8 at byte offset 0"));
  EXPECT_THAT(ErrorOf([&] { ChrfSignature({}); }), HasSubstr("no documents to score"));
  EXPECT_THAT(ErrorOf([] { ParseChrf("chrf2"); }), HasSubstr("expected one of chrf, chrf++"));
  EXPECT_THAT(ErrorOf([] { CountChrf("a", Texts{"a"}, Words(0, 2)); }),
              HasSubstr("char_order: 0: expected at least 1"));
  EXPECT_THAT(ErrorOf([] { CountChrf("a", Texts{"a"}, Words(6, -1)); }),
              HasSubstr("word_order: -1: expected at least 0"));
  ChrfOptions options;
  options.beta = 0;
  EXPECT_THAT(ErrorOf([&] { ScoreChrf(CountChrf("a", Texts{"a"}), options); }),
              HasSubstr("beta: 0: expected at least 1"));
  EXPECT_THAT(ErrorOf([] { ScoreChrf(CountChrf("a", Texts{"a"}), Words(6, 2)); }),
              HasSubstr("statistics of 6 orders: expected 8"));
}

}  // namespace
}  // namespace meval
