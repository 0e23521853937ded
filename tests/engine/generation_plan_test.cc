#include "engine/generation_plan.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/model_config.h"
#include "kernels/check.h"

namespace meval {
namespace {

using Tokens = std::vector<TokenId>;
using Requests = std::vector<GenerationRequest>;

GenerationRequest Request(std::int64_t prompt_size, std::int64_t max_new_tokens,
                          std::int64_t num_samples = 1, double temperature = 1) {
  return {.prompt = Tokens(static_cast<std::size_t>(prompt_size), 5),
          .max_new_tokens = max_new_tokens,
          .num_samples = num_samples,
          .sampling = {.temperature = temperature}};
}

Requests RandomRequests(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  Requests requests;
  Tokens shots(70);
  for (TokenId& token : shots) token = static_cast<TokenId>(3 + below(4));
  for (std::int64_t i = 1 + below(12); i > 0; --i) {
    GenerationRequest request;
    request.prompt.assign(shots.begin(), shots.begin() + 1 + below(70));
    for (std::int64_t k = below(90); k > 0; --k) {
      request.prompt.push_back(static_cast<TokenId>(3 + below(4)));
    }
    if (!requests.empty() && below(4) == 0) request.prompt = requests.back().prompt;
    request.max_new_tokens = below(4) == 0 ? below(2) : below(150);
    request.num_samples = 1 + below(5);
    request.sampling.temperature = below(2) == 0 ? 0 : 0.8;
    requests.push_back(request);
  }
  return requests;
}

TEST(NumDraws, IsOneForAllSamplesOfAGreedyRequest) {
  EXPECT_EQ(NumDraws(Request(3, 9, 5, 0)), 1);
  EXPECT_EQ(NumDraws(Request(3, 9, 5, 0.7)), 5);
  EXPECT_EQ(NumDraws(Request(3, 9, 1, 0)), 1);
}

// The sample feeds positions from the prompt's end on, all but its last token. It has its own copy
// of a page that prompt and sample share; the walk is carried out position by position.
TEST(PagesPerSample, IsTheMostASampleHoldsBesidesFullPagesOfItsPrompt) {
  for (const std::int64_t window : {0, 1, 2, 8, 64, 65, 100}) {
    for (const std::int64_t prompt : {1, 30, 63, 64, 65, 127, 128, 200}) {
      for (const std::int64_t max_new : {0, 1, 2, 3, 64, 65, 66, 200, 300}) {
        std::int64_t most = 0;
        for (std::int64_t at = prompt; at < prompt + max_new - 1; ++at) {
          const std::int64_t first = window > 0 ? std::max<std::int64_t>(0, at - window + 1) : 0;
          const std::int64_t own = std::max(first / kKvPageTokens, prompt / kKvPageTokens);
          most = std::max(most, at / kKvPageTokens - own + 1);
        }
        const std::int64_t pages = PagesPerSample(Request(prompt, max_new), window);
        EXPECT_GE(pages, most) << prompt << " + " << max_new << ", window " << window;
        // With a window, where it begins within a page is not looked at.
        EXPECT_LE(pages, most + (window == 0 ? 0 : 1))
            << prompt << " + " << max_new << ", window " << window;
      }
    }
  }
}

TEST(PlanGeneration, CountsByBruteForce) {
  const CostModel cost(NamedShape("mistral-7b-v0.1").value(), DType::kBF16);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Requests requests = RandomRequests(seed);
    const PlanOptions options{.num_pages = 1000, .batch_tokens = 32, .cost = cost};
    const GenerationPlan plan = PlanGeneration(requests, options);
    std::set<Tokens> prefixes;
    std::set<Tokens> prompts;
    std::map<Tokens, std::vector<std::size_t>> by_prompt;
    std::vector<std::size_t> without_work;
    std::int64_t draws = 0;
    std::int64_t requested = 0;
    std::int64_t most_new = 0;
    double decode_flops = 0;
    std::int64_t decode_rows = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const GenerationRequest& request = requests[i];
      if (request.max_new_tokens == 0) {
        without_work.push_back(i);
        continue;
      }
      const std::int64_t computed = request.sampling.temperature == 0 ? 1 : request.num_samples;
      const auto size = static_cast<std::int64_t>(request.prompt.size());
      draws += computed;
      requested += request.num_samples * size;
      most_new += computed * request.max_new_tokens;
      const Work decode = cost.DecodeWork(size, request.max_new_tokens - 1);
      decode_flops += static_cast<double>(computed) * decode.flops;
      decode_rows += computed * decode.rows;
      by_prompt[request.prompt].push_back(i);
      prompts.insert(request.prompt);
      for (Tokens prefix = request.prompt; !prefix.empty(); prefix.pop_back()) {
        if (!prefixes.insert(prefix).second) break;
      }
    }
    EXPECT_EQ(plan.without_work, without_work);
    EXPECT_EQ(plan.num_draws, draws);
    EXPECT_EQ(plan.tokens_requested, requested);
    EXPECT_EQ(plan.most_new_tokens, most_new);
    EXPECT_EQ(plan.prefill_tokens, static_cast<std::int64_t>(prefixes.size()));
    EXPECT_EQ(plan.prefill_work.total().rows, plan.prefill_tokens);
    EXPECT_EQ(plan.prefill_work.total().steps, (plan.prefill_tokens + 31) / 32);
    EXPECT_EQ(plan.most_decode_work.rows, decode_rows);
    EXPECT_EQ(plan.most_decode_work.steps, decode_rows);
    EXPECT_NEAR(plan.most_decode_work.flops, decode_flops, 1e-12 * decode_flops);
    EXPECT_LE(plan.prefill_work.total().flops,
              static_cast<double>(plan.prefill_tokens) * (14e9 + 524288.0 * 160) +
                  static_cast<double>(prompts.size()) * 0.2622e9);
    // Requests stand at the node their prompt ends at, in index order.
    std::size_t num_listed = 0;
    for (NodeId id = 0; id < plan.tree.num_nodes(); ++id) {
      const auto at = plan.RequestsAt(id);
      num_listed += at.size();
      if (at.empty()) continue;
      EXPECT_EQ(std::vector<std::size_t>(at.begin(), at.end()), by_prompt[requests[at[0]].prompt]);
      EXPECT_EQ(plan.tree.node(id).end, static_cast<std::int64_t>(requests[at[0]].prompt.size()));
    }
    EXPECT_EQ(num_listed + without_work.size(), requests.size());
  }
}

