#include "evals/throughput.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/bare_model.h"
#include "tests/evals/synthetic_engine.h"

namespace meval {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using testing::FakeClock;
using ::testing::SizeIs;

// Hidden size 8, two heads of 4 on one kv head, two layers, 16 between, vocabulary 32, f32.
ModelConfig HandConfig() {
  ModelConfig config;
  config.vocab_size = 32;
  config.hidden_size = 8;
  config.intermediate_size = 16;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 2;
  config.num_key_value_heads = 1;
  config.head_dim = 4;
  config.max_position_embeddings = 256;
  return config;
}

BareModel HandModel(Context& ctx) {
  const ModelConfig config = HandConfig();
  return BareModel(ctx, config, RandomWeights(ctx, config, 1, WeightDType::kF32),
                   {.num_pages = 32, .batch_tokens = 16, .max_length = 256});
}

// A clock of which every look takes a second: a repetition takes one.
class TickingClock : public FakeClock {
 public:
  double Now() override {
    Advance(1);
    return FakeClock::Now();
  }
};

ThroughputTest Measure(const ThroughputSpec& spec, ThroughputOptions options = {}) {
  Context ctx({.num_threads = 1});
  BareModel model = HandModel(ctx);
  OpenBatch batch = model.Open();
  TickingClock clock;
  options.vocab_size = model.config().vocab_size;
  return RunThroughput(batch, clock, spec, options);
}

TEST(NameOf, IsThatOfLlamaBench) {
  EXPECT_EQ(NameOf({.prompt_tokens = 512}), "pp512");
  EXPECT_EQ(NameOf({.new_tokens = 128}), "tg128");
  EXPECT_EQ(NameOf({.prompt_tokens = 512, .new_tokens = 128}), "pp512+tg128");
  EXPECT_EQ(NameOf({.new_tokens = 32, .depth = 1024, .batch = 8}), "tg32 @ d1024 x8");
}

TEST(RunThroughput, CountsTokensRowsAndSteps) {
  // 40 rows in steps of 16, one row of logits.
  ThroughputTest test = Measure({.prompt_tokens = 40});
  EXPECT_EQ(test.tokens, 40);
  EXPECT_EQ(test.rows, 40);
  EXPECT_EQ(test.rows_scored, 1);
  EXPECT_EQ(test.steps, 3);
  // Decoding is a step a token.
  test = Measure({.new_tokens = 7});
  EXPECT_EQ(test.tokens, 7);
  EXPECT_EQ(test.rows, 7);
  EXPECT_EQ(test.rows_scored, 7);
  EXPECT_EQ(test.steps, 7);
  test = Measure({.new_tokens = 7, .depth = 20, .batch = 3});
  EXPECT_EQ(test.tokens, 21);
  EXPECT_EQ(test.rows, 21);
  EXPECT_EQ(test.steps, 7);
  test = Measure({.prompt_tokens = 10, .new_tokens = 5, .batch = 2});
  EXPECT_EQ(test.tokens, 30);
  EXPECT_EQ(test.rows, 30);
  EXPECT_EQ(test.steps, 2 + 5);  // 20 rows in two steps of 16 at most
}

// A layer: q 8 x 8, k and v 8 x 4, o 8 x 8, gate, up and down 8 x 16 each: 576 weights.
constexpr double kLayerWeights = 8 * 8 + 2 * 8 * 4 + 8 * 8 + 3 * 8 * 16;
// Behind queries, keys and values of the last layer: o, gate, up, down.
constexpr double kTailWeights = 8 * 8 + 3 * 8 * 16;
constexpr double kOutputWeights = 8 * 32;
constexpr double kKvBytes = 2 * 2 * 4 * 4;  // layers, keys and values, head size, f32

TEST(RunThroughput, AgreesWithHandArithmeticForPrefill) {
  const ThroughputTest test = Measure({.prompt_tokens = 10});
  // Ten rows see 1 + ... + 10 = 55 keys; per key and layer 2 FLOP for each of 8 query columns, for
  // scores and for values. Nine rows leave the last layer after their keys and values.
  const double attention = 4.0 * 8 * 55;
  const double flops = 2 * 2 * kLayerWeights * 10 - 2 * kTailWeights * 9 + 2 * attention -
                       attention * 9 / 10 + 2 * kOutputWeights;
  EXPECT_DOUBLE_EQ(test.flops, flops);
  // All weights once; ten rows of embedding; keys and values written once and read once.
  EXPECT_DOUBLE_EQ(test.bytes, 4 * (2 * kLayerWeights + kOutputWeights) + 10 * 8 * 4 +
                                   10 * kKvBytes + 10 * kKvBytes);
}

TEST(RunThroughput, AgreesWithHandArithmeticForDecoding) {
  const ThroughputTest test = Measure({.new_tokens = 3, .depth = 20});
  // Steps at positions 20, 21 and 22 see 21, 22 and 23 keys.
  constexpr double kKeys = 21 + 22 + 23;
  EXPECT_DOUBLE_EQ(test.flops, 3 * 2 * (2 * kLayerWeights + kOutputWeights) + 2 * 4.0 * 8 * kKeys);
  EXPECT_DOUBLE_EQ(test.bytes, 3 * (4 * (2 * kLayerWeights + kOutputWeights) + 8 * 4 + kKvBytes) +
                                   kKeys * kKvBytes);
}

TEST(RunThroughput, RecordsEveryRepetitionButTheWarmUp) {
  const ThroughputTest test =
      Measure({.prompt_tokens = 12}, {.repetitions = 6, .warmups = 2, .clock_mhz = {}});
  EXPECT_THAT(test.seconds, SizeIs(6));
  EXPECT_THAT(test.seconds, Each(1.0));
  EXPECT_DOUBLE_EQ(test.rate.median, 12);
  EXPECT_DOUBLE_EQ(test.rate.stddev.value(), 0);
  EXPECT_EQ(test.unstable, "");
}

// Of a second each, on the test's clock.
TEST(RunThroughput, RepeatsAShortTestUntilItRanLongEnough) {
  const ThroughputSpec spec = {.prompt_tokens = 12};
  EXPECT_THAT(Measure(spec, {.repetitions = 2, .min_seconds = 6.5}).seconds, SizeIs(7));
  EXPECT_THAT(Measure(spec, {.repetitions = 5, .min_seconds = 3}).seconds, SizeIs(5));
}

TEST(RunThroughput, CountsTheEnergyOfTheRepetitionsButNotOfTheWarmUp) {
  std::vector<double> readings = {1000, 1090};  // of two moments, and no others
  ThroughputOptions options = {.repetitions = 5, .warmups = 2};
  options.joules = [&] {
    const double joules = readings.at(0);
    readings.erase(readings.begin());
    return joules;
  };
  const ThroughputTest test = Measure({.prompt_tokens = 12}, options);
  EXPECT_THAT(readings, ::testing::IsEmpty());
  ASSERT_TRUE(test.energy.has_value());
  EXPECT_DOUBLE_EQ(test.energy->joules, 90);
  EXPECT_EQ(test.energy->tokens, 5 * 12);
  EXPECT_DOUBLE_EQ(test.energy->JoulesPerToken(), 1.5);
  // The clock ticks at each of ten looks at it, and once more at the end.
  EXPECT_DOUBLE_EQ(test.energy->seconds, 11);
  EXPECT_FALSE(Measure({.prompt_tokens = 12}).energy.has_value());
}

TEST(RunThroughput, ComparesWithTheLeastTimeAtTheCeilings) {
  const ThroughputTest test = Measure(
      {.new_tokens = 4}, {.flops_per_second = 1e30, .bytes_per_second = 1000, .clock_mhz = {}});
  EXPECT_DOUBLE_EQ(test.ceiling_seconds, test.bytes / 1000);
  EXPECT_DOUBLE_EQ(test.ShareOfCeiling(), test.bytes / 1000);  // of a second
  EXPECT_EQ(Measure({.new_tokens = 4}).ceiling_seconds, 0);
}

TEST(RunThroughput, GivesBackEverything) {
  Context ctx({.num_threads = 1});
  BareModel model = HandModel(ctx);
  OpenBatch batch = model.Open();
  TickingClock clock;
  // Twice as many pages as there are, if the first test kept its own.
  for (int i = 0; i < 2; ++i) {
    const ThroughputTest test =
        RunThroughput(batch, clock, {.prompt_tokens = 64, .depth = 64, .batch = 16},
                      {.repetitions = 1, .vocab_size = model.config().vocab_size, .clock_mhz = {}});
    EXPECT_THAT(test.seconds, ElementsAre(1));
  }
}

TEST(RunThroughput, StopsWithoutFigures) {
  Context ctx({.num_threads = 1});
  BareModel model = HandModel(ctx);
  OpenBatch batch = model.Open();
  TickingClock clock;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(RunThroughput(batch, clock, {.new_tokens = 1}, {.vocab_size = 32, .clock_mhz = {}},
                            stop.get_token())
                  .seconds,
              SizeIs(0));
}

TEST(WhyUnstable, NamesFewRepetitionsSpreadAndClock) {
  EXPECT_EQ(WhyUnstable({100, 100, 100, 100, 100}, {}, {}), "");
  EXPECT_EQ(WhyUnstable({100, 100, 100}, {}, {}), "3 of 5 repetitions");
  EXPECT_EQ(WhyUnstable({90, 100, 110, 90, 110}, {}, {}), "spread 10.0 %");
  EXPECT_EQ(WhyUnstable({100, 100, 100, 100, 101}, 3000, 3200), "");
  EXPECT_EQ(WhyUnstable({100, 100, 100, 100, 101}, 3000, 2600), "clock 3000 to 2600 MHz");
  EXPECT_EQ(WhyUnstable({100, 100, 100, 100, 101}, 3000, {}), "");
}

TEST(BenchTokens, AreNoControlTokensAndFixedByTheirSeed) {
  const std::vector<TokenId> tokens = BenchTokens(1000, 32, 5);
  EXPECT_THAT(tokens, Each(::testing::AllOf(::testing::Ge(3), ::testing::Lt(32))));
  EXPECT_EQ(tokens, BenchTokens(1000, 32, 5));
  EXPECT_NE(tokens, BenchTokens(1000, 32, 6));
}

}  // namespace
}  // namespace meval
