// The whole engine on the emulated CUDA device, beside the same engine on the CPU: weights, page
// tables, plans, kernels, matrix products, graphs and errors, end to end.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "engine/mistral.h"
#include "kernels/check.h"
#include "kernels/tolerance.h"
#include "tests/support/cuda_emulator/runtime.h"
#include "tests/support/device_error.h"
#include "tests/support/environment.h"
#include "tests/support/reference_forward.h"
#include "tests/support/temp_directory.h"
#include "tests/support/tiny_mistral.h"

namespace meval::testing {
namespace {

using cuda_emulator::SetDeviceModel;
using cuda_emulator::SetFaults;
using ::testing::HasSubstr;

using Tokens = std::vector<TokenId>;

class OnCuda : public ::testing::Test {
 protected:
  ~OnCuda() override {
    SetFaults({});
    SetDeviceModel({});
  }
};

ContextOptions Cuda() { return {.device = Device::kCuda, .num_threads = 1}; }

// Kernels of every width: heads of 8, of 64 and of 128 with a group of four, and a window that ends
// inside a page.
ModelConfig Config(std::int64_t head_dim, std::int64_t window) {
  ModelConfig config = TinyConfig();
  config.head_dim = head_dim;
  config.sliding_window = window;
  config.num_attention_heads = head_dim == 8 ? 4 : 8;
  return config;
}

// The largest difference to the forward pass in double, as a share of the largest logit.
double LogitError(Context& ctx, const ModelConfig& config, DType dtype, const Tokens& tokens,
                  std::int64_t chunk) {
  const PlainWeights plain = RandomPlainWeights(config, 7, dtype);
  const auto count = static_cast<std::int64_t>(tokens.size());
  Mistral model(ctx, config, Pack(ctx, config, plain, dtype), std::max<std::int64_t>(chunk, 8),
                config.max_position_embeddings);
  KvCache cache(ctx, config, dtype, NumKvPages(count));
  const std::vector<std::vector<double>> expected = ReferenceForward(config, plain, tokens);
  double error = 0;
  double largest = 0;
  KvSequence sequence(&cache.pool());
  for (std::int64_t begin = 0; begin < count; begin += chunk) {
    const std::int64_t rows = std::min(chunk, count - begin);
    sequence.Extend(rows);
    TokenBatch batch;
    batch.Append(
        std::span(tokens).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(rows)),
        begin, sequence);
    for (std::int64_t r = 0; r < rows; ++r) batch.logit_rows.push_back(r);
    const TensorView logits = model.Forward(batch, cache);
    std::vector<float> values(static_cast<std::size_t>(logits.num_elements()));
    ctx.Download(logits.data, values.data(), values.size() * sizeof(float));
    std::size_t i = 0;
    for (std::int64_t r = 0; r < rows; ++r) {
      for (const double value : expected[static_cast<std::size_t>(begin + r)]) {
        const double difference = std::abs(double{values[i++]} - value);
        if (!(difference <= error)) error = difference;  // also catches NaN
        largest = std::max(largest, std::abs(value));
      }
    }
  }
  return error / largest;
}

// Activations are rounded to the dtype of the weights several times a layer; the CPU keeps them in
// f32 and rounds what enters a product. Both are held against arithmetic in double.
TEST_F(OnCuda, LogitsAreThoseOfTheReference) {
  const Tokens tokens = RandomTokens(3, 70);
  for (const std::int64_t head_dim : {8, 64, 128}) {
    for (const std::int64_t window : {0, 8, 65}) {
      SCOPED_TRACE("head_dim " + std::to_string(head_dim) + ", window " + std::to_string(window));
      const ModelConfig config = Config(head_dim, window);
      Context cuda(Cuda());
      // How a step is cut does not depend on the format.
      const bool one_step_of_bf16 = (head_dim / 8 + window) % 2 == 0;
      EXPECT_LT(LogitError(cuda, config, DType::kBF16, tokens, one_step_of_bf16 ? 70 : 9), 0.04);
      EXPECT_LT(LogitError(cuda, config, DType::kF16, tokens, one_step_of_bf16 ? 9 : 70), 0.005);
    }
  }
}

// Several contexts with continuations that share beginnings of all lengths, longer than a page.
std::vector<ScoreRequest> ScoreRequests() {
  std::vector<ScoreRequest> requests;
  const Tokens text = RandomTokens(11, 150);
  for (const std::size_t length : {1, 5, 63, 64, 65, 130}) {
    for (std::uint64_t i = 0; i < 3; ++i) {
      ScoreRequest request;
      request.context.assign(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length));
      request.continuation =
          RandomTokens(20 + i, static_cast<std::int64_t>(1 + (length + 2 * i) % 5));
      requests.push_back(request);
    }
  }
  return requests;
}

