#include "tests/support/tiny_mistral.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "kernels/bfloat16.h"
#include "kernels/gemm.h"
#include "tests/support/temp_directory.h"

namespace meval::testing {
namespace {

class RandomMatrix {
 public:
  RandomMatrix(std::uint64_t seed, DType dtype) : engine_(seed), dtype_(dtype) {}

  // Uniform with standard deviation gain / sqrt(columns): a unit input gives an output of `gain`.
  std::vector<float> operator()(std::int64_t rows, std::int64_t columns, double gain) {
    std::vector<float> values(static_cast<std::size_t>(rows * columns));
    const double scale = gain * std::sqrt(12.0 / static_cast<double>(columns));
    for (float& value : values) value = Round(static_cast<float>((Uniform() - 0.5) * scale));
    return values;
  }
  // Gains of a norm stay f32 in every dtype.
  std::vector<float> Gains(std::int64_t size) {
    std::vector<float> values(static_cast<std::size_t>(size));
    for (float& value : values) value = static_cast<float>(0.5 + Uniform());
    return values;
  }

 private:
  double Uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  float Round(float value) const {
    if (dtype_ == DType::kF16) return Float16ToFloat(FloatToFloat16(value));
    return dtype_ == DType::kBF16 ? BFloat16ToFloat(FloatToBFloat16(value)) : value;
  }

  std::mt19937_64 engine_;
  DType dtype_;
};

// Copies values into a new buffer of `weights`, on the context's device, and returns a view of it.
TensorView Store(Context& ctx, MistralWeights& weights, const std::vector<float>& values,
                 DType dtype, std::initializer_list<std::int64_t> shape) {
  const Buffer on_host(values.size() * static_cast<std::size_t>(SizeOf(dtype)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (dtype == DType::kF32) on_host.As<float>()[i] = values[i];
    if (dtype == DType::kBF16) on_host.As<std::uint16_t>()[i] = FloatToBFloat16(values[i]);
    if (dtype == DType::kF16) on_host.As<std::uint16_t>()[i] = FloatToFloat16(values[i]);
  }
  Buffer buffer = ctx.Allocate(on_host.bytes());
  ctx.Upload(on_host.data(), buffer.data(), on_host.bytes());
  const TensorView view(buffer.data(), dtype, shape, ctx.device());
  weights.storage.push_back(std::move(buffer));
  return view;
}

// The wire format of protocol buffers, as far as a SentencePiece model needs it.
void AppendVarint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>((value & 0x7f) | 0x80));
  out.push_back(static_cast<char>(value));
}
void AppendNumber(std::string& out, std::uint64_t field, std::uint64_t value) {
  AppendVarint(out, field << 3);
  AppendVarint(out, value);
}
void AppendBytes(std::string& out, std::uint64_t field, std::string_view value) {
  AppendVarint(out, field << 3 | 2);
  AppendVarint(out, value.size());
  out += value;
}
void AppendFloat(std::string& out, std::uint64_t field, float value) {
  AppendVarint(out, field << 3 | 5);
  const auto bits = std::bit_cast<std::uint32_t>(value);
  for (int shift = 0; shift < 32; shift += 8)
    out.push_back(static_cast<char>(bits >> shift & 0xff));
}

constexpr std::size_t kFirstBytePiece = 3;
constexpr std::size_t kNumBytePieces = 256;

enum PieceType : std::uint64_t { kNormal = 1, kUnknown = 2, kControl = 3, kByte = 6 };

PieceType TypeOf(std::size_t id) {
  if (id == 0) return kUnknown;
  if (id < kFirstBytePiece) return kControl;
  return id < kFirstBytePiece + kNumBytePieces ? kByte : kNormal;
}

}  // namespace

ModelConfig TinyConfig() {
  ModelConfig config;
  config.vocab_size = static_cast<std::int64_t>(TinyPieces().size());
  config.hidden_size = 24;
  config.intermediate_size = 40;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 4;
  config.num_key_value_heads = 2;
  config.head_dim = 8;
  config.max_position_embeddings = 256;
  config.rms_norm_eps = 1e-5;
  config.sliding_window = 8;
  return config;
}

PlainWeights RandomPlainWeights(const ModelConfig& config, std::uint64_t seed, DType dtype) {
  const std::int64_t C = config.hidden_size;
  const std::int64_t F = config.intermediate_size;
  const std::int64_t q_rows = config.num_attention_heads * config.head_dim;
  const std::int64_t kv_rows = config.num_key_value_heads * config.head_dim;
  RandomMatrix random(seed, dtype);
  PlainWeights weights;
  weights.embedding = random(config.vocab_size, C, std::sqrt(static_cast<double>(C)));
  for (std::int64_t l = 0; l < config.num_hidden_layers; ++l) {
    PlainLayer layer;
    layer.attention_norm = random.Gains(C);
    layer.wq = random(q_rows, C, 1.5);
    layer.wk = random(kv_rows, C, 1.5);
    layer.wv = random(kv_rows, C, 1.5);
    layer.wo = random(C, q_rows, 1.5);
    layer.ffn_norm = random.Gains(C);
    layer.gate = random(F, C, 1.5);
    layer.up = random(F, C, 1.5);
    layer.down = random(C, F, 1.5);
    weights.layers.push_back(std::move(layer));
  }
  weights.final_norm = random.Gains(C);
  weights.lm_head = random(config.vocab_size, C, 2.0);
  return weights;
}

