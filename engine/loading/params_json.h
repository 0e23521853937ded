#ifndef MEVAL_ENGINE_LOADING_PARAMS_JSON_H_
#define MEVAL_ENGINE_LOADING_PARAMS_JSON_H_

#include <string>

#include <nlohmann/json.hpp>

namespace meval {

// params.json, which the authors' own releases have beside consolidated.safetensors, said in the
// keys of config.json. Where rope_theta is missing it is 1e4 with a sliding window and 1e6 without
// one, as the authors' reference code had it when those releases were made; max_position_embeddings
// is 32768, as in every published 7B model. Throws ModelError on a missing key, a wrong type, or a
// key that would change the forward pass (mixture of experts, quantisation, biases).
nlohmann::json ConfigFromParams(const nlohmann::json& params, const std::string& source);

}  // namespace meval

#endif  // MEVAL_ENGINE_LOADING_PARAMS_JSON_H_
