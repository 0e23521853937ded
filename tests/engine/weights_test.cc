#include "engine/weights.h"

#include <cmath>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/checkpoint_names.h"
#include "engine/random_weights.h"
#include "kernels/bfloat16.h"
#include "tests/support/model_error.h"
#include "tests/support/safetensors_writer.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using testing::BF16Tensor;
using testing::BytesOf;
using testing::ExpectModelError;
using testing::F32Tensor;
using testing::SafetensorsBytes;
using testing::TempDirectory;
using testing::TestTensor;
using Path = std::filesystem::path;
using Matrix = std::vector<float>;  // row-major

// Two layers, grouped heads, and no two sizes equal.
ModelConfig Small() {
  ModelConfig config;
  config.vocab_size = 24;
  config.hidden_size = 16;
  config.intermediate_size = 20;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 4;
  config.num_key_value_heads = 2;
  config.head_dim = 6;
  return config;
}

// The matrix inside a packed weight: the identity times its transpose.
Matrix Unpacked(Context& ctx, const PackedWeight& weight) {
  const std::int64_t n = weight.n();
  const std::int64_t k = weight.k();
  Matrix identity(static_cast<std::size_t>(k * k));
  for (std::int64_t i = 0; i < k; ++i) identity[static_cast<std::size_t>(i * k + i)] = 1;
  Matrix transposed(static_cast<std::size_t>(k * n));
  Gemm(ctx, TensorView(identity.data(), DType::kF32, {k, k}), weight,
       TensorView(transposed.data(), DType::kF32, {k, n}));
  Matrix matrix(static_cast<std::size_t>(n * k));
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < k; ++j) {
      matrix[static_cast<std::size_t>(i * k + j)] = transposed[static_cast<std::size_t>(j * n + i)];
    }
  }
  return matrix;
}

