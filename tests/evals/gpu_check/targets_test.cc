// What the part `speed` of gpu-check says beside the sweep: loading, both modes, and targets.

#include "evals/gpu_check/targets.h"

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/error.h"
#include "evals/gpu_check/speed.h"
#include "evals/throughput.h"
#include "tests/support/temp_directory.h"

namespace meval::gpu_check {
namespace {

namespace fs = std::filesystem;

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

TEST(MeasureLoading, LoadsACheckpointItHasWrittenAndTakesItAway) {
  const meval::testing::TempDirectory place;
  Context cpu({.num_threads = 1});
  ModelOptions model;
  model.model = "random:tiny";
  const std::array<fs::path, 2> places = {"/there/is/no/such/place", place.path()};
  const LoadTime time = MeasureLoading(cpu, model, places);
  EXPECT_THAT(time.checkpoint, HasSubstr("2 of "));
  EXPECT_EQ(time.directory, place.path().string());
  EXPECT_GT(time.bytes, 10'000);
  EXPECT_GT(time.seconds, 0);
  EXPECT_DOUBLE_EQ(time.SecondsOf7B(), 14.48e9 / static_cast<double>(time.bytes) * time.seconds);
  EXPECT_TRUE(fs::is_empty(place.path()));
}

TEST(MeasureLoading, SaysWhereThereIsNoRoom) {
  Context cpu({.num_threads = 1});
  ModelOptions model;
  model.model = "random:tiny";
  const std::array<fs::path, 1> places = {"/there/is/no/such/place"};
  EXPECT_THROW(MeasureLoading(cpu, model, places), ModelError);
  EXPECT_TRUE(PlaceFor(std::int64_t{1} << 61, std::array<fs::path, 1>{"/"}).empty());
}

TEST(ModeTests, AreFourOfTheSweep) {
  std::vector<std::string> names;
  for (const ThroughputSpec& spec : ModeTests(SpeedTests(2'000'000, 32768))) {
    names.push_back(NameOf(spec));
  }
  EXPECT_THAT(names, ElementsAre("pp2048", "pp8192", "tg64", "tg64 @ d1024 x64"));
}

ThroughputTest TestOf(const std::string& name, std::int64_t new_tokens, double rate) {
  ThroughputTest test;
  test.name = name;
  test.new_tokens = new_tokens;
  test.tokens = 1000;
  test.ceiling_seconds = 0.02;
  test.rate.median = rate;
  return test;
}

BenchReport SweepOf(double prefill, double decode) {
  BenchReport report;
  report.throughput = {TestOf("pp512", 0, prefill / 2), TestOf("pp2048", 0, prefill),
                       TestOf("tg64", 64, decode)};
  return report;
}

TEST(CompareModes, PairsTestsByName) {
  BenchReport fast = SweepOf(50000, 300);
  fast.throughput.push_back(TestOf("pp8192", 0, 1));
  const std::vector<ModeCost> costs = CompareModes(SweepOf(40000, 250), fast);
  ASSERT_EQ(costs.size(), 3U) << "the other did not run pp8192";
  EXPECT_DOUBLE_EQ(costs[1].Cost(), 0.25);
  EXPECT_TRUE(costs[2].generates);
  EXPECT_DOUBLE_EQ(costs[2].Cost(), 0.2);
}

TargetLine LineOf(const std::vector<TargetLine>& lines, const std::string& figure) {
  for (const TargetLine& line : lines) {
    if (line.figure == figure) return line;
  }
  ADD_FAILURE() << figure;
  return {};
}

TEST(Targets, AreKeptOrMissedOnTheDeviceTheyAreMeantFor) {
  const BenchReport speed = SweepOf(43000, 239);
  const std::vector<ModeCost> modes = {{"pp2048", false, 43000, 43500}, {"tg64", true, 239, 300}};
  WorkloadTime mmlu;
  mmlu.name = "mmlu";
  mmlu.documents = 50;
  mmlu.of_documents = 100;
  mmlu.requests = mmlu.requests_done = 200;
  mmlu.seconds = 18;
  mmlu.floor_seconds = 14;
  WorkloadTime cut = mmlu;
  cut.name = "hellaswag";
  cut.requests_done = 199;
  const std::vector<WorkloadTime> workloads = {mmlu, cut};
  MeasuredSpeeds measured = {.speed = &speed,
                             .modes = modes,
                             .loading = nullptr,
                             .workloads = workloads,
                             .device = "NVIDIA H200 (compute capability 9.0)",
                             .model = "random:mistral-7b-v0.1,seed=1234"};
  const std::vector<TargetLine> lines = CompareWithTargets(measured);
  const TargetLine prefill = LineOf(lines, "prefill");
  EXPECT_EQ(prefill.verdict, "kept");
  EXPECT_THAT(prefill.reached, Optional(43000.0));
  EXPECT_THAT(prefill.floor, Optional(1000 / 0.02));
  EXPECT_EQ(LineOf(lines, "decoding, 1 sequence").verdict, "missed");
  EXPECT_EQ(LineOf(lines, "decoding, 64 behind 1024 tokens").verdict, "not measured");
  EXPECT_THAT(LineOf(lines, "MMLU, 5 shots").reached, Optional(36.0)) << "of all documents";
  EXPECT_EQ(LineOf(lines, "HellaSwag, 0 shots").verdict, "not measured");
  EXPECT_EQ(LineOf(lines, "loading from the page cache").verdict, "not measured");
  EXPECT_EQ(LineOf(lines, "invariant mode, prefill").verdict, "kept");
  EXPECT_EQ(LineOf(lines, "invariant mode, decoding").verdict, "missed");
  measured.device = "NVIDIA A100";
  EXPECT_EQ(LineOf(CompareWithTargets(measured), "prefill").verdict, "no target");
  measured.device = "NVIDIA H200";
  measured.model = "random:mistral-7b-v0.1,layers=4,seed=1";
  EXPECT_EQ(LineOf(CompareWithTargets(measured), "prefill").verdict, "no target");
}

}  // namespace
}  // namespace meval::gpu_check
