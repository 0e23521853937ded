#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "engine/selftest/kernel_cases.h"

namespace meval::selftest {
namespace {

std::int64_t SomeVocabulary(Random& random) {
  return random.Pick<std::int64_t>(
      {2, 255, 1024, 1025, random.Between(2, 3000), random.Between(3000, 33000)});
}

struct SamplingProblem {
  explicit SamplingProblem(Random& random)
      : rows(random.Between(1, 12)),
        vocab(SomeVocabulary(random)),
        logits(random.Vector(rows * vocab, 8.0F)) {
    for (std::int64_t row = 0; row < rows; ++row) {
      SamplingParams& param = params.emplace_back();
      param.temperature = random.Pick({0.0, 0.6, 1.0, 2.0});
      param.top_k = random.Pick<std::int64_t>({0, 0, 1, 40});
      param.top_p = random.Pick({1.0, 1.0, 0.5, 0.95});
      keys.push_back({.seed = random.Bits(),
                      .request = random.Bits(),
                      .sample = static_cast<std::uint32_t>(random.Below(8)),
                      .step = static_cast<std::uint32_t>(random.Below(512))});
    }
    // Ties: the lowest id is the argmax, and stays at a cut.
    for (std::int64_t i = 0; i < 4; ++i) {
      const auto from = static_cast<std::size_t>(random.Below(rows * vocab));
      logits[static_cast<std::size_t>(random.Below(rows * vocab))] = logits[from];
    }
  }

  std::int64_t rows;
  std::int64_t vocab;
  std::vector<float> logits;  // [R, V]
  std::vector<SamplingParams> params;
  std::vector<SamplingKey> keys;
};

// Kept tokens of a row by falling logit, the lowest id first among equals, with top_p moved by
// `shift`; then by ascending id.
std::vector<std::size_t> KeptTokens(std::span<const float> logits, const SamplingParams& params,
                                    double shift) {
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
  if (params.top_k > 0)
    order.resize(std::min(order.size(), static_cast<std::size_t>(params.top_k)));
  if (params.top_p < 1) {
    std::vector<double> weights;
    for (const std::size_t token : order) {
      weights.push_back(
          std::exp((double{logits[token]} - double{logits[order[0]]}) / params.temperature));
    }
    const double wanted =
        (params.top_p + shift) * std::accumulate(weights.begin(), weights.end(), 0.0);
    std::size_t count = 0;
    for (double reached = 0; count < order.size() && (count == 0 || reached < wanted); ++count) {
      reached += weights[count];
    }
    order.resize(count);
  }
  std::sort(order.begin(), order.end());
  return order;
}

// Whether the random number lies in the token's share of the probability, or beside it by no more
// than kSamplingTolerance.
bool IsAllowed(std::span<const float> logits, const SamplingParams& params, double shift,
               double uniform, std::size_t token) {
  const std::vector<std::size_t> kept = KeptTokens(logits, params, shift);
  const float max = *std::max_element(logits.begin(), logits.end());
  double below = 0;
  double share = 0;
  double total = 0;
  for (const std::size_t other : kept) {
    const double weight = std::exp((double{logits[other]} - double{max}) / params.temperature);
    if (other < token) below += weight;
    if (other == token) share = weight;
    total += weight;
  }
  return share > 0 && uniform >= below / total - kSamplingTolerance &&
         uniform <= (below + share) / total + kSamplingTolerance;
}

std::string SamplingDisagreement(const SamplingProblem& problem, const KernelOutput& found,
                                 const KernelOutput& reference) {
  for (std::size_t row = 0; row < found.tokens.size(); ++row) {
    const TokenId token = found.tokens[row];
    if (token == reference.tokens[row]) continue;
    const SamplingParams& params = problem.params[row];
    const std::span<const float> logits(
        problem.logits.data() + static_cast<std::int64_t>(row) * problem.vocab,
        static_cast<std::size_t>(problem.vocab));
    bool is_allowed = false;
    if (params.temperature > 0 && token >= 0 && token < problem.vocab) {
      for (const double shift : {-kSamplingTolerance, 0.0, kSamplingTolerance}) {
        is_allowed =
            is_allowed || IsAllowed(logits, params, shift, SamplingUniform(problem.keys[row]),
                                    static_cast<std::size_t>(token));
      }
    }
    if (!is_allowed) {
      return "row " + std::to_string(row) + ", temperature " + std::to_string(params.temperature) +
             ", top_k " + std::to_string(params.top_k) + ", top_p " + std::to_string(params.top_p) +
             ": expected token " + std::to_string(reference.tokens[row]) + ", found " +
             std::to_string(token);
    }
  }
  return "";
}

}  // namespace

KernelCase TokenLogprobCase(const KernelSet& kernels, Random& random) {
  const std::int64_t R = random.Between(1, 12);
  const std::int64_t V = SomeVocabulary(random);
  const auto logits = std::make_shared<std::vector<float>>(random.Vector(R * V, 12.0F));
  std::vector<LogprobTarget> targets;
  for (std::int64_t row = 0; row < R; ++row) {
    for (std::int64_t i = random.Below(4); i > 0; --i) {
      targets.push_back({row, static_cast<TokenId>(random.Below(V))});
    }
  }
  KernelCase result;
  result.check = "kernel.token_logprob";
  result.shape = "logits [" + std::to_string(R) + ", " + std::to_string(V) + "], " +
                 std::to_string(targets.size()) + " targets";
  result.run = [=, &kernels](Context& ctx) {
    std::vector<TokenLogprob> logprobs(targets.size(), {.logprob = NAN, .argmax = -1});
    kernels.token_logprobs(ctx, TensorView(logits->data(), DType::kF32, {R, V}), targets, logprobs);
    KernelOutput output;
    for (const TokenLogprob& logprob : logprobs) {
      output.logprobs.push_back(logprob.logprob);
      output.tokens.push_back(logprob.argmax);
      output.tokens.push_back(logprob.is_greedy ? 1 : 0);
    }
    return output;
  };
  result.disagreement = [](const KernelOutput& found, const KernelOutput& reference) {
    return Beyond(found, reference, kTokenLogprobTolerance);
  };
  return result;
}

KernelCase SamplingCase(const KernelSet& kernels, Random& random) {
  const auto problem = std::make_shared<SamplingProblem>(random);
  KernelCase result;
  result.check = "kernel.sampling";
  result.shape =
      "logits [" + std::to_string(problem->rows) + ", " + std::to_string(problem->vocab) + "]";
  result.run = [=, &kernels](Context& ctx) {
    KernelOutput output;
    output.tokens.assign(static_cast<std::size_t>(problem->rows), -1);
    kernels.sample_tokens(
        ctx, TensorView(problem->logits.data(), DType::kF32, {problem->rows, problem->vocab}),
        problem->params, problem->keys, output.tokens);
    return output;
  };
  result.disagreement = [=](const KernelOutput& found, const KernelOutput& reference) {
    return SamplingDisagreement(*problem, found, reference);
  };
  return result;
}

}  // namespace meval::selftest
