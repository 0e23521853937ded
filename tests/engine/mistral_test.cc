#include "engine/mistral.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/check.h"
#include "tests/support/reference_forward.h"
#include "tests/support/tiny_mistral.h"

namespace meval {
namespace {

using testing::Pack;
using testing::PlainWeights;
using testing::RandomPlainWeights;
using testing::RandomTokens;
using testing::ReferenceForward;
using testing::TinyConfig;

using Tokens = std::vector<TokenId>;
using Floats = std::vector<float>;

// A model with its cache, whose memory starts as NaN: what was not written must not be read.
struct Bench {
  Bench(Context& ctx, const ModelConfig& config, DType dtype, std::uint64_t seed = 1)
      : plain(RandomPlainWeights(config, seed, dtype)),
        model(ctx, config, Pack(ctx, config, plain, dtype), 256, config.max_position_embeddings),
        cache(ctx, config, dtype, 64) {
    for (std::int64_t l = 0; l < config.num_hidden_layers; ++l) {
      const KvPages pages = cache.Layer(l);
      const auto bytes = static_cast<std::size_t>(KvCache::PageBytes(config, dtype) *
                                                  cache.num_pages() / config.num_hidden_layers / 2);
      std::memset(pages.keys, 0xff, bytes);
      std::memset(pages.values, 0xff, bytes);
    }
  }

  // Feeds the next tokens of a sequence and returns the logits of all their rows.
  Floats Feed(KvSequence& sequence, std::span<const TokenId> tokens) {
    TokenBatch batch;
    const std::int64_t begin = sequence.length();
    sequence.Extend(static_cast<std::int64_t>(tokens.size()));
    batch.Append(tokens, begin, sequence);
    model.Forward(batch, cache);
    return AllLogits(batch.num_rows());
  }
  // Logits of rows 0 .. count - 1 of the latest batch.
  Floats AllLogits(std::int64_t count) {
    Floats result;
    for (std::int64_t row = 0; row < count; ++row) {
      const TensorView logits = model.Logits(std::span(&row, 1));
      result.insert(result.end(), logits.As<float>(), logits.As<float>() + logits.num_elements());
    }
    return result;
  }
  Floats FeedWhole(std::span<const TokenId> tokens) {
    KvSequence sequence(&cache.pool());
    return Feed(sequence, tokens);
  }