struct Variant {
  bool share_prefixes = true;
  std::int64_t batch_tokens = 64;
  bool reversed = false;
};

std::vector<std::vector<double>> Score(Context& ctx, const ModelConfig& config, DType dtype,
                                       const Variant& variant) {
  std::vector<ScoreRequest> requests = ScoreRequests();
  if (variant.reversed) std::reverse(requests.begin(), requests.end());
  Engine engine = TinyEngine(
      ctx, {.batch_tokens = variant.batch_tokens, .share_prefixes = variant.share_prefixes}, config,
      1, dtype);
  std::vector<std::vector<double>> scores(requests.size());
  engine.Score(requests, [&](std::size_t i, const ContinuationScore& score) {
    scores[i] = score.token_logprobs;
  });
  if (variant.reversed) std::reverse(scores.begin(), scores.end());
  return scores;
}

// Of a token; the logits of these models reach about 10.
double ScoreTolerance(const ModelConfig& config, DType dtype) {
  return LogprobTolerance(dtype, static_cast<double>(config.num_hidden_layers), 10);
}

TEST_F(OnCuda, ScoresAreThoseOfTheCpu) {
  for (const std::int64_t window : {0, 8}) {
    const ModelConfig config = Config(8, window);
    Context cpu({.num_threads = 1});
    Context cuda(Cuda());
    const auto expected = Score(cpu, config, DType::kBF16, {});
    const auto found = Score(cuda, config, DType::kBF16, {});
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].size(), expected[i].size());
      for (std::size_t t = 0; t < found[i].size(); ++t) {
        EXPECT_NEAR(found[i][t], expected[i][t], ScoreTolerance(config, DType::kBF16))
            << "request " << i << ", token " << t;
      }
    }
  }
}

TEST_F(OnCuda, ScoresHaveTheSameBitsUnderEverySchedule) {
  const ModelConfig config = Config(64, 70);
  Context cuda(Cuda());
  const auto expected = Score(cuda, config, DType::kBF16, {});
  for (const Variant& variant :
       {Variant{.share_prefixes = false}, Variant{.batch_tokens = 1}, Variant{.batch_tokens = 7},
        Variant{.batch_tokens = 512}, Variant{.reversed = true},
        Variant{.share_prefixes = false, .batch_tokens = 33, .reversed = true}}) {
    EXPECT_EQ(Score(cuda, config, DType::kBF16, variant), expected)
        << "sharing " << variant.share_prefixes << ", steps of " << variant.batch_tokens
        << ", reversed " << variant.reversed;
  }
}

