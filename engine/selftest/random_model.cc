#include "engine/selftest/random_model.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "engine/loading/convert.h"
#include "engine/random_weights.h"
#include "engine/selftest/random.h"
#include "engine/tokenizer.h"
#include "kernels/buffer.h"
#include "kernels/gemm.h"

namespace meval::selftest {
namespace {

constexpr std::int64_t kMaxPositions = 512;
constexpr double kGain = 1.5;

// Makes tensors by name; those that stay as they are live in `storage`.
class WeightMaker {
 public:
  WeightMaker(Context& ctx, const RandomModel& model, std::vector<Buffer>& storage)
      : ctx_(ctx), model_(model), storage_(storage) {}

  // Normal with standard deviation gain / sqrt(columns): a unit input gives an output of `gain`.
  TensorView Matrix(const std::string& name, std::int64_t rows, std::int64_t columns, double gain) {
    const double scale = gain / std::sqrt(static_cast<double>(columns)) / kRandomStddev;
    const std::vector<float> values = Values(name, rows * columns, scale);
    const Buffer on_host(values.size() * static_cast<std::size_t>(SizeOf(model_.dtype)));
    ConvertElements(reinterpret_cast<const std::byte*>(values.data()), DType::kF32,
                    static_cast<std::int64_t>(values.size()), model_.dtype, on_host.data());
    return {Keep(on_host), model_.dtype, {rows, columns}, ctx_.device()};
  }
  PackedWeight Packed(const std::string& name, std::int64_t rows, std::int64_t columns,
                      double gain = kGain) {
    const TensorView matrix = Matrix(name, rows, columns, gain);
    PackedWeight packed = PackWeight(ctx_, std::span(&matrix, 1));
    storage_.pop_back();
    return packed;
  }
  // Around 1.
  TensorView Norm(const std::string& name, std::int64_t size) {
    std::vector<float> values = Values(name, size, 0.2 / kRandomStddev);
    for (float& value : values) value += 1.0F;
    const Buffer on_host(values.size() * sizeof(float));
    std::copy(values.begin(), values.end(), on_host.As<float>());
    return {Keep(on_host), DType::kF32, {size}, ctx_.device()};
  }

 private:
  // A copy on the context's device.
  void* Keep(const Buffer& on_host) {
    storage_.push_back(ctx_.Allocate(on_host.bytes()));
    ctx_.Upload(on_host.data(), storage_.back().data(), on_host.bytes());
    return storage_.back().data();
  }
  std::vector<float> Values(const std::string& name, std::int64_t size, double scale) const {
    std::vector<float> values(static_cast<std::size_t>(size));
    FillRandomTensor(model_.seed, name, 0, values);
    for (float& value : values) value = static_cast<float>(double{value} * scale);
    return values;
  }

  Context& ctx_;
  const RandomModel& model_;
  std::vector<Buffer>& storage_;
};

}  // namespace

RandomModel MakeRandomModel(std::uint64_t seed, DType dtype, std::int64_t min_vocab) {
  Random random(seed, "random model");
  RandomModel model;
  model.seed = seed;
  model.dtype = dtype;
  ModelConfig& config = model.config;
  config.vocab_size = min_vocab + random.Below(200);
  config.hidden_size = random.Between(16, 128);
  config.intermediate_size = random.Between(16, 200);
  config.num_hidden_layers = random.Between(1, 3);
  config.num_key_value_heads = random.Between(1, 3);
  config.num_attention_heads = config.num_key_value_heads * random.Between(1, 4);
  config.head_dim = random.Pick<std::int64_t>({64, 128, 8 * (2 * random.Below(8) + 1)});
  config.max_position_embeddings = kMaxPositions;
  config.rms_norm_eps = 1e-5;
  config.rope_theta = random.Pick({1e4, 1e6});
  config.sliding_window = random.Pick<std::int64_t>({0, 0, 1, 64, random.Between(2, 150)});
  return model;
}

std::string Describe(const RandomModel& model) {
  const ModelConfig& config = model.config;
  const auto text = [](std::int64_t value) { return std::to_string(value); };
  return "seed " + std::to_string(model.seed) + ", " + Name(model.dtype) + ": " +
         text(config.num_hidden_layers) + " layers, " + text(config.num_attention_heads) +
         " heads over " + text(config.num_key_value_heads) + " of " + text(config.head_dim) +
         ", width " + text(config.hidden_size) + ", FFN " + text(config.intermediate_size) + ", " +
         (config.sliding_window > 0 ? "window " + text(config.sliding_window) : "no window") +
         ", vocabulary " + text(config.vocab_size);
}

MistralWeights MakeWeights(Context& ctx, const RandomModel& model) {
  const ModelConfig& config = model.config;
  const std::int64_t C = config.hidden_size;
  const std::int64_t F = config.intermediate_size;
  const std::int64_t q_rows = config.num_attention_heads * config.head_dim;
  const std::int64_t kv_rows = config.num_key_value_heads * config.head_dim;
  MistralWeights weights;
  weights.dtype = model.dtype;
  weights.origin = "random small model, " + Describe(model);
  WeightMaker make(ctx, model, weights.storage);
  weights.embedding =
      make.Matrix("embedding", config.vocab_size, C, std::sqrt(static_cast<double>(C)));
  for (std::int64_t l = 0; l < config.num_hidden_layers; ++l) {
    const std::string prefix = "layer " + std::to_string(l) + " ";
    LayerWeights layer;
    layer.attention_norm = make.Norm(prefix + "attention norm", C);
    layer.wqkv = make.Packed(prefix + "qkv", q_rows + 2 * kv_rows, C);
    layer.wo = make.Packed(prefix + "o", C, q_rows);
    layer.ffn_norm = make.Norm(prefix + "ffn norm", C);
    layer.gate_up = make.Packed(prefix + "gate up", 2 * F, C);
    layer.down = make.Packed(prefix + "down", C, F);
    weights.layers.push_back(std::move(layer));
  }
  weights.final_norm = make.Norm("final norm", C);
  weights.lm_head = make.Packed("lm head", config.vocab_size, C, 2 * kGain);
  for (const Buffer& buffer : weights.storage) {
    weights.bytes += static_cast<std::int64_t>(buffer.bytes());
  }
  return weights;
}

EngineFactory MakeFactory(const RandomModel& model, const std::filesystem::path& tokenizer) {
  return [=](Context& ctx, const EngineOptions& options) {
    return Engine(ctx, model.config, MakeWeights(ctx, model), Tokenizer::Load(tokenizer), options);
  };
}

}  // namespace meval::selftest
