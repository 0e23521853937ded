#include "metrics/aggregate.h"

#include <cmath>
#include <limits>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"
#include "metrics/python_random.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

using Values = std::vector<double>;

// Four answers in two clusters, mean 1/2. Deviations +,+ and -,-: each pair adds 1/4 twice.
TEST(ClusteredStderrOfMean, AddsTheCovarianceWithinClusters) {
  const Values values = {1, 1, 0, 0};
  const double independent = std::sqrt(1.0 / 3 / 4);
  const auto clustered = ClusteredStderrOfMean(values, std::vector<std::int64_t>{7, 7, -2, -2});
  EXPECT_DOUBLE_EQ(clustered.value(), std::sqrt(1.0 / 12 + 4 * 0.25 / 16));
  // Clusters whose answers offset each other make the mean surer.
  EXPECT_DOUBLE_EQ(ClusteredStderrOfMean(values, std::vector<std::int64_t>{1, 2, 1, 2}).value(),
                   std::sqrt(1.0 / 12 - 4 * 0.25 / 16));
  EXPECT_DOUBLE_EQ(ClusteredStderrOfMean(values, std::vector<std::int64_t>{1, 2, 3, 4}).value(),
                   independent);
  EXPECT_EQ(ClusteredStderrOfMean(Values{1}, std::vector<std::int64_t>{1}), std::nullopt);
}

// Asking each question three times is no new information: the clustered error stays about what the
// questions alone give, while the plain one shrinks by the root of 3.
TEST(ClusteredStderrOfMean, IsNotFooledByRepetition) {
  PythonRandom random(23);
  Values questions;
  Values repeated;
  std::vector<std::int64_t> clusters;
  for (int q = 0; q < 400; ++q) {
    questions.push_back(random.Random());
    for (int i = 0; i < 3; ++i) {
      repeated.push_back(questions.back());
      clusters.push_back(q);
    }
  }
  const double plain = StderrOfMean(questions).value();
  EXPECT_NEAR(ClusteredStderrOfMean(repeated, clusters).value(), plain, 0.01 * plain);
  EXPECT_NEAR(StderrOfMean(repeated).value(), plain / std::sqrt(3.0), 0.01 * plain);
}

TEST(ClusteredStderrOfMean, RefusesValuesWithoutACluster) {
  EXPECT_THROW(ClusteredStderrOfMean(Values{1, 2}, std::vector<std::int64_t>{1}), MetricError);
  EXPECT_THROW(ClusteredStderrOfMean({}, {}), MetricError);
}

TEST(Aggregate, SumsFromTheLeft) {
  EXPECT_EQ(Mean(Values(10, 0.1)), 0.09999999999999999);
  EXPECT_EQ(Mean(Values{1e16, 1.0, -1e16}), 0);
}

TEST(Aggregate, NamesTheDocumentWithoutANumber) {
  try {
    Mean(Values{1, 2, std::nan("")});
    FAIL() << "no error";
  } catch (const MetricError& error) {
    EXPECT_THAT(error.what(), HasSubstr("mean: document 2: the score is not a number"));
  }
  try {
    Mean({});
    FAIL() << "no error";
  } catch (const MetricError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no documents to score"));
  }
}

TEST(Aggregate, WeighsMembersSoThatTheGroupMeanIsTheMeanOfAllDocuments) {
  const Values a = {1, 0, 1};
  const Values b = {0, 0, 1, 1, 1, 1, 0};
  const std::vector<GroupMember> members = {{Mean(a), *StderrOfMean(a), 3},
                                            {Mean(b), *StderrOfMean(b), 7}};
  EXPECT_DOUBLE_EQ(WeightedGroupMean(members), 0.6);
  EXPECT_DOUBLE_EQ(UnweightedGroupMean(members), (2.0 / 3 + 4.0 / 7) / 2);
  const std::vector<GroupMember> one = {members[1]};
  EXPECT_DOUBLE_EQ(PooledGroupStderr(one), members[1].standard_error);
  EXPECT_DOUBLE_EQ(CombinedGroupStderr(one), members[1].standard_error);
}

TEST(Aggregate, RefusesGroupsWithoutDocuments) {
  EXPECT_THROW(WeightedGroupMean({}), MetricError);
  EXPECT_THROW(UnweightedGroupMean({}), MetricError);
  const std::vector<GroupMember> empty = {{0.5, 0.1, 0}};
  EXPECT_THROW(WeightedGroupMean(empty), MetricError);
  const std::vector<GroupMember> single = {{0.5, 0, 1}, {1, 0, 1}};
  EXPECT_THROW(PooledGroupStderr(single), MetricError);
  const std::vector<GroupMember> nan = {{std::nan(""), 0, 3}};
  EXPECT_THROW(CombinedGroupStderr(nan), MetricError);
}

