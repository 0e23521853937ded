#include "engine/generate.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/check.h"
#include "tests/support/generation_bench.h"
#include "tests/support/tiny_mistral.h"

namespace meval {
namespace {

using testing::GenerateNaively;
using testing::PlainWeights;
using testing::RandomPlainWeights;
using testing::RandomTokens;
using testing::Samples;
using testing::TinyConfig;
using testing::TinyEngine;
using testing::TinyPiece;

using Tokens = std::vector<TokenId>;
using Variant = testing::Schedule;
using Outcome = testing::GenerationOutcome;

// Carries out to the end, and checks that it is one.
Outcome Generate(const std::vector<GenerationRequest>& requests, const Variant& variant,
                 const ModelConfig& config, const PlainWeights& weights) {
  Outcome outcome = testing::RunGeneration(requests, variant, config, weights);
  std::size_t expected = 0;
  for (const auto& samples : outcome.samples) expected += samples.size();
  EXPECT_EQ(outcome.num_reported, expected);
  EXPECT_EQ(outcome.free_pages_after, variant.num_pages) << "pages leaked";
  return outcome;
}

Outcome Generate(const std::vector<GenerationRequest>& requests, const Variant& variant = {}) {
  return Generate(requests, variant, TinyConfig(),
                  RandomPlainWeights(TinyConfig(), 1, variant.dtype));
}

// Prompts as benchmarks make them: common exemplars, some prompts twice or the beginning of others,
// greedy and sampled, with and without stop strings.
std::vector<GenerationRequest> BenchmarkLikeRequests(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  const Tokens shots = RandomTokens(random(), 70);
  std::vector<GenerationRequest> requests;
  for (std::uint64_t i = 0; i < 12; ++i) {
    GenerationRequest request;
    request.prompt.assign(shots.begin(), shots.begin() + 2 + below(69));
    for (const TokenId id : RandomTokens(random(), below(10))) request.prompt.push_back(id);
    if (i == 4) request.prompt = requests[3].prompt;
    if (i == 5) request.prompt.assign(requests[3].prompt.begin(), requests[3].prompt.end() - 1);
    request.max_new_tokens = 1 + below(40);
    request.num_samples = 1 + below(5);
    request.sampling.temperature = i % 3 == 0 ? 0 : 0.7 + 0.1 * static_cast<double>(i);
    request.sampling.top_k = i % 4 == 1 ? 20 : 0;
    request.sampling.top_p = i % 4 == 2 ? 0.9 : 1;
    request.seed = 99;
    request.key = 1000 + i;
    if (i % 2 == 0) request.stop = {"th", "e", "1"};
    requests.push_back(request);
  }
  return requests;
}

TEST(Generate, GivesWhatANaiveLoopGives) {
  for (const DType dtype : {DType::kF32, DType::kBF16}) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      SCOPED_TRACE(std::string(Name(dtype)) + ", seed " + std::to_string(seed));
      const auto requests = BenchmarkLikeRequests(seed);
      EXPECT_TRUE(Generate(requests, {.dtype = dtype}).samples ==
                  GenerateNaively(requests, dtype, TinyConfig(),
                                  RandomPlainWeights(TinyConfig(), 1, dtype)));
    }
  }
}

TEST(Generate, DoesNotDependOnSlotsSharingThreadsOrMemory) {
  const auto requests = BenchmarkLikeRequests(4);
  const Samples expected = Generate(requests).samples;
  std::set<StopReason> reasons;
  for (const auto& samples : expected) {
    for (const Generation& generation : samples) reasons.insert(generation.reason);
  }
  EXPECT_GE(reasons.size(), 2U) << "the requests are too much alike to show anything";
  for (const std::int64_t batch_tokens : {1, 2, 3, 8, 65, 500}) {
    for (const bool share : {true, false}) {
      for (const std::int64_t num_pages : {4, 5, 9, 200}) {
        SCOPED_TRACE(std::to_string(batch_tokens) + " rows, " + std::to_string(num_pages) +
                     " pages" + (share ? ", shared" : ""));
        EXPECT_TRUE(Generate(requests, {.batch_tokens = batch_tokens,
                                        .num_pages = num_pages,
                                        .share_prefixes = share})
                        .samples == expected);
      }
    }
  }
  for (const int num_threads : {2, 3}) {
    EXPECT_TRUE(Generate(requests, {.num_threads = num_threads}).samples == expected);
  }
}

