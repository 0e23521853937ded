#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/kv_cache.h"
#include "engine/mistral.h"
#include "engine/selftest/device_cases.h"
#include "engine/selftest/random_model.h"
#include "engine/tokenizer.h"
#include "kernels/sampling.h"
#include "kernels/token_logprob.h"

namespace meval::selftest {

void CheckLogprobs(const DeviceSubject& subject, Random& random) {
  const std::int64_t rows = random.Between(1, 12);
  const std::int64_t vocab = random.Pick<std::int64_t>({1, 7, 1000, 32000});
  const Floats logits = random.Vector(rows * vocab, 12);
  std::vector<LogprobTarget> targets;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t i = random.Between(0, 3); i > 0; --i) {
      targets.push_back({r, static_cast<TokenId>(random.Below(vocab))});
    }
  }
  const auto run = [&](Context& ctx) {
    const DeviceTensor in(ctx, DType::kF32, rows, vocab, logits);
    std::vector<TokenLogprob> results(targets.size());
    TokenLogprobs(ctx, in.view(), targets, results);
    return results;
  };
  const std::vector<TokenLogprob> expected = run(subject.cpu);
  const std::vector<TokenLogprob> found = run(subject.device);
  Comparison comparison;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    comparison.Take(i, expected[i].logprob, found[i].logprob,
                    kTokenLogprobTolerance.absolute +
                        kTokenLogprobTolerance.relative * std::abs(expected[i].logprob));
    if (found[i].argmax != expected[i].argmax || found[i].is_greedy != expected[i].is_greedy) {
      comparison.failure = "target " + std::to_string(i) + ": expected the most likely token " +
                           std::to_string(expected[i].argmax) + ", found " +
                           std::to_string(found[i].argmax);
    }
  }
  subject.Add("device.logprob", ShapeText({rows, vocab}, DType::kF32), comparison);
}

// A draw may differ where its random number falls on a border: one in some hundred thousand.
void CheckSampling(const DeviceSubject& subject, Random& random) {
  const std::int64_t rows = random.Between(1, 12);
  const std::int64_t vocab = random.Pick<std::int64_t>({1, 7, 1000, 32000});
  const Floats logits = random.Vector(rows * vocab, 6);
  std::vector<SamplingParams> params;
  std::vector<SamplingKey> keys;
  for (std::int64_t r = 0; r < rows; ++r) {
    params.push_back({.temperature = random.Pick({0.0, 0.7, 1.0}),
                      .top_k = random.Pick<std::int64_t>({0, 1, 40}),
                      .top_p = random.Pick({1.0, 0.9})});
    keys.push_back({random.Bits(), random.Bits(), 0, static_cast<std::uint32_t>(r)});
  }
  const auto run = [&](Context& ctx) {
    const DeviceTensor in(ctx, DType::kF32, rows, vocab, logits);
    std::vector<TokenId> tokens(static_cast<std::size_t>(rows));
    SampleTokens(ctx, in.view(), params, keys, tokens);
    return tokens;
  };
  const std::vector<TokenId> expected = run(subject.cpu);
  const std::vector<TokenId> found = run(subject.device);
  for (std::size_t r = 0; r < expected.size(); ++r) {
    subject.checks.Add("device.sampling", found[r] == expected[r]
                                              ? ""
                                              : ShapeText({rows, vocab}, DType::kF32) + ", row " +
                                                    std::to_string(r) + ": expected " +
                                                    std::to_string(expected[r]) + ", found " +
                                                    std::to_string(found[r]));
  }
}

// Activations are rounded some ten times a layer, each by u of a value like the others; the
// logits of these models reach about ten times the activations.
void CheckLogits(const DeviceSubject& subject, const SelftestOptions& options, std::uint64_t seed,
                 DType dtype) {
  const std::int64_t pieces = Tokenizer::Load(options.tokenizer).vocab_size();
  const RandomModel on_device = MakeRandomModel(seed, dtype, pieces);
  RandomModel on_cpu = on_device;
  on_cpu.dtype = DType::kF32;
  if (options.progress) options.progress("logits of the model " + Describe(on_device));
  Random random(seed, "device logits");
  std::vector<TokenId> tokens;
  for (int i = 0; i < 90; ++i) {
    tokens.push_back(static_cast<TokenId>(random.Below(on_device.config.vocab_size)));
  }
  const auto run = [&](Context& ctx, const RandomModel& model) {
    Mistral mistral(ctx, model.config, MakeWeights(ctx, model), 128, 128);
    KvCache cache(ctx, model.config, model.dtype, 2);
    KvSequence sequence(&cache.pool());
    sequence.Extend(90);
    TokenBatch batch;
    batch.Append(tokens, 0, sequence);
    batch.logit_rows = {0, 40, 89};
    const TensorView logits = mistral.Forward(batch, cache);
    Floats values(static_cast<std::size_t>(logits.num_elements()));
    ctx.Download(logits.data, values.data(), values.size() * sizeof(float));
    return values;
  };
  const Floats expected = run(subject.cpu, on_cpu);
  double largest = 0;
  for (const float value : expected) largest = std::max(largest, std::abs(double{value}));
  subject.Add("device.logits", Describe(on_device),
              Compare(expected, run(subject.device, on_device),
                      {.absolute = 20 * RoundoffOf(dtype) * largest, .relative = 0}));
}

}  // namespace meval::selftest
