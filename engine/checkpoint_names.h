#ifndef MEVAL_ENGINE_CHECKPOINT_NAMES_H_
#define MEVAL_ENGINE_CHECKPOINT_NAMES_H_

// What the tensors of a checkpoint are called, and what shape a configuration gives them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model_config.h"

namespace meval {

struct TensorSpec {
  std::string name;               // in the Hugging Face layout
  std::string consolidated_name;  // in the authors' own release
  std::vector<std::int64_t> shape;
  // Heads whose rows the authors' layout orders differently: it rotates the pairs (2i, 2i + 1) of a
  // head where Hugging Face's rotates (i, i + D/2). 0: the rows are in the same order.
  std::int64_t rotary_heads = 0;

  std::int64_t num_elements() const;
  bool is_norm() const { return shape.size() == 1; }
};

struct LayerSpecs {
  TensorSpec attention_norm;  // [C]
  TensorSpec q, k, v;         // [H * D, C], [K * D, C], [K * D, C]
  TensorSpec o;               // [C, H * D]
  TensorSpec ffn_norm;        // [C]
  TensorSpec gate, up;        // [F, C]
  TensorSpec down;            // [C, F]
};

struct ModelSpecs {
  TensorSpec embedding;            // [V, C]
  std::vector<LayerSpecs> layers;  // L
  TensorSpec final_norm;           // [C]
  TensorSpec lm_head;              // [V, C]; the embedding itself where they are tied

  // Every tensor once, in the order a forward pass meets them.
  std::vector<const TensorSpec*> All() const;
  bool tied() const { return lm_head.name == embedding.name; }
};

ModelSpecs DescribeTensors(const ModelConfig& config);

// The embedding's name in the authors' layout: whether it is there tells the two layouts apart.
inline constexpr char kConsolidatedEmbedding[] = "tok_embeddings.weight";
// The output projection's Hugging Face name, also where a tied model does not need it.
inline constexpr char kLmHead[] = "lm_head.weight";

// A tensor that old checkpoints carry and no forward pass needs (the rotary frequencies, which
// follow from the configuration).
bool IsDerivedTensor(std::string_view name);

}  // namespace meval

#endif  // MEVAL_ENGINE_CHECKPOINT_NAMES_H_
