#include "metrics/aggregate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/bootstrap.h"
#include "metrics/metric_error.h"
#include "metrics/python_random.h"
#include "tests/metrics/golden.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using testing::LoadGolden;

using Values = std::vector<double>;

TEST(Aggregate, AgreesWithTheReferenceOnEveryRow) {
  for (const auto& row : LoadGolden("metrics/mean_stderr.jsonl", 111)) {
    SCOPED_TRACE(row.Id());
    const Values values = row.Numbers("/input/values");
    MEVAL_EXPECT_CLOSE(NanMean(values), row.Number("/expected/nanmean"));
    const bool has_nan =
        std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
    if (values.empty() || has_nan) {
      // The reference divides by zero or lets NaN spread; an error names what is wrong.
      EXPECT_THROW(Mean(values), MetricError);
      EXPECT_THROW(Median(values), MetricError);
      EXPECT_THROW(StderrOfMean(values), MetricError);
      EXPECT_THROW(PopulationStddev(values), MetricError);
      continue;
    }
    MEVAL_EXPECT_CLOSE(Mean(values), row.Number("/expected/mean"));
    EXPECT_EQ(Median(values), row.Number("/expected/median"));
    if (values.size() == 1) {
      EXPECT_EQ(SampleStddev(values), std::nullopt);
      EXPECT_EQ(StderrOfMean(values), std::nullopt);
    } else if (row.Has("/expected/sample_stddev_error")) {
      EXPECT_EQ(row.Text("/expected/sample_stddev_error"), "OverflowError");
      EXPECT_TRUE(std::isinf(SampleStddev(values).value()));
      EXPECT_TRUE(std::isinf(StderrOfMean(values).value()));
    } else {
      MEVAL_EXPECT_CLOSE(*SampleStddev(values), row.Number("/expected/sample_stddev"));
      MEVAL_EXPECT_CLOSE(StderrOfMean(values).value(), row.Number("/expected/mean_stderr"));
    }
    if (row.Has("/expected/pop_stddev")) {
      MEVAL_EXPECT_CLOSE(PopulationStddev(values), row.Number("/expected/pop_stddev"));
    }
  }
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

TEST(Aggregate, GroupsAsTheReferenceDoes) {
  for (const auto& row : LoadGolden("metrics/group_agg.jsonl", 100)) {
    SCOPED_TRACE(row.Id());
    const auto scores = row.Numbers("/input/metrics");
    const auto standard_errors = row.Numbers("/input/stderrs");
    const auto sizes = row.Ints("/input/sizes");
    std::vector<GroupMember> members;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      members.push_back({scores[i], standard_errors[i], sizes[i]});
    }
    MEVAL_EXPECT_CLOSE(WeightedGroupMean(members), row.Number("/expected/weighted_mean"));
    MEVAL_EXPECT_CLOSE(UnweightedGroupMean(members), row.Number("/expected/unweighted_mean"));
    MEVAL_EXPECT_CLOSE(PooledGroupStderr(members), row.Number("/expected/pooled_sample_stderr"));
    MEVAL_EXPECT_CLOSE(CombinedGroupStderr(members),
                       row.Number("/expected/combined_sample_stderr"));
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

}  // namespace
}  // namespace meval
