#ifndef MEVAL_ENGINE_MODEL_CONFIG_H_
#define MEVAL_ENGINE_MODEL_CONFIG_H_

// What a Mistral (or Llama) decoder is: the numbers of config.json, resolved.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

struct ModelConfig {
  std::string architecture = "MistralForCausalLM";
  std::int64_t vocab_size = 32000;         // V
  std::int64_t hidden_size = 4096;         // C
  std::int64_t intermediate_size = 14336;  // F
  std::int64_t num_hidden_layers = 32;     // L
  std::int64_t num_attention_heads = 32;   // H
  std::int64_t num_key_value_heads = 8;    // K
  std::int64_t head_dim = 128;             // D
  std::int64_t max_position_embeddings = std::int64_t{4096} * 32;
  double rms_norm_eps = 1e-6;
  double rope_theta = 10000.0;
  std::int64_t sliding_window = 0;  // W, keys a query sees including itself; 0: no window
  bool tie_word_embeddings = false;
  std::string torch_dtype;  // "bfloat16", "float16", "float32" or "" where the file does not say
  std::int32_t bos_token_id = 1;
  std::vector<std::int32_t> eos_token_ids = {2};

  // Resolved values that were not in the file but are the class defaults, as "rope_theta = 10000
  // (default)".
  std::vector<std::string> defaulted;

  std::int64_t num_parameters() const;
  // Bytes of keys and values one token occupies at `bytes_per_element` (2 for bf16).
  std::int64_t KvBytesPerToken(std::int64_t bytes_per_element) const;
  // One "name = value" line per field, for people.
  std::string Describe() const;
};

// Reads config.json (a file, or a directory that holds it), and the eos_token_id of a
// generation_config.json beside it, whose ids are added. A directory without config.json may have
// the params.json of the authors' own releases instead. Missing keys take the defaults of the
// class MistralConfig (or LlamaConfig); `sliding_window: null` means none, a missing sliding_window
// 4096 for Mistral; rope_theta is accepted at the top level or inside rope_parameters; head_dim
// null or missing is hidden_size / num_attention_heads. An architecture, activation, rope scaling
// or attention bias that this engine does not compute is refused. Throws ModelError.
ModelConfig LoadModelConfig(const std::filesystem::path& path);
// The same from text; `source` names it in messages.
ModelConfig ParseModelConfig(std::string_view json, const std::string& source);

// Named shapes for random weights: "tiny", "mistral-7b-v0.1", "mistral-7b-instruct-v0.1",
// "mistral-7b-instruct-v0.2", "mistral-7b-v0.3", "mistral-7b-instruct-v0.3", "llama-2-7b",
// "llama-2-13b". Nothing if the name is unknown.
std::optional<ModelConfig> NamedShape(std::string_view name);
std::vector<std::string> NamedShapes();
// Whether it is the shape "tiny", whole or cut ("tiny,layers=2"), which takes the vocabulary of the
// tokenizer it is given; the published shapes come with theirs.
bool IsTinyShape(std::string_view name);

}  // namespace meval

#endif  // MEVAL_ENGINE_MODEL_CONFIG_H_
