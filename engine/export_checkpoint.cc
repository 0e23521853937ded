// ExportRandomCheckpoint (declared in weights.h): a random model as the files other programs read.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/checkpoint_names.h"
#include "engine/error.h"
#include "engine/loading/convert.h"
#include "engine/random_weights.h"
#include "engine/weights.h"
#include "kernels/check.h"

namespace meval {
namespace {

using Json = nlohmann::ordered_json;
using Path = std::filesystem::path;
using Tensors = std::vector<const TensorSpec*>;

constexpr std::int64_t kChunkElements = std::int64_t{1} << 20;

// A file being written; the first failure is a ModelError that names it.
class OutputFile {
 public:
  explicit OutputFile(const Path& path) : path_(path), out_(path, std::ios::binary) { Check(); }

  void Write(const void* data, std::size_t bytes) {
    out_.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
    Check();
  }
  void Close() {
    out_.close();
    Check();
  }

 private:
  void Check() const {
    if (out_) return;
    throw ModelError(path_.string() +
                     ": expected to write this file, found that it cannot be written; check the "
                     "directory, its permissions and the free space");
  }

  Path path_;
  std::ofstream out_;
};

void WriteText(const Path& path, const std::string& text) {
  OutputFile file(path);
  file.Write(text.data(), text.size());
  file.Close();
}

Json ConfigJson(const ModelConfig& config, DType dtype) {
  const bool llama = config.architecture == "LlamaForCausalLM";
  Json json;
  json["architectures"] = {config.architecture};
  json["model_type"] = llama ? "llama" : "mistral";
  json["vocab_size"] = config.vocab_size;
  json["hidden_size"] = config.hidden_size;
  json["intermediate_size"] = config.intermediate_size;
  json["num_hidden_layers"] = config.num_hidden_layers;
  json["num_attention_heads"] = config.num_attention_heads;
  json["num_key_value_heads"] = config.num_key_value_heads;
  json["head_dim"] = config.head_dim;
  json["hidden_act"] = "silu";
  json["max_position_embeddings"] = config.max_position_embeddings;
  json["rms_norm_eps"] = config.rms_norm_eps;
  json["rope_theta"] = config.rope_theta;
  if (!llama) {
    json["sliding_window"] = config.sliding_window > 0 ? Json(config.sliding_window) : Json();
  }
  json["tie_word_embeddings"] = config.tie_word_embeddings;
  json["initializer_range"] = kRandomStddev;
  json["bos_token_id"] = config.bos_token_id < 0 ? Json() : Json(config.bos_token_id);
  json["eos_token_id"] = config.eos_token_ids.size() == 1 ? Json(config.eos_token_ids[0])
                         : config.eos_token_ids.empty()   ? Json()
                                                          : Json(config.eos_token_ids);
  json["torch_dtype"] = dtype == DType::kBF16 ? "bfloat16" : "float32";
  return json;
}

std::int64_t Bytes(const TensorSpec& spec, DType dtype) {
  return spec.num_elements() * SizeOf(dtype);
}

// The length of the JSON, the JSON, blanks up to a multiple of 8 so that tensor data is aligned.
std::string Header(const Tensors& tensors, DType dtype) {
  Json json;
  json["__metadata__"] = {{"format", "pt"}};
  std::int64_t offset = 0;
  for (const TensorSpec* spec : tensors) {
    const std::int64_t end = offset + Bytes(*spec, dtype);
    json[spec->name] = {{"dtype", dtype == DType::kBF16 ? "BF16" : "F32"},
                        {"shape", spec->shape},
                        {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = json.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string length;
  for (int i = 0; i < 8; ++i) length += static_cast<char>((text.size() >> (8 * i)) & 0xff);
  return length + text;
}

void WriteTensor(const TensorSpec& spec, std::uint64_t seed, DType dtype, OutputFile& file) {
  const std::int64_t count = spec.num_elements();
  std::vector<float> values;
  std::vector<std::byte> bytes;
  for (std::int64_t begin = 0; begin < count; begin += kChunkElements) {
    const std::int64_t chunk = std::min(kChunkElements, count - begin);
    values.assign(static_cast<std::size_t>(chunk), 1.0f);
    if (!spec.is_norm()) FillRandomTensor(seed, spec.name, begin, values);
    bytes.resize(static_cast<std::size_t>(chunk * SizeOf(dtype)));
    ConvertElements(reinterpret_cast<const std::byte*>(values.data()), DType::kF32, chunk, dtype,
                    bytes.data());
    file.Write(bytes.data(), bytes.size());
  }
}

void WriteSafetensors(const Path& path, const Tensors& tensors, std::uint64_t seed, DType dtype) {
  OutputFile file(path);
  const std::string header = Header(tensors, dtype);
  file.Write(header.data(), header.size());
  for (const TensorSpec* spec : tensors) WriteTensor(*spec, seed, dtype, file);
  file.Close();
}

// Consecutive tensors up to shard_bytes a shard; a larger tensor has a shard of its own.
std::vector<Tensors> SplitIntoShards(const Tensors& tensors, DType dtype,
                                     std::int64_t shard_bytes) {
  std::vector<Tensors> shards;
  std::int64_t filled = 0;
  for (const TensorSpec* spec : tensors) {
    const std::int64_t bytes = Bytes(*spec, dtype);
    if (shards.empty() || filled + bytes > shard_bytes) {
      shards.emplace_back();
      filled = 0;
    }
    shards.back().push_back(spec);
    filled += bytes;
  }
  return shards;
}

void WriteShards(const Path& directory, const Tensors& tensors, std::uint64_t seed, DType dtype,
                 std::int64_t shard_bytes) {
  const std::vector<Tensors> shards = SplitIntoShards(tensors, dtype, shard_bytes);
  Json weight_map = Json::object();
  std::int64_t total = 0;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    char name[64];
    std::snprintf(name, sizeof(name), "model-%05zu-of-%05zu.safetensors", i + 1, shards.size());
    WriteSafetensors(directory / name, shards[i], seed, dtype);
    for (const TensorSpec* spec : shards[i]) {
      weight_map[spec->name] = name;
      total += Bytes(*spec, dtype);
    }
  }
  const Json index = {{"metadata", {{"total_size", total}}}, {"weight_map", weight_map}};
  WriteText(directory / "model.safetensors.index.json", index.dump(2) + "\n");
}

}  // namespace

void ExportRandomCheckpoint(const ModelConfig& config, std::uint64_t seed, DType dtype,
                            const std::filesystem::path& directory, std::int64_t shard_bytes) {
  MEVAL_REQUIRE(dtype != DType::kF16, "a random checkpoint is f32 or bf16");
  std::error_code error;
  std::filesystem::create_directories(directory, error);  // a failure shows at the first file
  WriteText(directory / "config.json", ConfigJson(config, dtype).dump(2) + "\n");
  const ModelSpecs specs = DescribeTensors(config);
  if (shard_bytes > 0) {
    WriteShards(directory, specs.All(), seed, dtype, shard_bytes);
  } else {
    WriteSafetensors(directory / "model.safetensors", specs.All(), seed, dtype);
  }
}

}  // namespace meval
