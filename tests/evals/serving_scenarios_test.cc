#include "evals/serving_scenarios.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <stop_token>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/arrivals.h"
#include "tests/evals/synthetic_engine.h"

namespace meval {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using testing::FakeClock;
using ::testing::Pointwise;
using testing::SyntheticEngine;

constexpr double kTiny = 1e-9;

std::vector<RequestShape> Shapes(std::size_t count, const RequestShape& shape) {
  return std::vector<RequestShape>(count, shape);
}

TEST(RunQueries, OfOneAskForOneAfterTheOther) {
  FakeClock clock;
  clock.Advance(100);  // times count from the beginning of the scenario
  SyntheticEngine engine(clock, {.step_seconds = 0.5, .prompt_seconds = 0.25, .slots = 4});
  // A request of P + N tokens takes P / 4 + N / 2 seconds.
  const std::vector<RequestShape> shapes = {{4, 3}, {2, 1}, {8, 2}};
  const std::vector<RequestTimes> requests = RunQueries(engine, clock, shapes, 1);
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0].scheduled, 0);
  EXPECT_THAT(requests[0].token_times, ElementsAre(1.5, 2, 2.5));
  EXPECT_EQ(requests[1].scheduled, 2.5);
  EXPECT_THAT(requests[1].token_times, ElementsAre(3.5));
  EXPECT_EQ(requests[2].scheduled, 3.5);
  EXPECT_THAT(requests[2].token_times, ElementsAre(6, 6.5));
  EXPECT_EQ(requests[2].prompt_tokens, 8);
  EXPECT_EQ(Duration(requests), 6.5);
}

TEST(RunQueries, SendsTheNextQueryWhenAllOfTheLastAreAnswered) {
  FakeClock clock;
  SyntheticEngine engine(clock, {.step_seconds = 1, .slots = 8});
  const std::vector<RequestShape> shapes = {{1, 1}, {1, 3}, {1, 2}, {1, 2}, {1, 4}};
  const std::vector<RequestTimes> requests = RunQueries(engine, clock, shapes, 2);
  ASSERT_EQ(requests.size(), 5U);
  EXPECT_EQ(requests[1].scheduled, 0);
  EXPECT_EQ(requests[2].scheduled, 3);
  EXPECT_EQ(requests[4].scheduled, 5);
  EXPECT_THAT(QueryLatencies(requests, 2), ElementsAre(3, 2, 4));
  EXPECT_THROW(RunQueries(engine, clock, shapes, 0), std::invalid_argument);
}

TEST(RunOffline, SendsAllAtOnce) {
  FakeClock clock;
  SyntheticEngine engine(clock, {.step_seconds = 1, .slots = 3});
  const std::vector<RequestTimes> requests = RunOffline(engine, clock, Shapes(7, {1, 2}));
  ASSERT_EQ(requests.size(), 7U);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(requests[i].scheduled, 0);
    // Waves of three, two steps each.
    EXPECT_EQ(requests[i].token_times.back(), 2.0 * static_cast<double>(i / 3 + 1));
  }
  EXPECT_EQ(Duration(requests), 6);
}

TEST(RunSchedule, WaitsForArrivalsAndSaysHowLateItTookThem) {
  FakeClock clock;
  SyntheticEngine engine(clock, {.step_seconds = 1, .slots = 8});
  const std::vector<double> arrivals = {2, 2.25, 10};
  const std::vector<RequestTimes> requests =
      RunSchedule(engine, clock, Shapes(3, {1, 2}), arrivals);
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0].issued, 2);
  EXPECT_THAT(requests[0].token_times, ElementsAre(3, 4));
  // Arrives in the middle of a step.
  EXPECT_EQ(requests[1].scheduled, 2.25);
  EXPECT_EQ(requests[1].issued, 3);
  EXPECT_THAT(requests[1].token_times, ElementsAre(4, 5));
  EXPECT_EQ(TimeToFirstToken(requests[1]), 1.75);
  EXPECT_EQ(requests[2].issued, 10);
  EXPECT_EQ(Duration(requests), 10);
}

// One server, one step a request: with a_i the arrivals and s the service time, request i ends at
// max(a_i, end of i - 1) + s (Lindley 1952).
TEST(RunSchedule, OfOneServerFollowsLindleysRecursion) {
  constexpr double kService = 0.8;
  for (const double burstiness : {0.5, 1.0, 3.0}) {
    FakeClock clock;
    SyntheticEngine engine(clock, {.step_seconds = kService, .slots = 1});
    const std::vector<double> arrivals = UnitRateArrivals(500, burstiness, 17);
    const std::vector<RequestTimes> requests =
        RunSchedule(engine, clock, Shapes(arrivals.size(), {1, 1}), arrivals);
    std::vector<double> expected;
    std::vector<double> measured;
    double end = 0;
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
      end = std::max(end, arrivals[i]) + kService;
      expected.push_back(end - arrivals[i]);
      measured.push_back(EndToEndLatency(requests[i]));
    }
    EXPECT_THAT(measured, Pointwise(DoubleNear(kTiny), expected));
  }
}

