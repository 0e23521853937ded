// Every CPU op on every path of this machine, at the shapes of Mistral 7B.
//
//   kernel_bench --benchmark_filter=Gemm
//
// Names end in the path (onednn: the path is avx512 and oneDNN multiplies); THREADS in the
// environment sets the number of threads, 1 by default.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/counters.h"
#include "kernels/attention.h"
#include "kernels/bfloat16.h"
#include "kernels/buffer.h"
#include "kernels/check.h"
#include "kernels/context.h"
#include "kernels/embedding.h"
#include "kernels/gemm.h"
#include "kernels/philox.h"
#include "kernels/residual_add.h"
#include "kernels/rmsnorm.h"
#include "kernels/rope.h"
#include "kernels/sampling.h"
#include "kernels/silu_mul.h"
#include "kernels/token_logprob.h"

namespace meval {
namespace {

struct Route {
  std::string name;
  ContextOptions options;
};

std::vector<Route> Routes() {
  const char* threads = std::getenv("THREADS");
  const int num_threads = threads == nullptr ? 1 : std::atoi(threads);
  std::vector<Route> routes;
  for (const CpuPath path : AvailableCpuPaths()) {
    routes.push_back(
        {Name(path), {.num_threads = num_threads, .choose_path = false, .path = path}});
  }
  try {
    const ContextOptions options{.num_threads = num_threads,
                                 .choose_path = false,
                                 .path = AvailableCpuPaths().back(),
                                 .gemm = GemmProvider::kOneDnn};
    const Context probe(options);
    routes.push_back({"onednn", options});
  } catch (const DeviceError&) {
    // No oneDNN here: its rows are absent.
  }
  return routes;
}

// Random numbers: zeros or repeated data run faster than real weights.
class Tensor {
 public:
  Tensor(std::initializer_list<std::int64_t> dims, DType dtype, float scale = 1.0F) {
    std::int64_t n = 1;
    for (const std::int64_t dim : dims) n *= dim;
    buffer_ = Buffer(static_cast<std::size_t>(n * SizeOf(dtype)));
    for (std::int64_t i = 0; i < n; ++i) {
      const PhiloxCounter words = Philox4x32({static_cast<std::uint32_t>(i), 0, 0, 0}, {1, 2});
      const float value = (static_cast<float>(words[0] >> 8) * 0x1p-23F - 1.0F) * scale;
      if (dtype == DType::kF32) {
        buffer_.As<float>()[i] = value;
      } else {
        buffer_.As<std::uint16_t>()[i] = FloatToBFloat16(value);
      }
    }
    view_ = TensorView(buffer_.data(), dtype, dims);
  }
  const TensorView& view() const { return view_; }

