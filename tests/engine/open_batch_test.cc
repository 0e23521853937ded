#include "engine/open_batch.h"

#include <cstdint>
#include <map>
#include <random>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/bare_model.h"
#include "kernels/check.h"
#include "tests/support/tiny_mistral.h"

namespace meval {
namespace {

using testing::RandomTokens;
using testing::TinyConfig;
using testing::TinyEngine;

using Tokens = std::vector<TokenId>;

// The model of TinyEngine() with so many rows a step and KV pages.
BareModel TinyModel(Context& ctx, std::int64_t batch_tokens = 64, std::int64_t num_pages = 16) {
  const ModelConfig config = TinyConfig();
  return BareModel(
      ctx, config,
      testing::Pack(ctx, config, testing::RandomPlainWeights(config, 1, DType::kF32), DType::kF32),
      {.num_pages = num_pages,
       .batch_tokens = batch_tokens,
       .max_length = config.max_position_embeddings});
}

// Steps until nothing is left to do; what was drawn for each sequence.
std::map<OpenBatch::Id, Tokens> Finish(OpenBatch& batch) {
  std::map<OpenBatch::Id, Tokens> drawn;
  while (!batch.is_idle()) {
    for (const OpenBatch::Drawn& one : batch.Step()) drawn[one.id].push_back(one.token);
  }
  return drawn;
}

// Of one request with the engine to itself.
Tokens Alone(const Tokens& prompt, std::int64_t new_tokens) {
  Context ctx({.num_threads = 1});
  BareModel model = TinyModel(ctx);
  OpenBatch batch = model.Open();
  const OpenBatch::Id id = batch.Begin();
  batch.Ask(id, prompt, new_tokens);
  return Finish(batch)[id];
}

TEST(OpenBatch, DrawsWhatGreedyGenerationDraws) {
  Context ctx({.num_threads = 1});
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const GenerationRequest request = {
        .prompt = RandomTokens(seed, 1 + static_cast<std::int64_t>(seed) * 3),
        .max_new_tokens = 20};
    Engine engine = TinyEngine(ctx);
    Tokens generated;
    engine.Generate(std::span(&request, 1),
                    [&](std::size_t, std::int64_t, const Generation& g) { generated = g.tokens; });
    Tokens drawn = Alone(request.prompt, 20);
    ASSERT_EQ(drawn.size(), 20U);
    drawn.resize(generated.size());  // an end of sequence ends only the other
    EXPECT_EQ(drawn, generated) << "seed " << seed;
  }
}

TEST(OpenBatch, DrawsTheSameWheneverRequestsArriveAndHoweverScarceRowsAndPagesAre) {
  std::vector<Tokens> prompts;
  std::vector<Tokens> expected;
  for (std::uint64_t i = 0; i < 7; ++i) {
    prompts.push_back(RandomTokens(100 + i, 5 + static_cast<std::int64_t>(i) * 11));
    expected.push_back(Alone(prompts.back(), 6 + static_cast<std::int64_t>(i)));
  }
  Context ctx({.num_threads = 1});
  for (const std::int64_t batch_tokens : {3, 16, 128}) {
    BareModel model = TinyModel(ctx, batch_tokens, 4);
    OpenBatch batch = model.Open();
    std::mt19937_64 random(static_cast<std::uint64_t>(batch_tokens));
    std::map<OpenBatch::Id, std::size_t> place;
    std::vector<Tokens> drawn(prompts.size());
    std::size_t next = 0;
    while (next < prompts.size() || !batch.is_idle()) {
      if (next < prompts.size() && (batch.is_idle() || random() % 3 == 0)) {
        const OpenBatch::Id id = batch.Begin();
        batch.Ask(id, prompts[next], static_cast<std::int64_t>(expected[next].size()));
        place[id] = next++;
        continue;
      }
      for (const OpenBatch::Drawn& one : batch.Step()) {
        Tokens& tokens = drawn[place.at(one.id)];
        tokens.push_back(one.token);
        EXPECT_EQ(one.is_last, tokens.size() == expected[place.at(one.id)].size());
        if (one.is_last) batch.End(one.id);
      }
    }
    EXPECT_EQ(drawn, expected) << batch_tokens << " rows a step";
  }
}

TEST(OpenBatch, ContinuesForkedAndTruncatedSequencesAsIfTheyWereFedWhole) {
  const Tokens prefix = RandomTokens(1, 75);
  const Tokens suffix = RandomTokens(2, 9);
  Tokens whole = prefix;
  whole.insert(whole.end(), suffix.begin(), suffix.end());
  const Tokens expected = Alone(whole, 10);

  Context ctx({.num_threads = 1});
  BareModel model = TinyModel(ctx);
  OpenBatch batch = model.Open();
  const OpenBatch::Id parent = batch.Begin();
  batch.Ask(parent, prefix, 1);
  Finish(batch);
  ASSERT_EQ(batch.length(parent), 75);
  const OpenBatch::Id a = batch.Fork(parent, 75);
  const OpenBatch::Id b = batch.Fork(parent, 75);
  batch.Ask(a, suffix, 10);
  batch.Ask(b, suffix, 10);
  const auto drawn = Finish(batch);
  EXPECT_EQ(drawn.at(a), expected);
  EXPECT_EQ(drawn.at(b), expected);
  EXPECT_EQ(batch.length(a), 75 + 9 + 9);
  batch.Truncate(a, 75);
  batch.Ask(a, suffix, 10);
  EXPECT_EQ(Finish(batch).at(a), expected);
}

TEST(OpenBatch, CountsItsWorkAsTheCostModelDoes) {
  Context ctx({.num_threads = 1});
  BareModel model = TinyModel(ctx);
  OpenBatch batch = model.Open();
  const OpenBatch::Id id = batch.Begin();
  batch.Ask(id, RandomTokens(1, 30), 5);
  Finish(batch);
  // 30 rows at once, then four of one.
  EXPECT_EQ(batch.work().total().steps, 5);
  EXPECT_EQ(batch.work().total().rows, 34);
  EXPECT_EQ(batch.rows_scored(), 5);
  const CostModel cost(TinyConfig(), DType::kF32);
  Step prompt;
  prompt.tokens.resize(30);
  prompt.segments = {{.row_begin = 0, .num_rows = 30, .position_begin = 0}};
  Work expected = cost.StepWork(prompt, 1);
  for (std::int64_t position = 30; position < 34; ++position) {
    Step one;
    one.tokens.resize(1);
    one.segments = {{.row_begin = 0, .num_rows = 1, .position_begin = position}};
    expected += cost.StepWork(one, 1);
  }
  EXPECT_DOUBLE_EQ(batch.work().total().flops, expected.flops);
  EXPECT_DOUBLE_EQ(batch.work().total().bytes, expected.bytes);
  batch.ForgetWork();
  EXPECT_EQ(batch.work().total().steps, 0);
  EXPECT_EQ(batch.rows_scored(), 0);
}

TEST(OpenBatch, RefusesWhatItCannotDo) {
  Context ctx({.num_threads = 1});
  BareModel model = TinyModel(ctx, 64, 2);
  OpenBatch batch = model.Open();
  EXPECT_THROW(batch.Step(), std::logic_error);
  const OpenBatch::Id id = batch.Begin();
  EXPECT_THROW(batch.Ask(id, {}, 1), std::invalid_argument);
  EXPECT_THROW(batch.Ask(id, RandomTokens(1, 4), 0), std::invalid_argument);
  EXPECT_THROW(batch.Ask(id, Tokens{-1}, 1), std::invalid_argument);
  EXPECT_THROW(batch.Ask(id, RandomTokens(1, 200), 100), std::invalid_argument);
  EXPECT_THROW(batch.Ask(id + 1, RandomTokens(1, 4), 1), std::invalid_argument);
  batch.Ask(id, RandomTokens(1, 4), 2);
  EXPECT_THROW(batch.Ask(id, RandomTokens(1, 4), 2), std::invalid_argument);
  EXPECT_THROW(batch.End(id), std::invalid_argument);
  EXPECT_THROW(batch.Fork(id, 1), std::invalid_argument);
  Finish(batch);
  EXPECT_THROW(batch.Fork(id, 6), std::invalid_argument);
  batch.End(id);
  EXPECT_THROW(batch.End(id), std::invalid_argument);
  const OpenBatch::Id large = batch.Begin();
  batch.Ask(large, RandomTokens(1, 200), 1);
  EXPECT_THROW(batch.Step(), DeviceError);
}

}  // namespace
}  // namespace meval
