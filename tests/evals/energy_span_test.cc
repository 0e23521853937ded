#include "evals/energy_span.h"

#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/bench_options.h"
#include "evals/bench_run.h"
#include "reports/bench_report.h"
#include "tests/evals/synthetic_engine.h"
#include "tests/support/fake_energy_meter.h"

namespace meval {
namespace {

using testing::FakeClock;
using testing::FakeEnergyMeter;
using ::testing::HasSubstr;

MeterOpener Meters(double joules_a_reading) {
  return [=](const Context&) { return std::make_unique<FakeEnergyMeter>(joules_a_reading); };
}

std::unique_ptr<EnergyMeter> NoMeter(const Context& /*ctx*/) { return nullptr; }

TEST(EnergySpan, IsTheDifferenceOfTwoReadingsAndTheTimeBetweenThem) {
  FakeClock clock;
  double joules = 500;
  const JouleCounter counter = [&] { return joules; };
  clock.Advance(3);
  const EnergySpan span(counter, clock);
  clock.Advance(4);
  joules += 10;
  const BenchEnergy energy = span.Finish().value();
  EXPECT_EQ(energy.joules, 10);
  EXPECT_EQ(energy.seconds, 4);
  EXPECT_EQ(energy.Watts(), 2.5);
}

TEST(EnergySpan, IsNothingWithoutACounterAndWhereItStandsStill) {
  FakeClock clock;
  EXPECT_FALSE(EnergySpan({}, clock).Finish().has_value());
  std::optional<double> joules = 500;
  const JouleCounter counter = [&] { return joules; };
  const EnergySpan span(counter, clock);
  EXPECT_FALSE(span.Finish().has_value());
  joules.reset();
  EXPECT_FALSE(span.Finish().has_value());
}

BenchOptions SmallBench() {
  return ParseBench(std::vector<std::string>{"--model",
                                             "random:tiny,layers=1",
                                             "--backend",
                                             "cpu",
                                             "--max-length",
                                             "256",
                                             "--kv-memory",
                                             "16M",
                                             "--threads",
                                             "1",
                                             "--repetitions",
                                             "3",
                                             "-p",
                                             "12",
                                             "-n",
                                             "2",
                                             "-b",
                                             "2",
                                             "--scenario",
                                             "offline",
                                             "--requests",
                                             "4",
                                             "--input-len",
                                             "8",
                                             "--output-len",
                                             "3"});
}

BenchReport RunSmallBench(const MeterOpener& open_meter) {
  BenchOptions options = SmallBench();
  options.open_meter = open_meter;
  return RunBench(options, [](const std::string&) {}, {});
}

TEST(BenchCommand, MeasuresTheEnergyOfEachTest) {
  const BenchReport report = RunSmallBench(Meters(6));
  ASSERT_TRUE(report.device.has_value());
  EXPECT_EQ(report.device->source, "a fake");
  EXPECT_TRUE(report.device->reads_energy);
  EXPECT_EQ(report.device->temperature_c, 40);
  EXPECT_EQ(report.device->temperature_after_c, 41);
  EXPECT_FALSE(report.device->sm_clock_mhz.has_value());
  ASSERT_EQ(report.throughput.size(), 2U);
  for (const ThroughputTest& test : report.throughput) {
    ASSERT_TRUE(test.energy.has_value()) << test.name;
    EXPECT_EQ(test.energy->joules, 6) << "the counter is read before and after, not within";
    EXPECT_EQ(test.energy->tokens, 3 * test.tokens);
    double seconds = 0;
    for (const double repetition : test.seconds) seconds += repetition;
    EXPECT_GE(test.energy->seconds, seconds);
  }
  EXPECT_EQ(report.throughput[0].energy->JoulesPerToken(), 6.0 / (3 * 2 * 12));
  ASSERT_EQ(report.serving.size(), 1U);
  ASSERT_TRUE(report.serving[0].energy.has_value());
  EXPECT_EQ(report.serving[0].energy->JoulesPerToken(), 6.0 / (4 * 3));
  EXPECT_GE(report.serving[0].energy->seconds, report.serving[0].duration);
}

TEST(BenchCommand, SaysWhereEnergyIsNotReadable) {
  const BenchReport report = RunSmallBench(NoMeter);
  EXPECT_FALSE(report.device.has_value());
  for (const ThroughputTest& test : report.throughput) EXPECT_FALSE(test.energy.has_value());
  EXPECT_FALSE(report.serving[0].energy.has_value());
  std::ostringstream out;
  WriteBenchMarkdown(report, out);
  EXPECT_THAT(out.str(), HasSubstr("Energy: not readable."));
}

}  // namespace
}  // namespace meval
