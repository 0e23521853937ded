#include "engine/score_plan.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/model_config.h"
#include "kernels/check.h"
#include "tests/support/plan_checker.h"

namespace meval {
namespace {

using testing::CheckScorePlan;
using testing::CountDistinctPrefixes;

using Tokens = std::vector<TokenId>;
using Requests = std::vector<ScoreRequest>;

constexpr std::int64_t kAmple = 4096;  // pages

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::int64_t Below(std::int64_t n) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(n));
  }
  // Few different ones, so that sequences meet by chance as well.
  Tokens SomeTokens(std::int64_t count) {
    Tokens tokens(static_cast<std::size_t>(count));
    for (TokenId& token : tokens) token = static_cast<TokenId>(3 + Below(4));
    return tokens;
  }
  template <typename T>
  const T& OneOf(const std::vector<T>& values) {
    return values[static_cast<std::size_t>(Below(static_cast<std::int64_t>(values.size())))];
  }
  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

Tokens Join(Tokens a, const Tokens& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Divides tokens into context and continuation.
ScoreRequest Divide(const Tokens& tokens, std::int64_t context_size) {
  return {Tokens(tokens.begin(), tokens.begin() + context_size),
          Tokens(tokens.begin() + context_size, tokens.end())};
}

// Everything that may happen between requests: nested prefixes, duplicates, one that is the
// beginning of another, the same text divided elsewhere, continuations that differ in their last
// token only, and nothing in common.
Requests RandomRequests(std::uint64_t seed) {
  Random random(seed);
  const std::int64_t longest = random.Below(3) == 0 ? 220 : 90;
  Requests requests;
  std::vector<Tokens> stems = {{1}};
  const std::int64_t num_requests = 1 + random.Below(14);
  while (static_cast<std::int64_t>(requests.size()) < num_requests) {
    Tokens stem = random.OneOf(stems);
    stem.resize(static_cast<std::size_t>(1 + random.Below(static_cast<std::int64_t>(stem.size()))));
    const Tokens tokens = Join(stem, random.SomeTokens(1 + random.Below(longest)));
    stems.push_back(tokens);
    const auto size = static_cast<std::int64_t>(tokens.size());
    ScoreRequest request = Divide(tokens, 1 + random.Below(size - 1));
    switch (random.Below(6)) {
      case 0:  // letters
        for (TokenId letter = 10; letter < 14; ++letter) {
          request.continuation.back() = letter;
          requests.push_back(request);
        }
        break;
      case 1:
        requests.push_back(request);
        requests.push_back(request);
        break;
      case 2:
        requests.push_back(request);
        requests.push_back(Divide(tokens, 1 + random.Below(size - 1)));
        break;
      case 3:  // shares nothing, not even the first token
        request.context.front() = static_cast<TokenId>(100 + requests.size());
        requests.push_back(request);
        break;
      default:
        requests.push_back(request);
    }
  }
  std::shuffle(requests.begin(), requests.end(), random.engine());
  return requests;
}

// Pages that the rows of the most demanding request see, at least one of them at once.
std::int64_t LeastPages(const Requests& requests, std::int64_t window) {
  std::int64_t least = 0;
  for (const ScoreRequest& request : requests) {
    const auto size =
        static_cast<std::int64_t>(request.context.size() + request.continuation.size());
    for (std::int64_t position = 0; position < size - 1; ++position) {
      const std::int64_t first =
          window > 0 ? std::max<std::int64_t>(0, position - window + 1) : std::int64_t{0};
      least = std::max(least, position / kKvPageTokens - first / kKvPageTokens + 1);
    }
  }
  return least;
}

std::string Describe(std::uint64_t seed, const PlanOptions& options) {
  return "seed " + std::to_string(seed) + ", " + std::to_string(options.batch_tokens) + " rows, " +
         std::to_string(options.num_pages) + " pages, window " + std::to_string(options.window) +
         (options.share_prefixes ? ", shared" : ", alone");
}

bool AllStepsButTheLastAreFull(const ScorePlan& plan, std::int64_t batch_tokens) {
  return std::all_of(plan.steps.begin(), plan.steps.end(), [&](const ScoreStep& step) {
    return step.layout.num_rows() == batch_tokens || &step == &plan.steps.back();
  });
}

void CheckPlans(std::uint64_t seed, std::int64_t window, bool share) {
  const Requests requests = RandomRequests(seed);
  const std::int64_t least = LeastPages(requests, window);
  for (const std::int64_t batch_tokens : {1, 2, 7, 64, 512}) {
    for (const std::int64_t num_pages : {least, least + 1, least + 2, least + 5, kAmple}) {
      const PlanOptions options{.num_pages = num_pages,
                                .batch_tokens = batch_tokens,
                                .window = window,
                                .share_prefixes = share};
      SCOPED_TRACE(Describe(seed, options));
      const ScorePlan plan = PlanScore(requests, options);
      ASSERT_EQ(CheckScorePlan(plan, requests, options), "");
      if (num_pages < kAmple) continue;
      EXPECT_TRUE(AllStepsButTheLastAreFull(plan, batch_tokens));
      EXPECT_EQ(plan.tokens_refed, 0);
      EXPECT_EQ(plan.tokens_fed, share ? CountDistinctPrefixes(requests) : plan.tokens_requested);
    }
    const PlanOptions too_few{.num_pages = least - 1,
                              .batch_tokens = batch_tokens,
                              .window = window,
                              .share_prefixes = share};
    if (least > 1) {
      EXPECT_THROW(PlanScore(requests, too_few), DeviceError) << Describe(seed, too_few);
    }
  }
}

class ScorePlanTest : public ::testing::TestWithParam<std::int64_t> {};  // window

TEST_P(ScorePlanTest, LetsEveryRowSeeItsOwnPrefixAndEveryTargetItsRow) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    for (const bool share : {true, false}) CheckPlans(seed, GetParam(), share);
  }
}