  PlainWeights plain;
  Mistral model;
  KvCache cache;
};

double RelativeError(const Floats& logits, const std::vector<std::vector<double>>& expected) {
  double error = 0;
  double largest = 0;
  std::size_t i = 0;
  for (const auto& row : expected) {
    for (const double value : row) {
      const double difference = std::abs(double{logits[i++]} - value);
      if (!(difference <= error)) error = difference;  // also catches NaN
      largest = std::max(largest, std::abs(value));
    }
  }
  return error / largest;
}

struct Shape {
  const char* name;
  ModelConfig config;
};

std::vector<Shape> Shapes() {
  const auto make = [](const char* name, auto change) {
    Shape shape{name, TinyConfig()};
    change(shape.config);
    return shape;
  };
  return {
      make("grouped heads, window 8", [](ModelConfig&) {}),
      make("no window", [](ModelConfig& c) { c.sliding_window = 0; }),
      make("window 1", [](ModelConfig& c) { c.sliding_window = 1; }),
      make("window 64, a page", [](ModelConfig& c) { c.sliding_window = 64; }),
      make("window 65", [](ModelConfig& c) { c.sliding_window = 65; }),
      make("a kv head per head", [](ModelConfig& c) { c.num_key_value_heads = 4; }),
      make("one kv head", [](ModelConfig& c) { c.num_key_value_heads = 1; }),
      make("heads wider than the model", [](ModelConfig& c) { c.head_dim = 18; }),
      make("odd sizes",
           [](ModelConfig& c) {
             c.hidden_size = 37;
             c.intermediate_size = 51;
             c.head_dim = 10;
             c.vocab_size = 41;
           }),
      make("three query heads per kv head",
           [](ModelConfig& c) {
             c.num_attention_heads = 6;
             c.num_key_value_heads = 2;
           }),
      make("theta 1e6, one layer, large eps",
           [](ModelConfig& c) {
             c.rope_theta = 1e6;
             c.num_hidden_layers = 1;
             c.rms_norm_eps = 0.1;
           }),
      make("four layers", [](ModelConfig& c) { c.num_hidden_layers = 4; }),
  };
}

// Every code path of this machine, and what is chosen by default.
std::vector<std::unique_ptr<Context>> Contexts(int num_threads) {
  std::vector<std::unique_ptr<Context>> contexts;
  for (const CpuPath path : AvailableCpuPaths()) {
    ContextOptions options;
    options.num_threads = num_threads;
    options.choose_path = false;
    options.path = path;
    contexts.push_back(std::make_unique<Context>(options));
  }
  ContextOptions chosen;
  chosen.num_threads = num_threads;
  contexts.push_back(std::make_unique<Context>(chosen));
  return contexts;
}

std::string Describe(const Context& ctx) {
  return std::string(Name(ctx.path())) + " " + Name(ctx.gemm());
}

TEST(Mistral, AgreesWithTheFloat64Reference) {
  for (const auto& ctx : Contexts(2)) {
    for (const Shape& shape : Shapes()) {
      SCOPED_TRACE(Describe(*ctx) + ", " + shape.name);
      Bench bench(*ctx, shape.config, DType::kF32);
      const Tokens tokens = RandomTokens(2, 100, shape.config);
      const auto expected = ReferenceForward(shape.config, bench.plain, tokens);
      EXPECT_LE(RelativeError(bench.FeedWhole(tokens), expected), 1e-5);
    }
  }
}

// bf16 rounds the input of every product and the keys and values, 2^-9 each time.
TEST(Mistral, AgreesWithTheFloat64ReferenceInBf16WithinItsRounding) {
  for (const auto& ctx : Contexts(2)) {
    for (const Shape& shape : Shapes()) {
      SCOPED_TRACE(Describe(*ctx) + ", " + shape.name);
      Bench bench(*ctx, shape.config, DType::kBF16);
      const Tokens tokens = RandomTokens(2, 80, shape.config);
      const auto expected = ReferenceForward(shape.config, bench.plain, tokens);
      EXPECT_LE(RelativeError(bench.FeedWhole(tokens), expected), 0.05);
    }
  }
}

TEST(Mistral, GivesTheSameBitsWholeInChunksAndTokenByToken) {
  for (const auto& ctx : Contexts(2)) {
    for (const DType dtype : {DType::kF32, DType::kBF16}) {
      for (const std::int64_t window : {0, 8, 70}) {
        SCOPED_TRACE(Describe(*ctx) + " " + Name(dtype) + " window " + std::to_string(window));
        ModelConfig config = TinyConfig();
        config.sliding_window = window;
        Bench bench(*ctx, config, dtype);
        const Tokens tokens = RandomTokens(3, 150);
        const Floats whole = bench.FeedWhole(tokens);

        std::mt19937_64 random(5);
        for (const std::int64_t largest : {1, 7, 63, 64, 65}) {
          KvSequence sequence(&bench.cache.pool());
          Floats parts;
          while (sequence.length() < 150) {
            const auto begin = static_cast<std::size_t>(sequence.length());
            const std::size_t size =
                std::min(tokens.size() - begin, 1 + static_cast<std::size_t>(random()) %
                                                        static_cast<std::size_t>(largest));
            const Floats logits = bench.Feed(sequence, std::span(tokens).subspan(begin, size));
            parts.insert(parts.end(), logits.begin(), logits.end());
          }
          EXPECT_TRUE(parts == whole) << "chunks of up to " << largest;
        }
      }
    }
  }
}

TEST(Mistral, GivesTheSameBitsOnOneTwoAndThreeThreads) {
  for (const DType dtype : {DType::kF32, DType::kBF16}) {
    const Tokens tokens = RandomTokens(4, 130);
    std::vector<std::vector<Floats>> results;  // per number of threads, per context
    for (const int num_threads : {1, 2, 3}) {
      std::vector<Floats>& row = results.emplace_back();
      for (const auto& ctx : Contexts(num_threads)) {
        row.push_back(Bench(*ctx, TinyConfig(), dtype).FeedWhole(tokens));
      }
    }
    EXPECT_TRUE(results[1] == results[0]) << Name(dtype);
    EXPECT_TRUE(results[2] == results[0]) << Name(dtype);
  }
}

TEST(Mistral, GivesARowTheSameBitsWhateverElseIsInTheBatch) {
  for (const auto& ctx : Contexts(2)) {
    for (const DType dtype : {DType::kF32, DType::kBF16}) {
      SCOPED_TRACE(Describe(*ctx) + " " + Name(dtype));
      Bench bench(*ctx, TinyConfig(), dtype);
      // Some sequences have a past; each adds a run of rows to one batch.
      const std::vector<std::pair<std::int64_t, std::int64_t>> past_and_new = {
          {0, 1}, {0, 70}, {63, 2}, {64, 1}, {10, 30}, {100, 1}, {5, 64}};
      std::vector<KvSequence> sequences;
      TokenBatch batch;
      Floats alone;
      for (const auto& [past, num_new] : past_and_new) {
        const Tokens tokens =
            RandomTokens(static_cast<std::uint64_t>(past + num_new), past + num_new);
        const auto split = static_cast<std::size_t>(past);
        const Floats logits = bench.FeedWhole(tokens);
        alone.insert(alone.end(), logits.begin() + past * TinyConfig().vocab_size, logits.end());
        KvSequence& sequence = sequences.emplace_back(&bench.cache.pool());
        if (past > 0) bench.Feed(sequence, std::span(tokens).first(split));
        sequence.Extend(num_new);
        batch.Append(std::span(tokens).subspan(split), past, sequence);
      }
      bench.model.Forward(batch, bench.cache);
      EXPECT_TRUE(bench.AllLogits(batch.num_rows()) == alone);
    }
  }
}

TEST(Mistral, GivesTheLogitsOfTheRowsAskedForOnly) {
  Context ctx({.num_threads = 1});
  Bench bench(ctx, TinyConfig(), DType::kF32);
  const Tokens tokens = RandomTokens(6, 20);
  const Floats all = bench.FeedWhole(tokens);
  KvSequence sequence(&bench.cache.pool());
  sequence.Extend(20);
  TokenBatch batch;
  batch.Append(tokens, 0, sequence);
  batch.logit_rows = {3, 19};
  const TensorView logits = bench.model.Forward(batch, bench.cache);
  ASSERT_EQ(logits.rows(), 2);
  const std::int64_t V = TinyConfig().vocab_size;
  EXPECT_TRUE(std::equal(logits.As<float>(), logits.As<float>() + V, all.begin() + 3 * V));
  EXPECT_TRUE(std::equal(logits.As<float>() + V, logits.As<float>() + 2 * V, all.begin() + 19 * V));
}

TEST(Mistral, GivesTheSameLogitsInWhateverChunksTheyAreAskedFor) {
  Context ctx({.num_threads = 2});
  for (const DType dtype : {DType::kF32, DType::kBF16}) {
    Bench bench(ctx, TinyConfig(), dtype);
    std::vector<KvSequence> sequences;
    TokenBatch batch;
    // With and without a past, the last two of neighbouring rows and equal positions.
    for (const auto& [past, num_new] :
         std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 40}, {60, 30}, {7, 1}, {7, 90}}) {
      const Tokens tokens = RandomTokens(static_cast<std::uint64_t>(num_new), past + num_new);
      KvSequence& sequence = sequences.emplace_back(&bench.cache.pool());
      const auto split = static_cast<std::size_t>(past);
      if (past > 0) bench.Feed(sequence, std::span(tokens).first(split));
      sequence.Extend(num_new);
      batch.Append(std::span(tokens).subspan(split), past, sequence);
    }
    bench.model.Forward(batch, bench.cache);
    const Floats all = bench.AllLogits(batch.num_rows());
    const auto V = static_cast<std::size_t>(TinyConfig().vocab_size);
    for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
      std::mt19937_64 random(seed);
      std::vector<std::int64_t> rows;  // runs and holes, from every row to hardly any
      for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
        if (random() % 8 >= seed - 1) rows.push_back(row);
      }
      const TensorView logits = bench.model.Logits(rows);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto expected =
            all.begin() + static_cast<std::ptrdiff_t>(rows[i]) * static_cast<std::ptrdiff_t>(V);
        EXPECT_TRUE(
            std::equal(logits.As<float>() + i * V, logits.As<float>() + (i + 1) * V, expected))
            << Name(dtype) << ", seed " << seed << ", row " << rows[i];
      }
    }
  }
}

