#include "engine/score.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/check.h"
#include "kernels/token_logprob.h"
#include "tests/support/reference_forward.h"
#include "tests/support/tiny_mistral.h"

namespace meval {
namespace {

using testing::Pack;
using testing::RandomPlainWeights;
using testing::RandomTokens;
using testing::ReferenceForward;
using testing::TinyConfig;
using testing::TinyEngine;

using Tokens = std::vector<TokenId>;

struct Variant {
  int num_threads = 1;
  DType dtype = DType::kF32;
  std::int64_t batch_tokens = 64;
  std::int64_t num_pages = 64;
  bool share_prefixes = true;
};

struct Outcome {
  std::vector<ContinuationScore> scores;
  std::vector<std::size_t> order;  // in which requests were reported
  EngineStats stats;
};

Outcome Score(const std::vector<ScoreRequest>& requests, const Variant& setup = {},
              const ModelConfig& config = TinyConfig()) {
  Context ctx({.num_threads = setup.num_threads});
  Mistral model(ctx, config,
                Pack(ctx, config, RandomPlainWeights(config, 1, setup.dtype), setup.dtype),
                setup.batch_tokens, config.max_position_embeddings);
  KvCache cache(ctx, config, setup.dtype, setup.num_pages);
  Outcome outcome;
  outcome.scores.resize(requests.size());
  const ScorePlan plan = PlanScore(requests, {.num_pages = setup.num_pages,
                                              .batch_tokens = setup.batch_tokens,
                                              .window = config.sliding_window,
                                              .share_prefixes = setup.share_prefixes});
  ExecuteScorePlan(
      ctx, model, cache, plan, requests,
      [&](std::size_t request, ContinuationScore score) {
        outcome.scores[request] = std::move(score);
        outcome.order.push_back(request);
      },
      {}, outcome.stats);
  EXPECT_EQ(outcome.stats.tokens_fed, plan.tokens_fed);
  EXPECT_EQ(outcome.stats.rows_scored, plan.rows_scored);
  EXPECT_LE(outcome.stats.peak_pages, setup.num_pages);
  return outcome;
}

// Each request alone, one token at a time.
std::vector<ContinuationScore> ScoreNaively(const std::vector<ScoreRequest>& requests,
                                            DType dtype) {
  const ModelConfig config = TinyConfig();
  Context ctx({.num_threads = 1});
  Mistral model(ctx, config, Pack(ctx, config, RandomPlainWeights(config, 1, dtype), dtype), 1,
                config.max_position_embeddings);
  KvCache cache(ctx, config, dtype, 8);
  std::vector<ContinuationScore> scores;
  for (const ScoreRequest& request : requests) {
    Tokens tokens = request.context;
    tokens.insert(tokens.end(), request.continuation.begin(), request.continuation.end());
    KvSequence sequence(&cache.pool());
    ContinuationScore score;
    score.is_greedy = true;
    for (std::size_t t = 0; t + 1 < tokens.size(); ++t) {
      sequence.Extend(1);
      TokenBatch batch;
      batch.Append(std::span(tokens).subspan(t, 1), static_cast<std::int64_t>(t), sequence);
      batch.logit_rows = {0};
      const TensorView logits = model.Forward(batch, cache);
      if (t + 1 < request.context.size()) continue;
      const LogprobTarget target{0, tokens[t + 1]};
      TokenLogprob logprob;
      TokenLogprobs(ctx, logits, std::span(&target, 1), std::span(&logprob, 1));
      score.token_logprobs.push_back(logprob.logprob);
      score.logprob += logprob.logprob;
      score.is_greedy = score.is_greedy && logprob.is_greedy;
    }
    scores.push_back(score);
  }
  return scores;
}

void ExpectSameBits(const std::vector<ContinuationScore>& actual,
                    const std::vector<ContinuationScore>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    EXPECT_EQ(actual[i].logprob, expected[i].logprob) << "request " << i;
    EXPECT_EQ(actual[i].is_greedy, expected[i].is_greedy) << "request " << i;
    EXPECT_EQ(actual[i].token_logprobs, expected[i].token_logprobs) << "request " << i;
  }
}

// Requests as benchmarks make them: groups with long common prefixes, several choices each, some of
// them twice, some the beginning of others, and some with nothing in common.
std::vector<ScoreRequest> BenchmarkLikeRequests(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<ScoreRequest> requests;
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  for (int group = 0; group < 3; ++group) {
    const Tokens shots = RandomTokens(random(), 20 + below(60));
    for (int question = 0; question < 3; ++question) {
      Tokens context = shots;
      for (const TokenId id : RandomTokens(random(), below(12))) context.push_back(id);
      const bool letters = below(2) == 0;
      const Tokens stem = RandomTokens(random(), below(5));
      for (TokenId letter = 260; letter < 264; ++letter) {
        Tokens continuation = letters ? Tokens() : RandomTokens(random(), 1 + below(9));
        if (below(3) == 0) continuation.insert(continuation.begin(), stem.begin(), stem.end());
        if (letters) continuation.push_back(letter);
        requests.push_back({context, continuation});
      }
    }
  }
  requests.push_back(requests[0]);
  requests.push_back({{1}, {5}});
  requests.push_back({{1}, RandomTokens(random(), 100)});
  // The same text, divided elsewhere.
  ScoreRequest moved = requests[1];
  moved.continuation.insert(moved.continuation.begin(), moved.context.back());
  moved.context.pop_back();
  requests.push_back(moved);
  return requests;
}

// Distinct prefixes that are fed, and those of them whose next token is asked for.
std::pair<std::int64_t, std::int64_t> CountRows(const std::vector<ScoreRequest>& requests) {
  std::set<Tokens> fed;
  std::set<Tokens> scored;
  for (const ScoreRequest& request : requests) {
    Tokens prefix;
    for (const TokenId id : request.context) fed.insert((prefix.push_back(id), prefix));
    scored.insert(prefix);
    for (std::size_t i = 0; i + 1 < request.continuation.size(); ++i) {
      prefix.push_back(request.continuation[i]);
      fed.insert(prefix);
      scored.insert(prefix);
    }
  }
  return {static_cast<std::int64_t>(fed.size()), static_cast<std::int64_t>(scored.size())};
}

TEST(Score, GivesTheBitsOfANaiveForwardPassPerToken) {
  for (const DType dtype : {DType::kF32, DType::kBF16}) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      SCOPED_TRACE(std::string(Name(dtype)) + ", seed " + std::to_string(seed));
      const auto requests = BenchmarkLikeRequests(seed);
      ExpectSameBits(Score(requests, {.dtype = dtype}).scores, ScoreNaively(requests, dtype));
    }
  }
}

