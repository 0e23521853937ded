#include "evals/gpu_check/speed.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/bench_run.h"
#include "evals/gpu_check/deadline.h"
#include "evals/throughput.h"

namespace meval::gpu_check {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

DeviceTraits Cuda(double gigabytes) {
  return {.device = Device::kCuda,
          .available_bytes = static_cast<std::int64_t>(gigabytes * 1e9),
          .batch_tokens = 4096};
}

TEST(LargestShape, IsThatOf7BWhereTheDeviceHoldsIt) {
  EXPECT_EQ(LargestShape(Cuda(141)), "random:mistral-7b-v0.1");
  EXPECT_EQ(LargestShape(Cuda(24)), "random:mistral-7b-v0.1");
  EXPECT_THAT(LargestShape(Cuda(12)), StartsWith("random:mistral-7b-v0.1,layers="));
  EXPECT_EQ(LargestShape(Cuda(0.1)), "");
}

std::vector<std::string> NamesOf(const std::vector<ThroughputSpec>& specs) {
  std::vector<std::string> names;
  for (const ThroughputSpec& spec : specs) names.push_back(NameOf(spec));
  return names;
}

TEST(SpeedTests, SweepPrefillAndDecodingAsFarAsMemoryReaches) {
  const std::vector<std::string> all = NamesOf(SpeedTests(2'000'000, 32768));
  EXPECT_THAT(all, SizeIs(6 + 3 * 4));
  EXPECT_THAT(all, Contains("pp8192"));
  EXPECT_THAT(all, Contains("tg64 @ d4096 x256"));
  const std::vector<std::string> some = NamesOf(SpeedTests(300'000, 32768));
  EXPECT_THAT(some, Contains("tg64 @ d1024 x256"));
  EXPECT_THAT(some, Not(Contains("tg64 @ d4096 x256")));
  EXPECT_THAT(NamesOf(SpeedTests(300'000, 2048)), Not(Contains("pp4096")));
  EXPECT_THAT(SpeedTests(63, 32768), IsEmpty()) << "not even one page";
}

ModelOptions SmallModel() {
  ModelOptions model;
  model.model = "random:tiny,layers=1";
  model.backend = "cpu";
  model.threads = 1;
  model.max_length = 1024;
  model.kv_memory_bytes = std::int64_t{16} << 20;
  return model;
}

TEST(SpeedBench, MeasuresEachTestBesideItsFloor) {
  BenchOptions options = SpeedBench(SmallModel(), {}, 600);
  options.repetitions = 1;
  options.warmups = 0;
  std::vector<const Context*> ran_on;
  options.when_done = [&](const Context& ctx) { ran_on.push_back(&ctx); };
  const BenchReport report = RunBench(options, [](const std::string&) {}, {});
  EXPECT_THAT(ran_on, SizeIs(1));
  ASSERT_THAT(report.throughput, SizeIs(options.throughput.size()));
  EXPECT_THAT(NamesOf(options.throughput), Contains("pp512"));
  EXPECT_THAT(NamesOf(options.throughput), Contains("tg64 x8"));
  EXPECT_THAT(report.throughput, Each(Field(&ThroughputTest::ceiling_seconds, Gt(0))));
}

WorkloadShape Choices() {
  WorkloadShape shape;
  shape.name = "choices";
  shape.title = "Choices";
  shape.groups = {{70, {{5, 30}}}, {20, {{9, 10}}}};
  shape.choices = 4;
  shape.continuations = {{1, 80}, {3, 80}};
  return shape;
}

WorkloadShape Answers() {
  WorkloadShape shape;
  shape.name = "answers";
  shape.title = "Answers";
  shape.groups = {{40, {{5, 6}}}};
  shape.samples = 3;
  shape.new_tokens = {{2, 3}, {4, 3}};
  return shape;
}

class Workloads : public ::testing::Test {
 protected:
  Workloads() : ctx_({.num_threads = 1}), engine_(LoadForWorkloads(ctx_, SmallModel())) {}

  Context ctx_;
  Engine engine_;
  Ceiling ceiling_ = {.read_bytes_per_second = 1e9, .matmul_flops_per_second = 1e9};
};

TEST_F(Workloads, FeedWhatIsSharedOnce) {
  const ShapedRequests requests = MakeRequests(Choices(), 0, engine_.config().vocab_size, 1);
  const WorkloadTime time = RunWorkload(engine_, Choices(), requests, ceiling_);
  EXPECT_EQ(time.requests, 160);
  EXPECT_EQ(time.requests_done, 160);
  // Two prefixes that share a token, forty suffixes, two tokens of each longer continuation.
  EXPECT_EQ(time.tokens_fed, 70 + 19 + 30 * 5 + 10 * 9 + 80 * 2);
  EXPECT_EQ(time.tokens_requested, 4 * (30 * 75 + 10 * 29) + 80 * 2);
  EXPECT_GT(time.seconds, 0);
  EXPECT_DOUBLE_EQ(time.floor_seconds, PredictSeconds(engine_, requests, ceiling_));
}

TEST_F(Workloads, DrawEverySample) {
  const ShapedRequests requests = MakeRequests(Answers(), 0, engine_.config().vocab_size, 1);
  const WorkloadTime time = RunWorkload(engine_, Answers(), requests, ceiling_);
  EXPECT_EQ(time.requests_done, 18);
  EXPECT_LE(time.tokens_generated, 3 * (3 * 2 + 3 * 4));
  EXPECT_GT(time.tokens_generated, 18);
  EXPECT_GT(time.floor_seconds, 0);
  EXPECT_GT(PredictSeconds(engine_, requests, ceiling_), 0);
}

TEST_F(Workloads, EndWhenTimeIsUp) {
  const ShapedRequests requests = MakeRequests(Choices(), 0, engine_.config().vocab_size, 1);
  std::stop_source stopped;
  stopped.request_stop();
  const WorkloadTime time =
      RunWorkload(engine_, Choices(), requests, ceiling_, stopped.get_token());
  EXPECT_LT(time.requests_done, time.requests);
}

TEST_F(Workloads, AskFewerDocumentsWhereTimeIsShort) {
  const std::vector<WorkloadShape> shapes = {Choices(), Answers()};
  std::string notes;
  const auto note = [&](const std::string& text) { notes += text; };
  // The ceilings say that all of it takes a moment.
  const auto all = RunWorkloads(engine_, shapes,
                                {.read_bytes_per_second = 1e15, .matmul_flops_per_second = 1e15},
                                {.seconds = 600}, note);
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].documents, 40);
  EXPECT_EQ(all[1].documents, 6);
  EXPECT_THAT(notes, HasSubstr("running Choices: 40 of 40 documents"));
  // And these that it takes about a year.
  const auto few =
      RunWorkloads(engine_, shapes, {.read_bytes_per_second = 1, .matmul_flops_per_second = 1},
                   {.seconds = 600}, note);
  EXPECT_EQ(few[0].documents, 1);
  EXPECT_EQ(few[0].of_documents, 40);
  const auto limited = RunWorkloads(engine_, shapes, ceiling_, {.seconds = 600, .limit = 3}, note);
  EXPECT_EQ(limited[0].documents, 3);
  EXPECT_EQ(limited[1].documents, 3);
}

TEST(Deadline, RequestsAStopOnceItIsOver) {
  const Deadline over(0);
  while (!over.token().stop_requested()) std::this_thread::yield();
  std::stop_token token;
  {
    const Deadline later(3600);
    token = later.token();
  }
  EXPECT_FALSE(token.stop_requested());
}

}  // namespace
}  // namespace meval::gpu_check