TEST(Mistral, RefusesRowsOfLogitsThatDoNotAscend) {
  Context ctx({.num_threads = 1});
  Bench bench(ctx, TinyConfig(), DType::kF32);
  bench.FeedWhole(RandomTokens(6, 20));
  for (const std::vector<std::int64_t>& rows :
       std::vector<std::vector<std::int64_t>>{{3, 3}, {4, 3}, {-1}, {0, 20}}) {
    EXPECT_THROW(bench.model.Logits(rows), std::invalid_argument);
  }
}

TEST(Mistral, GoesOnFromAForkAsFromTheSequenceItself) {
  Context ctx({.num_threads = 2});
  Bench bench(ctx, TinyConfig(), DType::kF32);
  const Tokens tokens = RandomTokens(8, 100);
  const Floats whole = bench.FeedWhole(tokens);
  KvSequence parent(&bench.cache.pool());
  bench.Feed(parent, std::span(tokens).first(90));
  for (const std::int64_t at : {1, 63, 64, 65, 90}) {
    KvSequence fork = parent.Fork(at);
    const Floats rest = bench.Feed(fork, std::span(tokens).subspan(static_cast<std::size_t>(at)));
    EXPECT_TRUE(std::equal(rest.begin(), rest.end(), whole.begin() + at * TinyConfig().vocab_size))
        << "forked at " << at;
  }
}

