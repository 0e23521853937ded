#include "engine/selftest/random_requests.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace meval::selftest {
namespace {

using Tokens = std::vector<TokenId>;

Tokens Joined(const ScoreRequest& request) {
  Tokens tokens = request.context;
  tokens.insert(tokens.end(), request.continuation.begin(), request.continuation.end());
  return tokens;
}

TEST(RandomScoreRequests, AreValidAndOneIsAsLongAsAllowed) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    const RequestLimits limits = {.vocab_size = 40,
                                  .max_tokens = 8 + static_cast<std::int64_t>(seed)};
    const auto requests = RandomScoreRequests(random, limits);
    ASSERT_EQ(requests.size(), 24U);
    std::size_t longest = 0;
    for (const ScoreRequest& request : requests) {
      ASSERT_FALSE(request.context.empty()) << "seed " << seed;
      ASSERT_FALSE(request.continuation.empty()) << "seed " << seed;
      for (const TokenId token : Joined(request)) ASSERT_TRUE(token >= 0 && token < 40);
      longest = std::max(longest, Joined(request).size());
    }
    EXPECT_EQ(longest, static_cast<std::size_t>(limits.max_tokens)) << "seed " << seed;
  }
}

// What makes an engine's sharing hard is there: repetitions, one sequence split at two places,
// contexts that others continue, several choices of one question.
TEST(RandomScoreRequests, ShareInEveryWay) {
  int repeated = 0;
  int split = 0;
  int continued = 0;
  int choices = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Random random(seed);
    const auto requests = RandomScoreRequests(random, {.vocab_size = 1000});
    for (std::size_t i = 0; i < requests.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const ScoreRequest& a = requests[i];
        const ScoreRequest& b = requests[j];
        const bool same_context = a.context == b.context;
        if (same_context && a.continuation == b.continuation) ++repeated;
        if (!same_context && Joined(a) == Joined(b)) ++split;
        if (same_context && a.continuation != b.continuation) ++choices;
        const Tokens whole = Joined(b);
        if (a.context.size() >= whole.size() &&
            std::equal(whole.begin(), whole.end(), a.context.begin())) {
          ++continued;
        }
      }
    }
  }
  EXPECT_GT(repeated, 0);
  EXPECT_GT(split, 0);
  EXPECT_GT(continued, 0);
  EXPECT_GT(choices, 0);
}

TEST(RandomGenerationRequests, AreValidAndOfEveryKind) {
  std::set<bool> greedy;
  std::set<bool> stops;
  std::set<std::int64_t> samples;
  std::set<std::int64_t> new_tokens;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const RequestLimits limits = {.vocab_size = 40, .max_tokens = 100};
    std::set<std::uint64_t> keys;
    for (const GenerationRequest& request : RandomGenerationRequests(random, limits)) {
      ASSERT_FALSE(request.prompt.empty());
      ASSERT_GE(request.max_new_tokens, 1);
      ASSERT_LE(static_cast<std::int64_t>(request.prompt.size()) + request.max_new_tokens, 100);
      EXPECT_TRUE(keys.insert(request.key).second) << "two requests with one key";
      greedy.insert(request.sampling.temperature == 0);
      stops.insert(request.stop.empty());
      samples.insert(request.num_samples);
      new_tokens.insert(request.max_new_tokens);
    }
  }
  EXPECT_EQ(greedy.size(), 2U);
  EXPECT_EQ(stops.size(), 2U);
  EXPECT_EQ(samples, (std::set<std::int64_t>{1, 2, 3}));
  EXPECT_TRUE(new_tokens.contains(1));
}

TEST(RandomRequests, AreAFunctionOfTheSeed) {
  Random a(1);
  Random b(1);
  const auto first = RandomScoreRequests(a, {.vocab_size = 40});
  const auto second = RandomScoreRequests(b, {.vocab_size = 40});
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(Joined(first[i]), Joined(second[i]));
}

}  // namespace
}  // namespace meval::selftest
