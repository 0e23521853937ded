#include "engine/weights.h"

#include <cmath>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/checkpoint_names.h"
#include "kernels/bfloat16.h"
#include "tests/support/model_error.h"
#include "tests/support/safetensors_writer.h"
#include "tests/support/temp_directory.h"
#include "tests/support/unpacked_weights.h"

namespace meval {
namespace {

using testing::BF16Tensor;
using testing::BytesOf;
using testing::ExpectModelError;
using testing::F32Tensor;
using testing::Matrix;
using testing::Rounded;
using testing::SafetensorsBytes;
using testing::Small;
using testing::TakenApart;
using testing::TempDirectory;
using testing::TestTensor;
using testing::Unpacked;
using testing::Values;
using Path = std::filesystem::path;

// A tensor of a checkpoint as f32, read without the product's conversion.
Matrix EntryValues(const TensorEntry& entry) {
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

void ExpectHolds(Context& ctx, const ModelConfig& config, const MistralWeights& weights,
                 const Checkpoint& checkpoint) {
  const auto held = TakenApart(ctx, config, weights);
  for (const auto& [name, entry] : checkpoint.tensors()) {
    ASSERT_TRUE(held.contains(name)) << name;
    const DType dtype = entry.shape.size() == 1 ? DType::kF32 : weights.dtype;
    EXPECT_EQ(held.at(name), Rounded(EntryValues(entry), dtype)) << name;
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
  throw std::out_of_range(name);
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

}  // namespace
}  // namespace meval