TEST(Score, AgreesWithTheFloat64Reference) {
  const auto requests = BenchmarkLikeRequests(4);
  const auto scores = Score(requests).scores;
  const auto plain = RandomPlainWeights(TinyConfig(), 1, DType::kF32);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    Tokens tokens = requests[i].context;
    for (const TokenId id : requests[i].continuation) tokens.push_back(id);
    const auto logits = ReferenceForward(TinyConfig(), plain, tokens);
    double expected = 0;
    bool is_greedy = true;
    for (std::size_t t = requests[i].context.size(); t < tokens.size(); ++t) {
      const std::vector<double>& row = logits[t - 1];
      double sum = 0;
      for (const double logit : row) sum += std::exp(logit);
      const auto token = static_cast<std::size_t>(tokens[t]);
      expected += row[token] - std::log(sum);
      is_greedy = is_greedy && row[token] == *std::max_element(row.begin(), row.end());
    }
    EXPECT_NEAR(scores[i].logprob, expected, 1e-4 * std::abs(expected)) << "request " << i;
    EXPECT_EQ(scores[i].is_greedy, is_greedy) << "request " << i;
  }
}

TEST(Score, DoesNotDependOnBatchSizeSharingThreadsOrMemory) {
  for (const DType dtype : {DType::kF32, DType::kBF16}) {
    const auto requests = BenchmarkLikeRequests(5);
    const auto expected = Score(requests, {.dtype = dtype}).scores;
    for (const std::int64_t batch_tokens : {1, 2, 7, 33, 64, 65, 1000}) {
      for (const bool share : {true, false}) {
        for (const std::int64_t num_pages : {2, 3, 5, 64}) {
          SCOPED_TRACE(std::string(Name(dtype)) + ", " + std::to_string(batch_tokens) + " rows, " +
                       std::to_string(num_pages) + " pages" + (share ? ", shared" : ""));
          Variant setup{.dtype = dtype,
                        .batch_tokens = batch_tokens,
                        .num_pages = num_pages,
                        .share_prefixes = share};
          ExpectSameBits(Score(requests, setup).scores, expected);
        }
      }
    }
    for (const int num_threads : {2, 3}) {
      ExpectSameBits(Score(requests, {.num_threads = num_threads, .dtype = dtype}).scores,
                     expected);
    }
  }
}