Matrix Values(const TensorView& view) {
  Matrix values(static_cast<std::size_t>(view.num_elements()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = view.dtype == DType::kF32 ? view.As<float>()[i]
                                          : BFloat16ToFloat(view.As<std::uint16_t>()[i]);
  }
  return values;
}

// A tensor of a checkpoint as f32, read without the product's conversion.
Matrix Values(const TensorEntry& entry) {
  std::size_t count = 1;
  for (const std::int64_t dim : entry.shape) count *= static_cast<std::size_t>(dim);
  Matrix values(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (entry.dtype == "F32") {
      std::memcpy(&values[i], entry.data + 4 * i, 4);
    } else {
      std::uint16_t bits = 0;
      std::memcpy(&bits, entry.data + 2 * i, 2);
      values[i] = entry.dtype == "BF16" ? BFloat16ToFloat(bits) : Float16ToFloat(bits);
    }
  }
  return values;
}

Matrix Rounded(Matrix values, DType dtype) {
  if (dtype == DType::kBF16) {
    for (float& value : values) value = BFloat16ToFloat(FloatToBFloat16(value));
  }
  return values;
}

// Every matrix of a model under the name of its tensor, fused ones taken apart again.
std::map<std::string, Matrix> TakenApart(Context& ctx, const ModelConfig& config,
                                         const MistralWeights& weights) {
  const ModelSpecs specs = DescribeTensors(config);
  std::map<std::string, Matrix> result;
  const auto split = [&](const PackedWeight& packed, const std::vector<const TensorSpec*>& parts) {
    const Matrix whole = Unpacked(ctx, packed);
    auto next = whole.begin();
    for (const TensorSpec* part : parts) {
      result[part->name].assign(next, next + part->num_elements());
      next += part->num_elements();
    }
    EXPECT_TRUE(next == whole.end());
  };
  result[specs.embedding.name] = Values(weights.embedding);
  for (std::size_t i = 0; i < weights.layers.size(); ++i) {
    const LayerSpecs& spec = specs.layers[i];
    const LayerWeights& layer = weights.layers[i];
    result[spec.attention_norm.name] = Values(layer.attention_norm);
    result[spec.ffn_norm.name] = Values(layer.ffn_norm);
    split(layer.wqkv, {&spec.q, &spec.k, &spec.v});
    split(layer.wo, {&spec.o});
    split(layer.gate_up, {&spec.gate, &spec.up});
    split(layer.down, {&spec.down});
  }
  result[specs.final_norm.name] = Values(weights.final_norm);
  result[kLmHead] = Unpacked(ctx, weights.lm_head);
  return result;
}

void ExpectHolds(Context& ctx, const ModelConfig& config, const MistralWeights& weights,
                 const Checkpoint& checkpoint) {
  const auto held = TakenApart(ctx, config, weights);
  for (const auto& [name, entry] : checkpoint.tensors()) {
    ASSERT_TRUE(held.contains(name)) << name;
    const DType dtype = entry.shape.size() == 1 ? DType::kF32 : weights.dtype;
    EXPECT_EQ(held.at(name), Rounded(Values(entry), dtype)) << name;
  }
  EXPECT_EQ(held.size(), checkpoint.tensors().size() + (config.tie_word_embeddings ? 1 : 0));
}

// Distinct small numbers, as a checkpoint of this configuration.
std::vector<TestTensor> TensorsOf(const ModelConfig& config, bool bf16 = false) {
  std::vector<TestTensor> tensors;
  float next = 0;
  const ModelSpecs specs = DescribeTensors(config);
  for (const TensorSpec* spec : specs.All()) {
    Matrix values(static_cast<std::size_t>(spec->num_elements()));
    for (float& value : values) value = std::sin(next += 1.0f);
    tensors.push_back(bf16 ? BF16Tensor(spec->name, spec->shape, values)
                           : F32Tensor(spec->name, spec->shape, values));
  }
  return tensors;
}

TestTensor& Named(std::vector<TestTensor>& tensors, const std::string& name) {
  for (TestTensor& tensor : tensors) {
    if (tensor.name == name) return tensor;
  }
  throw std::logic_error("no tensor " + name);
}

class Weights : public ::testing::Test {
 protected:
  Checkpoint Write(const std::vector<TestTensor>& tensors, std::size_t padding = 0,
                   const std::string& file = "model.safetensors") {
    directory_.Write(file, SafetensorsBytes(tensors, padding));
    return Checkpoint::Open(directory_.path());
  }
  MistralWeights Load(const ModelConfig& config, const Checkpoint& checkpoint,
                      WeightDType dtype = WeightDType::kAuto) {
    return LoadWeights(ctx_, config, checkpoint, dtype);
  }
  void ExpectRefused(const ModelConfig& config, const std::vector<TestTensor>& tensors,
                     std::vector<std::string> parts) {
    const Checkpoint checkpoint = Write(tensors);
    parts.push_back(directory_.path().string());
    ExpectModelError([&] { Load(config, checkpoint); }, parts);
  }

  Context ctx_;
  TempDirectory directory_;
};

TEST_F(Weights, AreThoseOfTheForwardGoldens) {
  const Path root = Path(MEVAL_SOURCE_DIR) / "tests/golden/forward";
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    SCOPED_TRACE(entry.path().string());
    const ModelConfig config = LoadModelConfig(entry.path());
    const Checkpoint checkpoint = Checkpoint::Open(entry.path());
    for (const WeightDType dtype : {WeightDType::kAuto, WeightDType::kF32, WeightDType::kBF16}) {
      const MistralWeights weights = Load(config, checkpoint, dtype);
      ExpectHolds(ctx_, config, weights, checkpoint);
      EXPECT_EQ(weights.origin, entry.path().string());
    }
    ++count;
  }
  EXPECT_EQ(count, 10);
}

TEST_F(Weights, TakeTheirDtypeFromTheCheckpointUnlessTold) {
  const ModelConfig config = Small();
  EXPECT_EQ(Load(config, Write(TensorsOf(config, true))).dtype, DType::kBF16);
  EXPECT_EQ(Load(config, Write(TensorsOf(config, false))).dtype, DType::kF32);
  const Checkpoint bf16 = Write(TensorsOf(config, true));
  EXPECT_EQ(Load(config, bf16, WeightDType::kF32).dtype, DType::kF32);
  const Checkpoint f32 = Write(TensorsOf(config, false));
  EXPECT_EQ(Load(config, f32, WeightDType::kBF16).dtype, DType::kBF16);
  // Norms say nothing about the matrices; one wide matrix does.
  std::vector<TestTensor> mixed = TensorsOf(config, true);
  const std::vector<TestTensor> wide = TensorsOf(config, false);
  mixed.back() = wide.back();
  EXPECT_EQ(Load(config, Write(mixed)).dtype, DType::kF32);
  mixed = TensorsOf(config, true);
  Named(mixed, "model.norm.weight") = F32Tensor("model.norm.weight", {16}, Matrix(16, 1.5f));
  const MistralWeights weights = Load(config, Write(mixed));
  EXPECT_EQ(weights.dtype, DType::kBF16);
  EXPECT_EQ(Values(weights.final_norm), Matrix(16, 1.5f));
}