std::vector<Generation> Generate(Context& ctx, const ModelConfig& config, DType dtype,
                                 double temperature, const Variant& variant) {
  std::vector<GenerationRequest> requests;
  for (std::uint64_t i = 0; i < 4; ++i) {
    GenerationRequest request;
    request.prompt = RandomTokens(5 + i / 2, 60 + 3 * static_cast<std::int64_t>(i));
    // To the next page either way; the draws of a token are what takes the time.
    request.max_new_tokens = temperature > 0 ? 6 : 12;
    request.num_samples = 3;
    request.sampling = {.temperature = temperature, .top_k = 40, .top_p = 0.9};
    request.seed = 17;
    request.key = i;
    requests.push_back(request);
  }
  if (variant.reversed) std::reverse(requests.begin(), requests.end());
  Engine engine = TinyEngine(
      ctx, {.batch_tokens = variant.batch_tokens, .share_prefixes = variant.share_prefixes}, config,
      1, dtype);
  std::vector<Generation> generations(requests.size() * 3);
  engine.Generate(requests, [&](std::size_t i, std::int64_t sample, Generation generation) {
    generations[requests[i].key * 3 + static_cast<std::size_t>(sample)] = std::move(generation);
  });
  return generations;
}

std::vector<Tokens> TokensOf(const std::vector<Generation>& generations) {
  std::vector<Tokens> tokens;
  for (const Generation& generation : generations) tokens.push_back(generation.tokens);
  return tokens;
}

TEST_F(OnCuda, GenerationsAreTheSameUnderEveryScheduleAndWithoutGraphs) {
  const ModelConfig config = Config(8, 70);
  for (const double temperature : {0.0, 1.0}) {
    const auto run = [&](const Variant& variant) {
      Context cuda(Cuda());
      return TokensOf(Generate(cuda, config, DType::kBF16, temperature, variant));
    };
    const std::int64_t replays = cuda_emulator::Counts().graph_launches;
    const auto expected = run({});
    EXPECT_GT(cuda_emulator::Counts().graph_launches, replays) << "graphs were repeated";
    EXPECT_EQ(run({.share_prefixes = false}), expected);
    EXPECT_EQ(run({.batch_tokens = 5, .reversed = true}), expected);
    const Environment off("MEVAL_CUDA_GRAPHS", "off");
    const std::int64_t before = cuda_emulator::Counts().graph_launches;
    EXPECT_EQ(run({}), expected);
    EXPECT_EQ(cuda_emulator::Counts().graph_launches, before);
  }
}

// Where the CPU is sure of the next token by more than the rounding of activations, both say it.
TEST_F(OnCuda, GreedyTokensAreLikelyOnTheCpu) {
  const ModelConfig config = Config(8, 0);
  Context cpu({.num_threads = 1});
  Context cuda(Cuda());
  const std::vector<Generation> generations = Generate(cuda, config, DType::kF16, 0, {});
  std::vector<ScoreRequest> requests;
  for (std::size_t i = 0; i < generations.size(); i += 3) {
    if (generations[i].tokens.empty()) continue;  // EOS at once
    requests.push_back(
        {RandomTokens(5 + i / 6, 60 + static_cast<std::int64_t>(i)), generations[i].tokens});
  }
  Engine engine = TinyEngine(cpu, {}, config, 1, DType::kF32);
  Engine on_cuda = TinyEngine(cuda, {}, config, 1, DType::kF16);
  std::vector<double> expected(requests.size());
  engine.Score(requests,
               [&](std::size_t i, const ContinuationScore& s) { expected[i] = s.logprob; });
  on_cuda.Score(requests, [&](std::size_t i, const ContinuationScore& score) {
    EXPECT_TRUE(score.is_greedy) << "request " << i;
    const auto tokens = static_cast<double>(requests[i].continuation.size());
    EXPECT_NEAR(score.logprob, expected[i], tokens * ScoreTolerance(config, DType::kF16))
        << "request " << i;
  });
}

TEST_F(OnCuda, TheFastModeIsCloseToTheInvariantOne) {
  const ModelConfig config = Config(8, 8);
  Context invariant(Cuda());
  const Environment mode("MEVAL_CUDA_MODE", "fast");
  Context fast(Cuda());
  EXPECT_THAT(invariant.device_arithmetic(), HasSubstr("invariant"));
  EXPECT_THAT(fast.device_arithmetic(), HasSubstr("fast"));
  const auto expected = Score(invariant, config, DType::kBF16, {});
  const auto found = Score(fast, config, DType::kBF16, {.batch_tokens = 3});
  EXPECT_NE(found, expected) << "sums are split, so bits differ";
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (std::size_t t = 0; t < found[i].size(); ++t) {
      EXPECT_NEAR(found[i][t], expected[i][t], ScoreTolerance(config, DType::kBF16))
          << "request " << i << ", token " << t;
    }
  }
}

