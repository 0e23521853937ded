#include "kernels/token_logprob.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/kernels/op_test.h"

namespace meval::testing {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

struct LogprobCase {
  Route route;
  std::int64_t vocab;
  float scale;
};

std::vector<TokenLogprob> Score(const Route& route, int num_threads, std::vector<float>& logits,
                                std::int64_t vocab, const std::vector<LogprobTarget>& targets) {
  Context ctx(OptionsOf(route, num_threads));
  std::vector<TokenLogprob> results(targets.size());
  const auto rows = static_cast<std::int64_t>(logits.size()) / vocab;
  TokenLogprobs(ctx, TensorView(logits.data(), DType::kF32, {rows, vocab}), targets, results);
  return results;
}

bool SameResults(const std::vector<TokenLogprob>& a, const std::vector<TokenLogprob>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.logprob == y.logprob && x.argmax == y.argmax && x.is_greedy == y.is_greedy;
  });
}

class TokenLogprobsOp : public ::testing::TestWithParam<LogprobCase> {};

TEST_P(TokenLogprobsOp, AgreesWithTheSumInDouble) {
  const LogprobCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  constexpr std::int64_t kRows = 5;
  std::vector<float> logits = RandomVector(kRows * p.vocab, 70, p.scale);
  std::vector<LogprobTarget> targets;
  for (std::int64_t r = 0; r < kRows; ++r) {
    if (r == 2) continue;  // a row nobody asks for
    for (const std::int64_t token : {std::int64_t{0}, p.vocab / 2, p.vocab - 1}) {
      targets.push_back({r, static_cast<TokenId>(token)});
    }
  }
  const std::vector<TokenLogprob> found = Score(p.route, 1, logits, p.vocab, targets);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const float* row = logits.data() + targets[i].row * p.vocab;
    const float* best = std::max_element(row, row + p.vocab);
    double sum = 0;
    for (std::int64_t v = 0; v < p.vocab; ++v) sum += std::exp(double{row[v]} - double{*best});
    const double expected = double{row[targets[i].token]} - double{*best} - std::log(sum);
    const double bound =
        kTokenLogprobTolerance.absolute + kTokenLogprobTolerance.relative * std::abs(expected);
    EXPECT_NEAR(found[i].logprob, expected, bound);
    EXPECT_EQ(found[i].argmax, best - row);
    EXPECT_EQ(found[i].is_greedy, targets[i].token == best - row);
  }
  EXPECT_TRUE(SameResults(found, Score(p.route, 2, logits, p.vocab, targets)));
  EXPECT_TRUE(SameResults(found, Score(p.route, 3, logits, p.vocab, targets)));
  if (p.route.path == CpuPath::kAvx512) {
    EXPECT_TRUE(SameResults(found, Score(kAvx2Route, 1, logits, p.vocab, targets)))
        << "avx2 and avx512 differ";
  }
}

TEST_P(TokenLogprobsOp, SumsToOneOverTheVocabulary) {
  const LogprobCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  std::vector<float> logits = RandomVector(p.vocab, 71, p.scale);
  std::vector<LogprobTarget> targets;
  for (std::int64_t v = 0; v < p.vocab; ++v) targets.push_back({0, static_cast<TokenId>(v)});
  double sum = 0;
  int num_greedy = 0;
  for (const TokenLogprob& result : Score(p.route, 2, logits, p.vocab, targets)) {
    sum += std::exp(result.logprob);
    num_greedy += result.is_greedy ? 1 : 0;
  }
  EXPECT_NEAR(sum, 1, 1e-6);
  EXPECT_EQ(num_greedy, 1);
}

// Where the largest logit stands must not matter: in any lane, chunk or tail.
TEST_P(TokenLogprobsOp, FindsTheLargestAnywhere) {
  const LogprobCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  std::vector<float> logits = RandomVector(p.vocab, 72, p.scale);
  for (std::int64_t place = 0; place < p.vocab; place += 1 + p.vocab / 97) {
    std::vector<float> row = logits;
    row[static_cast<std::size_t>(place)] = 2 * p.scale + 1;
    // An equal one behind it loses to the lower id.
    if (place + 1 < p.vocab) row.back() = 2 * p.scale + 1;
    const auto results = Score(p.route, 1, row, p.vocab, {{0, static_cast<TokenId>(place)}});
    ASSERT_EQ(results[0].argmax, place);
    ASSERT_TRUE(results[0].is_greedy);
  }
}

