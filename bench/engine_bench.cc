// Prefill and decode of whole models, in tokens a second.
//
//   engine_bench                           random:tiny, f32
//   LAYERS=4 engine_bench                  the same, and a Mistral 7B of 4 layers in bf16
//   LAYERS=4 DTYPE=f32 engine_bench        likewise with weights in f32
//   THREADS=2 LAYERS=32 engine_bench --benchmark_filter=mistral
//
// A model of l of 32 layers takes a token's share of (l + 0.6) / 32.6 of the whole: the output
// matrix is as large as 0.6 of a layer, and decoding reads it once a step. Prefilling asks for one
// row of logits, so it saves nearly all of the last layer: its share is (l - 1 + 0.04) / 31.04.
// THREADS is 1 by default; CONTEXT, the tokens behind a decoded one, 512.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "engine/kv_cache.h"
#include "engine/mistral.h"
#include "engine/model_config.h"
#include "engine/weights.h"
#include "kernels/ceiling.h"
#include "kernels/context.h"

namespace meval {
namespace {

constexpr std::int64_t kPrefillTokens = 512;
std::int64_t FromEnvironment(const char* name, std::int64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::atoll(value);
}

const std::int64_t kContextTokens = FromEnvironment("CONTEXT", 512);  // of a sequence decoded

// Of the weights: nothing, the dtype a model's configuration says.
const std::string kDType = [] {
  const char* value = std::getenv("DTYPE");
  return std::string(value == nullptr ? "" : value);
}();

Context& SharedContext() {
  static Context ctx({.num_threads = static_cast<int>(FromEnvironment("THREADS", 1))});
  return ctx;
}

// One model is held at a time: benchmarks of a model run one after the other.
Mistral& Model(const ModelConfig& config) {
  static std::unique_ptr<Mistral> model;
  static std::int64_t hidden_size = 0;
  if (hidden_size != config.hidden_size) {
    model.reset();
    model = std::make_unique<Mistral>(
        SharedContext(), config,
        RandomWeights(SharedContext(), config, 1234,
                      kDType == "f32" ? WeightDType::kF32 : WeightDType::kAuto),
        kPrefillTokens, std::max(kPrefillTokens, kContextTokens + kKvPageTokens));
    hidden_size = config.hidden_size;
  }
  return *model;
}

std::vector<TokenId> Tokens(std::int64_t count, std::int64_t vocab_size) {
  std::vector<TokenId> tokens(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    tokens[i] = static_cast<TokenId>(i * 7919 % static_cast<std::size_t>(vocab_size));
  }
  return tokens;
}

void CountTokens(benchmark::State& state, std::int64_t per_iteration) {
  state.counters["tokens/s"] = benchmark::Counter(
      static_cast<double>(per_iteration * state.iterations()), benchmark::Counter::kIsRate);
}

// A text of 512 tokens, and the logits of its last.
void Prefill(benchmark::State& state, const ModelConfig& config) {
  Mistral& model = Model(config);
  KvCache cache(SharedContext(), config, model.kv_dtype(), NumKvPages(kPrefillTokens));
  KvSequence sequence(&cache.pool());
  sequence.Extend(kPrefillTokens);
  TokenBatch batch;
  batch.Append(Tokens(kPrefillTokens, config.vocab_size), 0, sequence);
  batch.logit_rows = {kPrefillTokens - 1};
  model.Forward(batch, cache);  // first uses are not measured
  while (state.KeepRunning()) benchmark::DoNotOptimize(model.Forward(batch, cache).data);
  CountTokens(state, kPrefillTokens);
}

// One token for each of B sequences that have kContextTokens behind them.
void Decode(benchmark::State& state, const ModelConfig& config) {
  const std::int64_t B = state.range(0);
  Mistral& model = Model(config);
  KvCache cache(SharedContext(), config, model.kv_dtype(), B * NumKvPages(kContextTokens + 1));
  // 0x3c3c is 0.0115 in bf16, 0x3c3c3c3c the same in f32: what the numbers are takes no time.
  for (std::int64_t l = 0; l < config.num_hidden_layers; ++l) {
    const KvPages pages = cache.Layer(l);
    const auto bytes = static_cast<std::size_t>(KvCache::PageBytes(config, pages.dtype) *
                                                pages.num_pages / config.num_hidden_layers / 2);
    std::memset(pages.keys, 0x3c, bytes);
    std::memset(pages.values, 0x3c, bytes);
  }
  std::vector<KvSequence> sequences;
  TokenBatch batch;
  const std::vector<TokenId> tokens = Tokens(B, config.vocab_size);
  for (std::int64_t b = 0; b < B; ++b) {
    sequences.emplace_back(&cache.pool()).Extend(kContextTokens + 1);
    batch.Append(std::span(tokens).subspan(static_cast<std::size_t>(b), 1), kContextTokens,
                 sequences.back());
    batch.logit_rows.push_back(b);
  }
  model.Forward(batch, cache);  // first uses are not measured
  while (state.KeepRunning()) benchmark::DoNotOptimize(model.Forward(batch, cache).data);
  CountTokens(state, B);
}

void Register(const std::string& name, const ModelConfig& config) {
  benchmark::RegisterBenchmark(("prefill/" + name).c_str(), Prefill, config)
      ->ArgName("M")
      ->Arg(kPrefillTokens)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
  benchmark::RegisterBenchmark(("decode/" + name).c_str(), Decode, config)
      ->ArgName("B")
      ->Arg(1)
      ->Arg(8)
      ->Arg(64)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

}  // namespace
}  // namespace meval

int main(int argc, char** argv) {
  if (!meval::kDType.empty() && meval::kDType != "f32" && meval::kDType != "bf16") {
    std::cerr << "engine_bench: DTYPE: expected f32 or bf16, found " << meval::kDType << '\n';
    return 2;
  }
  meval::Register("tiny", meval::NamedShape("tiny").value());
  if (const std::int64_t layers = meval::FromEnvironment("LAYERS", 0); layers > 0) {
    meval::ModelConfig config = meval::NamedShape("mistral-7b-v0.1").value();
    config.num_hidden_layers = layers;
    meval::Register("mistral-7b-" + std::to_string(layers) + "-layers", config);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  meval::Context& ctx = meval::SharedContext();
  const bool is_f32 = meval::kDType == "f32";
  const meval::Ceiling ceiling =
      meval::MeasureCeiling(ctx, is_f32 ? meval::DType::kF32 : meval::DType::kBF16);
  benchmark::AddCustomContext("dtype", is_f32 ? "f32" : "bf16");
  benchmark::AddCustomContext("threads", std::to_string(ctx.num_threads()));
  benchmark::AddCustomContext("path", meval::Name(ctx.path()));
  benchmark::AddCustomContext("gemm", meval::Name(ctx.gemm()));
  benchmark::AddCustomContext("ceiling_read_GB_per_s",
                              std::to_string(ceiling.read_bytes_per_second / 1e9));
  benchmark::AddCustomContext("ceiling_GFLOP_per_s",
                              std::to_string(ceiling.matmul_flops_per_second / 1e9));
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