TEST_F(OnCuda, RecordsOneUnsplitAlgorithmForEachKindOfProduct) {
  Context cuda(Cuda());
  Score(cuda, Config(8, 8), DType::kBF16, {.batch_tokens = 7});
  const std::vector<std::string> algorithms = cuda.matmul_algorithms();
  EXPECT_EQ(algorithms.size(), 5U) << "qkv, o, gate and up, down, logits";
  for (const std::string& text : algorithms) {
    // Rows of an odd vocabulary of f32 begin at multiples of four bytes.
    const bool is_odd = text.starts_with("n 305,");
    EXPECT_THAT(text, HasSubstr(is_odd ? "algorithm 31," : "algorithm 6,"));
    EXPECT_THAT(text, HasSubstr("splits 1, reduction 0"));
  }
}

// ---- Loading and memory -------------------------------------------------------------------------

TEST_F(OnCuda, LoadsACheckpointAsTheCpuDoes) {
  const TempDirectory directory;
  WriteTinyTokenizer(directory.path());
  ModelConfig config = TinyConfig();
  config.torch_dtype = "bfloat16";
  ExportRandomCheckpoint(config, 5, DType::kBF16, directory.path());
  const EngineOptions options = {.model = directory.path().string()};
  Context cpu({.num_threads = 1});
  Context cuda({.device = Device::kCuda, .num_threads = 2});
  std::vector<double> expected;
  for (Context* ctx : {&cpu, &cuda}) {
    std::string table;
    EngineOptions announced = options;
    announced.announce = [&](const std::string& text) { table = text; };
    Engine engine = Engine::Load(*ctx, announced);
    EXPECT_EQ(engine.dtype(), DType::kBF16);
    EXPECT_THAT(table, HasSubstr("KV cache"));
    const std::vector<ScoreRequest> requests = {{RandomTokens(1, 20), RandomTokens(2, 4)}};
    engine.Score(requests, [&](std::size_t, const ContinuationScore& score) {
      if (expected.empty()) {
        expected = score.token_logprobs;
        return;
      }
      for (std::size_t t = 0; t < expected.size(); ++t) {
        EXPECT_NEAR(score.token_logprobs[t], expected[t], 0.01);
      }
    });
  }
}

TEST_F(OnCuda, RefusesADtypeItDoesNotComputeWith) {
  Context cuda(Cuda());
  Context cpu({.num_threads = 1});
  EXPECT_THROW(RandomWeights(cuda, TinyConfig(), 1, WeightDType::kF32), DeviceError);
  EXPECT_THROW(RandomWeights(cpu, TinyConfig(), 1, WeightDType::kF16), DeviceError);
  EXPECT_EQ(RandomWeights(cuda, TinyConfig(), 1, WeightDType::kAuto).dtype, DType::kBF16);
}

TEST_F(OnCuda, GivesBackAllMemory) {
  const std::int64_t before = cuda_emulator::Counts().allocated_bytes;
  {
    Context cuda(Cuda());
    Score(cuda, TinyConfig(), DType::kBF16, {});
    EXPECT_GT(cuda_emulator::Counts().allocated_bytes, before);
  }
  EXPECT_EQ(cuda_emulator::Counts().allocated_bytes, before);
}

TEST_F(OnCuda, TakesFewerPagesWhereMemoryIsShort) {
  Context cuda(Cuda());
  const auto expected = Score(cuda, TinyConfig(), DType::kBF16, {});
  // The cache's first wish is refused, a smaller one fits.
  SetFaults({.allocation_bytes = cuda_emulator::Counts().allocated_bytes + (3 << 20)});
  EXPECT_EQ(Score(cuda, TinyConfig(), DType::kBF16, {}), expected);
}

