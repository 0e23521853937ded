#include "evals/bench_results.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/serving_scenarios.h"
#include "metrics/early_stopping.h"
#include "tests/evals/synthetic_engine.h"

namespace meval {
namespace {

using testing::FakeClock;
using ::testing::HasSubstr;
using testing::SyntheticEngine;

// Requests of one token that take `seconds` each, one after the other.
std::vector<RequestTimes> Stream(const std::vector<double>& seconds) {
  std::vector<RequestTimes> requests;
  double now = 0;
  for (const double one : seconds) {
    requests.push_back(
        {.scheduled = now, .issued = now, .prompt_tokens = 3, .token_times = {now + one}});
    now += one;
  }
  return requests;
}

ServingTest Named(const std::string& name) {
  ServingTest test;
  test.name = name;
  return test;
}

// Four slots, prompts of 10 tokens at 0.05 s, steps of 0.5 s: a wave of four takes 2 s for its
// prompts, then a step for each of 3 tokens.
TEST(Summarize, GivesWhatFollowsFromTheEnginesDelays) {
  FakeClock clock;
  SyntheticEngine engine(clock, {.step_seconds = 0.5, .prompt_seconds = 0.05, .slots = 4});
  const std::vector<RequestShape> shapes(8, {10, 3});
  ServingTest test = Named("offline");
  test.limits.ttft = 3;
  Summarize(RunOffline(engine, clock, shapes), test);
  EXPECT_DOUBLE_EQ(test.duration, 7);  // two waves of 2.5 + 0.5 + 0.5
  EXPECT_EQ(test.input_tokens, 80);
  EXPECT_EQ(test.output_tokens, 24);
  EXPECT_DOUBLE_EQ(test.request_throughput, 8.0 / 7);
  EXPECT_DOUBLE_EQ(test.output_throughput, 24.0 / 7);
  EXPECT_DOUBLE_EQ(test.total_throughput, 104.0 / 7);
  EXPECT_DOUBLE_EQ(test.ttft.min, 2.5);
  EXPECT_DOUBLE_EQ(test.ttft.max, 6);
  EXPECT_DOUBLE_EQ(test.ttft.mean, 4.25);
  EXPECT_DOUBLE_EQ(test.tpot.mean, 0.5);
  EXPECT_EQ(test.itl.n, 16);
  EXPECT_DOUBLE_EQ(test.itl.max, 0.5);
  EXPECT_DOUBLE_EQ(test.e2el.max, 7);
  EXPECT_EQ(test.kept, 4);
  EXPECT_DOUBLE_EQ(test.goodput.value(), 4.0 / 7);
  EXPECT_EQ(test.requests.size(), 8U);
}

TEST(Summarize, HasNoGoodputWithoutLimits) {
  ServingTest test = Named("offline");
  Summarize(Stream({1, 2}), test);
  EXPECT_FALSE(test.kept.has_value());
  EXPECT_FALSE(test.goodput.has_value());
}

TEST(Validity, OfAnOfflineRunIsItsNumberOfSamples) {
  ServingTest test = Named("offline");
  Summarize(Stream(std::vector<double>(24'575, 1.0)), test);
  EXPECT_EQ(test.validity.min_queries, 24'576);
  EXPECT_FALSE(test.validity.is_valid);
  EXPECT_THAT(test.validity.verdict, HasSubstr("24,575 of 24,576"));
  Summarize(Stream(std::vector<double>(24'576, 1.0)), test);
  EXPECT_TRUE(test.validity.is_valid);
}

TEST(Validity, OfAStreamNeedsEnoughQueriesForItsBound) {
  std::vector<double> seconds(43, 1.0);
  ServingTest test = Named("single-stream");
  Summarize(Stream(seconds), test);
  EXPECT_FALSE(test.validity.is_valid);
  EXPECT_THAT(test.validity.verdict, HasSubstr("needs 44"));
  seconds.push_back(5);
  Summarize(Stream(seconds), test);
  EXPECT_TRUE(test.validity.is_valid);
  EXPECT_DOUBLE_EQ(test.validity.estimate.value(), 5);  // the largest of 44
}

TEST(Validity, OfMultiStreamCountsQueriesAtThe99thPercentile) {
  ServingTest test = Named("multi-stream");
  test.queries_at_once = 8;
  Summarize(Stream(std::vector<double>(8 * 459, 0.5)), test);
  EXPECT_EQ(test.validity.queries, 459);
  EXPECT_TRUE(test.validity.is_valid);
  Summarize(Stream(std::vector<double>(8 * 458, 0.5)), test);
  EXPECT_FALSE(test.validity.is_valid);
}

TEST(Validity, OfAServerAllowsSoManyLateQueries) {
  const std::int64_t n = QueriesForOverlatency(3, 0.99);
  for (const std::size_t late : {0U, 3U, 4U}) {
    std::vector<double> seconds(static_cast<std::size_t>(n), 0.1);
    for (std::size_t i = 0; i < late; ++i) seconds[i] = 2;
    ServingTest test = Named("server");
    test.limits.e2el = 1;
    Summarize(Stream(seconds), test);
    EXPECT_EQ(test.validity.late, static_cast<std::int64_t>(late));
    EXPECT_EQ(test.validity.late_allowed, 3);
    EXPECT_EQ(test.validity.is_valid, late <= 3);
  }
}

TEST(Validity, OfAServerNeedsLimitsAndQueries) {
  ServingTest test = Named("server");
  Summarize(Stream({1}), test);
  EXPECT_THAT(test.validity.verdict, HasSubstr("no limits"));
  test.limits.ttft = 1;
  Summarize(Stream({1}), test);
  EXPECT_FALSE(test.validity.is_valid);
  EXPECT_THAT(test.validity.verdict, HasSubstr("needs 459"));
}

TEST(DescribeLengths, CountsByPowersOfTwo) {
  const std::vector<RequestShape> shapes = {{1, 1}, {7, 1}, {8, 2}, {40, 1}};
  const WorkloadLengths lengths = DescribeLengths("task", shapes);
  EXPECT_EQ(lengths.requests, 4);
  EXPECT_DOUBLE_EQ(lengths.mean_prompt, 14);
  EXPECT_DOUBLE_EQ(lengths.mean_output, 1.25);
  ASSERT_EQ(lengths.bins.size(), 6U);  // 1, 2-3, 4-7, 8-15, 16-31, 32-63
  EXPECT_EQ(lengths.bins[0].prompts, 1);
  EXPECT_EQ(lengths.bins[0].outputs, 3);
  EXPECT_EQ(lengths.bins[1].prompts, 0);
  EXPECT_EQ(lengths.bins[1].outputs, 1);
  EXPECT_EQ(lengths.bins[2].prompts, 1);
  EXPECT_EQ(lengths.bins[4].prompts, 0);
  EXPECT_EQ(lengths.bins[5].low, 32);
  EXPECT_EQ(lengths.bins[5].high, 64);
}

}  // namespace
}  // namespace meval