INSTANTIATE_TEST_SUITE_P(Windows, ScorePlanTest, ::testing::Values(0, 1, 8, 64, 65, 100),
                         [](const auto& window) {
                           return window.param == 0 ? std::string("none")
                                                    : std::to_string(window.param);
                         });

// Everything that a step says, as text.
std::string Dump(const ScoreStep& step) {
  std::string text;
  const auto add = [&](const auto& values) {
    for (const auto value : values) text += std::to_string(value) + " ";
    text += "\n";
  };
  const auto add_segments = [&](const std::vector<StepSegment>& segments) {
    for (const StepSegment& s : segments) {
      add(std::vector{s.row_begin, s.num_rows, s.position_begin, s.page_begin, s.num_pages});
    }
  };
  add(step.layout.tokens);
  add(step.layout.positions);
  add_segments(step.layout.segments);
  add_segments(step.layout.copies);
  add(step.layout.pages);
  for (const PageCopy& copy : step.layout.page_copies) add(std::vector{copy.from, copy.to});
  add(step.logit_rows);
  for (const PlannedTarget& target : step.targets) {
    add(std::vector<std::size_t>{static_cast<std::size_t>(target.logit_row),
                                 static_cast<std::size_t>(target.token), target.request,
                                 target.index});
  }
  return text;
}

std::string Dump(const ScorePlan& plan) {
  std::string text;
  for (const ScoreStep& step : plan.steps) text += Dump(step);
  return text;
}

TEST(PlanScore, IsTheSameEveryTime) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Requests requests = RandomRequests(seed);
    const Requests copies = requests;  // elsewhere in memory
    const PlanOptions options{
        .num_pages = LeastPages(requests, 64) + 1, .batch_tokens = 33, .window = 64};
    EXPECT_EQ(Dump(PlanScore(requests, options)), Dump(PlanScore(copies, options)))
        << "seed " << seed;
  }
}

