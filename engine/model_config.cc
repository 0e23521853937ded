#include "engine/model_config.h"

#include <algorithm>
#include <limits>
#include <sstream>

#include "engine/error.h"
#include "engine/loading/json_fields.h"
#include "engine/loading/json_file.h"
#include "engine/loading/params_json.h"

namespace meval {
namespace {

using nlohmann::json;

// Far above every published model, and low enough that no product of two sizes overflows 63 bits.
constexpr std::int64_t kMaxWidth = std::int64_t{1} << 20;   // C, F, H * D
constexpr std::int64_t kMaxVocab = std::int64_t{1} << 24;   // V
constexpr std::int64_t kMaxLayers = std::int64_t{1} << 12;  // L
constexpr std::int64_t kMaxPosition = std::numeric_limits<std::int32_t>::max();

constexpr char kMistral[] = "MistralForCausalLM";
constexpr char kLlama[] = "LlamaForCausalLM";
constexpr char kOtherModel[] =
    "this program evaluates the plain Mistral and Llama 2 decoders only; use another checkpoint";

const std::vector<std::string>& KnownKeys() {
  static const std::vector<std::string> keys = {"architectures",
                                                "model_type",
                                                "vocab_size",
                                                "hidden_size",
                                                "intermediate_size",
                                                "num_hidden_layers",
                                                "num_attention_heads",
                                                "num_key_value_heads",
                                                "head_dim",
                                                "hidden_act",
                                                "rms_norm_eps",
                                                "max_position_embeddings",
                                                "rope_theta",
                                                "rope_parameters",
                                                "rope_scaling",
                                                "sliding_window",
                                                "tie_word_embeddings",
                                                "torch_dtype",
                                                "bos_token_id",
                                                "eos_token_id",
                                                "attention_bias",
                                                "mlp_bias",
                                                "quantization_config",
                                                "layer_types",
                                                "dtype",
                                                "transformers_version",
                                                "pad_token_id",
                                                "use_cache",
                                                "initializer_range",
                                                "attention_dropout"};
  return keys;
}

template <typename T>
std::string Printed(const T& value) {
  std::ostringstream out;
  out << std::boolalpha << value;
  return out.str();
}

// Reads one config.json into a ModelConfig, noting which values the class had to supply.
class ConfigReader {
 public:
  ConfigReader(const json& object, const std::string& source) : fields_(object, source) {}

  ModelConfig Read() {
    fields_.CheckSpelling(KnownKeys());
    ReadArchitecture();
    ReadSizes();
    ReadHeads();
    ReadActivation();
    ReadRope();
    ReadWindow();
    ReadTokens();
    RefuseWhatIsNotComputed();
    return std::move(config_);
  }

 private:
  bool IsLlama() const { return config_.architecture == kLlama; }

  template <typename T>
  T OrDefault(const std::string& key, const std::optional<T>& value, const T& class_default) {
    if (value) return *value;
    config_.defaulted.push_back(key + " = " + Printed(class_default) + " (default)");
    return class_default;
  }

  void ReadArchitecture() {
    std::string architecture;
    if (fields_.Has("architectures") && !fields_.IsNull("architectures")) {
      const json& list = fields_.Raw("architectures");
      if (!list.is_array() || list.size() != 1 || !list[0].is_string()) {
        fields_.Refuse("architectures", "a list of one class name", "correct the file");
      }
      architecture = list[0].get<std::string>();
      if (architecture != kMistral && architecture != kLlama) {
        fields_.Refuse("architectures", std::string(kMistral) + " or " + kLlama, kOtherModel);
      }
    }
    const std::optional<std::string> type = fields_.String("model_type");
    if (type && *type != "mistral" && *type != "llama") {
      fields_.Refuse("model_type", "\"mistral\" or \"llama\"", kOtherModel);
    }
    const std::string of_type = !type ? "" : *type == "llama" ? kLlama : kMistral;
    if (architecture.empty() && of_type.empty()) {
      fields_.Refuse("architectures",
                     std::string("[\"") + kMistral + "\"] or [\"" + kLlama +
                         "\"] (or a model_type of \"mistral\" or \"llama\")",
                     "is this the config.json of a language model? Fetch it again");
    }
    if (!architecture.empty() && !of_type.empty() && architecture != of_type) {
      fields_.Refuse("model_type", "the type of " + architecture, "correct one of the two keys");
    }
    config_.architecture = architecture.empty() ? of_type : architecture;
  }