// One layer, so that a token is seen through its own key and value only: with a window of W the
// last position reads the W tokens that end with itself.
TEST(Mistral, SeesExactlyAWindowOfKeysThatIncludesTheCurrentOne) {
  ModelConfig config = TinyConfig();
  config.num_hidden_layers = 1;
  for (const auto& ctx : Contexts(1)) {
    for (const std::int64_t window : {1, 2, 8, 63, 64, 65}) {
      SCOPED_TRACE(Describe(*ctx) + " window " + std::to_string(window));
      config.sliding_window = window;
      Bench bench(*ctx, config, DType::kF32);
      const Tokens tokens = RandomTokens(9, 150);
      const auto last_row = [&](const Tokens& ids) {
        const Floats logits = bench.FeedWhole(ids);
        return Floats(logits.end() - config.vocab_size, logits.end());
      };
      const Floats expected = last_row(tokens);
      for (std::size_t p = 0; p < tokens.size(); ++p) {
        if (p % 16 != 0 &&
            std::abs(static_cast<double>(p) - static_cast<double>(150 - window)) > 2) {
          continue;  // all positions near the edge, some elsewhere
        }
        Tokens changed = tokens;
        changed[p] = changed[p] == 5 ? 6 : 5;
        const bool visible = static_cast<std::int64_t>(p) >= 150 - window;
        EXPECT_EQ(last_row(changed) != expected, visible) << "position " << p;
      }
    }
  }
}