TEST(PlanScore, TakesAsMuchWhateverTheOrderOfRequests) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    Requests requests = RandomRequests(seed);
    const std::int64_t window = random.OneOf<std::int64_t>({0, 8, 64});
    const PlanOptions options{.num_pages = LeastPages(requests, window) + random.Below(4),
                              .batch_tokens = 1 + random.Below(100),
                              .window = window};
    const ScorePlan plan = PlanScore(requests, options);
    for (int round = 0; round < 3; ++round) {
      std::shuffle(requests.begin(), requests.end(), random.engine());
      SCOPED_TRACE(Describe(seed, options));
      const ScorePlan other = PlanScore(requests, options);
      EXPECT_EQ(other.steps.size(), plan.steps.size());
      EXPECT_EQ(other.tokens_fed, plan.tokens_fed);
      EXPECT_EQ(other.tokens_refed, plan.tokens_refed);
      EXPECT_EQ(other.tokens_requested, plan.tokens_requested);
      EXPECT_EQ(other.rows_scored, plan.rows_scored);
      EXPECT_EQ(other.peak_pages, plan.peak_pages);
    }
  }
}

TEST(PlanScore, ReadsContinuationsThatDifferInTheirLastTokenOffOneRow) {
  Requests requests;
  for (const TokenId letter : {10, 11, 12, 13}) requests.push_back({{1, 5, 6}, {letter}});
  const ScorePlan plan = PlanScore(requests, {.num_pages = 1, .batch_tokens = 8});
  ASSERT_EQ(plan.steps.size(), 1U);
  EXPECT_EQ(plan.tokens_requested, 12);
  EXPECT_EQ(plan.tokens_fed, 3);
  EXPECT_EQ(plan.rows_scored, 1);
  EXPECT_EQ(plan.steps[0].logit_rows, std::vector<std::int64_t>{2});
  ASSERT_EQ(plan.steps[0].targets.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(plan.steps[0].targets[i].logit_row, 0);
    EXPECT_EQ(plan.steps[0].targets[i].token, requests[i].continuation[0]);
    EXPECT_EQ(plan.steps[0].targets[i].request, i);
  }
}

TEST(PlanScore, NeverFeedsTheLastTokenOfAContinuation) {
  const Requests requests = {{{1}, {7}}};
  const ScorePlan plan = PlanScore(requests, {.num_pages = 1, .batch_tokens = 8});
  ASSERT_EQ(plan.steps.size(), 1U);
  EXPECT_EQ(plan.steps[0].layout.tokens, Tokens{1});
  EXPECT_EQ(FedTokens(requests[0]).size(), 1);
}

TEST(PlanScore, IsEmptyForNoRequests) {
  const ScorePlan plan = PlanScore({}, {.num_pages = 1, .batch_tokens = 8});
  EXPECT_TRUE(plan.steps.empty());
  EXPECT_EQ(plan.peak_pages, 0);
  EXPECT_EQ(plan.tokens_fed, 0);
}

TEST(PlanScore, HoldsAsManyPagesAsItsLongestRequestTakesAlone) {
  for (const auto& [size, pages] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {1, 1}, {64, 1}, {65, 2}, {128, 2}, {129, 3}}) {
    const Requests requests = {{Tokens(static_cast<std::size_t>(size), 5), {7}}};
    for (const std::int64_t batch_tokens : {1, 10, 200}) {
      const ScorePlan plan =
          PlanScore(requests, {.num_pages = kAmple, .batch_tokens = batch_tokens});
      EXPECT_EQ(plan.peak_pages, pages) << size << " tokens";
    }
  }
}

TEST(PlanScore, HoldsOnlyAWindowOfALongRequest) {
  const Requests requests = {{Tokens(2000, 5), {7}}};
  // One row of 65 keys touches 2 pages, one of 66 keys 3.
  for (const auto& [window, pages] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {1, 1}, {2, 2}, {64, 2}, {65, 2}, {66, 3}}) {
    const ScorePlan plan =
        PlanScore(requests, {.num_pages = kAmple, .batch_tokens = 1, .window = window});
    EXPECT_EQ(plan.peak_pages, pages) << "window " << window;
    EXPECT_EQ(plan.tokens_refed, 0);
  }
}

