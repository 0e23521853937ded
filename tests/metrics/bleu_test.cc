#include "metrics/bleu.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"
#include "tests/metrics/golden.h"

namespace meval {
namespace {

using testing::GoldenRow;
using ::testing::HasSubstr;
using testing::LoadGolden;

using Texts = std::vector<std::string>;

BleuOptions OptionsOf(const GoldenRow& row) {
  BleuOptions options;
  options.tokenizer = ParseBleuTokenizer(row.Text("/params/tokenize"));
  options.smoothing = ParseBleuSmoothing(row.Text("/params/smooth_method"));
  if (row.Has("/params/smooth_value")) {
    options.smooth_value = row.Number("/params/smooth_value");
  }
  options.lowercase = row.Flag("/params/lowercase");
  options.effective_order = row.Flag("/params/effective_order");
  options.max_order = static_cast<int>(row.Int("/params/max_ngram_order"));
  return options;
}

void ExpectScore(const GoldenRow& row, const BleuScore& score) {
  MEVAL_EXPECT_CLOSE(score.score, row.Number("/expected/score"));
  MEVAL_EXPECT_CLOSE(score.brevity_penalty, row.Number("/expected/bp"));
  EXPECT_EQ(score.sys_len, row.Int("/expected/sys_len"));
  EXPECT_EQ(score.ref_len, row.Int("/expected/ref_len"));
  EXPECT_EQ(score.counts, row.Numbers("/expected/counts"));
  EXPECT_EQ(score.totals, row.Numbers("/expected/totals"));
  const auto precisions = row.Numbers("/expected/precisions");
  ASSERT_EQ(score.precisions.size(), precisions.size());
  for (std::size_t n = 0; n < precisions.size(); ++n) {
    MEVAL_EXPECT_CLOSE(score.precisions[n], precisions[n]);
  }
}

std::vector<BleuReferences> ReferencesOf(const GoldenRow& row) {
  std::vector<BleuReferences> references;
  for (std::size_t i = 0; i < row.Size("/input/refs"); ++i) {
    references.push_back(row.Texts("/input/refs/" + std::to_string(i)));
  }
  return references;
}

TEST(Bleu, TokenizesEveryGoldenText) {
  std::size_t num_lines = 0;
  for (const auto& row : LoadGolden("metrics/bleu_tokenize.jsonl", 168)) {
    SCOPED_TRACE(row.Id());
    for (const std::string& name : row.Keys("/expected")) {
      EXPECT_EQ(BleuTokenize(row.Text("/input/text"), ParseBleuTokenizer(name)),
                row.Text("/expected/" + name))
          << name;
      ++num_lines;
    }
  }
  EXPECT_EQ(num_lines, 168u * 3 + 46 + 57);
}

TEST(Bleu, AgreesWithTheReferenceOnEveryCorpus) {
  for (const auto& row : LoadGolden("metrics/bleu_corpus.jsonl", 205)) {
    SCOPED_TRACE(row.Id());
    const auto references = ReferencesOf(row);
    const BleuOptions options = OptionsOf(row);
    ExpectScore(row, CorpusBleu(row.Texts("/input/hyps"), references, options));
    EXPECT_EQ(BleuSignature(references, options),
              row.Text("/expected/signature") + "|version:" + std::string(kBleuVersion));
  }
}

TEST(Bleu, AgreesWithTheReferenceOnEverySentence) {
  for (const auto& row : LoadGolden("metrics/bleu_sentence.jsonl", 279)) {
    SCOPED_TRACE(row.Id());
    const BleuOptions options = OptionsOf(row);
    const auto references = row.Texts("/input/refs");
    const auto statistics = CountBleu(row.Text("/input/hyp"), references, options);
    ExpectScore(row, ScoreBleu(statistics, options));
    if (options.effective_order) {
      EXPECT_EQ(SentenceBleu(row.Text("/input/hyp"), references, options).score,
                ScoreBleu(statistics, options).score);
    }
  }
}

TEST(Bleu, FollowsTheWorkedExampleOfThePaper) {
  // Papineni et al. 2002, section 2.1: the modified unigram precision is 2/7.
  const Texts references = {"the cat is on the mat", "there is a cat on the mat"};
  const auto statistics = CountBleu("the the the the the the the", references);
  EXPECT_EQ(statistics.correct[0], 2);
  EXPECT_EQ(statistics.total[0], 7);
  EXPECT_EQ(statistics.correct[1], 0);
  EXPECT_EQ(statistics.ref_len, 7);
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

template <typename Call>
std::string MessageOf(Call call) {
  try {
    call();
  } catch (const MetricError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Bleu, NamesSegmentOptionOrOffsetInItsErrors) {
  const Texts one = {"a"};
  const std::vector<BleuReferences> good = {{"a"}};
  const auto options = [](auto set) {
    BleuOptions o;
    set(o);
    return o;
  };
  EXPECT_THAT(MessageOf([&] { CorpusBleu({}, {}); }), HasSubstr("no documents to score"));
  EXPECT_THAT(MessageOf([&] {
                CorpusBleu(Texts{"a", "b"}, good);
              }),
              HasSubstr("2 predictions but 1 references"));
  EXPECT_THAT(MessageOf([&] {
                CorpusBleu(Texts{"a", "b"}, std::vector<BleuReferences>{{"a"}, {}});
              }),
              HasSubstr("segment 1: no references"));
  EXPECT_THAT(MessageOf([&] { CorpusBleu(Texts{"a\xFF"}, good); }),
              HasSubstr("segment 0, hypothesis: ill-formed UTF-8 at byte offset 1"));
  EXPECT_THAT(MessageOf([&] {
                CountBleu("a", Texts{"a", "\xC0\x80"});
              }),
              HasSubstr("reference 1: ill-formed UTF-8 at byte offset 0"));
  EXPECT_THAT(MessageOf([] { ParseBleuTokenizer("14a"); }), HasSubstr("none, char, 13a, zh, intl"));
  EXPECT_THAT(MessageOf([] { ParseBleuTokenizer("flores200"); }), HasSubstr("external model"));
  EXPECT_THAT(MessageOf([] { ParseBleuSmoothing("laplace"); }), HasSubstr("floor, add-k, exp"));
  EXPECT_THAT(MessageOf([&] { CountBleu("a", one, options([](auto& o) { o.max_order = 0; })); }),
              HasSubstr("max_order"));
  EXPECT_THAT(MessageOf([&] { CountBleu("a", one, options([](auto& o) { o.smooth_value = 1; })); }),
              HasSubstr("\"exp\", which has none"));
  EXPECT_THAT(MessageOf([&] {
                CountBleu("a", one, options([](auto& o) {
                            o.smoothing = BleuSmoothing::kFloor;
                            o.smooth_value = -0.5;
                          }));
              }),
              HasSubstr(">= 0"));
  EXPECT_THAT(
      MessageOf([&] { ScoreBleu(CountBleu("a", one), options([](auto& o) { o.max_order = 2; })); }),
      HasSubstr("statistics of 4 orders: expected 2"));
}

}  // namespace
}  // namespace meval
