#include "metrics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/aggregate.h"
#include "metrics/python_random.h"
#include "tests/metrics/error_of.h"

namespace meval {
namespace {

using testing::ErrorOf;
using ::testing::HasSubstr;

using Indices = std::span<const std::int64_t>;
using Values = std::vector<double>;

// `n` scores, one in `every` of them 1.
Values Hits(int n, int every) {
  Values values;
  for (int i = 0; i < n; ++i) values.push_back(i % every == 0 ? 1 : 0);
  return values;
}

ResampleAggregate MeanOf(const Values& values) {
  return [&values](Indices drawn) {
    double sum = 0;
    for (const auto i : drawn) sum += values[static_cast<std::size_t>(i)];
    return sum / static_cast<double>(drawn.size());
  };
}

TEST(Bootstrap, ComesCloseToTheClosedFormOfAMean) {
  const Values values = Hits(200, 3);
  EXPECT_NEAR(BootstrapStderr(200, 2000, MeanOf(values)), StderrOfMean(values).value(), 0.002);
}

TEST(Bootstrap, DrawsWholeChunks) {
  const Values values = Hits(7, 2);
  EXPECT_EQ(BootstrapReplicates(7, 999, MeanOf(values)).size(), 999u);
  EXPECT_EQ(BootstrapReplicates(7, 1999, MeanOf(values)).size(), 1000u);
  const auto two_chunks = BootstrapReplicates(7, 2000, MeanOf(values));
  ASSERT_EQ(two_chunks.size(), 2000u);
  // The second chunk begins as random.Random(1) does.
  PythonRandom random(1);
  EXPECT_EQ(two_chunks[1000], MeanOf(values)(random.Choices(7, 7)));
}

TEST(BootstrapMeans, AreThoseOfTheSameDraws) {
  Values fractions = Hits(700, 3);
  for (std::size_t i = 0; i < fractions.size(); ++i) fractions[i] += 0.1 * static_cast<double>(i);
  for (const Values& values : {Hits(1, 1), Hits(5, 2), Hits(700, 3), fractions}) {
    const auto n = static_cast<std::int64_t>(values.size());
    EXPECT_EQ(BootstrapMeans(values, 2000), BootstrapReplicates(n, 2000, MeanOf(values)));
  }
}

TEST(Bootstrap, GivesTheSameForAnyNumberOfThreads) {
  const Values values = Hits(50, 3);
  Values uneven = values;
  std::iota(uneven.begin(), uneven.end(), 0.25);
  SegmentStatistics segments(1);
  for (const double v : uneven) segments.Add({&v, 1});
  const auto first = [](std::span<const double> sums) { return std::sqrt(sums[0]); };
  for (const int threads : {2, 3, 5}) {
    EXPECT_EQ(BootstrapReplicates(50, 5000, MeanOf(values), threads),
              BootstrapReplicates(50, 5000, MeanOf(values)));
    EXPECT_EQ(BootstrapMeans(values, 5000, threads), BootstrapMeans(values, 5000));
    const Resampling one = {.num_resamples = 4500};
    const Resampling several = {.num_resamples = 4500, .num_threads = threads};
    EXPECT_EQ(ResampleMeans(values, several), ResampleMeans(values, one));
    EXPECT_EQ(ResampleMeans(uneven, several), ResampleMeans(uneven, one));
    EXPECT_EQ(ResampleScores(segments, first, several), ResampleScores(segments, first, one));
  }
}

TEST(Bootstrap, RefusesTooFewDocumentsOrIterations) {
  const auto zero = [](Indices) { return 0.0; };
  EXPECT_THROW(BootstrapReplicates(0, 10, zero), MetricError);
  EXPECT_THROW(BootstrapReplicates(5, 0, zero), MetricError);
  EXPECT_THROW(BootstrapStderr(5, 1, zero), MetricError);
  EXPECT_EQ(BootstrapStderr(5, 2, zero), 0);
  EXPECT_THAT(ErrorOf([] { BootstrapMeans({}, 10); }), HasSubstr("no documents to draw from"));
  EXPECT_THAT(ErrorOf([] { BootstrapMeans(Values{1}, 0); }), HasSubstr("0 iterations"));
  EXPECT_THAT(ErrorOf([] {
                BootstrapMeans(Values{1, std::nan("")}, 10);
              }),
              HasSubstr("document 1: the score is not a number"));
}

// Of the mean of n draws: mean and variance, and the whole distribution at its quartiles.
void ExpectDistributionOfMeans(const Values& values, const Values& replicates) {
  const double mean = Mean(values);
  const double deviation = PopulationStddev(values) / std::sqrt(static_cast<double>(values.size()));
  const auto count = static_cast<double>(replicates.size());
  EXPECT_NEAR(Mean(replicates), mean, 4 * deviation / std::sqrt(count));
  EXPECT_NEAR(*SampleStddev(replicates), deviation, 4 * deviation / std::sqrt(2 * count));
  const Interval middle = PercentileInterval(replicates, 0.5);
  EXPECT_NEAR(middle.low, mean - 0.6745 * deviation, 0.05 * deviation);
  EXPECT_NEAR(middle.high, mean + 0.6745 * deviation, 0.05 * deviation);
}

TEST(ResampleMeans, HaveTheDistributionOfMeansOfDraws) {
  const Resampling resampling = {.num_resamples = 40000, .seed = 3};
  // By counts of two values, by counts of several, and by drawing documents.
  const Values hits = Hits(14042, 3);
  ExpectDistributionOfMeans(hits, ResampleMeans(hits, resampling));
  Values grades;
  for (int i = 0; i < 3000; ++i) grades.push_back(0.25 * (i % 7 % 5));
  ExpectDistributionOfMeans(grades, ResampleMeans(grades, resampling));
  Values distinct(400);
  std::iota(distinct.begin(), distinct.end(), -17.5);
  ExpectDistributionOfMeans(distinct, ResampleMeans(distinct, resampling));
}

TEST(ResampleMeans, AreTheValueItselfWhereThereIsOne) {
  EXPECT_THAT(ResampleMeans(Values(100, 0.375), {.num_resamples = 5}), ::testing::Each(0.375));
  EXPECT_THAT(ResampleMeans(Values{2.5}, {.num_resamples = 5}), ::testing::Each(2.5));
}

TEST(ResampleScores, AreThoseOfSummedStatistics) {
  // Rows {score, documents}: the corpus score is a mean, and so spread as one.
  SegmentStatistics segments(2);
  Values scores;
  for (int i = 0; i < 500; ++i) scores.push_back(0.01 * (i * 37 % 101));
  for (const double score : scores) segments.Add(std::vector<double>{score, 1});
  const auto share = [](std::span<const double> sums) {
    EXPECT_EQ(sums[1], 500);
    return sums[0] / sums[1];
  };
  ExpectDistributionOfMeans(scores, ResampleScores(segments, share, {.num_resamples = 20000}));
}

TEST(Resampling, DependsOnTheSeed) {
  const Values values = Hits(100, 2);
  const auto once = ResampleMeans(values, {.seed = 1});
  EXPECT_EQ(ResampleMeans(values, {.seed = 1}), once);
  EXPECT_NE(ResampleMeans(values, {.seed = 2}), once);
}

TEST(Resampling, RefusesWhatGivesNoSpread) {
  const Values values = Hits(10, 2);
  EXPECT_THAT(ErrorOf([&] { ResampleMeans(values, {.num_resamples = 1}); }),
              HasSubstr("1 resamples: expected at least two"));
  EXPECT_THAT(ErrorOf([&] { ResampleMeans(values, {.num_threads = 0}); }), HasSubstr("0 threads"));
  EXPECT_THAT(ErrorOf([] { ResampleMeans({}, {}); }), HasSubstr("no documents"));
  EXPECT_THAT(ErrorOf([] { ResampleMeans(Values{std::nan("")}, {}); }), HasSubstr("document 0"));
  EXPECT_THAT(ErrorOf([] { ResampleScores(SegmentStatistics(1), [](auto) { return 0.0; }, {}); }),
              HasSubstr("no documents"));
}

}  // namespace
}  // namespace meval
