// The published shapes that random weights may take (declared in model_config.h).

#include <charconv>
#include <system_error>

#include "engine/model_config.h"

namespace meval {
namespace {

// Small enough that a whole benchmark runs in minutes on two cores, and shaped like v0.1: two query
// heads share a key/value head, and the window is shorter than the positions.
ModelConfig Tiny() {
  ModelConfig config;
  config.hidden_size = 64;
  config.intermediate_size = 192;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 4;
  config.num_key_value_heads = 2;
  config.head_dim = 16;
  config.max_position_embeddings = 32768;
  config.rms_norm_eps = 1e-5;
  config.sliding_window = 4096;
  config.torch_dtype = "float32";
  return config;
}

// config.json of mistralai/Mistral-7B-v0.1 and -Instruct-v0.1.
ModelConfig Mistral7B() {
  ModelConfig config;
  config.max_position_embeddings = 32768;
  config.rms_norm_eps = 1e-5;
  config.sliding_window = 4096;
  config.torch_dtype = "bfloat16";
  return config;
}

// config.json of mistralai/Mistral-7B-Instruct-v0.2: no window, a longer rotary base.
ModelConfig Mistral7BWithoutWindow() {
  ModelConfig config = Mistral7B();
  config.rope_theta = 1e6;
  config.sliding_window = 0;
  return config;
}

// config.json of mistralai/Mistral-7B-v0.3 and -Instruct-v0.3: 768 control pieces more.
ModelConfig Mistral7BLargeVocabulary() {
  ModelConfig config = Mistral7BWithoutWindow();
  config.vocab_size = 32768;
  return config;
}

// Touvron et al. 2023, "Llama 2": every query head has its own key/value head.
ModelConfig Llama2(std::int64_t hidden, std::int64_t intermediate, std::int64_t layers,
                   std::int64_t heads) {
  ModelConfig config;
  config.architecture = "LlamaForCausalLM";
  config.hidden_size = hidden;
  config.intermediate_size = intermediate;
  config.num_hidden_layers = layers;
  config.num_attention_heads = heads;
  config.num_key_value_heads = heads;
  config.max_position_embeddings = 4096;
  config.rms_norm_eps = 1e-5;
  config.torch_dtype = "float16";
  return config;
}

}  // namespace

std::vector<std::string> NamedShapes() {
  return {"tiny",
          "mistral-7b-v0.1",
          "mistral-7b-instruct-v0.1",
          "mistral-7b-instruct-v0.2",
          "mistral-7b-v0.3",
          "mistral-7b-instruct-v0.3",
          "llama-2-7b",
          "llama-2-13b"};
}

namespace {

std::optional<ModelConfig> WholeShape(std::string_view name) {
  if (name == "tiny") return Tiny();
  if (name == "mistral-7b-v0.1" || name == "mistral-7b-instruct-v0.1") return Mistral7B();
  if (name == "mistral-7b-instruct-v0.2") return Mistral7BWithoutWindow();
  if (name == "mistral-7b-v0.3" || name == "mistral-7b-instruct-v0.3") {
    return Mistral7BLargeVocabulary();
  }
  if (name == "llama-2-7b") return Llama2(4096, 11008, 32, 32);
  if (name == "llama-2-13b") return Llama2(5120, 13824, 40, 40);
  return std::nullopt;
}

}  // namespace

// "NAME,layers=N" is the shape cut to N layers, or stretched to them.
std::optional<ModelConfig> NamedShape(std::string_view name) {
  constexpr std::string_view kLayers = ",layers=";
  const std::size_t at = name.find(kLayers);
  std::optional<ModelConfig> config = WholeShape(name.substr(0, at));
  if (!config || at == std::string_view::npos) return config;
  const std::string_view digits = name.substr(at + kLayers.size());
  const char* end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, config->num_hidden_layers);
  if (error != std::errc() || last != end || config->num_hidden_layers < 1) return std::nullopt;
  return config;
}

bool IsTinyShape(std::string_view name) { return name.substr(0, name.find(',')) == "tiny"; }

}  // namespace meval