// The same per layer: a decode step reads W keys of every layer's cache, its own included.
TEST(Mistral, ReadsExactlyAWindowOfEachLayersCache) {
  ModelConfig config = TinyConfig();
  const std::int64_t window = config.sliding_window;
  Context ctx({.num_threads = 1});
  const Tokens tokens = RandomTokens(10, 71);
  for (std::int64_t layer = 0; layer < config.num_hidden_layers; ++layer) {
    const auto decode = [&](std::int64_t spoiled) {
      Bench bench(ctx, config, DType::kF32);
      KvSequence sequence(&bench.cache.pool());
      bench.Feed(sequence, std::span(tokens).first(70));
      if (spoiled >= 0) {
        const KvPages pages = bench.cache.Layer(layer);
        const std::int64_t page =
            sequence.pages()[static_cast<std::size_t>(spoiled / kKvPageTokens)];
        const std::int64_t base = page * pages.n_kv_heads * pages.head_dim * kKvPageTokens;
        for (std::int64_t d = 0; d < pages.head_dim; ++d) {
          static_cast<float*>(pages.keys)[base + d * kKvPageTokens + spoiled % kKvPageTokens] += 1;
        }
      }
      return bench.Feed(sequence, std::span(tokens).last(1));
    };
    const Floats expected = decode(-1);
    for (const std::int64_t p : {70 - window - 1, 70 - window}) {
      EXPECT_TRUE(decode(p) == expected) << "layer " << layer << ", position " << p;
    }
    for (const std::int64_t p : {70 - window + 1, std::int64_t{69}}) {
      EXPECT_FALSE(decode(p) == expected) << "layer " << layer << ", position " << p;
    }
  }
}

TEST(Mistral, SaysHowMuchWorkspaceItHolds) {
  Context ctx({.num_threads = 1});
  const Bench bench(ctx, TinyConfig(), DType::kF32);
  EXPECT_EQ(bench.model.workspace_bytes(), Mistral::WorkspaceBytes(TinyConfig(), 256, 256));
  EXPECT_GT(bench.model.workspace_bytes(), 256 * 4 * (2 * 24 + 64 + 32 + 80));
  EXPECT_EQ(bench.model.kv_dtype(), DType::kF32);
}

TEST(Mistral, RefusesABatchItCannotRun) {
  Context ctx({.num_threads = 1});
  Bench bench(ctx, TinyConfig(), DType::kF32);
  KvSequence sequence(&bench.cache.pool());
  sequence.Extend(256);
  TokenBatch batch;
  EXPECT_THROW(bench.model.Forward(batch, bench.cache), std::invalid_argument) << "no rows";
  const Tokens tokens = RandomTokens(1, 256);
  EXPECT_THROW(batch.Append(tokens, 1, sequence), std::invalid_argument) << "no pages for the last";
  EXPECT_THROW(batch.Append({}, 0, sequence), std::invalid_argument) << "an empty segment";
  batch.Append(tokens, 0, sequence);
  batch.logit_rows = {256};
  EXPECT_THROW(bench.model.Forward(batch, bench.cache), std::invalid_argument) << "no such row";
  batch.logit_rows.clear();
  batch.tokens[7] = static_cast<TokenId>(TinyConfig().vocab_size);
  EXPECT_THROW(bench.model.Forward(batch, bench.cache), std::invalid_argument) << "no such token";
  batch.tokens[7] = 5;
  batch.segments[0].num_rows = 255;
  EXPECT_THROW(bench.model.Forward(batch, bench.cache), std::invalid_argument) << "uncovered row";
  batch.segments[0].num_rows = 256;
  bench.model.Forward(batch, bench.cache);
  batch.tokens.push_back(5);
  batch.positions.push_back(256);
  EXPECT_THROW(bench.model.Forward(batch, bench.cache), std::invalid_argument) << "too many rows";
}

}  // namespace
}  // namespace meval