MistralWeights Pack(Context& ctx, const ModelConfig& config, const PlainWeights& plain,
                    DType dtype) {
  const std::int64_t C = config.hidden_size;
  const std::int64_t F = config.intermediate_size;
  const std::int64_t q_rows = config.num_attention_heads * config.head_dim;
  const std::int64_t kv_rows = config.num_key_value_heads * config.head_dim;
  MistralWeights weights;
  weights.dtype = dtype;
  weights.origin = "tiny test model";
  weights.embedding = Store(ctx, weights, plain.embedding, dtype, {config.vocab_size, C});
  const auto pack = [&](std::initializer_list<TensorView> parts) {
    return PackWeight(ctx, std::span(parts.begin(), parts.size()));
  };
  for (const PlainLayer& layer : plain.layers) {
    LayerWeights packed;
    packed.attention_norm = Store(ctx, weights, layer.attention_norm, DType::kF32, {C});
    packed.wqkv = pack({Store(ctx, weights, layer.wq, dtype, {q_rows, C}),
                        Store(ctx, weights, layer.wk, dtype, {kv_rows, C}),
                        Store(ctx, weights, layer.wv, dtype, {kv_rows, C})});
    packed.wo = pack({Store(ctx, weights, layer.wo, dtype, {C, q_rows})});
    packed.ffn_norm = Store(ctx, weights, layer.ffn_norm, DType::kF32, {C});
    packed.gate_up = pack({Store(ctx, weights, layer.gate, dtype, {F, C}),
                           Store(ctx, weights, layer.up, dtype, {F, C})});
    packed.down = pack({Store(ctx, weights, layer.down, dtype, {C, F})});
    weights.layers.push_back(std::move(packed));
  }
  weights.final_norm = Store(ctx, weights, plain.final_norm, DType::kF32, {C});
  weights.lm_head = pack({Store(ctx, weights, plain.lm_head, dtype, {config.vocab_size, C})});
  for (const Buffer& buffer : weights.storage) {
    weights.bytes += static_cast<std::int64_t>(buffer.bytes());
  }
  return weights;
}

std::vector<std::string> TinyPieces() {
  std::vector<std::string> pieces = {"<unk>", "<s>", "</s>"};
  for (unsigned byte = 0; byte < kNumBytePieces; ++byte) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "<0x%02X>", byte);
    pieces.emplace_back(text.data());
  }
  pieces.emplace_back("▁");
  for (char letter = 'a'; letter <= 'z'; ++letter) pieces.emplace_back(1, letter);
  for (const char* piece : {"▁a", "▁the", "th", "he", "er", "▁answer", "▁is", "Q", "A", ":", "▁Q",
                            ".\n", "é", "ing", "▁▁", "1", "2", "3", "."}) {
    pieces.emplace_back(piece);
  }
  return pieces;
}

TokenId TinyPiece(const std::string& piece) {
  const std::vector<std::string> pieces = TinyPieces();
  const auto found = std::find(pieces.begin(), pieces.end(), piece);
  if (found == pieces.end()) throw std::invalid_argument("no piece " + piece);
  return static_cast<TokenId>(found - pieces.begin());
}

std::filesystem::path WriteTinyTokenizer(const std::filesystem::path& directory) {
  std::string model;
  const std::vector<std::string> pieces = TinyPieces();
  for (std::size_t id = 0; id < pieces.size(); ++id) {
    std::string piece;
    AppendBytes(piece, 1, pieces[id]);
    // Merges happen in order of score: longer pieces first, earlier ones among equals.
    AppendFloat(piece, 2,
                TypeOf(id) == kNormal
                    ? static_cast<float>(pieces[id].size()) - static_cast<float>(id) * 1e-3F
                    : 0.0F);
    AppendNumber(piece, 3, TypeOf(id));
    AppendBytes(model, 1, piece);
  }
  std::string trainer;
  AppendNumber(trainer, 3, 2);  // model_type: BPE
  AppendNumber(trainer, 4, pieces.size());
  AppendNumber(trainer, 35, 1);  // byte_fallback
  AppendBytes(model, 2, trainer);
  std::string normalizer;
  AppendBytes(normalizer, 1, "identity");
  AppendNumber(normalizer, 3, 1);  // add_dummy_prefix
  AppendNumber(normalizer, 4, 0);  // remove_extra_whitespaces
  AppendNumber(normalizer, 5, 1);  // escape_whitespaces
  AppendBytes(model, 3, normalizer);

  std::filesystem::path path = directory / "tokenizer.model";
  std::ofstream(path, std::ios::binary) << model;
  return path;
}

Tokenizer TinyTokenizer() {
  const TempDirectory directory;
  return Tokenizer::Load(WriteTinyTokenizer(directory.path()));
}

Engine TinyEngine(Context& ctx, const EngineOptions& options, const ModelConfig& config,
                  std::uint64_t seed, DType dtype) {
  return Engine(ctx, config, Pack(ctx, config, RandomPlainWeights(config, seed, dtype), dtype),
                TinyTokenizer(), options);
}

std::vector<TokenId> RandomTokens(std::uint64_t seed, std::int64_t count,
                                  const ModelConfig& config) {
  std::mt19937_64 random(seed);
  std::vector<TokenId> tokens(static_cast<std::size_t>(count));
  for (TokenId& token : tokens) {
    token = static_cast<TokenId>(3 + random() % static_cast<std::uint64_t>(config.vocab_size - 3));
  }
  return tokens;
}

}  // namespace meval::testing
