#include "metrics/ter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/metrics/error_of.h"

namespace meval {
namespace {

using testing::ErrorOf;
using ::testing::HasSubstr;

using Texts = std::vector<std::string>;

std::int64_t Edits(std::string_view hypothesis, const std::string& reference,
                   const TerOptions& options = {}) {
  return CountTer(hypothesis, Texts{reference}, options).edits;
}

// n words that occur nowhere else: "x0 x1 ..." for 'x'.
std::string MakeWords(char letter, int n) {
  std::string text;
  for (int i = 0; i < n; ++i) {
    text.append(i > 0 ? " " : "").append(1, letter).append(std::to_string(i));
  }
  return text;
}

TEST(Ter, FollowsTheWorkedExampleOfThePaper) {
  // Snover et al. 2006, section 2: one shift, two substitutions and one insertion over 13 words.
  const std::string hypothesis =
      "THIS WEEK THE SAUDIS denied information published in the new york times";
  const Texts reference = {
      "SAUDI ARABIA denied THIS WEEK information published in the AMERICAN new york times"};
  const TerStatistics statistics = CountTer(hypothesis, reference);
  EXPECT_EQ(statistics.edits, 4);
  EXPECT_EQ(statistics.length, 13);
  EXPECT_NEAR(SentenceTer(hypothesis, reference), 100 * 4.0 / 13, 1e-12);
}

TEST(Ter, CountsEachKindOfEditOnce) {
  EXPECT_EQ(Edits("a b c", "a b c"), 0);
  EXPECT_EQ(Edits("a x c", "a b c"), 1);
  EXPECT_EQ(Edits("a c", "a b c"), 1);
  EXPECT_EQ(Edits("a b c d", "a b c"), 1);
  EXPECT_EQ(Edits("d e a b c", "a b c d e"), 1);
}

TEST(Ter, ShiftsRunsOfAnyPlace) {
  const std::string a = MakeWords('a', 8);
  const std::string b = MakeWords('b', 12);
  const std::string c = MakeWords('c', 12);
  EXPECT_EQ(Edits(b + " " + a + " " + c, a + " " + b + " " + c), 1);
  EXPECT_EQ(Edits(b + " " + c + " " + a, a + " " + b + " " + c), 1);
  EXPECT_EQ(Edits(a + " " + c + " " + b, a + " " + b + " " + c), 2);  // a run is at most 10 words
}

TEST(Ter, DoesNotShiftFurtherThan50Words) {
  const std::string between = MakeWords('x', 50);
  EXPECT_EQ(Edits(between + " a", "a " + between), 1);
  const std::string more = MakeWords('x', 51);
  EXPECT_EQ(Edits(more + " a", "a " + more), 2);
}

TEST(Ter, StopsShiftingAfterAThousandCandidates) {
  const auto edits_for = [](int num_pairs) {
    std::string hypothesis;
    std::string reference;
    for (int i = 0; i < num_pairs; ++i) {
      const std::string n = std::to_string(i);
      hypothesis += "b" + n + " a" + n + " ";
      reference += "a" + n + " b" + n + " ";
    }
    return Edits(hypothesis, reference);
  };
  EXPECT_EQ(edits_for(10), 10);  // one shift a pair
  EXPECT_GT(edits_for(60), 60);  // later rounds are not reached: two substitutions a pair
  EXPECT_LT(edits_for(60), 120);
}

TEST(Ter, IsDefinedForEmptyTexts) {
  EXPECT_EQ(SentenceTer("", Texts{""}), 0);
  EXPECT_EQ(SentenceTer("a b", Texts{""}), 100);
  EXPECT_EQ(SentenceTer("", Texts{"a b"}), 100);
  EXPECT_EQ(SentenceTer("a b c d", Texts{"x"}), 400);
  EXPECT_EQ(CountTer("a b c", Texts{" \n"}).edits, 3);
}

TEST(Ter, TakesTheFewestEditsOverTheMeanLength) {
  const TerStatistics statistics = CountTer("a b c", Texts{"x", "a b c d", "a b"});
  EXPECT_EQ(statistics.edits, 1);
  EXPECT_DOUBLE_EQ(statistics.length, 7.0 / 3);
}

TEST(Ter, IgnoresCaseUnlessAsked) {
  EXPECT_EQ(Edits("ÉTÉ A", "été a"), 0);
  EXPECT_EQ(Edits("ÉTÉ A", "été a", {.case_sensitive = true}), 2);
}

TEST(Ter, NormalizesIfAsked) {
  const TerOptions normalized = {.normalized = true};
  EXPECT_EQ(Edits("Hello , world !", "hello, world!"), 4);
  EXPECT_EQ(Edits("Hello , world !", "hello, world!", normalized), 0);
  EXPECT_EQ(Edits("\" & < >", "&quot; &amp; &lt; &gt;", normalized), 0);
  EXPECT_EQ(Edits("dog 's tail", "dog's tail", normalized), 0);
  EXPECT_EQ(Edits("1,000.5 5 - 6", "1,000.5 5-6", normalized), 0);
  EXPECT_EQ(Edits("well known", "well\n-\nknown", normalized), 0);
}

TEST(Ter, NormalizesReferencesTwice) {
  // As sacrebleu does. The first time leaves "dog's ." of "dog's.".
  const TerOptions normalized = {.normalized = true};
  EXPECT_EQ(Edits("the dog 's .", "the dog's.", normalized), 0);
  EXPECT_EQ(Edits("the dog's.", "the dog's.", normalized), 2);
  EXPECT_EQ(CountTer("x", Texts{"dog's."}, normalized).length, 3);
}

TEST(Ter, DeletesPunctuationIfAsked) {
  EXPECT_EQ(Edits("a b (c) \"d\"; e?!", "a, b c d: e.", {.no_punct = true}), 0);
  EXPECT_EQ(Edits("a - 'b'", "a b", {.no_punct = true}), 2);
}

TEST(Ter, TreatsAsianTextIfAsked) {
  EXPECT_EQ(Edits("今 天 。", "今天。", {.normalized = true}), 3);
  EXPECT_EQ(Edits("今 天 。", "今天。", {.normalized = true, .asian_support = true}), 0);
  EXPECT_EQ(Edits("今天", "「今天」。！", {.no_punct = true, .asian_support = true}), 0);
  // Alone it changes nothing, and kana never come apart.
  EXPECT_EQ(Edits("今 天", "今天", {.asian_support = true}), 2);
  EXPECT_EQ(Edits("ア イ", "アイ", {.normalized = true, .asian_support = true}), 2);
}

TEST(Ter, SumsStatisticsInAnyOrder) {
  const Texts hypotheses = {"the cat sat", "at the cat a dog barked", ""};
  const std::vector<TerReferences> references = {
      {"the cat sat down"}, {"a dog barked at the cat", "dogs bark"}, {"x"}};
  TerStatistics forward;
  TerStatistics backward;
  for (std::size_t i = 0; i < 3; ++i) {
    forward += CountTer(hypotheses[i], references[i]);
    backward += CountTer(hypotheses[2 - i], references[2 - i]);
  }
  EXPECT_EQ(forward.edits, 3);
  EXPECT_EQ(forward.length, 4 + 4 + 1);
  EXPECT_EQ(ScoreTer(forward), ScoreTer(backward));
  EXPECT_EQ(ScoreTer(forward), CorpusTer(hypotheses, references));
}

TEST(Ter, CountsSegmentsAsOneByOneOnAnyNumberOfThreads) {
  Texts hypotheses;
  std::vector<TerReferences> references;
  for (int i = 0; i < 100; ++i) {
    hypotheses.push_back("on the mat sat the cat " + std::to_string(i));
    references.push_back({"the cat " + std::to_string(i / 2) + " sat on the mat", "cats"});
  }
  const double score = CorpusTer(hypotheses, references);
  for (const int num_threads : {1, 2, 5}) {
    const auto segments = CountTerSegments(hypotheses, references, {}, num_threads);
    ASSERT_EQ(segments.size(), hypotheses.size());
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const TerStatistics alone = CountTer(hypotheses[i], references[i]);
      EXPECT_EQ(segments[i].edits, alone.edits);
      EXPECT_EQ(segments[i].length, alone.length);
    }
    EXPECT_EQ(CorpusTer(hypotheses, references, {}, num_threads), score);
  }
}

TEST(Ter, HasASignature) {
  const std::vector<TerReferences> references = {{"a", "b"}, {"c", "d"}};
  EXPECT_EQ(TerSignature(references),
            "nrefs:2|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:mistral-eval-1");
  const TerOptions all = {
      .normalized = true, .no_punct = true, .asian_support = true, .case_sensitive = true};
  EXPECT_EQ(TerSignature(std::vector<TerReferences>{{"a"}, {"b", "c"}}, all),
            "nrefs:var|case:mixed|tok:tercom|norm:yes|punct:no|asian:yes|version:mistral-eval-1");
}

TEST(Ter, NamesSegmentOrOffsetInItsErrors) {
  const std::vector<TerReferences> one = {{"a"}};
  EXPECT_THAT(ErrorOf([] { CorpusTer({}, {}); }), HasSubstr("no documents to score"));
  EXPECT_THAT(ErrorOf([&] {
                CorpusTer(Texts{"a", "b"}, one);
              }),
              HasSubstr("2 predictions but 1 references"));
  EXPECT_THAT(ErrorOf([&] {
                CorpusTer(Texts{"a", "b"}, std::vector<TerReferences>{{"a"}, {}});
              }),
              HasSubstr("ter: segment 1: no references"));
  EXPECT_THAT(ErrorOf([&] { CorpusTer(Texts{"a\xFF"}, one); }),
              HasSubstr("segment 0, hypothesis: ill-formed UTF-8 at byte offset 1"));
  EXPECT_THAT(ErrorOf([] {
                CountTer("a", Texts{"a", "b\xE2\x82"});
              }),
              HasSubstr("reference 1: ill-formed UTF-8 at byte offset 1"));
  EXPECT_THAT(ErrorOf([] { TerSignature({}); }), HasSubstr("no documents to score"));
}

}  // namespace
}  // namespace meval