  void ReadSizes() {
    config_.vocab_size = fields_.RequiredInteger("vocab_size", 1, kMaxVocab);
    config_.hidden_size = fields_.RequiredInteger("hidden_size", 1, kMaxWidth);
    config_.intermediate_size = fields_.RequiredInteger("intermediate_size", 1, kMaxWidth);
    config_.num_hidden_layers = fields_.RequiredInteger("num_hidden_layers", 1, kMaxLayers);
    config_.max_position_embeddings = OrDefault<std::int64_t>(
        "max_position_embeddings", fields_.Integer("max_position_embeddings", 1, kMaxPosition),
        IsLlama() ? 2048 : 4096 * 32);
    config_.rms_norm_eps =
        OrDefault<double>("rms_norm_eps", fields_.Number("rms_norm_eps", 0.0, 1.0), 1e-6);
    config_.tie_word_embeddings =
        OrDefault<bool>("tie_word_embeddings", fields_.Boolean("tie_word_embeddings"), false);
    // transformers 5 says `dtype` where earlier versions said `torch_dtype`.
    const std::optional<std::string> dtype = fields_.String("torch_dtype");
    config_.torch_dtype = dtype ? *dtype : fields_.String("dtype").value_or("");
  }

  void ReadHeads() {
    config_.num_attention_heads = fields_.RequiredInteger("num_attention_heads", 1, kMaxWidth);
    const std::int64_t heads = config_.num_attention_heads;
    // A null is "as many as query heads" in both classes; a missing key is 8 in MistralConfig.
    const std::int64_t kv_default =
        IsLlama() || fields_.IsNull("num_key_value_heads") ? heads : std::int64_t{8};
    config_.num_key_value_heads = OrDefault<std::int64_t>(
        "num_key_value_heads", fields_.Integer("num_key_value_heads", 1, kMaxWidth), kv_default);
    if (heads % config_.num_key_value_heads != 0) {
      fields_.Refuse("num_key_value_heads",
                     "a divisor of num_attention_heads = " + std::to_string(heads) + " (resolved " +
                         std::to_string(config_.num_key_value_heads) + ")",
                     "correct the file or fetch it again");
    }
    const std::optional<std::int64_t> head_dim = fields_.Integer("head_dim", 1, kMaxWidth);
    if (!head_dim && config_.hidden_size % heads != 0) {
      fields_.Refuse("hidden_size",
                     "a multiple of num_attention_heads = " + std::to_string(heads) +
                         ", since there is no head_dim",
                     "correct the file or give head_dim");
    }
    config_.head_dim = OrDefault<std::int64_t>("head_dim", head_dim, config_.hidden_size / heads);
    if (config_.head_dim % 2 != 0 || heads * config_.head_dim > kMaxWidth) {
      fields_.Refuse(head_dim ? "head_dim" : "hidden_size",
                     "an even head_dim with num_attention_heads * head_dim of at most " +
                         std::to_string(kMaxWidth) + ", since rotary embedding turns pairs " +
                         "(resolved head_dim = " + std::to_string(config_.head_dim) + ")",
                     "correct the file or fetch it again");
    }
  }

  void ReadActivation() {
    const std::string act =
        OrDefault<std::string>("hidden_act", fields_.String("hidden_act"), "silu");
    if (act != "silu" && act != "swish") fields_.Refuse("hidden_act", "\"silu\"", kOtherModel);
  }

  void ReadRope() {
    std::optional<double> theta = ThetaOf(fields_);
    for (const char* key : {"rope_parameters", "rope_scaling"}) {
      if (!fields_.Has(key) || fields_.IsNull(key)) continue;
      if (!fields_.Raw(key).is_object()) fields_.Refuse(key, "an object or null", kOtherModel);
      const JsonFields rope(fields_.Raw(key), fields_.source() + ": " + key);
      CheckRopeType(rope, key);
      const std::optional<double> inner = ThetaOf(rope);
      if (theta && inner && *theta != *inner) {
        rope.Refuse("rope_theta", "the top-level rope_theta = " + Printed(*theta),
                    "remove one of the two");
      }
      if (inner) theta = inner;
    }
    config_.rope_theta = OrDefault<double>("rope_theta", theta, 10000.0);
  }