TEST(PlanScore, KeepsAPageBelowTheWindowForABranchThatSeesIt) {
  // Two branches leave the stem at position 40; each is longer than several windows.
  Random random(1);
  const Tokens stem = random.SomeTokens(40);
  const Requests requests = {{Join(Join(stem, {20}), random.SomeTokens(400)), {7}},
                             {Join(Join(stem, {21}), random.SomeTokens(300)), {7}}};
  const PlanOptions ample{.num_pages = 3, .batch_tokens = 1, .window = 8};
  const ScorePlan plan = PlanScore(requests, ample);
  EXPECT_EQ(CheckScorePlan(plan, requests, ample), "");
  EXPECT_EQ(plan.tokens_refed, 0);
  EXPECT_EQ(plan.peak_pages, 3);
  // Where there is no room to keep it, the second branch feeds the stem once more.
  const PlanOptions scarce{.num_pages = 2, .batch_tokens = 1, .window = 8};
  const ScorePlan refed = PlanScore(requests, scarce);
  EXPECT_EQ(CheckScorePlan(refed, requests, scarce), "");
  EXPECT_EQ(refed.tokens_refed, 40);
  EXPECT_EQ(refed.tokens_fed, plan.tokens_fed + 40);
  EXPECT_EQ(refed.rows_scored, plan.rows_scored);
}

TEST(PlanScore, CountsTheWorkOfItsSteps) {
  const Requests requests = RandomRequests(3);
  const CostModel cost(NamedShape("mistral-7b-v0.1").value(), DType::kBF16);
  const ScorePlan plan =
      PlanScore(requests, {.num_pages = kAmple, .batch_tokens = 50, .cost = cost});
  double flops = 0;
  for (const ScoreStep& step : plan.steps) {
    const Work work = cost.StepWork(step.layout, static_cast<std::int64_t>(step.logit_rows.size()));
    EXPECT_EQ(step.work.flops, work.flops);
    EXPECT_EQ(step.work.bytes, work.bytes);
    flops += work.flops;
  }
  EXPECT_GT(flops, static_cast<double>(plan.tokens_fed) * 13.5e9);
  EXPECT_NEAR(plan.work.total().flops, flops, 1e-9 * flops);
}

TEST(PlanScore, SaysHowManyPagesARequestTakes) {
  const auto says = [](const PlanOptions& options, const std::string& expected) {
    const Requests requests = {{{1}, {5}}, {Tokens(200, 5), {7}}};
    try {
      PlanScore(requests, options);
      ADD_FAILURE() << "expected DeviceError";
    } catch (const DeviceError& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr(expected));
    }
  };
  says({.num_pages = 3, .batch_tokens = 9},
       "a request feeds 200 tokens, which take 4 KV pages of 64 positions; there are 3. Give more");
  says({.num_pages = 1, .batch_tokens = 9, .window = 8},
       "a request feeds 200 tokens, which take 2 KV pages of 64 positions; there are 1. Give more");
}

TEST(PlanScore, RefusesWhatCannotBePlanned) {
  const PlanOptions options{.num_pages = 4, .batch_tokens = 8};
  const Requests good = {{{1}, {5}}};
  EXPECT_THROW(PlanScore(good, {.num_pages = 4, .batch_tokens = 0}), std::invalid_argument);
  EXPECT_THROW(PlanScore(good, {.num_pages = 0, .batch_tokens = 8}), std::invalid_argument);
  EXPECT_THROW(PlanScore(Requests{{{1}, {5}}, {{}, {5}}}, options), std::invalid_argument);
  EXPECT_THROW(PlanScore(Requests{{{1}, {5}}, {{1}, {}}}, options), std::invalid_argument);
}

}  // namespace
}  // namespace meval
