#include "engine/loading/params_json.h"

#include <cstdint>
#include <limits>
#include <map>

#include "engine/loading/json_fields.h"

namespace meval {
namespace {

using nlohmann::json;

constexpr std::int64_t kAnySize = std::numeric_limits<std::int32_t>::max();

}  // namespace

json ConfigFromParams(const json& params, const std::string& source) {
  static const std::map<std::string, std::string> sizes = {{"dim", "hidden_size"},
                                                           {"hidden_dim", "intermediate_size"},
                                                           {"n_layers", "num_hidden_layers"},
                                                           {"n_heads", "num_attention_heads"},
                                                           {"n_kv_heads", "num_key_value_heads"},
                                                           {"head_dim", "head_dim"},
                                                           {"vocab_size", "vocab_size"}};
  const JsonFields fields(params, source);
  json config = {{"architectures", {"MistralForCausalLM"}}, {"max_position_embeddings", 32768}};
  for (const auto& [own, name] : sizes) config[name] = fields.RequiredInteger(own, 1, kAnySize);

  const std::optional<double> eps = fields.Number("norm_eps", 0.0, 1.0);
  if (!eps)
    fields.Refuse("norm_eps", "a number (there is no default for it)", "fetch the file again");
  config["rms_norm_eps"] = *eps;
  const std::optional<std::int64_t> window = fields.Integer("sliding_window", 1, kAnySize);
  config["sliding_window"] = window ? json(*window) : json();
  config["rope_theta"] = fields.Number("rope_theta", 1.0, 1e12).value_or(window ? 1e4 : 1e6);

  for (const auto& item : params.items()) {
    const bool known = sizes.contains(item.key()) || item.key() == "norm_eps" ||
                       item.key() == "sliding_window" || item.key() == "rope_theta" ||
                       item.key() == "max_batch_size" || item.key() == "max_seq_len";
    if (known || item.value().is_null() || item.value() == json(false)) continue;
    fields.Refuse(item.key(), "only the keys of a plain decoder",
                  "this program evaluates the plain Mistral decoder only; use another checkpoint");
  }
  return config;
}

}  // namespace meval