  static std::optional<double> ThetaOf(const JsonFields& fields) {
    return fields.Number("rope_theta", 1.0, 1e12);
  }

  // Only the plain rotation is computed: a scaled one under the plain formula would be fluent
  // nonsense beyond the training length.
  void CheckRopeType(const JsonFields& rope, const std::string& key) {
    const std::optional<std::string> old_name = rope.String("type");
    const std::optional<std::string> new_name = rope.String("rope_type");
    for (const auto& type : {old_name, new_name}) {
      if (type && *type != "default") {
        fields_.Refuse(key, "null or the type \"default\"",
                       "scaled rotary embeddings are not computed; use another checkpoint");
      }
    }
    static const std::vector<std::string> plain = {"type", "rope_type", "rope_theta"};
    for (const auto& item : fields_.Raw(key).items()) {
      const bool known = std::find(plain.begin(), plain.end(), item.key()) != plain.end();
      if (!known && !item.value().is_null() &&
          !(item.key() == "partial_rotary_factor" && item.value() == 1.0)) {
        fields_.Refuse(key,
                       "only rope_theta and rope_type (\"" + item.key() + "\" is not computed)",
                       "scaled rotary embeddings are not computed; use another checkpoint");
      }
    }
  }

  void ReadWindow() {
    if (IsLlama()) {
      // LlamaConfig has no window: the class ignores the key, and so do we, aloud.
      config_.sliding_window = 0;
      if (fields_.Has("sliding_window") && !fields_.IsNull("sliding_window")) {
        config_.defaulted.push_back("sliding_window = none (LlamaForCausalLM ignores " +
                                    Shown(fields_.Raw("sliding_window")) + ")");
      }
    } else if (fields_.IsNull("sliding_window")) {
      config_.sliding_window = 0;
    } else {
      config_.sliding_window = OrDefault<std::int64_t>(
          "sliding_window", fields_.Integer("sliding_window", 1, kMaxPosition), 4096);
    }
    if (!fields_.Has("layer_types") || fields_.IsNull("layer_types")) return;
    const std::string same = config_.sliding_window > 0 ? "sliding_attention" : "full_attention";
    const json& types = fields_.Raw("layer_types");
    bool uniform = types.is_array();
    for (const json& type : types) uniform = uniform && type == same;
    if (!uniform) {
      fields_.Refuse("layer_types", "\"" + same + "\" for every layer, or no such key",
                     "layers that differ in their window are not computed; use another checkpoint");
    }
  }

  void ReadTokens() {
    const std::int64_t last = config_.vocab_size - 1;
    if (fields_.IsNull("bos_token_id")) {
      config_.bos_token_id = -1;
    } else {
      config_.bos_token_id = static_cast<std::int32_t>(
          OrDefault<std::int64_t>("bos_token_id", fields_.Integer("bos_token_id", 0, last), 1));
    }
    config_.eos_token_ids.clear();
    if (fields_.IsNull("eos_token_id")) return;
    if (!fields_.Has("eos_token_id")) config_.defaulted.push_back("eos_token_id = 2 (default)");
    const auto eos = fields_.Integers("eos_token_id", 0, last);
    for (const std::int64_t id : eos.value_or(std::vector<std::int64_t>{2})) {
      config_.eos_token_ids.push_back(static_cast<std::int32_t>(id));
    }
  }

  void RefuseWhatIsNotComputed() {
    for (const char* key : {"attention_bias", "mlp_bias"}) {
      if (fields_.Boolean(key).value_or(false)) fields_.Refuse(key, "false", kOtherModel);
    }
    if (fields_.Has("quantization_config") && !fields_.IsNull("quantization_config")) {
      fields_.Refuse("quantization_config", "no quantisation",
                     "use the F32, BF16 or F16 checkpoint this one was made from");
    }
  }