TEST_F(Weights, NeedNoAlignment) {
  const ModelConfig config = Small();
  for (std::size_t padding = 0; padding < 4; ++padding) {
    const Checkpoint checkpoint = Write(TensorsOf(config), padding);
    for (const WeightDType dtype : {WeightDType::kF32, WeightDType::kBF16}) {
      ExpectHolds(ctx_, config, Load(config, checkpoint, dtype), checkpoint);
    }
  }
}

TEST_F(Weights, SayHowFarTheyAre) {
  const ModelConfig config = Small();
  const Checkpoint checkpoint = Write(TensorsOf(config));
  std::vector<std::int64_t> done;
  std::int64_t total = 0;
  const MistralWeights weights =
      LoadWeights(ctx_, config, checkpoint, WeightDType::kAuto,
                  [&](std::int64_t done_bytes, std::int64_t total_bytes) {
                    done.push_back(done_bytes);
                    total = total_bytes;
                  });
  EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
  EXPECT_EQ(done.back(), total);
  EXPECT_EQ(total, config.num_parameters() * 4);
  EXPECT_GE(weights.bytes, total);
}

TEST_F(Weights, IgnoreRotaryFrequencies) {
  const ModelConfig config = Small();
  std::vector<TestTensor> tensors = TensorsOf(config);
  tensors.push_back(F32Tensor("model.layers.0.self_attn.rotary_emb.inv_freq", {3}, {1, 2, 3}));
  EXPECT_EQ(Load(config, Write(tensors)).layers.size(), 2u);
}

TEST_F(Weights, AreRefusedWhenATensorIsMissing) {
  const ModelConfig config = Small();
  const ModelSpecs specs = DescribeTensors(config);
  const std::vector<TestTensor> whole = TensorsOf(config);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::vector<TestTensor> tensors = whole;
    tensors.erase(tensors.begin() + static_cast<std::ptrdiff_t>(i));
    ExpectRefused(config, tensors, {"tensor \"" + whole[i].name + "\"", "none of this name"});
  }
  std::vector<TestTensor> tensors = whole;
  tensors.pop_back();
  ExpectRefused(config, tensors, {"lm_head.weight", "[24, 16]", "tie_word_embeddings"});
  tensors = whole;
  Named(tensors, "model.layers.1.mlp.up_proj.weight").name = "model.layers.1.mlp.up_prj.weight";
  ExpectRefused(config, tensors,
                {"model.layers.1.mlp.up_proj.weight", "but \"model.layers.1.mlp.up_prj.weight\"",
                 "rename it"});
}

TEST_F(Weights, AreRefusedWhenATensorHasAnotherShape) {
  const ModelConfig config = Small();
  const std::vector<TestTensor> whole = TensorsOf(config);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::vector<TestTensor> tensors = whole;
    // The same bytes in another shape.
    tensors[i].shape.insert(tensors[i].shape.begin(), 1);
    ExpectRefused(config, tensors,
                  {"tensor \"" + whole[i].name + "\"", "by the configuration", "[1, "});
  }
  std::vector<TestTensor> tensors = whole;
  std::swap(tensors[2].shape[0], tensors[2].shape[1]);
  ExpectRefused(config, tensors, {"q_proj", "shape [24, 16]", "[16, 24]"});
}

TEST_F(Weights, AreRefusedWhenATensorHasADtypeThatIsNotComputed) {
  const ModelConfig config = Small();
  for (const char* dtype : {"I8", "F8_E4M3", "F64", "I32"}) {
    std::vector<TestTensor> tensors = TensorsOf(config);
    TestTensor& q = Named(tensors, "model.layers.0.self_attn.q_proj.weight");
    const std::size_t width = dtype == std::string("F64") ? 8 : dtype == std::string("I32") ? 4 : 1;
    q.dtype = dtype;
    q.bytes.assign(24 * 16 * width, '\0');
    ExpectRefused(config, tensors, {"q_proj", "F32, BF16 or F16", dtype, "quantised"});
  }
}