TEST(Generate, DoesNotDependOnTheOrderOfRequestsOrOnTheirCompany) {
  const auto requests = BenchmarkLikeRequests(5);
  const Samples expected = Generate(requests).samples;
  std::mt19937_64 random(2);
  std::vector<std::size_t> permutation(requests.size());
  for (std::size_t i = 0; i < permutation.size(); ++i) permutation[i] = i;
  for (int round = 0; round < 3; ++round) {
    std::shuffle(permutation.begin(), permutation.end(), random);
    for (const std::size_t count : {requests.size(), requests.size() / 2, std::size_t{1}}) {
      std::vector<GenerationRequest> some;
      Samples some_expected;
      for (std::size_t i = 0; i < count; ++i) {
        some.push_back(requests[permutation[i]]);
        some_expected.push_back(expected[permutation[i]]);
      }
      EXPECT_TRUE(Generate(some, {.batch_tokens = 16}).samples == some_expected);
    }
  }
}

TEST(Generate, GivesTheFirstSamplesWhateverTheirNumber) {
  auto requests = BenchmarkLikeRequests(6);
  for (GenerationRequest& request : requests) request.num_samples = 4;
  const Samples four = Generate(requests).samples;
  for (GenerationRequest& request : requests) request.num_samples = 2;
  const Samples two = Generate(requests).samples;
  std::size_t num_different = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    EXPECT_TRUE(two[i][0] == four[i][0] && two[i][1] == four[i][1]);
    if (!(four[i][0] == four[i][1])) ++num_different;
  }
  EXPECT_GT(num_different, 0U) << "samples of a request should differ";
}

TEST(Generate, FeedsASharedPromptPrefixOnceAndEachSampleItsOwnTokens) {
  const Tokens shots = RandomTokens(1, 100);
  std::vector<GenerationRequest> requests;
  for (TokenId last = 10; last < 15; ++last) {
    GenerationRequest request;
    request.prompt = shots;
    request.prompt.push_back(last);
    request.max_new_tokens = 12;
    request.num_samples = 3;
    request.sampling.temperature = 1;
    request.key = static_cast<std::uint64_t>(last);
    requests.push_back(request);
  }
  const Outcome outcome = Generate(requests);
  std::int64_t drawn = 0;
  std::int64_t continued = 0;
  for (const auto& samples : outcome.samples) {
    for (const Generation& generation : samples) {
      const auto size = static_cast<std::int64_t>(generation.tokens.size());
      const bool ended = generation.reason == StopReason::kEos;
      drawn += size + (ended ? 1 : 0);
      continued += size - (ended ? 0 : 1);
    }
  }
  EXPECT_EQ(outcome.stats.tokens_generated, drawn);
  EXPECT_EQ(outcome.stats.tokens_fed, 100 + 5 + continued);
  EXPECT_EQ(outcome.stats.rows_scored, 5 + continued);
  EXPECT_EQ(outcome.stats.tokens_requested, std::int64_t{15} * 101 + continued);
}

TEST(Generate, ComputesGreedySamplesOnceAndReportsAllOfThem) {
  GenerationRequest request;
  request.prompt = RandomTokens(1, 20);
  request.max_new_tokens = 10;
  request.num_samples = 5;
  const Outcome outcome = Generate({request});
  for (const Generation& generation : outcome.samples[0]) {
    EXPECT_TRUE(generation == outcome.samples[0][0]);
  }
  EXPECT_LE(outcome.stats.tokens_fed, 20 + 9);
  EXPECT_LE(outcome.stats.tokens_generated, 10);
}