TEST(Score, DoesNotDependOnTheOrderOfRequestsOrOnTheirCompany) {
  const auto requests = BenchmarkLikeRequests(6);
  const auto expected = Score(requests).scores;
  std::mt19937_64 random(1);
  std::vector<std::size_t> permutation(requests.size());
  for (std::size_t i = 0; i < permutation.size(); ++i) permutation[i] = i;
  for (int round = 0; round < 3; ++round) {
    std::shuffle(permutation.begin(), permutation.end(), random);
    for (const std::size_t count : {requests.size(), requests.size() / 2, std::size_t{1}}) {
      std::vector<ScoreRequest> some;
      std::vector<ContinuationScore> some_expected;
      for (std::size_t i = 0; i < count; ++i) {
        some.push_back(requests[permutation[i]]);
        some_expected.push_back(expected[permutation[i]]);
      }
      ExpectSameBits(Score(some).scores, some_expected);
    }
  }
}

TEST(Score, FeedsEveryDistinctPrefixOnceAndScoresOnlyRowsAskedFor) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    const auto requests = BenchmarkLikeRequests(seed);
    const auto [fed, scored] = CountRows(requests);
    std::int64_t requested = 0;
    for (const ScoreRequest& request : requests) {
      requested +=
          static_cast<std::int64_t>(request.context.size() + request.continuation.size()) - 1;
    }
    for (const std::int64_t batch_tokens : {3, 50, 1000}) {
      const EngineStats stats = Score(requests, {.batch_tokens = batch_tokens}).stats;
      EXPECT_EQ(stats.tokens_fed, fed);
      EXPECT_EQ(stats.rows_scored, scored);
      EXPECT_EQ(stats.tokens_requested, requested);
      EXPECT_EQ(stats.tokens_generated, 0);
    }
    const EngineStats alone = Score(requests, {.share_prefixes = false}).stats;
    EXPECT_EQ(alone.tokens_fed, requested);
  }
}

TEST(Score, ReadsFourLettersOffOneRow) {
  const Tokens context = RandomTokens(1, 30);
  std::vector<ScoreRequest> requests;
  for (const TokenId letter : {10, 11, 12, 13}) requests.push_back({context, {letter}});
  const Outcome outcome = Score(requests);
  EXPECT_EQ(outcome.stats.tokens_fed, 30);
  EXPECT_EQ(outcome.stats.rows_scored, 1);
  ExpectSameBits(outcome.scores, ScoreNaively(requests, DType::kF32));
}