// ---- Bad days -----------------------------------------------------------------------------------

std::string WhyNoContext() {
  return DeviceErrorOf([] { const Context cuda(Cuda()); });
}

TEST_F(OnCuda, SaysWhatIsMissing) {
  SetDeviceModel({.driver_version = 0});
  EXPECT_THAT(WhyNoContext(), HasSubstr("no NVIDIA driver answers"));
  SetDeviceModel({.driver_version = 12080});
  EXPECT_THAT(WhyNoContext(),
              HasSubstr("the NVIDIA driver supports CUDA 12.8, and this build needs 13.0"));
  SetDeviceModel({.num_devices = 0});
  EXPECT_THAT(WhyNoContext(), HasSubstr("sees no device"));
  SetDeviceModel({.major = 7, .minor = 5});
  EXPECT_THAT(WhyNoContext(), HasSubstr("expected compute capability 8.0 or newer, found 7.5"));
  SetDeviceModel({});
  SetFaults({.busy = true});
  EXPECT_THAT(WhyNoContext(), HasSubstr("cudaErrorDevicesUnavailable"));
  EXPECT_THAT(WhyNoContext(), HasSubstr("another process holds it: nvidia-smi shows which"));
}

TEST_F(OnCuda, NamesTheBytesThatDoNotFit) {
  Context cuda(Cuda());
  EXPECT_THAT(DeviceErrorOf([&] { cuda.Allocate(std::size_t{1} << 40); }),
              HasSubstr("cudaMalloc of 1099511627776 bytes on CUDA device 0: "
                        "cudaErrorMemoryAllocation (2)"));
}

// Whichever call it is that meets the loss, until a run gets by with fewer calls.
TEST_F(OnCuda, ALostDeviceOrARefusedLaunchEndsTheCall) {
  const std::vector<ScoreRequest> requests = ScoreRequests();
  int num_lost = 0;
  for (std::int64_t calls = 0;; calls += calls / 2 + 1) {
    Context cuda(Cuda());
    Engine engine = TinyEngine(cuda, {}, TinyConfig(), 1, DType::kBF16);
    SetFaults({.calls = calls});
    std::size_t answered = 0;
    const std::string why = DeviceErrorOf([&] {
      engine.Score(requests, [&](std::size_t, const ContinuationScore&) { ++answered; });
    });
    SetFaults({});
    if (answered == requests.size()) break;
    EXPECT_THAT(why, HasSubstr("cudaErrorLaunchFailure (719)")) << "after " << calls << " calls";
    ++num_lost;
  }
  EXPECT_GT(num_lost, 5);
  Context cuda(Cuda());
  Engine engine = TinyEngine(cuda, {}, TinyConfig(), 1, DType::kBF16);
  SetFaults({.launches = 5});
  EXPECT_THAT(DeviceErrorOf([&] {
                engine.Score(ScoreRequests(), [](std::size_t, const ContinuationScore&) {});
              }),
              HasSubstr("cudaErrorLaunchOutOfResources"));
}

TEST_F(OnCuda, WeightsThatOverflowAreAModelError) {
  Context cuda(Cuda());
  const ModelConfig config = TinyConfig();
  PlainWeights plain = RandomPlainWeights(config, 1, DType::kBF16);
  plain.final_norm[0] = std::numeric_limits<float>::quiet_NaN();
  Mistral model(cuda, config, Pack(cuda, config, plain, DType::kBF16), 8, 64);
  KvCache cache(cuda, config, DType::kBF16, 1);
  KvSequence sequence(&cache.pool());
  sequence.Extend(3);
  TokenBatch batch;
  batch.Append(RandomTokens(1, 3), 0, sequence);
  batch.logit_rows = {2};
  EXPECT_THROW(model.Forward(batch, cache), std::runtime_error);
}

}  // namespace
}  // namespace meval::testing