// A model that writes a script: the next token is a function of the current one. Embeddings are
// unit vectors, layers add nothing, and the output matrix holds the script.
struct Scripted {
  explicit Scripted(const std::vector<std::string>& pieces, std::int64_t extra_ids = 0)
      : config(TinyConfig()) {
    config.vocab_size += extra_ids;
    config.hidden_size = config.vocab_size;
    config.num_hidden_layers = 1;
    plain = RandomPlainWeights(config, 1, DType::kF32);
    std::fill(plain.embedding.begin(), plain.embedding.end(), 0.0F);
    std::fill(plain.lm_head.begin(), plain.lm_head.end(), 0.0F);
    std::fill(plain.layers[0].wo.begin(), plain.layers[0].wo.end(), 0.0F);
    std::fill(plain.layers[0].down.begin(), plain.layers[0].down.end(), 0.0F);
    for (std::int64_t id = 0; id < config.vocab_size; ++id) At(plain.embedding, id, id) = 1;
    for (std::size_t i = 0; i + 1 < pieces.size(); ++i) Follow(Id(pieces[i]), Id(pieces[i + 1]));
  }

  static TokenId Id(const std::string& piece) { return TinyPiece(piece); }
  float& At(std::vector<float>& matrix, std::int64_t row, std::int64_t column) const {
    return matrix[static_cast<std::size_t>(row * config.hidden_size + column)];
  }
  void Follow(TokenId id, TokenId next) { At(plain.lm_head, next, id) = 1; }

  Generation Run(const std::string& first, const std::vector<std::string>& stop,
                 std::int64_t max_new_tokens = 20) const {
    GenerationRequest request;
    request.prompt = {1, Id(first)};
    request.stop = stop;
    request.max_new_tokens = max_new_tokens;
    return Generate({request}, {}, config, plain).samples[0][0];
  }

  ModelConfig config;
  PlainWeights plain;
};

std::vector<std::string> Sentence() {
  return {"Q", ":", "▁the", "▁answer", "▁is", "▁", "1", ".\n", "▁Q", "A", "2", "</s>"};
}

TEST(Generate, StopsAtEosWhichIsInNeitherTextNorTokens) {
  const Generation generation = Scripted(Sentence()).Run("Q", {});
  EXPECT_EQ(generation.text, ": the answer is 1.\n QA2");
  EXPECT_EQ(generation.tokens.size(), 10U);
  EXPECT_EQ(generation.reason, StopReason::kEos);
}

TEST(Generate, StopsAtAnyEosOfTheConfiguration) {
  Scripted model(Sentence());
  model.config.eos_token_ids = {2, TinyPiece("1")};
  const Generation generation = model.Run("Q", {});
  EXPECT_EQ(generation.text, ": the answer is ");
  EXPECT_EQ(generation.reason, StopReason::kEos);
}

TEST(Generate, GivesNoTextForAnEosAtOnce) {
  const Generation generation = Scripted(Sentence()).Run("2", {"x"});
  EXPECT_EQ(generation.text, "");
  EXPECT_TRUE(generation.tokens.empty());
  EXPECT_EQ(generation.reason, StopReason::kEos);
}

TEST(Generate, KeepsTheSpaceOfAFirstPiece) {
  EXPECT_EQ(Scripted(Sentence()).Run(":", {}, 2).text, " the answer");
}

TEST(Generate, StopsAtTheLengthAsked) {
  for (const std::int64_t length : {1, 2, 9}) {
    const Generation generation = Scripted(Sentence()).Run("Q", {}, length);
    EXPECT_EQ(static_cast<std::int64_t>(generation.tokens.size()), length);
    EXPECT_EQ(generation.reason, StopReason::kLength);
  }
}