std::vector<LogprobCase> LogprobCases() {
  std::vector<LogprobCase> cases;
  for (const Route& route : {kReferenceRoute, kAvx2Route, kAvx512Route}) {
    for (const std::int64_t vocab : {1, 2, 15, 16, 17, 33, 100, 1023, 1024, 1025, 5000, 32000}) {
      cases.push_back({route, vocab, 8.0F});
    }
    cases.push_back({route, 1000, 0.01F});
    cases.push_back({route, 3000, 80.0F});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Routes, TokenLogprobsOp, ::testing::ValuesIn(LogprobCases()),
                         [](const auto& test) {
                           const LogprobCase& p = test.param;
                           return RouteName(p.route) + "_f32_V" + std::to_string(p.vocab) +
                                  "_scale" + std::to_string(static_cast<int>(p.scale));
                         });

class TokenLogprobsRoute : public ::testing::TestWithParam<Route> {};

TEST_P(TokenLogprobsRoute, TreatsSpecialValuesAsTheEquationDoes) {
  MEVAL_ROUTE_OR_SKIP(GetParam());
  const auto one = [](std::vector<float> row, TokenId token) {
    return Score(GetParam(), 1, row, static_cast<std::int64_t>(row.size()), {{0, token}})[0];
  };
  // Tokens that are masked out.
  std::vector<float> masked(40, -kInfinity);
  masked[30] = 1;
  EXPECT_EQ(one(masked, 30).logprob, 0);
  EXPECT_EQ(one(masked, 30).argmax, 30);
  EXPECT_EQ(one(masked, 3).logprob, -kInfinity);
  // A NaN makes every logprob of its row NaN, and is not the largest.
  std::vector<float> with_nan(40, 1.0F);
  with_nan[0] = kNaN;
  with_nan[25] = 2;
  EXPECT_TRUE(std::isnan(one(with_nan, 25).logprob));
  EXPECT_EQ(one(with_nan, 25).argmax, 25);
  EXPECT_EQ(one(std::vector<float>(20, kNaN), 4).argmax, 0);
  EXPECT_TRUE(std::isnan(one(std::vector<float>(20, kNaN), 4).logprob));
  // Nothing is possible, or one thing infinitely so.
  EXPECT_TRUE(std::isnan(one(std::vector<float>(20, -kInfinity), 4).logprob));
  EXPECT_EQ(one(std::vector<float>(20, -kInfinity), 4).argmax, 0);
  std::vector<float> infinite(20, 0.0F);
  infinite[7] = kInfinity;
  EXPECT_TRUE(std::isnan(one(infinite, 7).logprob));
  EXPECT_EQ(one(infinite, 7).argmax, 7);
  // The extremes of f32 overflow nothing.
  std::vector<float> extreme = {3e38F, -3e38F, 3e38F};
  EXPECT_NEAR(one(extreme, 0).logprob, -std::log(2), 1e-6);
  EXPECT_EQ(one(extreme, 2).argmax, 0);
}

INSTANTIATE_TEST_SUITE_P(Routes, TokenLogprobsRoute,
                         ::testing::Values(kReferenceRoute, kAvx2Route, kAvx512Route),
                         [](const auto& test) { return RouteName(test.param); });

TEST(TokenLogprobs, ReadsStridedRows) {
  std::vector<float> logits = RandomVector(4 * 50, 73);
  const TensorView wide(logits.data(), DType::kF32, {4, 50});
  Context ctx({.num_threads = 1});
  const std::vector<LogprobTarget> targets = {{1, 3}, {3, 39}};
  std::vector<TokenLogprob> strided(2);
  TokenLogprobs(ctx, wide.Columns(0, 40), targets, strided);
  std::vector<float> packed;
  for (int r = 0; r < 4; ++r) {
    packed.insert(packed.end(), logits.begin() + r * 50, logits.begin() + r * 50 + 40);
  }
  std::vector<TokenLogprob> dense(2);
  TokenLogprobs(ctx, TensorView(packed.data(), DType::kF32, {4, 40}), targets, dense);
  EXPECT_TRUE(SameResults(strided, dense));
}

TEST(TokenLogprobs, RefusesBadArguments) {
  Context ctx({.num_threads = 1});
  std::vector<float> data(20);
  const TensorView logits(data.data(), DType::kF32, {2, 10});
  std::vector<TokenLogprob> results(2);
  const auto run = [&](const std::vector<LogprobTarget>& targets) {
    TokenLogprobs(ctx, logits, targets, results);
  };
  EXPECT_NO_THROW(run({{0, 9}, {1, 0}}));
  EXPECT_THROW(run({{0, 10}, {1, 0}}), std::invalid_argument);
  EXPECT_THROW(run({{0, -1}, {1, 0}}), std::invalid_argument);
  EXPECT_THROW(run({{0, 0}, {2, 0}}), std::invalid_argument);
  EXPECT_THROW(run({{-1, 0}, {0, 0}}), std::invalid_argument);
  EXPECT_THROW(run({{1, 0}, {0, 0}}), std::invalid_argument);
  EXPECT_THROW(run({{0, 0}}), std::invalid_argument);
  EXPECT_THROW(TokenLogprobs(ctx, TensorView(data.data(), DType::kBF16, {2, 10}), {}, {}),
               std::invalid_argument);
  EXPECT_NO_THROW(TokenLogprobs(ctx, logits, {}, {}));
}

}  // namespace
}  // namespace meval::testing
