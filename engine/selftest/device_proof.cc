#include "engine/selftest/device_proof.h"

#include <cmath>
#include <exception>
#include <memory>
#include <numeric>
#include <utility>

#include "engine/kv_cache.h"
#include "engine/mistral.h"
#include "engine/selftest/check_list.h"
#include "engine/selftest/device_tensor.h"
#include "engine/selftest/random.h"
#include "engine/selftest/random_model.h"
#include "engine/tokenizer.h"
#include "kernels/attention_forms.h"
#include "kernels/gemm.h"
#include "kernels/page_copy.h"
#include "kernels/rmsnorm.h"
#include "kernels/sampling.h"
#include "kernels/silu_mul.h"
#include "kernels/step_ops.h"
#include "kernels/token_logprob.h"

namespace meval::selftest {
namespace {

CheckList DeviceChecks(const std::string& only) {
  return CheckList(
      {{"device.rmsnorm", "RMSNorm is that of the cpu, rounded once"},
       {"device.silu_mul", "SwiGLU is that of the cpu, rounded once"},
       {"device.gemm", "matrix products are within (4 + sqrt K) u of sums in double"},
       {"device.attention",
        "RoPE, the store of keys and values and attention are those of the cpu"},
       {"device.forms", "each form of attention is within roundings of the others"},
       {"device.logprob", "log-probabilities and most likely tokens are those of the cpu"},
       {"device.sampling", "tokens are drawn as on the cpu"},
       {"device.pages", "copies of pages are exact"},
       {"device.logits", "logits of small models are those of the cpu"},
       {"device.guards", "no op writes outside of its output"}},
      only);
}

// A form of attention, until the end of the scope: also where an op throws.
class FormInUse {
 public:
  FormInUse(Context& ctx, const std::string& form)
      : ctx_(ctx), before_(UseAttentionForm(ctx, form)) {}
  ~FormInUse() { UseAttentionForm(ctx_, before_); }
  FormInUse(const FormInUse&) = delete;
  FormInUse& operator=(const FormInUse&) = delete;

 private:
  Context& ctx_;
  std::string before_;
};

class DeviceProof {
 public:
  DeviceProof(const SelftestOptions& options, CheckList& checks)
      : options_(options),
        checks_(checks),
        device_({.device = options.device, .num_threads = options.num_threads}),
        cpu_({.num_threads = options.num_threads}) {}

  void Run() {
    if (AttentionForms(device_).size() < 2) {
      checks_.Skip("device.forms", "attention has one form on this device");
    }
    const std::int64_t rounds = options_.effort == SelftestEffort::kQuick  ? 4
                                : options_.effort == SelftestEffort::kFull ? 60
                                                                           : 16;
    for (std::int64_t i = 0; i < rounds; ++i) {
      const DType dtype = i % 2 == 0 ? DType::kBF16 : DType::kF16;
      const std::uint64_t seed = options_.seed + static_cast<std::uint64_t>(i);
      Random random(seed, "device");
      Try("device.rmsnorm", [&] { CheckRmsNorm(random, dtype); });
      Try("device.silu_mul", [&] { CheckSiluMul(random, dtype); });
      Try("device.gemm", [&] { CheckGemm(random, dtype); });
      Try("device.attention", [&] { CheckAttention(random, dtype); });
      Try("device.logprob", [&] { CheckLogprobs(random); });
      Try("device.sampling", [&] { CheckSampling(random); });
      Try("device.pages", [&] { CheckPages(random); });
      if (i < rounds / 4) Try("device.logits", [&] { CheckLogits(seed, dtype); });
    }
    if (options_.stop.stop_requested()) checks_.SkipUntried("time was up");
    checks_.SkipUntried(is_lost_ ? "the device was lost" : "the ops that it looks at threw");
    if (options_.when_done) options_.when_done(device_);
  }

 private:
  // What one op throws says nothing of the others, unless the device is lost: then all would.
  template <typename Check>
  void Try(const char* name, const Check& check) {
    if (is_lost_ || options_.stop.stop_requested() || !checks_.Wants(name)) return;
    try {
      check();
    } catch (const std::exception& error) {
      checks_.Add(name, std::string("threw: ") + error.what());
      is_lost_ = !Answers();
    }
  }