 private:
  Buffer buffer_;
  TensorView view_;
};

constexpr std::int64_t kDim = 4096;
constexpr std::int64_t kHidden = 14336;
constexpr std::int64_t kVocab = 32000;
constexpr std::int64_t kRows = 512;

// Enough copies of a weight that each product reads its own from memory, as the layers of a model
// do.
constexpr double kColdBytes = 512e6;

void GemmBench(benchmark::State& state, const ContextOptions& options, DType dtype, std::int64_t m,
               std::int64_t n, std::int64_t k) {
  Context ctx(options);
  const Tensor w({n, k}, dtype, 0.02F);
  const TensorView parts[] = {w.view()};
  std::vector<PackedWeight> copies;
  double bytes = 0;
  while (copies.empty() || bytes < kColdBytes) {
    copies.push_back(PackWeight(ctx, parts));
    bytes += static_cast<double>(copies.back().bytes());
  }
  const Tensor x({m, k}, DType::kF32);
  const Tensor y({m, n}, DType::kF32);
  std::size_t i = 0;
  for (auto _ : state) Gemm(ctx, x.view(), copies[i++ % copies.size()], y.view());
  SetRates(state, static_cast<double>(n * k * SizeOf(dtype)) + 4 * static_cast<double>(m * (n + k)),
           2 * static_cast<double>(m) * static_cast<double>(n * k));
}

void EmbeddingBench(benchmark::State& state, const ContextOptions& options) {
  Context ctx(options);
  const Tensor table({kVocab, kDim}, DType::kBF16);
  const Tensor out({kRows, kDim}, DType::kF32);
  std::vector<TokenId> tokens;
  for (TokenId t = 0; t < kRows; ++t) tokens.push_back(t * 7919 % kVocab);
  for (auto _ : state) Embedding(ctx, table.view(), tokens, out.view());
  SetRates(state, kRows * kDim * 6.0, 0);
}

void RmsNormBench(benchmark::State& state, const ContextOptions& options) {
  Context ctx(options);
  const Tensor x({kRows, kDim}, DType::kF32);
  const Tensor gain({kDim}, DType::kF32);
  const Tensor out({kRows, kDim}, DType::kF32);
  for (auto _ : state) RmsNorm(ctx, x.view(), gain.view(), 1e-5F, out.view());
  SetRates(state, kRows * kDim * 8.0, kRows * kDim * 4.0);
}

void RopeBench(benchmark::State& state, const ContextOptions& options) {
  Context ctx(options);
  const RopeTable table(128, 1e4, kRows);
  const Tensor x({kRows, 32, 128}, DType::kF32);
  std::vector<std::int32_t> positions;
  for (std::int32_t t = 0; t < kRows; ++t) positions.push_back(t);
  for (auto _ : state) Rope(ctx, x.view(), positions, table);
  SetRates(state, kRows * kDim * 8.0, kRows * kDim * 3.0);
}

void SiluMulBench(benchmark::State& state, const ContextOptions& options) {
  Context ctx(options);
  const Tensor both({kRows, 2 * kHidden}, DType::kF32, 4.0F);
  const Tensor out({kRows, kHidden}, DType::kF32);
  const TensorView gate = both.view().Columns(0, kHidden);
  const TensorView up = both.view().Columns(kHidden, kHidden);
  for (auto _ : state) SiluMul(ctx, gate, up, out.view());
  SetRates(state, kRows * kHidden * 12.0, 0);
}

void ResidualAddBench(benchmark::State& state, const ContextOptions& options) {
  Context ctx(options);
  const Tensor delta({kRows, kDim}, DType::kF32, 1e-6F);
  const Tensor x({kRows, kDim}, DType::kF32);
  for (auto _ : state) ResidualAdd(ctx, delta.view(), x.view());
  SetRates(state, kRows * kDim * 12.0, kRows * kDim * 1.0);
}

// `rows` new positions behind `context` old ones, 32 query heads over 8 kv heads of 128.
void AttentionBench(benchmark::State& state, const ContextOptions& options, DType dtype,
                    std::int64_t context, std::int64_t rows) {
  Context ctx(options);
  const std::int64_t num_pages = (context + rows + kKvPageTokens - 1) / kKvPageTokens;
  const Tensor keys({num_pages, 8, 128, kKvPageTokens}, dtype);
  const Tensor values({num_pages, 8, kKvPageTokens, 128}, dtype);
  const KvPages pages{.keys = keys.view().data,
                      .values = values.view().data,
                      .dtype = dtype,
                      .num_pages = num_pages,
                      .n_kv_heads = 8,
                      .head_dim = 128};
  std::vector<std::int32_t> page_table;
  for (std::int32_t i = 0; i < num_pages; ++i) page_table.push_back(i);
  const Segment segments[] = {{0, rows, context, page_table}};
  const Tensor q({rows, 32, 128}, DType::kF32);
  const Tensor out({rows, 32, 128}, DType::kF32);
  for (auto _ : state) {
    Attention(ctx, q.view(), pages, segments, {.scale = 0.0884F, .window = 4096}, out.view());
  }
  const double keys_seen = static_cast<double>(rows) *
                           (static_cast<double>(context) + static_cast<double>(rows + 1) / 2);
  SetRates(state, static_cast<double>((context + rows) * 2 * 8 * 128 * SizeOf(dtype)),
           keys_seen * 32 * 128 * 4);
}

void TokenLogprobBench(benchmark::State& state, const ContextOptions& options) {
  Context ctx(options);
  const Tensor logits({64, kVocab}, DType::kF32, 8.0F);
  std::vector<LogprobTarget> targets;
  for (std::int64_t r = 0; r < 64; ++r) targets.push_back({r, static_cast<TokenId>(r * 17)});
  std::vector<TokenLogprob> results(targets.size());
  for (auto _ : state) TokenLogprobs(ctx, logits.view(), targets, results);
  SetRates(state, 64.0 * kVocab * 4, 0);
}

void SampleBench(benchmark::State& state, const ContextOptions& options,
                 const SamplingParams& params, float scale) {
  Context ctx(options);
  const Tensor logits({8, kVocab}, DType::kF32, scale);
  const std::vector<SamplingParams> all(8, params);
  std::vector<SamplingKey> keys(8);
  std::vector<TokenId> results(8);
  std::uint32_t step = 0;
  for (auto _ : state) {
    for (SamplingKey& key : keys) key.step = step++;
    SampleTokens(ctx, logits.view(), all, keys, results);
  }
  state.counters["row"] =
      benchmark::Counter(8.0 * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

template <typename Function>
void Register(const std::string& name, Function function) {
  benchmark::RegisterBenchmark(name.c_str(), function)
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

void RegisterGemms(const Route& route) {
  for (const auto& [n, k] : {std::pair{kDim, kDim}, std::pair{kHidden, kDim}}) {
    for (const DType dtype : {DType::kF32, DType::kBF16}) {
      for (const std::int64_t m : {1, 8, 64, 512}) {
        const std::string name = std::string("Gemm/") + Name(dtype) + "/M" + std::to_string(m) +
                                 "_N" + std::to_string(n) + "_K" + std::to_string(k) + "/" +
                                 route.name;
        Register(name,
                 [=](benchmark::State& state) { GemmBench(state, route.options, dtype, m, n, k); });
      }
    }
  }
}

void RegisterAttention(const Route& route) {
  for (const DType dtype : {DType::kF32, DType::kBF16}) {
    for (const auto& [context, rows] :
         {std::pair{0, 512}, std::pair{2048, 256}, std::pair{511, 1}, std::pair{4095, 1}}) {
      const std::string name = std::string("Attention/") + Name(dtype) + "/S" +
                               std::to_string(context) + "_T" + std::to_string(rows) + "/" +
                               route.name;
      Register(name, [=](benchmark::State& state) {
        AttentionBench(state, route.options, dtype, context, rows);
      });
    }
  }
}

void RegisterSampling(const Route& route) {
  const std::pair<const char*, SamplingParams> kinds[] = {
      {"greedy", {}},
      {"temperature", {.temperature = 0.7}},
      {"top_k50", {.temperature = 0.7, .top_k = 50}},
      {"top_p95", {.temperature = 0.7, .top_p = 0.95}},
      {"top_k_top_p", {.temperature = 0.7, .top_k = 1000, .top_p = 0.9}},
  };
  for (const auto& [kind, params] : kinds) {
    for (const float scale : {0.1F, 10.0F}) {
      const std::string name = std::string("Sample/") + kind +
                               (scale < 1 ? "/nearly_uniform/" : "/spread/") + route.name;
      Register(name, [=, params = params](benchmark::State& state) {
        SampleBench(state, route.options, params, scale);
      });
    }
  }
}

void RegisterAll() {
  for (const Route& route : Routes()) {
    // The reference is a specification: its matrix products take seconds.
    const bool reference = route.options.path == CpuPath::kReference;
    if (!reference) RegisterGemms(route);
    if (route.name == "onednn") continue;  // differs in Gemm only
    if (!reference) RegisterAttention(route);
    RegisterSampling(route);
    const std::pair<const char*, void (*)(benchmark::State&, const ContextOptions&)> row_ops[] = {
        {"Embedding/bf16/", EmbeddingBench},
        {"RmsNorm/f32/", RmsNormBench},
        {"Rope/f32/", RopeBench},
        {"SiluMul/f32/", SiluMulBench},
        {"ResidualAdd/f32/", ResidualAddBench},
        {"TokenLogprobs/f32/", TokenLogprobBench}};
    for (const auto& [name, bench] : row_ops) {
      Register(name + route.name,
               [=, bench = bench](benchmark::State& state) { bench(state, route.options); });
    }
  }
}

}  // namespace
}  // namespace meval

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  meval::RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
