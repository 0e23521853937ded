#include "metrics/latency.h"

#include <numeric>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meval {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

// Arrives at 1, is taken at 1.25, answers at 2, 2.5 and 4.
const RequestTimes kThree = {
    .scheduled = 1, .issued = 1.25, .prompt_tokens = 10, .token_times = {2, 2.5, 4}};
const RequestTimes kOne = {.scheduled = 3, .issued = 3, .prompt_tokens = 5, .token_times = {7}};

TEST(Latency, CountsFromWhenARequestWasToArrive) {
  EXPECT_EQ(TimeToFirstToken(kThree), 1);
  EXPECT_EQ(EndToEndLatency(kThree), 3);
  EXPECT_EQ(TimePerOutputToken(kThree), 1);  // (4 - 2) / 2
}

TEST(Latency, OfOneTokenHasNoTimePerOutputToken) {
  EXPECT_EQ(TimeToFirstToken(kOne), 4);
  EXPECT_EQ(EndToEndLatency(kOne), 4);
  EXPECT_FALSE(TimePerOutputToken(kOne).has_value());
}

TEST(Latency, OfARequestWithoutATokenIsAnError) {
  EXPECT_THROW(TimeToFirstToken({}), std::invalid_argument);
  EXPECT_THROW(EndToEndLatency({}), std::invalid_argument);
  EXPECT_THROW(TimePerOutputToken({}), std::invalid_argument);
}

TEST(CollectLatencies, PoolsEveryGap) {
  const std::vector<RequestTimes> requests = {kThree, kOne};
  const Latencies all = CollectLatencies(requests);
  EXPECT_THAT(all.ttft, ElementsAre(1, 4));
  EXPECT_THAT(all.tpot, ElementsAre(1));
  EXPECT_THAT(all.itl, ElementsAre(0.5, 1.5));
  EXPECT_THAT(all.e2el, ElementsAre(3, 4));
}

TEST(SmallestSample, IsWhereTheLargestValueIsAboveThePercentileNineteenTimesOfTwenty) {
  EXPECT_EQ(SmallestSample(50), 5);
  EXPECT_EQ(SmallestSample(90), 29);
  EXPECT_EQ(SmallestSample(95), 59);
  EXPECT_EQ(SmallestSample(99), 299);
  EXPECT_EQ(SmallestSample(99.9), 2995);
}

TEST(SummarizeLatency, QuotesOnlyPercentilesThatTheSampleAllows) {
  std::vector<double> values(101);
  std::iota(values.begin(), values.end(), 0.0);
  const LatencySummary summary = SummarizeLatency(values);
  EXPECT_EQ(summary.n, 101);
  EXPECT_EQ(summary.mean, 50);
  EXPECT_EQ(summary.median, 50);
  EXPECT_EQ(summary.min, 0);
  EXPECT_EQ(summary.max, 100);
  EXPECT_THAT(summary.stddev, ::testing::DoubleNear(29.154759474226502, 1e-12));  // numpy.std
  ASSERT_EQ(summary.percentiles.size(), 5U);
  EXPECT_EQ(summary.percentiles[0].value, 50);
  EXPECT_EQ(summary.percentiles[1].value, 90);
  EXPECT_EQ(summary.percentiles[2].value, 95);
  EXPECT_FALSE(summary.percentiles[3].value.has_value());
  EXPECT_FALSE(summary.percentiles[4].value.has_value());
}

TEST(SummarizeLatency, OfNothingQuotesNothing) {
  const LatencySummary summary = SummarizeLatency({});
  EXPECT_EQ(summary.n, 0);
  for (const PercentileValue& one : summary.percentiles) EXPECT_FALSE(one.value.has_value());
}

TEST(CountKept, AsksForEveryLimitAndCountsEqualityAsKept) {
  const std::vector<RequestTimes> requests = {kThree, kOne, {}};
  EXPECT_EQ(CountKept(requests, {.ttft = 1}), 1);
  EXPECT_EQ(CountKept(requests, {.ttft = 4}), 2);
  EXPECT_EQ(CountKept(requests, {.ttft = 0.99}), 0);
  EXPECT_EQ(CountKept(requests, {.tpot = 1}), 2);  // one token keeps any time per further token
  EXPECT_EQ(CountKept(requests, {.tpot = 0.5}), 1);
  EXPECT_EQ(CountKept(requests, {.e2el = 3}), 1);
  EXPECT_EQ(CountKept(requests, {.ttft = 4, .tpot = 0.5, .e2el = 4}), 1);
  EXPECT_EQ(CountKept(requests, {}), 2);
}

}  // namespace
}  // namespace meval