  bool Answers() {
    try {
      DeviceTensor(device_, DType::kF32, 1, 1).Read();
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  void Add(const char* name, const std::string& shape, const Comparison& comparison) {
    checks_.AddError(name, comparison.share,
                     comparison.failure.empty() ? "" : shape + ": " + comparison.failure);
  }
  void Add(const char* name, const std::string& shape, DeviceTensor& found, const Floats& expected,
           const Tolerance& tolerance) {
    Add(name, shape, Compare(expected, found.Read(), tolerance));
    checks_.Add("device.guards", found.IsCleanOutside() ? "" : std::string(name) + ", " + shape);
  }

  static std::string Shape(std::initializer_list<std::int64_t> extents, DType dtype) {
    std::string text;
    for (const std::int64_t extent : extents) {
      text += (text.empty() ? "" : " x ") + std::to_string(extent);
    }
    return text + " " + Name(dtype);
  }

  void CheckRmsNorm(Random& random, DType dtype) {
    const std::int64_t rows = random.Between(1, 20);
    const std::int64_t width = random.Pick<std::int64_t>({1, 31, 64, 1027, 4096});
    const Floats x = random.Vector(rows * width, 4);
    const Floats gain = random.Vector(width, 2);
    DeviceTensor expected(cpu_, DType::kF32, rows, width);
    DeviceTensor found(device_, dtype, rows, width);
    const auto norm = [&](Context& ctx, DeviceTensor& out) {
      const DeviceTensor in(ctx, DType::kF32, rows, width, x);
      const DeviceTensor weights(ctx, DType::kF32, 1, width, gain);
      const TensorView g(weights.view().data, DType::kF32, {width}, ctx.device());
      RmsNorm(ctx, in.view(), g, 1e-5F, out.view());
    };
    norm(cpu_, expected);
    norm(device_, found);
    Add("device.rmsnorm", Shape({rows, width}, dtype), found, expected.Read(),
        {.absolute = RoundoffOf(dtype) * 1e-3,
         .relative = kRmsNormTolerance.relative + RoundoffOf(dtype)});
  }

  void CheckSiluMul(Random& random, DType dtype) {
    const std::int64_t rows = random.Between(1, 20);
    const std::int64_t width = random.Pick<std::int64_t>({1, 40, 515, 2048});
    const Floats gate = Rounded(random.Vector(rows * width, 8), dtype);
    const Floats up = Rounded(random.Vector(rows * width, 8), dtype);
    DeviceTensor expected(cpu_, DType::kF32, rows, width);
    DeviceTensor found(device_, dtype, rows, width);
    const auto multiply = [&](Context& ctx, DType type, DeviceTensor& out) {
      const DeviceTensor g(ctx, type, rows, width, gate);
      const DeviceTensor u(ctx, type, rows, width, up);
      SiluMul(ctx, g.view(), u.view(), out.view());
    };
    multiply(cpu_, DType::kF32, expected);
    multiply(device_, dtype, found);
    Add("device.silu_mul", Shape({rows, width}, dtype), found, expected.Read(),
        {.absolute = RoundoffOf(dtype) * 1e-3,
         .relative = kSiluMulTolerance.relative + RoundoffOf(dtype)});
  }

  // Against sums in double; the tolerance of an element is a share of the sum of magnitudes.
  void CheckGemm(Random& random, DType dtype) {
    const std::int64_t m = random.Pick<std::int64_t>({1, 3, 16, 65});
    const std::int64_t n = 8 * random.Between(1, 40);
    const std::int64_t k = 8 * random.Between(1, 60);
    const bool adds = random.Chance(0.3);
    const DType out = !adds && random.Chance(0.5) ? dtype : DType::kF32;
    const Floats x = Rounded(random.Vector(m * k, 1), dtype);
    const Floats w = Rounded(random.Vector(n * k, 1), dtype);
    const Floats before = random.Vector(m * n, 1);
    const DeviceTensor in(device_, dtype, m, k, x);
    DeviceTensor found =
        adds ? DeviceTensor(device_, DType::kF32, m, n, before) : DeviceTensor(device_, out, m, n);
    DeviceTensor scratch(device_, dtype, m, n);
    const Buffer on_host(w.size() * static_cast<std::size_t>(SizeOf(dtype)));
    ConvertElements(reinterpret_cast<const std::byte*>(w.data()), DType::kF32, n * k, dtype,
                    on_host.data());
    const TensorView matrix(on_host.data(), dtype, {n, k});
    const PackedWeight packed = PackWeight(device_, std::span(&matrix, 1));
    if (adds) {
      GemmAdd(device_, in.view(), packed, scratch.view(), found.view());
    } else {
      Gemm(device_, in.view(), packed, found.view());
    }
    const Floats values = found.Read();
    Comparison comparison;
    for (std::int64_t i = 0; i < m * n; ++i) {
      double sum = adds ? double{before[static_cast<std::size_t>(i)]} : 0;
      double magnitude = std::abs(sum);
      for (std::int64_t j = 0; j < k; ++j) {
        const double term = double{x[static_cast<std::size_t>(i / n * k + j)]} *
                            double{w[static_cast<std::size_t>(i % n * k + j)]};
        sum += term;
        magnitude += std::abs(term);
      }
      comparison.Take(
          static_cast<std::size_t>(i), sum, double{values[static_cast<std::size_t>(i)]},
          GemmTolerance(static_cast<double>(k)) * magnitude + RoundoffOf(out) * std::abs(sum));
    }
    const std::string shape = Shape({m, n, k}, dtype) + (adds ? ", added" : "");
    Add("device.gemm", shape, comparison);
    checks_.Add("device.guards", found.IsCleanOutside() ? "" : "device.gemm, " + shape);
  }

  // Segments of several lengths in scattered pages, in two steps so that there are keys before.
  void CheckAttention(Random& random, DType dtype) {
    StepShape shape;
    shape.vocab_size = 1;
    shape.num_kv_heads = random.Between(1, 3);
    shape.num_heads = shape.num_kv_heads * random.Between(1, 4);
    shape.head_dim = random.Pick<std::int64_t>({8, 64, 128, 40});
    shape.attention.scale = 1.0F / std::sqrt(static_cast<float>(shape.head_dim));
    shape.attention.window = random.Pick<std::int64_t>({0, 0, 1, 64, 65, 100});
    shape.max_rows = 1000;
    shape.max_selected = 1000;
    const RopeTable rope(shape.head_dim, 1e4, 300);

    struct Sequence {
      std::int64_t before = 0;
      std::int64_t rows = 0;
      std::vector<std::int32_t> pages;
    };
    std::vector<Sequence> sequences(static_cast<std::size_t>(random.Between(1, 4)));
    std::vector<std::int32_t> free_pages(32);
    std::iota(free_pages.begin(), free_pages.end(), 0);
    random.Shuffle(free_pages);
    for (Sequence& sequence : sequences) {
      sequence.before = random.Pick<std::int64_t>({0, 1, 63, 64, 90, 200});
      sequence.rows = random.Pick<std::int64_t>({1, 1, 2, 20, 66});
      for (std::int64_t p = 0; p < NumKvPages(sequence.before + sequence.rows); ++p) {
        sequence.pages.push_back(free_pages.back());
        free_pages.pop_back();
      }
    }
    const std::int64_t columns = (shape.num_heads + 2 * shape.num_kv_heads) * shape.head_dim;
    const auto layout = [&](bool earlier) {
      std::vector<Segment> segments;
      std::int64_t row = 0;
      for (const Sequence& sequence : sequences) {
        const std::int64_t count = earlier ? sequence.before : sequence.rows;
        if (count == 0) continue;
        segments.push_back({.row_begin = row,
                            .num_rows = count,
                            .position_begin = earlier ? 0 : sequence.before,
                            .page_table = sequence.pages});
        row += count;
      }
      return segments;
    };
    const std::vector<std::vector<Segment>> steps = {layout(true), layout(false)};
    std::vector<Floats> inputs;
    for (const std::vector<Segment>& segments : steps) {
      const std::int64_t rows =
          segments.empty() ? 0 : segments.back().row_begin + segments.back().num_rows;
      inputs.push_back(Rounded(random.Vector(rows * columns, 1), dtype));
    }
    const auto run = [&](Context& ctx, DType type, DType kv_type) {
      const auto ops = MakeStepOps(ctx, shape, rope);
      const std::int64_t heads = shape.num_heads * shape.head_dim;
      const std::int64_t page_elements = shape.num_kv_heads * shape.head_dim * kKvPageTokens;
      const DeviceTensor keys(ctx, kv_type, 1, 32 * page_elements);
      const DeviceTensor values(ctx, kv_type, 1, 32 * page_elements);
      const KvPages pages = {.keys = keys.view().data,
                             .values = values.view().data,
                             .dtype = kv_type,
                             .num_pages = 32,
                             .n_kv_heads = shape.num_kv_heads,
                             .head_dim = shape.head_dim};
      Floats result;
      for (std::size_t s = 0; s < steps.size(); ++s) {
        if (steps[s].empty()) continue;
        const Segment& last = steps[s].back();
        const std::int64_t rows = last.row_begin + last.num_rows;
        const std::vector<TokenId> tokens(static_cast<std::size_t>(rows), 0);
        std::vector<std::int32_t> positions;
        for (const Segment& segment : steps[s]) {
          for (std::int64_t i = 0; i < segment.num_rows; ++i) {
            positions.push_back(static_cast<std::int32_t>(segment.position_begin + i));
          }
        }
        const std::int64_t padded = ops->Begin(
            {.tokens = tokens, .positions = positions, .segments = steps[s], .copies = {}});
        Floats input = inputs[s];
        input.resize(static_cast<std::size_t>(padded * columns));
        const DeviceTensor qkv(ctx, type, padded, columns, input);
        DeviceTensor out(ctx, type, padded, heads);
        ops->RotateAndStore(qkv.view(), pages);
        ops->Attend(qkv.view(), pages, out.view());
        result = out.Read();
        result.resize(static_cast<std::size_t>(rows * heads));
        checks_.Add("device.guards", out.IsCleanOutside() ? "" : "device.attention");
      }
      return result;
    };
    // The cpu keeps queries in f32 and, here, keys and values too. The device rounds rotated
    // queries and keys: a score moves by about u / 3, six times which is within 8 u of values
    // below 1.
    const Floats expected = run(cpu_, DType::kF32, DType::kF32);
    const Tolerance roundings = CudaAttentionTolerance(dtype == DType::kBF16);
    const std::string name = Shape({static_cast<std::int64_t>(sequences.size()), shape.num_heads,
                                    shape.num_kv_heads, shape.head_dim},
                                   dtype) +
                             ", window " + std::to_string(shape.attention.window);
    std::vector<Floats> of_forms;
    for (const std::string& form : AttentionForms(device_)) {
      const FormInUse in_use(device_, form);
      of_forms.push_back(run(device_, dtype, dtype));
      Add("device.attention", name + ", by " + form,
          Compare(expected, of_forms.back(),
                  {.absolute = roundings.absolute + 8 * RoundoffOf(dtype), .relative = 0}));
      if (of_forms.size() > 1) {
        Add("device.forms", name + ", by " + form,
            Compare(of_forms.front(), of_forms.back(), roundings));
      }
    }
  }

  void CheckLogprobs(Random& random) {
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
    const std::vector<TokenLogprob> expected = run(cpu_);
    const std::vector<TokenLogprob> found = run(device_);
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
    Add("device.logprob", Shape({rows, vocab}, DType::kF32), comparison);
  }

  // A draw may differ where its random number falls on a border: one in some hundred thousand.
  void CheckSampling(Random& random) {
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
    const std::vector<TokenId> expected = run(cpu_);
    const std::vector<TokenId> found = run(device_);
    for (std::size_t r = 0; r < expected.size(); ++r) {
      checks_.Add("device.sampling", found[r] == expected[r]
                                         ? ""
                                         : Shape({rows, vocab}, DType::kF32) + ", row " +
                                               std::to_string(r) + ": expected " +
                                               std::to_string(expected[r]) + ", found " +
                                               std::to_string(found[r]));
    }
  }

  void CheckPages(Random& random) {
    constexpr std::int64_t kLayers = 3;
    constexpr std::int64_t kPages = 7;
    constexpr std::int64_t kElements = 24;  // of a page
    const Floats contents = random.Vector(kLayers * kPages * kElements, 1);
    std::vector<PagePair> pairs;
    for (int i = 0; i < 5; ++i) {
      pairs.push_back({static_cast<std::int32_t>(random.Below(kPages)),
                       static_cast<std::int32_t>(random.Below(kPages))});
    }
    const auto run = [&](Context& ctx) {
      DeviceTensor keys(ctx, DType::kF32, 1, kLayers * kPages * kElements, contents);
      DeviceTensor values(ctx, DType::kF32, 1, kLayers * kPages * kElements, contents);
      CopyPages(ctx,
                {.keys = keys.view().data,
                 .values = values.view().data,
                 .num_layers = kLayers,
                 .num_pages = kPages,
                 .page_bytes = kElements * std::int64_t{sizeof(float)}},
                pairs);
      Floats both = keys.Read();
      const Floats second = values.Read();
      both.insert(both.end(), second.begin(), second.end());
      return both;
    };
    checks_.Add("device.pages", run(cpu_) == run(device_) ? "" : "pages differ");
  }

  // Activations are rounded some ten times a layer, each by u of a value like the others; the
  // logits of these models reach about ten times the activations.
  void CheckLogits(std::uint64_t seed, DType dtype) {
    const std::int64_t pieces = Tokenizer::Load(options_.tokenizer).vocab_size();
    const RandomModel on_device = MakeRandomModel(seed, dtype, pieces);
    RandomModel on_cpu = on_device;
    on_cpu.dtype = DType::kF32;
    if (options_.progress) options_.progress("logits of the model " + Describe(on_device));
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
    const Floats expected = run(cpu_, on_cpu);
    double largest = 0;
    for (const float value : expected) largest = std::max(largest, std::abs(double{value}));
    Add("device.logits", Describe(on_device),
        Compare(expected, run(device_, on_device),
                {.absolute = 20 * RoundoffOf(dtype) * largest, .relative = 0}));
  }

  const SelftestOptions& options_;
  CheckList& checks_;
  Context device_;
  Context cpu_;
  bool is_lost_ = false;
};

}  // namespace

std::vector<SelftestCheck> ProveDevice(const SelftestOptions& options) {
  CheckList checks = DeviceChecks(options.only);
  DeviceProof(options, checks).Run();
  return checks.checks();
}

}  // namespace meval::selftest
