#ifndef MEVAL_TESTS_SUPPORT_UNPACKED_WEIGHTS_H_
#define MEVAL_TESTS_SUPPORT_UNPACKED_WEIGHTS_H_

// What packed weights hold, as plain matrices that a test can compare.

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/checkpoint_names.h"
#include "engine/weights.h"
#include "kernels/bfloat16.h"
#include "kernels/gemm.h"

namespace meval::testing {

using Matrix = std::vector<float>;  // row-major

// Two layers, grouped heads, and no two sizes equal.
inline ModelConfig Small() {
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
inline Matrix Unpacked(Context& ctx, const PackedWeight& weight) {
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

inline Matrix Values(const TensorView& view) {
  Matrix values(static_cast<std::size_t>(view.num_elements()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = view.dtype == DType::kF32 ? view.As<float>()[i]
                                          : BFloat16ToFloat(view.As<std::uint16_t>()[i]);
  }
  return values;
}

inline Matrix Rounded(Matrix values, DType dtype) {
  if (dtype == DType::kBF16) {
    for (float& value : values) value = BFloat16ToFloat(FloatToBFloat16(value));
  }
  return values;
}

// Every matrix of a model under the name of its tensor, fused ones taken apart again.
inline std::map<std::string, Matrix> TakenApart(Context& ctx, const ModelConfig& config,
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
    if (next != whole.end()) throw std::logic_error("a packed weight of another size");
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

}  // namespace meval::testing

#endif  // MEVAL_TESTS_SUPPORT_UNPACKED_WEIGHTS_H_
