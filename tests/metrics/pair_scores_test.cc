#include "metrics/pair_scores.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/aggregate.h"
#include "metrics/bleu.h"
#include "metrics/bootstrap.h"
#include "metrics/metric_error.h"
#include "metrics/python_random.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

// Texts of a small vocabulary: half of each prediction is right.
std::vector<AnswerPair> SomePairs(std::size_t count) {
  PythonRandom random(7);
  std::vector<AnswerPair> pairs;
  for (std::size_t i = 0; i < count; ++i) {
    std::string reference;
    std::string prediction;
    for (int word = 0; word < 12; ++word) {
      const std::string right = "w" + std::to_string(random.Below(9));
      reference += right + " ";
      prediction += (random.Random() < 0.7 ? right : "other") + " ";
    }
    pairs.push_back({.predictions = {prediction}, .references = {reference}});
  }
  return pairs;
}

std::vector<AnswerPair> Answers(const std::vector<std::string>& predictions) {
  std::vector<AnswerPair> pairs;
  for (const std::string& prediction : predictions) {
    pairs.push_back({.predictions = {prediction}, .references = {"yes"}});
  }
  return pairs;
}

SetScore ScoreAll(const std::string& name, const std::vector<AnswerPair>& pairs,
                  double level = 0.95) {
  const auto metric = MakePairMetric({.name = name, .parameters = {}});
  return ScoreSet(*metric, 0, CountPairs(*metric, pairs, 1), level);
}

