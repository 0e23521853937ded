#include "kernels/sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/kernels/op_test.h"

namespace meval::testing {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(SamplingUniform, IsUniformAndOfItsKeyAlone) {
  double sum = 0;
  std::vector<int> bins(16);
  for (std::uint32_t step = 0; step < 16000; ++step) {
    const double u = SamplingUniform({.seed = 1, .request = 2, .sample = 3, .step = step});
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    ++bins[static_cast<std::size_t>(u * 16)];
  }
  EXPECT_NEAR(sum / 16000, 0.5, 0.01);                         // 4.4 standard errors
  for (const int count : bins) EXPECT_NEAR(count, 1000, 150);  // 4.9 standard deviations
}

TEST(SamplingUniform, ChangesWithEveryPartOfTheKey) {
  const SamplingKey base{.seed = 5, .request = 6, .sample = 7, .step = 8};
  std::set<double> values = {SamplingUniform(base)};
  for (int part = 0; part < 4; ++part) {
    SamplingKey key = base;
    if (part == 0) key.seed += std::uint64_t{1} << 32;
    if (part == 1) key.request += std::uint64_t{1} << 32;
    if (part == 2) key.sample += 1;
    if (part == 3) key.step += 1;
    values.insert(SamplingUniform(key));
  }
  EXPECT_EQ(values.size(), 5U);
}

// The definition, by sorting: which tokens top_k and top_p keep, and with what probability. Exact
// ties at the cut keep the lowest ids.
std::vector<double> KeptProbabilities(const std::vector<float>& logits,
                                      const SamplingParams& params) {
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
  if (params.top_k > 0 && params.top_k < static_cast<std::int64_t>(order.size())) {
    order.resize(static_cast<std::size_t>(params.top_k));
  }
  std::vector<double> weights(logits.size());
  double total = 0;
  for (const std::size_t v : order) {
    weights[v] = std::exp((double{logits[v]} - double{logits[order[0]]}) / params.temperature);
    total += weights[v];
  }
  double reached = 0;
  double kept = 0;
  for (const std::size_t v : order) {
    if (params.top_p < 1 && reached >= params.top_p * total) weights[v] = 0;
    reached += weights[v];
    kept += weights[v];
  }
  for (double& weight : weights) weight /= kept;
  return weights;
}

std::vector<TokenId> Draw(const Route& route, int num_threads, const std::vector<float>& logits,
                          const SamplingParams& params, std::int64_t count) {
  Context ctx(OptionsOf(route, num_threads));
  std::vector<TokenId> all;
  constexpr std::int64_t kBatch = 500;
  const auto vocab = static_cast<std::int64_t>(logits.size());
  std::vector<float> rows;
  for (std::int64_t r = 0; r < std::min(kBatch, count); ++r) {
    rows.insert(rows.end(), logits.begin(), logits.end());
  }
  for (std::int64_t begin = 0; begin < count; begin += kBatch) {
    const std::int64_t n = std::min(kBatch, count - begin);
    const std::vector<SamplingParams> every(static_cast<std::size_t>(n), params);
    std::vector<SamplingKey> keys(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) {
      keys[static_cast<std::size_t>(i)] = {
          .seed = 11, .request = 99, .sample = 0, .step = static_cast<std::uint32_t>(begin + i)};
    }
    std::vector<TokenId> results(static_cast<std::size_t>(n));
    SampleTokens(ctx, TensorView(rows.data(), DType::kF32, {n, vocab}), every, keys, results);
    all.insert(all.end(), results.begin(), results.end());
  }
  return all;
}

struct SampleCase {
  Route route;
  SamplingParams params;
  const char* name;
};

std::vector<SampleCase> SampleCases() {
  std::vector<SampleCase> cases;
  for (const Route& route : {kReferenceRoute, kAvx2Route, kAvx512Route}) {
    cases.push_back({route, {.temperature = 1}, "all"});
    cases.push_back({route, {.temperature = 0.6}, "cool"});
    cases.push_back({route, {.temperature = 2.5}, "hot"});
    cases.push_back({route, {.temperature = 1, .top_k = 1}, "k1"});
    cases.push_back({route, {.temperature = 1, .top_k = 7}, "k7"});
    cases.push_back({route, {.temperature = 1, .top_p = 0.5}, "p50"});
    cases.push_back({route, {.temperature = 1, .top_p = 0.95}, "p95"});
    cases.push_back({route, {.temperature = 1, .top_p = 1e-9}, "p0"});
    cases.push_back({route, {.temperature = 0.8, .top_k = 12, .top_p = 0.7}, "k12_p70"});
    cases.push_back({route, {.temperature = 0.8, .top_k = 1000, .top_p = 0.9}, "k1000_p90"});
  }
  return cases;
}

class SampleTokensOp : public ::testing::TestWithParam<SampleCase> {};

// Pearson's chi-square of 20 000 draws against the definition.
TEST_P(SampleTokensOp, DrawsWithTheProbabilitiesOfTheDefinition) {
  const SampleCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  constexpr std::int64_t kDraws = 20000;
  std::vector<float> logits = RandomVector(37, 80, 2.0F);
  logits[20] = logits[3];  // a tie
  const std::vector<double> expected = KeptProbabilities(logits, p.params);
  std::vector<double> counts(logits.size());
  for (const TokenId token : Draw(p.route, 2, logits, p.params, kDraws)) {
    counts[static_cast<std::size_t>(token)] += 1;
  }
  double chi_square = 0;
  int degrees = -1;
  for (std::size_t v = 0; v < logits.size(); ++v) {
    if (expected[v] == 0) {
      EXPECT_EQ(counts[v], 0) << "token " << v << " was dropped and drawn";
      continue;
    }
    const double mean = expected[v] * kDraws;
    chi_square += (counts[v] - mean) * (counts[v] - mean) / mean;
    ++degrees;
  }
  // The mean of chi-square is its degrees of freedom, its variance twice that: five deviations.
  EXPECT_LE(chi_square, degrees + 5 * std::sqrt(2.0 * std::max(degrees, 1)));
}

// On every path, the token whose interval of the cumulated distribution holds the uniform number.
TEST_P(SampleTokensOp, InvertsTheCumulatedDistribution) {
  const SampleCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  for (const std::int64_t vocab : {1, 2, 16, 33, 300, 5000}) {
    for (const float scale : {0.05F, 5.0F}) {
      const std::vector<float> logits =
          RandomVector(vocab, static_cast<std::uint32_t>(81 + vocab), scale);
      const std::vector<double> probabilities = KeptProbabilities(logits, p.params);
      std::vector<double> cumulated(probabilities.size());
      std::partial_sum(probabilities.begin(), probabilities.end(), cumulated.begin());
      const std::vector<TokenId> drawn = Draw(p.route, 1, logits, p.params, 50);
      for (std::uint32_t step = 0; step < 50; ++step) {
        const double u = SamplingUniform({.seed = 11, .request = 99, .sample = 0, .step = step});
        const auto token = static_cast<std::size_t>(drawn[step]);
        // Weights are f32 on the fast paths: 1e-6 around the borders.
        ASSERT_GE(cumulated[token] + 1e-6, u) << "vocab " << vocab << " scale " << scale;
        ASSERT_LE(cumulated[token] - probabilities[token] - 1e-6, u);
        ASSERT_GT(probabilities[token], 0) << "token " << token << " was dropped and drawn";
      }
    }
  }
}

TEST_P(SampleTokensOp, GivesTheSameTokensOnAnyNumberOfThreadsAndBothWidths) {
  const SampleCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  const std::vector<float> logits = RandomVector(3001, 82, 3.0F);
  const std::vector<TokenId> one = Draw(p.route, 1, logits, p.params, 600);
  EXPECT_EQ(one, Draw(p.route, 2, logits, p.params, 600));
  EXPECT_EQ(one, Draw(p.route, 3, logits, p.params, 600));
  if (p.route.path == CpuPath::kAvx512) {
    EXPECT_EQ(one, Draw(kAvx2Route, 1, logits, p.params, 600));
  }
}

INSTANTIATE_TEST_SUITE_P(Routes, SampleTokensOp, ::testing::ValuesIn(SampleCases()),
                         [](const auto& test) {
                           return RouteName(test.param.route) + "_" + test.param.name;
                         });

class SampleTokensRoute : public ::testing::TestWithParam<Route> {
 protected:
  // Every token that any uniform number leads to.
  static std::set<TokenId> Reachable(const std::vector<float>& logits,
                                     const SamplingParams& params) {
    const std::vector<TokenId> drawn = Draw(GetParam(), 2, logits, params, 4000);
    return {drawn.begin(), drawn.end()};
  }
};

TEST_P(SampleTokensRoute, BreaksTiesAtTheCutByTheLowestId) {
  MEVAL_ROUTE_OR_SKIP(GetParam());
  std::vector<float> logits(50, -5.0F);
  for (const std::size_t v : {4U, 9U, 17U, 33U, 48U}) logits[v] = 1.0F;
  logits[40] = 1.5F;
  EXPECT_EQ(Reachable(logits, {.temperature = 1, .top_k = 4}), (std::set<TokenId>{4, 9, 17, 40}));
  // Six equal tokens of probability 1/6: half takes three.
  std::vector<float> equal(6, 0.25F);
  EXPECT_EQ(Reachable(equal, {.temperature = 1, .top_p = 0.5}), (std::set<TokenId>{0, 1, 2}));
  EXPECT_EQ(Reachable(equal, {.temperature = 1, .top_p = 0.51}), (std::set<TokenId>{0, 1, 2, 3}));
  // +0 and -0 are equal logits.
  EXPECT_EQ(Reachable({-0.0F, 0.0F, -0.0F}, {.temperature = 1, .top_k = 2}),
            (std::set<TokenId>{0, 1}));
}

// Logits on a grid have many ties in every place; the sets must be those of the sort.
TEST_P(SampleTokensRoute, KeepsTheSetsOfTheSort) {
  MEVAL_ROUTE_OR_SKIP(GetParam());
  for (std::uint32_t seed = 0; seed < 6; ++seed) {
    std::vector<float> logits = RandomVector(90, 90 + seed, 2.0F);
    for (float& x : logits) x = std::round(x * 4) / 4;
    for (const SamplingParams& params :
         {SamplingParams{.temperature = 4, .top_k = 13},
          SamplingParams{.temperature = 4, .top_k = 40},
          SamplingParams{.temperature = 4, .top_p = 0.313},
          SamplingParams{.temperature = 4, .top_k = 30, .top_p = 0.77}}) {
      const std::vector<double> probabilities = KeptProbabilities(logits, params);
      std::set<TokenId> expected;
      for (std::size_t v = 0; v < logits.size(); ++v) {
        if (probabilities[v] > 0) expected.insert(static_cast<TokenId>(v));
      }
      EXPECT_EQ(Reachable(logits, params), expected)
          << "seed " << seed << " top_k " << params.top_k << " top_p " << params.top_p;
    }
  }
}

TEST_P(SampleTokensRoute, IsGreedyAtTemperatureZero) {
  MEVAL_ROUTE_OR_SKIP(GetParam());
  std::vector<float> logits = RandomVector(333, 83);
  logits[100] = logits[200] = 2.0F;
  EXPECT_EQ(Reachable(logits, {.temperature = 0}), (std::set<TokenId>{100}));
  EXPECT_EQ(Reachable(logits, {.temperature = 0, .top_k = 5, .top_p = 0.1}),
            (std::set<TokenId>{100}));
}

TEST_P(SampleTokensRoute, SurvivesExtremes) {
  MEVAL_ROUTE_OR_SKIP(GetParam());
  std::vector<float> logits(40, -kInfinity);
  logits[7] = -1e30F;
  logits[8] = 3.0F;
  // What is impossible stays so, however many top_k would take.
  for (const SamplingParams& params :
       {SamplingParams{.temperature = 1}, SamplingParams{.temperature = 1, .top_k = 20},
        SamplingParams{.temperature = 1, .top_p = 0.999}, SamplingParams{.temperature = 1e-300},
        SamplingParams{.temperature = 1, .top_k = 20, .top_p = 0.999}}) {
    EXPECT_EQ(Reachable(logits, params), (std::set<TokenId>{8}));
  }
  // At a temperature without bound, all that is possible is equally likely.
  EXPECT_EQ(Reachable(logits, {.temperature = 1e300}), (std::set<TokenId>{7, 8}));
  // NaN is never drawn; one infinite logit takes all.
  logits[8] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(Reachable(logits, {.temperature = 1, .top_p = 0.9}), (std::set<TokenId>{7}));
  logits[30] = logits[31] = kInfinity;
  EXPECT_EQ(Reachable(logits, {.temperature = 1, .top_k = 3}), (std::set<TokenId>{30}));
  EXPECT_EQ(Reachable({3e38F, -3e38F}, {.temperature = 1, .top_k = 2}), (std::set<TokenId>{0}));
}

// A draw depends on its own row, parameters and key alone.
TEST_P(SampleTokensRoute, GivesARowTheSameTokenInAnyCompany) {
  MEVAL_ROUTE_OR_SKIP(GetParam());
  Context ctx(OptionsOf(GetParam(), 2));
  constexpr std::int64_t kRows = 12;
  constexpr std::int64_t kVocab = 700;
  std::vector<float> logits = RandomVector(kRows * kVocab, 84, 4.0F);
  std::vector<SamplingParams> params;
  std::vector<SamplingKey> keys;
  for (std::int64_t r = 0; r < kRows; ++r) {
    params.push_back({.temperature = r % 3 == 0 ? 0.0 : 0.5 + static_cast<double>(r),
                      .top_k = r % 4 * 50,
                      .top_p = r % 2 == 0 ? 1.0 : 0.8});
    keys.push_back({.seed = 3, .request = static_cast<std::uint64_t>(r * 1000), .sample = 1});
  }
  const TensorView rows(logits.data(), DType::kF32, {kRows, kVocab});
  std::vector<TokenId> together(kRows);
  SampleTokens(ctx, rows, params, keys, together);
  for (std::int64_t r = 0; r < kRows; ++r) {
    const auto i = static_cast<std::size_t>(r);
    TokenId alone = -1;
    SampleTokens(ctx, rows.Rows(r, 1), {&params[i], 1}, {&keys[i], 1}, {&alone, 1});
    EXPECT_EQ(alone, together[i]) << "row " << r;
  }
}

INSTANTIATE_TEST_SUITE_P(Routes, SampleTokensRoute,
                         ::testing::Values(kReferenceRoute, kAvx2Route, kAvx512Route),
                         [](const auto& test) { return RouteName(test.param); });

TEST(SampleTokens, RefusesBadArguments) {
  Context ctx({.num_threads = 1});
  std::vector<float> data(20);
  const TensorView logits(data.data(), DType::kF32, {2, 10});
  std::vector<SamplingKey> keys(2);
  std::vector<TokenId> results(2);
  const auto run = [&](const SamplingParams& second) {
    const std::vector<SamplingParams> params = {{}, second};
    SampleTokens(ctx, logits, params, keys, results);
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NO_THROW(run({.temperature = 1, .top_k = 10, .top_p = 1}));
  EXPECT_THROW(run({.temperature = -0.1}), std::invalid_argument);
  EXPECT_THROW(run({.temperature = nan}), std::invalid_argument);
  EXPECT_THROW(run({.temperature = 1, .top_k = -1}), std::invalid_argument);
  EXPECT_THROW(run({.temperature = 1, .top_p = 0}), std::invalid_argument);
  EXPECT_THROW(run({.temperature = 1, .top_p = 1.01}), std::invalid_argument);
  EXPECT_THROW(run({.temperature = 1, .top_p = nan}), std::invalid_argument);
  const std::vector<SamplingParams> one(1);
  EXPECT_THROW(SampleTokens(ctx, logits, one, keys, results), std::invalid_argument);
  const std::vector<SamplingParams> two(2);
  EXPECT_THROW(SampleTokens(ctx, logits, two, {keys.data(), 1}, results), std::invalid_argument);
  EXPECT_THROW(SampleTokens(ctx, logits, two, keys, {results.data(), 1}), std::invalid_argument);
  EXPECT_THROW(SampleTokens(ctx, TensorView(nullptr, DType::kF32, {2, 0}), two, keys, results),
               std::invalid_argument);
  EXPECT_NO_THROW(SampleTokens(ctx, TensorView(nullptr, DType::kF32, {0, 10}), {}, {}, {}));
}

}  // namespace
}  // namespace meval::testing