TEST_F(Weights, AreRefusedWhenATensorHasNoPlace) {
  const ModelConfig config = Small();
  std::vector<TestTensor> tensors = TensorsOf(config);
  tensors.push_back(F32Tensor("model.layers.0.self_attn.q_proj.bias", {24}, Matrix(24)));
  ExpectRefused(config, tensors, {"q_proj.bias", "no place for", "config.json"});
  ModelConfig shallow = config;
  shallow.num_hidden_layers = 1;
  ExpectRefused(shallow, TensorsOf(config), {"model.layers.1.", "num_hidden_layers"});
}

TEST_F(Weights, MayRepeatATiedEmbeddingButNotContradictIt) {
  ModelConfig config = Small();
  config.tie_word_embeddings = true;
  std::vector<TestTensor> tensors = TensorsOf(config);
  TestTensor head = Named(tensors, "model.embed_tokens.weight");
  head.name = kLmHead;
  tensors.push_back(head);
  const MistralWeights weights = Load(config, Write(tensors));
  EXPECT_EQ(Unpacked(ctx_, weights.lm_head), Values(weights.embedding));
  tensors.back().bytes[5] = static_cast<char>(tensors.back().bytes[5] ^ 1);
  ExpectRefused(config, tensors, {"lm_head.weight", "ties", "other values", "false"});
}

// Rows of one head as the authors' release orders them: the pair (i, i + D/2) becomes neighbours.
std::string Interleaved(const std::string& bytes, std::int64_t heads, std::int64_t head_dim,
                        std::size_t row_bytes) {
  std::string result;
  for (std::int64_t head = 0; head < heads; ++head) {
    for (std::int64_t i = 0; i < head_dim / 2; ++i) {
      for (const std::int64_t row : {i, i + head_dim / 2}) {
        const auto at = static_cast<std::size_t>(head * head_dim + row) * row_bytes;
        result += bytes.substr(at, row_bytes);
      }
    }
  }
  return result;
}

TEST_F(Weights, AreTheSameFromTheAuthorsOwnLayout) {
  const ModelConfig config = Small();
  const std::vector<TestTensor> tensors = TensorsOf(config);
  const MistralWeights expected = Load(config, Write(tensors));
  const auto held = TakenApart(ctx_, config, expected);

  std::vector<TestTensor> own;
  const ModelSpecs specs = DescribeTensors(config);
  for (const TensorSpec* spec : specs.All()) {
    std::vector<TestTensor> copy = tensors;
    TestTensor tensor = Named(copy, spec->name);
    tensor.name = spec->consolidated_name;
    if (spec->name.find("q_proj") != std::string::npos) {
      tensor.bytes = Interleaved(tensor.bytes, 4, 6, 16 * 4);
    }
    if (spec->name.find("k_proj") != std::string::npos) {
      tensor.bytes = Interleaved(tensor.bytes, 2, 6, 16 * 4);
    }
    own.push_back(tensor);
  }
  std::filesystem::remove(directory_ / "model.safetensors");
  const Checkpoint checkpoint = Write(own, 0, "consolidated.safetensors");
  EXPECT_EQ(TakenApart(ctx_, config, Load(config, checkpoint)), held);
  for (TestTensor& tensor : own) {
    if (tensor.name == "layers.0.attention.wq.weight") tensor.name = "layers.0.attention.w.weight";
  }
  const Checkpoint broken = Write(own, 0, "consolidated.safetensors");
  ExpectModelError([&] { Load(config, broken); },
                   {"layers.0.attention.wq.weight", "but \"layers.0.attention.w.weight\""});
}

TEST(RandomWeights, AreTheNumbersOfTheirGenerator) {
  Context ctx;
  const ModelConfig config = Small();
  for (const WeightDType dtype : {WeightDType::kF32, WeightDType::kBF16}) {
    const MistralWeights weights = RandomWeights(ctx, config, 42, dtype);
    EXPECT_EQ(weights.dtype, dtype == WeightDType::kF32 ? DType::kF32 : DType::kBF16);
    EXPECT_EQ(weights.origin, "random,seed=42");
    for (const auto& [name, values] : TakenApart(ctx, config, weights)) {
      Matrix expected(values.size(), 1.0f);
      if (values.size() > 16) {
        FillRandomTensor(42, name, 0, expected);
        expected = Rounded(expected, weights.dtype);
      }
      EXPECT_EQ(values, expected) << name;
    }
  }
}