TEST(PairwiseSum, FollowsNumpysOrder) {
  EXPECT_EQ(PairwiseSum({}), 0);
  Values values;
  PythonRandom random(3);
  for (int n = 0; n < 400; ++n) {
    double exact = 0;
    for (const double v : values) {
      exact += v;
    }
    EXPECT_NEAR(PairwiseSum(values), exact, 1e-12);
    values.push_back(random.Random() - 0.5);
  }
  // Eight accumulators: each of these sums loses other bits than a plain sum does.
  const Values nine = {1e16, 1, 1, 1, 1, 1, 1, 1, 1};
  EXPECT_EQ(PairwiseSum(nine), ((1e16 + 1) + (1 + 1)) + ((1 + 1) + (1.0 + 1)) + 1);
}

TEST(Interval, HasTheNormalQuantile) {
  EXPECT_NEAR(NormalQuantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(NormalQuantile(0.995), 2.575829303548901, 1e-14);
  EXPECT_NEAR(NormalQuantile(0.5), 0, 1e-15);
  for (const double p : {1e-300, 1e-10, 0.01, 0.3, 0.7, 0.999}) {
    EXPECT_NEAR(std::erfc(-NormalQuantile(p) / std::sqrt(2.0)) / 2 / p, 1, 1e-12);
  }
  for (const double p : {0.0, 1.0, -1.0, 2.0, std::nan("")}) {
    EXPECT_THROW(NormalQuantile(p), std::invalid_argument);
  }
}

TEST(Interval, WilsonGivesThePublishedValuesAndStaysInRange) {
  // 81 of 263 (Newcombe 1998, table I, method 3).
  const Interval a = WilsonInterval(81.0 / 263, 263);
  EXPECT_NEAR(a.low, 0.2553, 5e-5);
  EXPECT_NEAR(a.high, 0.3662, 5e-5);
  const Interval none = WilsonInterval(0.0 / 20, 20);
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 0.1611, 5e-5);
  const Interval few = WilsonInterval(1.0 / 29, 29);
  EXPECT_NEAR(few.low, 0.0061, 5e-5);
  EXPECT_NEAR(few.high, 0.1718, 5e-5);
  for (std::int64_t n = 1; n < 40; ++n) {
    for (std::int64_t x = 0; x <= n; ++x) {
      const double p = static_cast<double>(x) / static_cast<double>(n);
      const Interval i = WilsonInterval(p, n);
      const Interval mirrored = WilsonInterval(1 - p, n);
      EXPECT_TRUE(0 <= i.low && i.low <= p && p <= i.high && i.high <= 1);
      EXPECT_NEAR(i.low, 1 - mirrored.high, 1e-12);
      EXPECT_GE(WilsonInterval(p, n, 0.99).high, i.high - 1e-15);
    }
  }
}

TEST(Interval, RefusesWhatIsNoProportion) {
  EXPECT_THROW(WilsonInterval(1.1, 5), MetricError);
  EXPECT_THROW(WilsonInterval(-0.1, 5), MetricError);
  EXPECT_THROW(WilsonInterval(std::nan(""), 5), MetricError);
  EXPECT_THROW(WilsonInterval(0.5, 0), MetricError);
  EXPECT_THROW(WilsonInterval(0.5, 5, 1.0), std::invalid_argument);
  EXPECT_THROW(NormalInterval(0.5, 0.1, 0.0), std::invalid_argument);
}

TEST(Interval, NormalIsSymmetricAroundTheMean) {
  const Interval i = NormalInterval(0.5, 0.1);
  EXPECT_DOUBLE_EQ(i.low, 0.5 - 0.1 * NormalQuantile(0.975));
  EXPECT_DOUBLE_EQ(i.high, 0.5 + 0.1 * NormalQuantile(0.975));
}

// numpy.percentile([5, 1, 2, 10], [2.5, 97.5]) and [25, 75].
TEST(PercentileInterval, InterpolatesBetweenNeighboursAsNumpyDoes) {
  const Values values = {5, 1, 2, 10};
  EXPECT_DOUBLE_EQ(PercentileInterval(values).low, 1.075);
  EXPECT_DOUBLE_EQ(PercentileInterval(values).high, 9.625);
  EXPECT_DOUBLE_EQ(PercentileInterval(values, 0.5).low, 1.75);
  EXPECT_DOUBLE_EQ(PercentileInterval(values, 0.5).high, 6.25);
  EXPECT_EQ(PercentileInterval({7}).low, 7);
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(PercentileInterval({infinity, 1, infinity, infinity}, 0.5).high, infinity);
}

TEST(PercentileInterval, RefusesNoValuesAndNoLevel) {
  EXPECT_THROW(PercentileInterval({}), MetricError);
  EXPECT_THROW(PercentileInterval({1, std::nan("")}), MetricError);
  EXPECT_THROW(PercentileInterval({1, 2}, 1.0), std::invalid_argument);
}

}  // namespace
}  // namespace meval
