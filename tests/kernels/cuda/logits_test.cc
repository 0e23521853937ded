// Log-probabilities and sampling under the emulator.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/cuda/sampling.h"
#include "kernels/cuda/token_logprob.h"
#include "kernels/sampling.h"
#include "kernels/token_logprob.h"
#include "tests/kernels/cuda/device_array.h"

namespace meval::testing {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// Rows of `vocab` logits, `stride` apart, NaN between them.
struct Logits {
  Logits(std::int64_t num_rows, std::int64_t num_columns, std::int64_t row_stride,
         std::uint32_t seed, float scale = 8.0F)
      : rows(num_rows), vocab(num_columns), stride(row_stride) {
    const std::vector<float> random = RandomVector(rows * vocab, seed, scale);
    values.assign(static_cast<std::size_t>(rows * stride), kNaN);
    for (std::int64_t r = 0; r < rows; ++r) {
      std::copy_n(random.begin() + r * vocab, vocab, values.begin() + r * stride);
    }
  }
  float& At(std::int64_t r, std::int64_t v) {
    return values[static_cast<std::size_t>(r * stride + v)];
  }
  TensorView View() {
    TensorView view(values.data(), DType::kF32, {rows, vocab});
    view.row_stride = stride;
    return view;
  }
  std::int64_t rows;
  std::int64_t vocab;
  std::int64_t stride;
  std::vector<float> values;
};

struct LogprobRun {
  std::vector<TokenLogprob> results;
  std::vector<cuda::LogitRow> rows;
};

LogprobRun RunLogprobs(const Logits& logits, const std::vector<LogprobTarget>& targets) {
  const DeviceArray<float> values(logits.values);
  const DeviceArray<LogprobTarget> device_targets(targets);
  const DeviceArray<cuda::LogitRow> rows(static_cast<std::size_t>(logits.rows));
  const DeviceArray<TokenLogprob> results(targets.size());
  const TestStream stream;
  cuda::LaunchLogitRows(stream.get(), {.logits = values.data(),
                                       .row_stride = logits.stride,
                                       .num_rows = logits.rows,
                                       .vocab = logits.vocab,
                                       .rows = rows.data()});
  cuda::LaunchTokenLogprobs(stream.get(),
                            {.logits = values.data(),
                             .row_stride = logits.stride,
                             .rows = rows.data(),
                             .targets = device_targets.data(),
                             .results = results.data(),
                             .num_targets = static_cast<std::int64_t>(targets.size())});
  stream.Wait();
  return {results.Read(), rows.Read()};
}

std::vector<TokenLogprob> OnCpu(Logits& logits, const std::vector<LogprobTarget>& targets) {
  Context ctx(OptionsOf(kReferenceRoute, 1));
  std::vector<TokenLogprob> results(targets.size());
  TokenLogprobs(ctx, logits.View(), targets, results);
  return results;
}

class TokenLogprobKernel : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(TokenLogprobKernel, AgreesWithTheCpu) {
  const std::int64_t vocab = GetParam();
  for (const std::int64_t pad : {0, 3}) {
    Logits logits(3, vocab, vocab + pad, 31);
    const auto last = static_cast<TokenId>(vocab - 1);
    const std::vector<LogprobTarget> targets = {
        {0, 0}, {0, last}, {1, last / 2}, {2, 0}, {2, last}};
    const std::vector<TokenLogprob> expected = OnCpu(logits, targets);
    const LogprobRun found = RunLogprobs(logits, targets);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      EXPECT_NEAR(found.results[i].logprob, expected[i].logprob,
                  kTokenLogprobTolerance.absolute +
                      kTokenLogprobTolerance.relative * std::abs(expected[i].logprob));
      EXPECT_EQ(found.results[i].argmax, expected[i].argmax);
      EXPECT_EQ(found.results[i].is_greedy, expected[i].is_greedy);
    }
    for (const cuda::LogitRow& row : found.rows) EXPECT_EQ(row.num_infinite, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Vocabularies, TokenLogprobKernel,
                         ::testing::Values(1, 2, 5, 511, 2048, 2049, 5003));

TEST(TokenLogprobKernelCase, TakesTheLowestIdAmongEqualLogits) {
  Logits logits(1, 3000, 3000, 32);
  for (const std::int64_t v : {2999, 1234, 700, 2500}) logits.At(0, v) = 9.0F;
  EXPECT_EQ(RunLogprobs(logits, {{0, 700}}).results[0].argmax, 700);
  logits.At(0, 5) = -0.0F;
  for (std::int64_t v = 0; v < 3000; ++v) {
    if (v != 5) logits.At(0, v) = v < 9 ? -1.0F : 0.0F;
  }
  EXPECT_EQ(RunLogprobs(logits, {{0, 5}}).results[0].argmax, 5) << "-0 and +0 are equal";
}

TEST(TokenLogprobKernelCase, TreatsSpecialValuesAsTheCpu) {
  Logits logits(5, 40, 40, 33);
  logits.At(0, 7) = kNaN;
  logits.At(1, 0) = -kInfinity;
  for (std::int64_t v = 0; v < 40; ++v) logits.At(2, v) = -kInfinity;
  for (std::int64_t v = 0; v < 40; ++v) logits.At(3, v) = kNaN;
  logits.At(4, 11) = kInfinity;
  const std::vector<LogprobTarget> targets = {{0, 1}, {1, 0}, {1, 3}, {2, 0}, {3, 0}, {4, 11}};
  const std::vector<TokenLogprob> expected = OnCpu(logits, targets);
  const LogprobRun found = RunLogprobs(logits, targets);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    EXPECT_EQ(found.results[i].argmax, expected[i].argmax) << "target " << i;
    if (std::isfinite(expected[i].logprob)) {
      EXPECT_NEAR(found.results[i].logprob, expected[i].logprob, 2e-6);
    } else if (std::isnan(expected[i].logprob)) {
      EXPECT_TRUE(std::isnan(found.results[i].logprob)) << "target " << i;
    } else {
      EXPECT_EQ(found.results[i].logprob, expected[i].logprob) << "target " << i;
    }
  }
  const std::vector<std::int32_t> counts = {1, 1, 40, 40, 1};
  for (std::size_t r = 0; r < counts.size(); ++r) EXPECT_EQ(found.rows[r].num_infinite, counts[r]);
}

std::vector<TokenId> RunSampling(const Logits& logits, const std::vector<SamplingParams>& params,
                                 const std::vector<SamplingKey>& keys) {
  const DeviceArray<float> values(logits.values);
  const DeviceArray<SamplingParams> device_params(params);
  const DeviceArray<SamplingKey> device_keys(keys);
  const DeviceArray<TokenId> results(params.size());
  const TestStream stream;
  cuda::LaunchSampling(stream.get(), {.logits = values.data(),
                                      .row_stride = logits.stride,
                                      .num_rows = logits.rows,
                                      .vocab = logits.vocab,
                                      .params = device_params.data(),
                                      .keys = device_keys.data(),
                                      .results = results.data()});
  stream.Wait();
  return results.Read();
}

std::vector<TokenId> SampleOnCpu(Logits& logits, const std::vector<SamplingParams>& params,
                                 const std::vector<SamplingKey>& keys) {
  Context ctx(OptionsOf(kReferenceRoute, 1));
  std::vector<TokenId> results(params.size());
  SampleTokens(ctx, logits.View(), params, keys, results);
  return results;
}

// Every kind of cut, over vocabularies around the block's width; each row another random number.
// The seeds are fixed, so that no number falls within kSamplingTolerance of a border.
TEST(SamplingKernel, ChoosesAsTheCpu) {
  const std::vector<SamplingParams> kinds = {
      {.temperature = 0},
      {.temperature = 1},
      {.temperature = 0.3},
      {.temperature = 5},
      {.temperature = 1, .top_k = 1},
      {.temperature = 1, .top_k = 7},
      {.temperature = 1, .top_p = 0.5},
      {.temperature = 1, .top_p = 0.95},
      {.temperature = 2, .top_k = 20, .top_p = 0.8},
      {.temperature = 1, .top_k = 100000, .top_p = 1e-9},
  };
  std::uint32_t seed = 40;
  for (const std::int64_t vocab : {1, 2, 100, 512, 513, 1500}) {
    constexpr std::int64_t kDraws = 4;
    const auto rows = static_cast<std::int64_t>(kinds.size()) * kDraws;
    Logits logits(rows, vocab, vocab + 1, ++seed, 4.0F);
    std::vector<SamplingParams> params;
    std::vector<SamplingKey> keys;
    for (std::int64_t r = 0; r < rows; ++r) {
      params.push_back(kinds[static_cast<std::size_t>(r / kDraws)]);
      keys.push_back({.seed = 5,
                      .request = static_cast<std::uint64_t>(r) << 33 | 7,
                      .sample = 2,
                      .step = static_cast<std::uint32_t>(vocab)});
    }
    EXPECT_EQ(RunSampling(logits, params, keys), SampleOnCpu(logits, params, keys))
        << "vocabulary " << vocab;
  }
}

// Cuts through runs of equal logits: the lowest ids stay.
TEST(SamplingKernel, KeepsTheLowestIdsAmongEquals) {
  constexpr std::int64_t kRows = 40;
  Logits logits(kRows, 700, 700, 50);
  for (float& x : logits.values) x = std::floor(x / 4.0F);
  std::vector<SamplingParams> params(kRows, {.temperature = 3, .top_k = 500, .top_p = 0.7});
  for (std::size_t r = 0; r < kRows; r += 2) params[r] = {.temperature = 1e30, .top_k = 3};
  std::vector<SamplingKey> keys(kRows);
  for (std::size_t r = 0; r < kRows; ++r) keys[r].request = r;
  EXPECT_EQ(RunSampling(logits, params, keys), SampleOnCpu(logits, params, keys));
}

TEST(SamplingKernel, TreatsSpecialValuesAsTheCpu) {
  Logits logits(6, 600, 600, 51);
  logits.At(0, 3) = kNaN;
  logits.At(1, 599) = logits.At(1, 520) = kInfinity;
  for (std::int64_t v = 0; v < 600; ++v) {
    logits.At(2, v) = v == 0 ? kNaN : -kInfinity;
    logits.At(3, v) = kNaN;
    if (v != 77) logits.At(4, v) = -kInfinity;
  }
  const std::vector<SamplingParams> params(6, {.temperature = 1, .top_k = 599, .top_p = 0.99});
  std::vector<SamplingKey> keys(6);
  for (std::size_t r = 0; r < keys.size(); ++r) keys[r].step = static_cast<std::uint32_t>(r);
  EXPECT_EQ(RunSampling(logits, params, keys), SampleOnCpu(logits, params, keys));
}

}  // namespace
}  // namespace meval::testing
