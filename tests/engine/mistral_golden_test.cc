// Logits against those of Hugging Face transformers (float32, eager attention) on small
// checkpoints; scripts/goldens makes both.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/kv_cache.h"
#include "engine/mistral.h"
#include "engine/model_config.h"
#include "engine/safetensors.h"
#include "engine/weights.h"

namespace meval {
namespace {

constexpr std::int64_t kMaxTokens = 256;

template <typename T>
std::vector<T> Read(const TensorEntry& entry) {
  std::vector<T> values(static_cast<std::size_t>(entry.bytes) / sizeof(T));
  std::memcpy(values.data(), entry.data, static_cast<std::size_t>(entry.bytes));
  return values;
}

std::vector<std::filesystem::path> GoldenModels() {
  std::vector<std::filesystem::path> models;
  const auto root = std::filesystem::path(MEVAL_SOURCE_DIR) / "tests" / "golden" / "forward";
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    if (entry.is_directory()) models.push_back(entry.path());
  }
  std::sort(models.begin(), models.end());
  return models;
}

// max |a - b| / max |b| over all rows of one text, fed in two chunks.
double RelativeError(Mistral& model, KvCache& cache, const std::vector<TokenId>& tokens,
                     const std::vector<float>& expected) {
  double error = 0;
  double largest = 0;
  KvSequence sequence(&cache.pool());
  const std::size_t V = static_cast<std::size_t>(model.config().vocab_size);
  const std::size_t split = tokens.size() / 2;
  for (const auto& [begin, end] : {std::pair(std::size_t{0}, split), {split, tokens.size()}}) {
    TokenBatch batch;
    sequence.Extend(static_cast<std::int64_t>(end - begin));
    batch.Append(std::span(tokens).subspan(begin, end - begin), static_cast<std::int64_t>(begin),
                 sequence);
    for (std::int64_t row = 0; row < batch.num_rows(); ++row) batch.logit_rows.push_back(row);
    const TensorView logits = model.Forward(batch, cache);
    for (std::size_t i = 0; i < (end - begin) * V; ++i) {
      const double value = expected[begin * V + i];
      const double difference = std::abs(double{logits.As<float>()[i]} - value);
      if (!(difference <= error)) error = difference;  // also catches NaN
      largest = std::max(largest, std::abs(value));
    }
  }
  return error / largest;
}

void CheckModel(Context& ctx, const std::filesystem::path& directory) {
  const ModelConfig config = LoadModelConfig(directory);
  const Checkpoint checkpoint = Checkpoint::Open(directory);
  Mistral model(ctx, config, LoadWeights(ctx, config, checkpoint, WeightDType::kF32), kMaxTokens,
                kMaxTokens);
  KvCache cache(ctx, config, model.kv_dtype(), NumKvPages(kMaxTokens));
  const Checkpoint expected = Checkpoint::Open(directory / "expected.safetensors");
  std::size_t num_texts = 0;
  for (const auto& [name, entry] : expected.tensors()) {
    const std::string prefix = "input_ids.";
    if (!name.starts_with(prefix)) continue;
    ++num_texts;
    const std::vector<std::int64_t> ids = Read<std::int64_t>(entry);
    const std::vector<TokenId> tokens(ids.begin(), ids.end());
    const auto logits = Read<float>(expected.tensors().at("logits." + name.substr(prefix.size())));
    ASSERT_EQ(logits.size(), tokens.size() * static_cast<std::size_t>(config.vocab_size));
    EXPECT_LE(RelativeError(model, cache, tokens, logits), 1e-5) << name;
  }
  EXPECT_GE(num_texts, 1U);
}

TEST(MistralGolden, LogitsAreThoseOfTransformers) {
  const auto models = GoldenModels();
  ASSERT_GE(models.size(), 9U);
  std::vector<ContextOptions> contexts(1);  // what is chosen by default
  for (const CpuPath path : AvailableCpuPaths()) {
    ContextOptions options;
    options.choose_path = false;
    options.path = path;
    contexts.push_back(options);
  }
  for (ContextOptions& options : contexts) {
    options.num_threads = 2;
    Context ctx(options);
    for (const auto& model : models) {
      SCOPED_TRACE(std::string(Name(ctx.path())) + " " + Name(ctx.gemm()) + ": " + model.string());
      CheckModel(ctx, model);
    }
  }
}

}  // namespace
}  // namespace meval