TEST(RunSchedule, HoldsItsScheduleUnderLoad) {
  FakeClock clock;
  SyntheticEngine engine(clock, {.step_seconds = 0.4, .slots = 1});
  std::vector<double> arrivals = UnitRateArrivals(300, 1, 23);
  for (double& arrival : arrivals) arrival /= 50;  // twenty times what it can do
  const std::vector<RequestTimes> requests =
      RunSchedule(engine, clock, Shapes(arrivals.size(), {1, 1}), arrivals);
  ASSERT_EQ(requests.size(), arrivals.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(requests[i].scheduled, arrivals[i]);
    // Never later than the step that runs when it arrives.
    EXPECT_LE(requests[i].issued - requests[i].scheduled, 0.4 + kTiny);
  }
}

TEST(RunSchedule, RefusesASchedulesThatIsNone) {
  FakeClock clock;
  SyntheticEngine engine(clock, {});
  EXPECT_THROW(RunSchedule(engine, clock, Shapes(2, {1, 1}), std::vector<double>{1}),
               std::invalid_argument);
  EXPECT_THROW(RunSchedule(engine, clock, Shapes(2, {1, 1}), std::vector<double>{2, 1}),
               std::invalid_argument);
}

TEST(Scenarios, StopWithWhatIsFinished) {
  std::stop_source stop;
  stop.request_stop();
  FakeClock clock;
  SyntheticEngine engine(clock, {});
  EXPECT_TRUE(RunQueries(engine, clock, Shapes(3, {1, 1}), 1, stop.get_token()).empty());
  EXPECT_TRUE(RunOffline(engine, clock, Shapes(3, {1, 1}), stop.get_token()).empty());
}

// Stops after so many steps.
class StoppingEngine : public SyntheticEngine {
 public:
  StoppingEngine(FakeClock& clock, std::stop_source& stop, int steps)
      : SyntheticEngine(clock, {.step_seconds = 1, .slots = 2}), stop_(stop), steps_left_(steps) {}
  std::span<const std::int64_t> Step() override {
    if (--steps_left_ == 0) stop_.request_stop();
    return SyntheticEngine::Step();
  }

 private:
  std::stop_source& stop_;
  int steps_left_;
};

TEST(Scenarios, StopAfterTheStepThatRuns) {
  for (const bool is_offline : {true, false}) {
    std::stop_source stop;
    FakeClock clock;
    StoppingEngine engine(clock, stop, 3);
    const std::vector<RequestShape> shapes = {{1, 2}, {1, 3}, {1, 9}, {1, 1}};
    const std::vector<RequestTimes> requests =
        is_offline ? RunOffline(engine, clock, shapes, stop.get_token())
                   : RunQueries(engine, clock, shapes, 4, stop.get_token());
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(clock.Now(), 3);
  }
}

// Requests at equal distances to one server of service time s: at rates up to 1 / s none waits.
// Above, the i-th waits i (s - 1 / rate).
TEST(FindHighestRate, ConvergesToTheCapacityOfAServer) {
  for (const double service : {0.01, 0.37, 25.0}) {
    for (const double first_rate : {0.001, 1.0, 5000.0}) {
      constexpr std::size_t kRequests = 2000;
      const auto kept_share = [&](double rate) {
        FakeClock clock;
        SyntheticEngine engine(clock, {.step_seconds = service, .slots = 1});
        std::vector<double> arrivals;
        for (std::size_t i = 0; i < kRequests; ++i) {
          arrivals.push_back(static_cast<double>(i + 1) / rate);
        }
        const std::vector<RequestTimes> requests =
            RunSchedule(engine, clock, Shapes(kRequests, {1, 1}), arrivals);
        return static_cast<double>(CountKept(requests, {.e2el = 2 * service})) / kRequests;
      };
      const RateSearchOptions options = {
          .first_rate = first_rate, .share = 0.99, .tolerance = 0.01, .max_probes = 60};
      const FoundRate found = FindHighestRate(kept_share, options);
      ASSERT_TRUE(found.rate.has_value());
      // The 1980th waits one service time at a rate 1 / (s (1 - 1 / 1980)).
      const double capacity = 1 / (service * (1 - 1.0 / 1980));
      EXPECT_LE(*found.rate, capacity * 1.001);
      EXPECT_GE(*found.rate, capacity / 1.0101) << service << " from " << first_rate;
    }
  }
}

TEST(FindHighestRate, SaysWhatItTriedAndStopsWhereNothingMeets) {
  const FoundRate none =
      FindHighestRate([](double) { return 0.5; }, {.first_rate = 8, .max_probes = 4});
  EXPECT_FALSE(none.rate.has_value());
  ASSERT_EQ(none.probes.size(), 4U);
  EXPECT_EQ(none.probes[3].rate, 1);
  EXPECT_EQ(none.probes[3].kept_share, 0.5);
  const FoundRate step = FindHighestRate([](double rate) { return rate <= 10 ? 1.0 : 0.0; },
                                         {.first_rate = 1, .tolerance = 0.05});
  EXPECT_LE(step.rate.value(), 10);
  EXPECT_GT(step.rate.value() * 1.05, 10);
}

}  // namespace
}  // namespace meval