TEST(Generate, CutsAtAStopStringAndKeepsItsTokens) {
  const Generation generation = Scripted(Sentence()).Run("Q", {".\n"});
  EXPECT_EQ(generation.text, ": the answer is 1");
  EXPECT_EQ(generation.tokens.size(), 7U);
  EXPECT_EQ(generation.tokens.back(), TinyPiece(".\n"));
  EXPECT_EQ(generation.reason, StopReason::kStopString);
}

TEST(Generate, CutsAtAStopStringThatBeginsAndEndsInsideTokens) {
  // "\n Q" begins in the middle of ".\n"; "swer is" in the middle of " answer".
  EXPECT_EQ(Scripted(Sentence()).Run("Q", {"\n Q"}).text, ": the answer is 1.");
  EXPECT_EQ(Scripted(Sentence()).Run("Q", {"swer is"}).text, ": the an");
  EXPECT_EQ(Scripted(Sentence()).Run("Q", {"nswe"}).text, ": the a");
}

TEST(Generate, CutsAtTheFirstStopStringThatOccurs) {
  const Generation generation = Scripted(Sentence()).Run("Q", {"QA", "1", "is", "no such text"});
  EXPECT_EQ(generation.text, ": the answer ");
  EXPECT_EQ(generation.tokens.size(), 4U);
}

TEST(Generate, DoesNotFindAStopStringInThePrompt) {
  // The prompt is "Q" and the text ": the ...": "Q:" lies across the two and does not count.
  EXPECT_EQ(Scripted(Sentence()).Run("Q", {"Q:"}).reason, StopReason::kEos);
  // "Q" is all of the prompt; what counts is the one that is written.
  EXPECT_EQ(Scripted(Sentence()).Run("Q", {"Q"}).text, ": the answer is 1.\n ");
  EXPECT_EQ(Scripted(Sentence()).Run("Q", {"Q:", " is"}).text, ": the answer");
}

TEST(Generate, FindsAStopStringWhoseCharactersAreBytePieces) {
  // "é" is 0xC3 0xA9, "€" is 0xE2 0x82 0xAC.
  const std::vector<std::string> script = {"A",      "<0xE2>", "<0x82>", "<0xAC>", "1",
                                           "<0xC3>", "<0xA9>", "2",      "</s>"};
  EXPECT_EQ(Scripted(script).Run("A", {}).text, "€1é2");
  const Generation generation = Scripted(script).Run("A", {"é"});
  EXPECT_EQ(generation.text, "€1");
  EXPECT_EQ(generation.tokens.size(), 6U);
  EXPECT_EQ(Scripted(script).Run("A", {"€"}).text, "");
}

