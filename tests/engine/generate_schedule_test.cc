// Generation under every kind of scarcity: however steps are laid out, a sample is what it is
// alone.

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/generate.h"
#include "tests/support/generation_bench.h"
#include "tests/support/tiny_mistral.h"

namespace meval {
namespace {

using testing::CountContinuedTokens;
using testing::Describe;
using testing::GenerateNaively;
using testing::GenerationOutcome;
using testing::OptionsFor;
using testing::PlainWeights;
using testing::RandomPlainWeights;
using testing::RandomTokens;
using testing::RunGeneration;
using testing::Samples;
using testing::Schedule;
using testing::TinyConfig;
using testing::TinyEngine;

using Tokens = std::vector<TokenId>;
using Requests = std::vector<GenerationRequest>;

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t operator()() { return engine_(); }
  std::int64_t Below(std::int64_t n) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(n));
  }
  template <typename T>
  T OneOf(const std::vector<T>& values) {
    return values[static_cast<std::size_t>(Below(static_cast<std::int64_t>(values.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

ModelConfig ConfigWithWindow(std::int64_t window) {
  ModelConfig config = TinyConfig();
  config.sliding_window = window;
  return config;
}

ModelConfig RandomConfig(Random& random, std::int64_t window) {
  ModelConfig config = ConfigWithWindow(window);
  config.num_hidden_layers = 1 + random.Below(2);
  config.num_key_value_heads = random.OneOf<std::int64_t>({1, 2, 4});
  config.head_dim = random.OneOf<std::int64_t>({8, 10});
  return config;
}

// Prompts up to several windows long, some the same, some one the beginning of another, up to
// `longest` positions with what is generated.
Requests RandomRequests(Random& random, std::int64_t longest) {
  Requests requests;
  const Tokens shots = RandomTokens(random(), longest);
  for (std::int64_t i = 0; i < 5; ++i) {
    GenerationRequest request;
    const std::int64_t shared = random.Below(longest - 40);
    request.prompt.assign(shots.begin(), shots.begin() + shared);
    for (const TokenId id : RandomTokens(random(), 1 + random.Below(8))) {
      request.prompt.push_back(id);
    }
    if (i == 3) request.prompt = requests[static_cast<std::size_t>(random.Below(3))].prompt;
    const auto size = static_cast<std::int64_t>(request.prompt.size());
    request.max_new_tokens = random.OneOf<std::int64_t>({0, 1, 2, 10, 30});
    if (random.Below(6) == 0) request.max_new_tokens = std::min<std::int64_t>(70, longest - size);
    request.num_samples = 1 + random.Below(4);
    request.sampling.temperature = random.Below(3) == 0 ? 0 : 0.9;
    request.seed = random();
    request.key = random();
    if (random.Below(3) == 0) request.stop = {"th", "e", "1"};
    requests.push_back(request);
  }
  return requests;
}

void ExpectComplete(const GenerationOutcome& outcome, const Requests& requests,
                    const Schedule& schedule, const ModelConfig& config) {
  std::size_t num_samples = 0;
  std::int64_t requested = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    num_samples += outcome.samples[i].size();
    if (requests[i].max_new_tokens == 0) continue;
    for (const Generation& generation : outcome.samples[i]) {
      requested += static_cast<std::int64_t>(requests[i].prompt.size() + generation.tokens.size());
      if (generation.reason != StopReason::kEos) --requested;
    }
  }
  EXPECT_EQ(outcome.num_reported, num_samples);
  EXPECT_EQ(outcome.free_pages_after, schedule.num_pages) << "pages leaked";
  const GenerationPlan plan = PlanGeneration(requests, OptionsFor(schedule, config));
  const EngineStats& stats = outcome.stats;
  EXPECT_EQ(stats.tokens_fed, plan.prefill_tokens + stats.tokens_refed +
                                  CountContinuedTokens(requests, outcome.samples));
  EXPECT_EQ(stats.tokens_requested, requested);
  EXPECT_EQ(stats.work.total().rows, stats.tokens_fed);
  EXPECT_LE(stats.peak_pages, schedule.num_pages);
}

class GenerateWindowTest : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(GenerateWindowTest, GivesEverySampleWhatItGivesAloneTokenByToken) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    Random random(seed);
    const ModelConfig config = RandomConfig(random, GetParam());
    const Requests requests = RandomRequests(random, 60 + random.Below(140));
    const DType dtype = seed % 2 == 0 ? DType::kF32 : DType::kBF16;
    const PlainWeights weights = RandomPlainWeights(config, seed, dtype);
    const Samples expected = GenerateNaively(requests, dtype, config, weights);
    const std::int64_t least =
        std::max<std::int64_t>(1, PlanGeneration(requests, OptionsFor({}, config)).least_pages);
    for (const std::int64_t more : {0, 1, 3, 100}) {
      for (const std::int64_t batch_tokens : {1, 3, 33, 400}) {
        const Schedule schedule{.dtype = dtype,
                                .batch_tokens = batch_tokens,
                                .num_pages = least + more,
                                .share_prefixes = random.Below(4) != 0};
        SCOPED_TRACE(Describe(seed, schedule, config.sliding_window));
        const GenerationOutcome outcome = RunGeneration(requests, schedule, config, weights);
        ASSERT_TRUE(outcome.samples == expected);
        ExpectComplete(outcome, requests, schedule, config);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Windows, GenerateWindowTest, ::testing::Values(0, 1, 8, 64, 65),
                         [](const auto& window) {
                           return window.param == 0 ? std::string("none")
                                                    : std::to_string(window.param);
                         });

GenerationRequest Sampled(const Tokens& prompt, std::int64_t max_new_tokens,
                          std::int64_t num_samples = 1) {
  return {.prompt = prompt,
          .max_new_tokens = max_new_tokens,
          .num_samples = num_samples,
          .sampling = {.temperature = 1},
          .seed = 7,
          .key = 8};
}

TEST(GenerateSchedule, AsksTheModelNothingForNoNewToken) {
  const PlainWeights weights = RandomPlainWeights(TinyConfig(), 1, DType::kF32);
  // 256 tokens are all positions there are.
  const Requests requests = {Sampled(RandomTokens(1, 256), 0, 3), Sampled(RandomTokens(2, 5), 0)};
  const GenerationOutcome outcome =
      RunGeneration(requests, {.num_pages = 1}, TinyConfig(), weights);
  EXPECT_EQ(outcome.num_reported, 4U);
  EXPECT_EQ(outcome.stats.tokens_fed, 0);
  EXPECT_EQ(outcome.stats.tokens_requested, 0);
  for (const auto& samples : outcome.samples) {
    for (const Generation& generation : samples) {
      EXPECT_EQ(generation.text, "");
      EXPECT_TRUE(generation.tokens.empty());
      EXPECT_EQ(generation.reason, StopReason::kLength);
    }
  }
}

TEST(GenerateSchedule, FeedsNothingButThePromptForOneNewToken) {
  const PlainWeights weights = RandomPlainWeights(TinyConfig(), 1, DType::kF32);
  const Tokens prompt = RandomTokens(1, 100);
  const GenerationOutcome one =
      RunGeneration({Sampled(prompt, 1, 20)}, {.num_pages = 2}, TinyConfig(), weights);
  EXPECT_EQ(one.stats.tokens_fed, 100);
  EXPECT_EQ(one.stats.rows_scored, 1);
  EXPECT_EQ(one.stats.tokens_generated, 20);
  EXPECT_EQ(one.stats.peak_pages, 2);
  const GenerationOutcome ten =
      RunGeneration({Sampled(prompt, 10, 20)}, {.num_pages = 9}, TinyConfig(), weights);
  for (std::size_t s = 0; s < 20; ++s) {
    const Generation& first = one.samples[0][s];
    const Tokens& longer = ten.samples[0][s].tokens;
    EXPECT_EQ(first.tokens, Tokens(longer.begin(),
                                   longer.begin() + static_cast<std::ptrdiff_t>(!longer.empty())));
    EXPECT_EQ(first.reason == StopReason::kEos, longer.empty());
  }
}

TEST(GenerateSchedule, FeedsOneLastRowForEqualPromptsOfDifferentRequests) {
  const PlainWeights weights = RandomPlainWeights(TinyConfig(), 1, DType::kF32);
  Requests requests(6, Sampled(RandomTokens(1, 90), 1, 2));
  for (std::size_t i = 0; i < requests.size(); ++i) requests[i].key = i;
  const GenerationOutcome outcome = RunGeneration(requests, {}, TinyConfig(), weights);
  EXPECT_EQ(outcome.stats.tokens_fed, 90);
  EXPECT_EQ(outcome.stats.rows_scored, 1);
  EXPECT_EQ(outcome.stats.tokens_generated, 12);
  EXPECT_TRUE(outcome.samples == GenerateNaively(requests, DType::kF32, TinyConfig(), weights));
}

TEST(GenerateSchedule, LetsSamplesWaitForRowsAndPages) {
  for (const std::int64_t window : {0, 8, 65}) {
    const ModelConfig config = ConfigWithWindow(window);
    const PlainWeights weights = RandomPlainWeights(config, 1, DType::kF32);
    // The second prompt begins with the first, so its branch is held while 30 samples pass.
    const Tokens prompt = RandomTokens(1, 70);
    Tokens longer = prompt;
    for (const TokenId id : RandomTokens(2, 100)) longer.push_back(id);
    Tokens other(prompt.begin(), prompt.begin() + 40);
    other.push_back(5);
    const Requests requests = {Sampled(prompt, 12, 30), Sampled(longer, 80, 7), Sampled(other, 3)};
    const Samples expected = GenerateNaively(requests, DType::kF32, config, weights);
    const std::int64_t least = PlanGeneration(requests, OptionsFor({}, config)).least_pages;
    for (const std::int64_t batch_tokens : {1, 4, 400}) {
      for (const std::int64_t num_pages : {least, least + 2, std::int64_t{400}}) {
        const Schedule schedule{.batch_tokens = batch_tokens, .num_pages = num_pages};
        SCOPED_TRACE(Describe(1, schedule, window));
        const GenerationOutcome outcome = RunGeneration(requests, schedule, config, weights);
        ASSERT_TRUE(outcome.samples == expected);
        ExpectComplete(outcome, requests, schedule, config);
      }
    }
  }
}

TEST(GenerateSchedule, GoesOnToTheLastPosition) {
  Context ctx({.num_threads = 1});
  for (const std::int64_t window : {0, 8, 64}) {
    const ModelConfig config = ConfigWithWindow(window);
    const PlainWeights weights = RandomPlainWeights(config, 1, DType::kF32);
    Engine engine = TinyEngine(ctx, {.batch_tokens = 50}, config);
    ASSERT_EQ(engine.max_length(), 256);
    Requests requests;
    for (const std::int64_t max_new : {1, 2, 56, 64, 65, 255}) {
      requests.push_back(Sampled(RandomTokens(static_cast<std::uint64_t>(max_new), 256 - max_new),
                                 max_new, max_new < 50 ? 3 : 1));
    }
    const Samples expected = GenerateNaively(requests, DType::kF32, config, weights);
    std::size_t num_reported = 0;
    bool is_filled = false;
    engine.Generate(requests, [&](std::size_t request, std::int64_t sample, Generation generation) {
      ++num_reported;
      EXPECT_TRUE(generation == expected[request][static_cast<std::size_t>(sample)])
          << "window " << window << ", request " << request;
      is_filled = is_filled || (requests[request].max_new_tokens > 50 &&
                                generation.reason == StopReason::kLength);
    });
    EXPECT_EQ(num_reported, 3U + 3U + 4U);
    EXPECT_TRUE(is_filled) << "every long generation ended before the last position";
    const Requests too_long = {Sampled(RandomTokens(1, 200), 57)};
    EXPECT_THROW(engine.Generate(too_long, [](std::size_t, std::int64_t, const Generation&) {}),
                 std::invalid_argument);
  }
}

TEST(GenerateSchedule, HoldsNoPageAfterItIsStoppedMidway) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Random random(seed);
    const ModelConfig config = ConfigWithWindow(random.OneOf<std::int64_t>({0, 8, 65}));
    const PlainWeights weights = RandomPlainWeights(config, seed, DType::kF32);
    Requests requests = RandomRequests(random, 150);
    for (GenerationRequest& request : requests) request.max_new_tokens = 20;
    Schedule schedule{.batch_tokens = 1 + random.Below(30)};
    const Samples expected = RunGeneration(requests, schedule, config, weights).samples;
    schedule.stop_after = 1 + static_cast<std::size_t>(random.Below(3));
    SCOPED_TRACE(Describe(seed, schedule, config.sliding_window));
    const GenerationOutcome outcome = RunGeneration(requests, schedule, config, weights);
    EXPECT_GE(outcome.num_reported, schedule.stop_after);
    EXPECT_EQ(outcome.free_pages_after, schedule.num_pages);
    // What was reported is whole.
    for (std::size_t i = 0; i < requests.size(); ++i) {
      for (std::size_t s = 0; s < expected[i].size(); ++s) {
        const Generation& generation = outcome.samples[i][s];
        EXPECT_TRUE(generation.tokens.empty() || generation == expected[i][s]);
      }
    }
  }
}

}  // namespace
}  // namespace meval