TEST(RandomWeights, AreTheSameOnAnyNumberOfThreads) {
  ModelConfig config = Small();
  config.vocab_size = 9000;  // several chunks
  Context one({.num_threads = 1});
  Context three({.num_threads = 3});
  const MistralWeights a = RandomWeights(one, config, 5, WeightDType::kAuto);
  const MistralWeights b = RandomWeights(three, config, 5, WeightDType::kAuto);
  EXPECT_EQ(TakenApart(one, config, a), TakenApart(one, config, b));
}

TEST(RandomWeights, TakeTheDtypeOfTheirShapeUnlessTold) {
  Context ctx;
  ModelConfig config = Small();
  EXPECT_EQ(RandomWeights(ctx, config, 1, WeightDType::kAuto).dtype, DType::kF32);
  config.torch_dtype = "bfloat16";
  EXPECT_EQ(RandomWeights(ctx, config, 1, WeightDType::kAuto).dtype, DType::kBF16);
  EXPECT_EQ(RandomWeights(ctx, config, 1, WeightDType::kF32).dtype, DType::kF32);
}

TEST(ExportRandomCheckpoint, WritesTheNumbersOfRandomWeights) {
  Context ctx;
  ModelConfig tied = Small();
  tied.tie_word_embeddings = true;
  ModelConfig llama = Small();
  llama.architecture = "LlamaForCausalLM";
  for (const ModelConfig& config : {Small(), tied, llama}) {
    for (const DType dtype : {DType::kF32, DType::kBF16}) {
      for (const std::int64_t shard_bytes : {0, 1, 3000, 1'000'000}) {
        SCOPED_TRACE(std::string(Name(dtype)) + " " + std::to_string(shard_bytes));
        const TempDirectory directory;
        ExportRandomCheckpoint(config, 42, dtype, directory / "model", shard_bytes);
        const ModelConfig read = LoadModelConfig(directory / "model");
        EXPECT_EQ(read.num_parameters(), config.num_parameters());
        EXPECT_EQ(read.architecture, config.architecture);
        EXPECT_EQ(read.sliding_window, config.sliding_window);
        EXPECT_THAT(read.defaulted, ::testing::IsEmpty());
        const Checkpoint checkpoint = Checkpoint::Open(directory / "model");
        const MistralWeights loaded = LoadWeights(ctx, read, checkpoint, WeightDType::kAuto);
        const MistralWeights random = RandomWeights(
            ctx, config, 42, dtype == DType::kF32 ? WeightDType::kF32 : WeightDType::kBF16);
        EXPECT_EQ(loaded.dtype, dtype);
        EXPECT_EQ(TakenApart(ctx, read, loaded), TakenApart(ctx, config, random));
      }
    }
  }
}

TEST(ExportRandomCheckpoint, KeepsEveryFieldOfTheConfiguration) {
  for (const std::string& name : NamedShapes()) {
    ModelConfig config = NamedShape(name).value();
    config.vocab_size = 30;
    config.hidden_size = 8;
    config.intermediate_size = 8;
    config.num_hidden_layers = 1;
    config.num_attention_heads = config.num_key_value_heads;
    config.head_dim = 2;
    config.eos_token_ids = {2, 7};
    const TempDirectory directory;
    ExportRandomCheckpoint(config, 1, DType::kBF16, directory.path());
    config.torch_dtype = "bfloat16";
    EXPECT_EQ(LoadModelConfig(directory.path()).Describe(), config.Describe()) << name;
  }
}

TEST(ExportRandomCheckpoint, SaysWhichFileCannotBeWritten) {
  const TempDirectory directory;
  directory.Write("file", "");
  ExpectModelError(
      [&] { ExportRandomCheckpoint(Small(), 1, DType::kF32, directory / "file"); },
      {(directory / "file").string(), "config.json", "cannot be written", "permissions"});
  EXPECT_THROW(ExportRandomCheckpoint(Small(), 1, DType::kF16, directory / "x"),
               std::invalid_argument);
}

}  // namespace
}  // namespace meval