TEST(CountPairs, NamesThePairWhoseTextIsTooMuchForAPattern) {
  const auto metric = MakePairMetric(
      {.name = "exact_match", .parameters = {{"regexes_to_ignore", "(?:a?b?){10000}"}}});
  const std::vector<AnswerPair> pairs = Answers({"yes", std::string(300'000, 'a')});
  try {
    CountPairs(*metric, pairs, 1);
    ADD_FAILURE() << "no error";
  } catch (const PairError& error) {
    EXPECT_EQ(error.index(), 1U);
    EXPECT_THAT(error.what(), HasSubstr("regular expression"));
  }
}

TEST(CountPairs, GivesTheSameNumbersForAnyNumberOfThreads) {
  const std::vector<AnswerPair> pairs = SomePairs(200);
  for (const char* name : {"bleu", "rouge", "ter"}) {
    const auto metric = MakePairMetric({.name = name, .parameters = {}});
    const SegmentStatistics one = CountPairs(*metric, pairs, 1);
    ASSERT_EQ(one.num_segments(), pairs.size());
    for (const int threads : {2, 3, 8}) {
      const SegmentStatistics many = CountPairs(*metric, pairs, threads);
      for (std::size_t i = 0; i < pairs.size(); ++i) {
        EXPECT_THAT(many[i], ::testing::ElementsAreArray(one[i]));
      }
      EXPECT_EQ(many.Sums(), one.Sums());
    }
  }
}

TEST(CountPairs, NamesTheFirstPairThatIsRefused) {
  std::vector<AnswerPair> pairs = SomePairs(50);
  pairs[17].references.clear();
  pairs[40].predictions.clear();
  const auto metric = MakePairMetric({.name = "bleu", .parameters = {}});
  for (const int threads : {1, 4}) {
    try {
      CountPairs(*metric, pairs, threads);
      FAIL() << "accepted";
    } catch (const PairError& error) {
      EXPECT_EQ(error.index(), 17U);
      EXPECT_THAT(error.what(), HasSubstr("no references"));
    }
  }
}

TEST(ScoreSet, MeansOfRightAndWrongHaveWilsonsInterval) {
  const SetScore score = ScoreAll("exact_match", Answers({"yes", "no", "yes", "yes"}));
  EXPECT_EQ(score.value, 0.75);
  EXPECT_NEAR(score.standard_error.value(), 0.25, 1e-15);
  EXPECT_EQ(score.method, "wilson");
  const Interval expected = WilsonInterval(0.75, 4);
  EXPECT_EQ(score.ci_low, expected.low);
  EXPECT_EQ(score.ci_high, expected.high);
  const SetScore wider = ScoreAll("exact_match", Answers({"yes", "no", "yes", "yes"}), 0.99);
  EXPECT_LT(wider.ci_low, score.ci_low);
  EXPECT_GT(wider.ci_high, score.ci_high);
}

TEST(ScoreSet, OtherMeansHaveTheNormalInterval) {
  const std::vector<AnswerPair> pairs = SomePairs(30);
  const auto metric = MakePairMetric({.name = "rouge1", .parameters = {}});
  const SegmentStatistics rows = CountPairs(*metric, pairs, 1);
  const SetScore score = ScoreSet(*metric, 0, rows);
  std::vector<double> values;
  for (std::size_t i = 0; i < pairs.size(); ++i) values.push_back(rows[i][0]);
  EXPECT_EQ(score.value, Mean(values));
  EXPECT_EQ(score.standard_error, StderrOfMean(values));
  EXPECT_EQ(score.method, "normal");
  const Interval expected = NormalInterval(Mean(values), *StderrOfMean(values));
  EXPECT_EQ(score.ci_low, expected.low);
  EXPECT_EQ(score.ci_high, expected.high);
}

TEST(ScoreSet, CorpusScoresAreResampledFromTheirStatistics) {
  const std::vector<AnswerPair> pairs = SomePairs(25);
  std::vector<std::string> hypotheses;
  std::vector<BleuReferences> references;
  for (const AnswerPair& pair : pairs) {
    hypotheses.push_back(pair.predictions[0]);
    references.push_back(pair.references);
  }
  const SetScore score = ScoreAll("bleu", pairs);
  EXPECT_EQ(score.value, CorpusBleu(hypotheses, references).score);
  EXPECT_EQ(score.method, "bootstrap");
  // The deviation and the middle 95 % of the resampled scores.
  const auto metric = MakePairMetric({.name = "bleu", .parameters = {}});
  const std::vector<double> resampled =
      ResampleScores(CountPairs(*metric, pairs, 1),
                     [&](std::span<const double> sums) { return metric->Score(0, sums); }, {});
  EXPECT_EQ(resampled.size(), 1000U);
  EXPECT_EQ(score.standard_error, SampleStddev(resampled));
  EXPECT_EQ(score.ci_low, PercentileInterval(resampled).low);
  EXPECT_EQ(score.ci_high, PercentileInterval(resampled).high);
}

TEST(ScoreSet, HasNoErrorWhereAResampleHasNoScore) {
  // Without the only "no" there is a single label, and no agreement beyond chance.
  std::vector<AnswerPair> pairs = Answers({"yes", "yes", "yes"});
  pairs.push_back({.predictions = {"no"}, .references = {"no"}});
  const auto metric = MakePairMetric({.name = "kappa", .parameters = {}});
  metric->Prepare(pairs);
  const SetScore score = ScoreSet(*metric, 0, CountPairs(*metric, pairs, 1));
  EXPECT_EQ(score.value, 1);
  EXPECT_FALSE(score.standard_error.has_value());
  EXPECT_EQ(score.method, "");
}

TEST(ScoreSet, RefusesALevelThatIsNone) {
  EXPECT_THROW(ScoreAll("bleu", SomePairs(3), 1), std::invalid_argument);
}

TEST(ScoreSet, IntervalsStayWithinTheRange) {
  std::vector<AnswerPair> pairs = SomePairs(3);
  for (AnswerPair& pair : pairs) pair.predictions = pair.references;
  pairs[0].predictions = {"none of it at all here"};
  const SetScore bleu = ScoreAll("bleu", pairs);
  EXPECT_NEAR(*bleu.ci_high, 100, 1e-9);
  EXPECT_GE(*bleu.ci_low, 0);
}

TEST(ScoreSet, OnePairHasNoErrorAndNoneNoScore) {
  const std::vector<AnswerPair> one = SomePairs(1);
  for (const char* name : {"bleu", "rouge1"}) {
    const SetScore score = ScoreAll(name, one);
    EXPECT_FALSE(score.standard_error || score.ci_low || score.ci_high) << name;
    EXPECT_EQ(score.method, "");
    EXPECT_THROW(ScoreAll(name, {}), MetricError) << name;
  }
}

}  // namespace
}  // namespace meval