TEST(Score, ReportsEveryRequestOnceIncludingDuplicates) {
  std::vector<ScoreRequest> requests(5, {RandomTokens(1, 10), RandomTokens(2, 3)});
  Outcome outcome = Score(requests);
  std::sort(outcome.order.begin(), outcome.order.end());
  EXPECT_EQ(outcome.order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(outcome.stats.tokens_fed, 12);
  EXPECT_TRUE(Score({}).scores.empty());
}

TEST(Score, SumsTokenLogprobsFromLeftToRight) {
  const std::vector<ScoreRequest> requests = {{RandomTokens(1, 10), RandomTokens(2, 30)}};
  const ContinuationScore score = Score(requests).scores[0];
  ASSERT_EQ(score.token_logprobs.size(), 30U);
  double sum = 0;
  for (const double logprob : score.token_logprobs) sum += logprob;
  EXPECT_EQ(score.logprob, sum);
  EXPECT_LT(score.logprob, 0);
}

TEST(Score, SaysIsGreedyOfAContinuationMadeOfArgmaxes) {
  // Follow the argmax for three tokens, then leave it.
  Tokens tokens = RandomTokens(1, 10);
  const auto plain = RandomPlainWeights(TinyConfig(), 1, DType::kF32);
  const auto argmax = [&] {
    const std::vector<double> row = ReferenceForward(TinyConfig(), plain, tokens).back();
    return static_cast<TokenId>(std::max_element(row.begin(), row.end()) - row.begin());
  };
  ScoreRequest request{tokens, {}};
  for (int i = 0; i < 3; ++i) {
    request.continuation.push_back(argmax());
    tokens.push_back(request.continuation.back());
  }
  ScoreRequest other = request;
  other.continuation.back() = other.continuation.back() == 5 ? 6 : 5;
  const auto scores = Score({request, other}).scores;
  EXPECT_TRUE(scores[0].is_greedy);
  EXPECT_FALSE(scores[1].is_greedy);
}

// A vocabulary so large that a step's logits do not fit one chunk.
TEST(Score, ComputesLogitsInChunks) {
  ModelConfig config = TinyConfig();
  config.vocab_size = 270000;
  config.hidden_size = 8;
  config.num_hidden_layers = 1;
  const std::vector<ScoreRequest> requests = {{{1}, RandomTokens(1, 70, config)},
                                              {{1}, RandomTokens(2, 70, config)}};
  Context ctx({.num_threads = 1});
  EXPECT_EQ(
      Mistral(ctx, config,
              Pack(ctx, config, RandomPlainWeights(config, 1, DType::kF32), DType::kF32), 150, 256)
          .max_logit_rows(),
      64);
  const Outcome together = Score(requests, {.batch_tokens = 150}, config);
  EXPECT_EQ(together.stats.rows_scored, 139);
  ExpectSameBits(together.scores, Score(requests, {.batch_tokens = 11}, config).scores);
}

TEST(Score, StopsBetweenForwardPassesAndReportsOnlyWhatIsDone) {
  const auto requests = BenchmarkLikeRequests(7);
  const auto expected = Score(requests).scores;
  Context ctx({.num_threads = 1});
  Engine engine = TinyEngine(ctx, {.batch_tokens = 16});
  std::stop_source source;
  std::size_t num_done = 0;
  engine.Score(
      requests,
      [&](std::size_t request, const ContinuationScore& score) {
        EXPECT_EQ(score.logprob, expected[request].logprob);
        if (++num_done == 5) source.request_stop();
      },
      source.get_token());
  EXPECT_GE(num_done, 5U);
  EXPECT_LT(num_done, requests.size());
  // The engine goes on as if nothing had been.
  std::size_t all = 0;
  engine.Score(requests, [&](std::size_t, const ContinuationScore&) { ++all; });
  EXPECT_EQ(all, requests.size());
}

TEST(Score, SurvivesACallbackThatThrows) {
  const auto requests = BenchmarkLikeRequests(8);
  Context ctx({.num_threads = 2});
  Engine engine = TinyEngine(ctx, {.batch_tokens = 16});
  EXPECT_THROW(engine.Score(requests, [](std::size_t, const ContinuationScore&) { throw 7; }), int);
  std::size_t all = 0;
  engine.Score(requests, [&](std::size_t, const ContinuationScore&) { ++all; });
  EXPECT_EQ(all, requests.size());
}

TEST(Score, SaysHowMuchMemoryTheLongestRequestNeeds) {
  try {
    Score({{RandomTokens(1, 100), {5}}}, {.num_pages = 1});
    FAIL() << "expected DeviceError";
  } catch (const DeviceError& error) {
    EXPECT_THAT(error.what(),
                ::testing::HasSubstr("a request feeds 100 tokens, which take 2 KV pages of 64 "
                                     "positions; there are 1"));
  }
}

TEST(Score, RefusesRequestsThatBreakItsRules) {
  Context ctx({.num_threads = 1});
  Engine engine = TinyEngine(ctx, {.max_length = 20});
  const auto refuses = [&](const ScoreRequest& bad, const char* why) {
    const std::vector<ScoreRequest> requests = {{{1}, {5}}, bad};
    try {
      engine.Score(requests,
                   [](std::size_t, const ContinuationScore&) { FAIL() << "nothing is scored"; });
      ADD_FAILURE() << "expected std::invalid_argument: " << why;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("request 1: "));
      EXPECT_THAT(error.what(), ::testing::HasSubstr(why));
    }
  };
  refuses({{}, {5}}, "the context is empty");
  refuses({{1}, {}}, "the continuation is empty");
  refuses({RandomTokens(1, 15), RandomTokens(2, 7)},
          "22 tokens of context and continuation; at most 21");
  refuses({{1, -1}, {5}}, "token -1 is outside the vocabulary");
  refuses({{1}, {static_cast<TokenId>(TinyConfig().vocab_size)}}, "is outside the vocabulary of");
  std::size_t done = 0;
  const std::vector<ScoreRequest> longest = {{RandomTokens(1, 15), RandomTokens(2, 6)}};
  engine.Score(longest, [&](std::size_t, const ContinuationScore&) { ++done; });
  EXPECT_EQ(done, 1U);
}

}  // namespace
}  // namespace meval