TEST(PlanGeneration, FeedsEveryPromptAloneWhereNothingIsShared) {
  const Requests requests = {Request(10, 5), Request(10, 5), Request(7, 5)};
  const GenerationPlan plan =
      PlanGeneration(requests, {.num_pages = 100, .batch_tokens = 8, .share_prefixes = false});
  EXPECT_EQ(plan.prefill_tokens, 27);
  for (NodeId id = 0; id < 3; ++id) EXPECT_EQ(plan.RequestsAt(id).size(), 1U);
}

TEST(PlanGeneration, CallsForThePagesOfItsLargestRequest) {
  const auto least = [](std::int64_t prompt, std::int64_t max_new, std::int64_t window) {
    const Requests requests = {Request(1, 1), Request(prompt, max_new)};
    const PlanOptions options{.num_pages = 1000, .batch_tokens = 8, .window = window};
    const std::int64_t pages = PlanGeneration(requests, options).least_pages;
    PlanOptions few = options;
    few.num_pages = pages;
    EXPECT_EQ(PlanGeneration(requests, few).least_pages, pages);
    few.num_pages = pages - 1;
    EXPECT_THROW(PlanGeneration(requests, few), std::exception);
    return pages;
  };
  EXPECT_EQ(least(100, 1, 0), 2) << "the only new token is never fed";
  EXPECT_EQ(least(100, 2, 0), 3) << "a copy of the page the prompt ends in";
  EXPECT_EQ(least(128, 2, 0), 3) << "a page more";
  EXPECT_EQ(least(128, 1, 0), 2);
  EXPECT_EQ(least(100, 100, 0), 5);
  EXPECT_EQ(least(1000, 1000, 8), 4) << "two pages touch a window of 8, of prompt and of sample";
  EXPECT_EQ(least(1000, 1000, 1), 2);
  EXPECT_EQ(least(10, 1000, 8), 3);
}

TEST(PlanGeneration, PlansPromptsInPoolsThatJustFit) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    for (const std::int64_t window : {0, 1, 8, 64, 65}) {
      const Requests requests = RandomRequests(seed);
      const PlanOptions ample{.num_pages = 1000, .batch_tokens = 9, .window = window};
      PlanOptions least = ample;
      const GenerationPlan plan = PlanGeneration(requests, ample);
      least.num_pages = std::max<std::int64_t>(1, plan.least_pages);
      const GenerationPlan other = PlanGeneration(requests, least);
      SCOPED_TRACE("seed " + std::to_string(seed) + ", window " + std::to_string(window));
      EXPECT_EQ(other.least_pages, plan.least_pages);
      EXPECT_EQ(other.prefill_tokens, plan.prefill_tokens);
      EXPECT_GE(other.prefill_work.total().rows, plan.prefill_tokens);
    }
  }
}

TEST(PlanGeneration, LeavesOutRequestsThatAskForNoToken) {
  const Requests requests = {Request(10000, 0), Request(10, 0)};
  const GenerationPlan plan = PlanGeneration(requests, {.num_pages = 1, .batch_tokens = 8});
  EXPECT_EQ(plan.without_work, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(plan.num_draws, 0);
  EXPECT_EQ(plan.tree.num_nodes(), 0);
  EXPECT_EQ(plan.prefill_work.total().steps, 0);
  EXPECT_EQ(PlanGeneration({}, {.num_pages = 1, .batch_tokens = 8}).least_pages, 0);
}

TEST(PlanGeneration, SaysHowManyPagesARequestTakes) {
  const Requests requests = {Request(3, 3), Request(100, 100)};
  try {
    PlanGeneration(requests, {.num_pages = 4, .batch_tokens = 8});
    FAIL() << "expected DeviceError";
  } catch (const DeviceError& error) {
    EXPECT_THAT(error.what(),
                ::testing::HasSubstr("a request of 100 prompt tokens and up to 100 new ones takes "
                                     "5 KV pages of 64 positions; there are 4. Give more"));
  }
}

TEST(PlanGeneration, RefusesWhatCannotBePlanned) {
  EXPECT_THROW(PlanGeneration(Requests{Request(0, 3)}, {.num_pages = 4, .batch_tokens = 8}),
               std::invalid_argument);
  EXPECT_THROW(PlanGeneration(Requests{Request(3, 3)}, {.num_pages = 4, .batch_tokens = 0}),
               std::invalid_argument);
}

}  // namespace
}  // namespace meval
