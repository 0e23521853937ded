#include "metrics/bleu.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/metrics/error_of.h"

namespace meval {
namespace {

using testing::ErrorOf;
using ::testing::HasSubstr;

using Texts = std::vector<std::string>;

TEST(Bleu, FollowsTheWorkedExampleOfThePaper) {
  // Papineni et al. 2002, section 2.1: the modified unigram precision is 2/7.
  const Texts references = {"the cat is on the mat", "there is a cat on the mat"};
  const auto statistics = CountBleu("the the the the the the the", references);
  EXPECT_EQ(statistics.correct[0], 2);
  EXPECT_EQ(statistics.total[0], 7);
  EXPECT_EQ(statistics.correct[1], 0);
  EXPECT_EQ(statistics.ref_len, 7);
}

TEST(Bleu, SeparatesMarksAsMtevalDoes) {
  const auto tokenize = [](const char* text) { return BleuTokenize(text, BleuTokenizer::k13a); };
  EXPECT_EQ(tokenize("He paid 1,000.50 (well-known), 5-6."),
            "He paid 1,000.50 ( well-known ) , 5 - 6 .");
  EXPECT_EQ(tokenize("it's a..b .5 5."), "it's a . . b . 5 5 .");
  EXPECT_EQ(tokenize("<skipped>hy-\nphen\nline &amp;lt; &quot;"), "hyphen line < \"");
}

TEST(Bleu, SeparatesMarksOfOtherScripts) {
  EXPECT_EQ(BleuTokenize("天气好。ok, “q” 5.", BleuTokenizer::kZh), "天 气 好 。 ok , “ q ” 5.");
  EXPECT_EQ(BleuTokenize("天气，好 €5 x=y 2024.", BleuTokenizer::kIntl),
            "天气 ， 好 € 5 x = y 2024.");
  EXPECT_EQ(BleuTokenize("aé ,", BleuTokenizer::kChar), "a é   ,");
  EXPECT_EQ(BleuTokenize("a,  b. \n", BleuTokenizer::kNone), "a,  b.");
}

TEST(Bleu, Is100ForIdenticalTextsAndZeroForDisjointOnes) {
  const Texts texts = {"one two three four five", "six seven eight nine."};
  const std::vector<BleuReferences> same = {{texts[0]}, {texts[1]}};
  EXPECT_NEAR(CorpusBleu(texts, same).score, 100, 1e-12);
  const std::vector<BleuReferences> other = {{"a b c d e"}, {"f g h i j"}};
  EXPECT_EQ(CorpusBleu(texts, other).score, 0);
}

TEST(Bleu, SumsStatisticsInAnyOrder) {
  const Texts hypotheses = {"the cat sat", "a dog barked at the cat", ""};
  const std::vector<BleuReferences> references = {{"the cat sat down"}, {"a dog barked"}, {"x"}};
  BleuStatistics forward;
  BleuStatistics backward;
  for (std::size_t i = 0; i < 3; ++i) {
    forward += CountBleu(hypotheses[i], references[i]);
    backward += CountBleu(hypotheses[2 - i], references[2 - i]);
  }
  EXPECT_EQ(ScoreBleu(forward).score, ScoreBleu(backward).score);
  EXPECT_EQ(ScoreBleu(forward).score, CorpusBleu(hypotheses, references).score);
}

TEST(Bleu, CountsSegmentsAsOneByOneOnAnyNumberOfThreads) {
  Texts hypotheses;
  std::vector<BleuReferences> references;
  for (int i = 0; i < 100; ++i) {
    const std::string n = std::to_string(i);
    hypotheses.push_back("the cat no. " + n + " sat on the mat, twice");
    references.push_back({"the cat no. " + std::to_string(i / 2) + " sat on a mat.", n});
  }
  BleuOptions options;
  options.lowercase = true;
  const double score = CorpusBleu(hypotheses, references, options).score;
  EXPECT_GT(score, 0);
  for (const int num_threads : {1, 2, 5}) {
    const auto segments = CountBleuSegments(hypotheses, references, options, num_threads);
    ASSERT_EQ(segments.size(), hypotheses.size());
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const auto alone = CountBleu(hypotheses[i], references[i], options);
      EXPECT_EQ(segments[i].correct, alone.correct);
      EXPECT_EQ(segments[i].total, alone.total);
      EXPECT_EQ(segments[i].sys_len, alone.sys_len);
      EXPECT_EQ(segments[i].ref_len, alone.ref_len);
    }
    EXPECT_EQ(CorpusBleu(hypotheses, references, options, num_threads).score, score);
  }
}

TEST(Bleu, PunishesShortHypotheses) {
  const Texts reference = {"one two three four five six seven eight"};
  const auto score = SentenceBleu("one two three four", reference);
  EXPECT_DOUBLE_EQ(score.brevity_penalty, std::exp(-1));
  EXPECT_EQ(SentenceBleu("", reference).brevity_penalty, 0);
  EXPECT_EQ(SentenceBleu("", Texts{""}).brevity_penalty, 1);
}

TEST(Bleu, TakesTheShorterOfEquallyCloseReferences) {
  EXPECT_EQ(CountBleu("a b c", Texts{"a b c d", "a b"}).ref_len, 2);
  EXPECT_EQ(CountBleu("a b c", Texts{"a", "a b c d"}).ref_len, 4);
}

TEST(Bleu, NamesSegmentOptionOrOffsetInItsErrors) {
  const Texts one = {"a"};
  const std::vector<BleuReferences> good = {{"a"}};
  const auto options = [](auto set) {
    BleuOptions o;
    set(o);
    return o;
  };
  EXPECT_THAT(ErrorOf([&] { CorpusBleu({}, {}); }), HasSubstr("no documents to score"));
  EXPECT_THAT(ErrorOf([&] {
                CorpusBleu(Texts{"a", "b"}, good);
              }),
              HasSubstr("2 predictions but 1 references"));
  EXPECT_THAT(ErrorOf([&] {
                CorpusBleu(Texts{"a", "b"}, std::vector<BleuReferences>{{"a"}, {}});
              }),
              HasSubstr("segment 1: no references"));
  EXPECT_THAT(ErrorOf([&] { CorpusBleu(Texts{"a\xFF"}, good); }),
              HasSubstr("segment 0, hypothesis: ill-formed UTF-8 at byte offset 1"));
  EXPECT_THAT(ErrorOf([&] {
                CountBleu("a", Texts{"a", "\xC0\x80"});
              }),
              HasSubstr("reference 1: ill-formed UTF-8 at byte offset 0"));
  EXPECT_THAT(ErrorOf([] { ParseBleuTokenizer("14a"); }), HasSubstr("none, char, 13a, zh, intl"));
  EXPECT_THAT(ErrorOf([] { ParseBleuTokenizer("flores200"); }), HasSubstr("external model"));
  EXPECT_THAT(ErrorOf([] { ParseBleuSmoothing("laplace"); }), HasSubstr("floor, add-k, exp"));
  EXPECT_THAT(ErrorOf([&] { CountBleu("a", one, options([](auto& o) { o.max_order = 0; })); }),
              HasSubstr("max_order"));
  EXPECT_THAT(ErrorOf([&] { CountBleu("a", one, options([](auto& o) { o.smooth_value = 1; })); }),
              HasSubstr("\"exp\", which has none"));
  EXPECT_THAT(ErrorOf([&] {
                CountBleu("a", one, options([](auto& o) {
                            o.smoothing = BleuSmoothing::kFloor;
                            o.smooth_value = -0.5;
                          }));
              }),
              HasSubstr(">= 0"));
  EXPECT_THAT(
      ErrorOf([&] { ScoreBleu(CountBleu("a", one), options([](auto& o) { o.max_order = 2; })); }),
      HasSubstr("statistics of 4 orders: expected 2"));
}

}  // namespace
}  // namespace meval