TEST(Generate, ShowsAnUnfinishedCharacterAtTheEndAsReplacement) {
  const std::vector<std::string> script = {"A", "1", "<0xE2>", "<0x82>", "</s>"};
  const Generation generation = Scripted(script).Run("A", {"\xE2"});
  EXPECT_EQ(generation.text, "1\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(generation.reason, StopReason::kEos);
}

TEST(Generate, GivesNoTextForIdsTheTokenizerDoesNotKnow) {
  Scripted model({"A", "1"}, 4);
  const auto padding = static_cast<TokenId>(TinyConfig().vocab_size + 2);
  model.Follow(TinyPiece("1"), padding);
  model.Follow(padding, TinyPiece("2"));
  model.Follow(TinyPiece("2"), 2);
  const Generation generation = model.Run("A", {"x"});
  EXPECT_EQ(generation.text, "12");
  EXPECT_EQ(generation.tokens, (Tokens{TinyPiece("1"), padding, TinyPiece("2")}));
}

TEST(Generate, StopsBetweenForwardPassesAndReportsOnlyWhatIsDone) {
  const auto requests = BenchmarkLikeRequests(7);
  const Samples expected = Generate(requests).samples;
  std::size_t total = 0;
  for (const auto& samples : expected) total += samples.size();
  Context ctx({.num_threads = 1});
  Engine engine = TinyEngine(ctx, {.batch_tokens = 8});
  std::stop_source source;
  std::size_t num_done = 0;
  engine.Generate(
      requests,
      [&](std::size_t request, std::int64_t sample, const Generation& generation) {
        EXPECT_TRUE(generation == expected[request][static_cast<std::size_t>(sample)]);
        if (++num_done == 3) source.request_stop();
      },
      source.get_token());
  EXPECT_GE(num_done, 3U);
  EXPECT_LT(num_done, total);
  std::size_t all = 0;
  engine.Generate(requests, [&](std::size_t, std::int64_t, const Generation&) { ++all; });
  EXPECT_EQ(all, total);
}

TEST(Generate, SurvivesACallbackThatThrows) {
  const auto requests = BenchmarkLikeRequests(8);
  Context ctx({.num_threads = 2});
  Engine engine = TinyEngine(ctx, {.batch_tokens = 8});
  const auto fails = [](std::size_t, std::int64_t, const Generation&) { throw 7; };
  EXPECT_THROW(engine.Generate(requests, fails), int);
  std::size_t all = 0;
  engine.Generate(requests, [&](std::size_t, std::int64_t, const Generation&) { ++all; });
  EXPECT_GE(all, requests.size());
}

TEST(Generate, SaysHowMuchMemoryTheLongestRequestNeeds) {
  GenerationRequest request;
  request.prompt = RandomTokens(1, 100);
  request.max_new_tokens = 100;
  ModelConfig config = TinyConfig();
  config.sliding_window = 0;
  const PlainWeights weights = RandomPlainWeights(config, 1, DType::kF32);
  // 2 pages of prompt, and a sample's own copy of the second and two more.
  EXPECT_EQ(Generate({request}, {.num_pages = 5}, config, weights).samples[0].size(), 1U);
  try {
    Generate({request}, {.num_pages = 4}, config, weights);
    FAIL() << "expected DeviceError";
  } catch (const DeviceError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("100 prompt tokens and up to 100 new ones takes "
                                                   "5 KV pages of 64 positions; there are 4"));
  }
}

TEST(Generate, RefusesRequestsThatBreakItsRules) {
  Context ctx({.num_threads = 1});
  Engine engine = TinyEngine(ctx, {.max_length = 20});
  const auto refuses = [&](const GenerationRequest& bad, const char* why) {
    const std::vector<GenerationRequest> requests = {{.prompt = {1}, .max_new_tokens = 2}, bad};
    try {
      engine.Generate(requests, [](std::size_t, std::int64_t, const Generation&) { FAIL(); });
      ADD_FAILURE() << "expected std::invalid_argument: " << why;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("request 1: "));
      EXPECT_THAT(error.what(), ::testing::HasSubstr(why));
    }
  };
  refuses({.prompt = {}, .max_new_tokens = 2}, "the prompt is empty");
  refuses({.prompt = {1}, .max_new_tokens = -1}, "max_new_tokens -1");
  refuses({.prompt = {1}, .max_new_tokens = 2, .num_samples = 0}, "num_samples 0");
  refuses({.prompt = {1}, .max_new_tokens = 20}, "at most 20 together");
  refuses({.prompt = {1}, .stop = {"a", ""}, .max_new_tokens = 2}, "a stop string is empty");
  refuses({.prompt = {1, 9999}, .max_new_tokens = 2}, "token 9999 is outside the vocabulary");
}

TEST(StopReason, HasAName) {
  EXPECT_STREQ(Name(StopReason::kEos), "eos");
  EXPECT_STREQ(Name(StopReason::kStopString), "stop");
  EXPECT_STREQ(Name(StopReason::kLength), "length");
}

}  // namespace
}  // namespace meval