  JsonFields fields_;
  ModelConfig config_;
};

// The generation defaults a checkpoint ships may name more tokens that end an answer.
void AddGenerationEos(const std::filesystem::path& path, ModelConfig& config) {
  const json object = ReadJsonFile(path);
  const JsonFields fields(object, path.string());
  const auto ids = fields.Integers("eos_token_id", 0, config.vocab_size - 1);
  if (!ids) return;
  for (const std::int64_t id : *ids) {
    const auto token = static_cast<std::int32_t>(id);
    auto& known = config.eos_token_ids;
    if (std::find(known.begin(), known.end(), token) == known.end()) known.push_back(token);
  }
}

std::string Joined(const std::vector<std::int32_t>& ids) {
  std::string text;
  for (const std::int32_t id : ids) text += (text.empty() ? "" : ", ") + std::to_string(id);
  return text.empty() ? "none" : text;
}

}  // namespace

ModelConfig ParseModelConfig(std::string_view text, const std::string& source) {
  const json object = ParseJsonObject(text, source);
  return ConfigReader(object, source).Read();
}

ModelConfig LoadModelConfig(const std::filesystem::path& path) {
  std::filesystem::path file = path;
  if (std::filesystem::is_directory(path)) {
    file = path / "config.json";
    if (!std::filesystem::exists(file)) file = path / "params.json";
    if (!std::filesystem::exists(file)) {
      throw ModelError(path.string() +
                       ": expected config.json (or params.json) in a checkpoint directory, found "
                       "none; fetch the whole repository");
    }
  }
  json object = ReadJsonFile(file);
  std::string source = file.string();
  if (file.filename() == "params.json") {
    object = ConfigFromParams(object, source);
    source += " (in the keys of config.json)";
  }
  ModelConfig config = ConfigReader(object, source).Read();
  const std::filesystem::path generation = file.parent_path() / "generation_config.json";
  if (std::filesystem::exists(generation)) AddGenerationEos(generation, config);
  return config;
}

std::int64_t ModelConfig::num_parameters() const {
  const std::int64_t c = hidden_size;
  const std::int64_t q = num_attention_heads * head_dim;
  const std::int64_t kv = num_key_value_heads * head_dim;
  const std::int64_t layer = c * (q + 2 * kv) + q * c + 3 * intermediate_size * c + 2 * c;
  const std::int64_t tables = tie_word_embeddings ? 1 : 2;
  return tables * vocab_size * c + num_hidden_layers * layer + c;
}

std::int64_t ModelConfig::KvBytesPerToken(std::int64_t bytes_per_element) const {
  return 2 * num_hidden_layers * num_key_value_heads * head_dim * bytes_per_element;
}

std::string ModelConfig::Describe() const {
  std::ostringstream out;
  out << "architecture = " << architecture << "\n"
      << "parameters = " << num_parameters() << "\n"
      << "vocab_size = " << vocab_size << "\n"
      << "hidden_size = " << hidden_size << "\n"
      << "intermediate_size = " << intermediate_size << "\n"
      << "num_hidden_layers = " << num_hidden_layers << "\n"
      << "num_attention_heads = " << num_attention_heads << "\n"
      << "num_key_value_heads = " << num_key_value_heads << "\n"
      << "head_dim = " << head_dim << "\n"
      << "max_position_embeddings = " << max_position_embeddings << "\n"
      << "rms_norm_eps = " << rms_norm_eps << "\n"
      << "rope_theta = " << rope_theta << "\n"
      << "sliding_window = "
      << (sliding_window > 0 ? std::to_string(sliding_window) : std::string("none")) << "\n"
      << "tie_word_embeddings = " << (tie_word_embeddings ? "true" : "false") << "\n"
      << "torch_dtype = " << (torch_dtype.empty() ? "not given" : torch_dtype) << "\n"
      << "bos_token_id = " << (bos_token_id < 0 ? "none" : std::to_string(bos_token_id)) << "\n"
      << "eos_token_ids = " << Joined(eos_token_ids) << "\n";
  return out.str();
}

}  // namespace meval
