#include "engine/checkpoint_names.h"

namespace meval {
namespace {

LayerSpecs DescribeLayer(const ModelConfig& config, std::int64_t layer) {
  const std::int64_t c = config.hidden_size;
  const std::int64_t f = config.intermediate_size;
  const std::int64_t heads = config.num_attention_heads;
  const std::int64_t kv_heads = config.num_key_value_heads;
  const std::int64_t q = heads * config.head_dim;
  const std::int64_t kv = kv_heads * config.head_dim;
  const std::string hf = "model.layers." + std::to_string(layer) + ".";
  const std::string own = "layers." + std::to_string(layer) + ".";

  LayerSpecs specs;
  specs.attention_norm = {hf + "input_layernorm.weight", own + "attention_norm.weight", {c}};
  specs.q = {hf + "self_attn.q_proj.weight", own + "attention.wq.weight", {q, c}, heads};
  specs.k = {hf + "self_attn.k_proj.weight", own + "attention.wk.weight", {kv, c}, kv_heads};
  specs.v = {hf + "self_attn.v_proj.weight", own + "attention.wv.weight", {kv, c}};
  specs.o = {hf + "self_attn.o_proj.weight", own + "attention.wo.weight", {c, q}};
  specs.ffn_norm = {hf + "post_attention_layernorm.weight", own + "ffn_norm.weight", {c}};
  specs.gate = {hf + "mlp.gate_proj.weight", own + "feed_forward.w1.weight", {f, c}};
  specs.up = {hf + "mlp.up_proj.weight", own + "feed_forward.w3.weight", {f, c}};
  specs.down = {hf + "mlp.down_proj.weight", own + "feed_forward.w2.weight", {c, f}};
  return specs;
}

}  // namespace

std::int64_t TensorSpec::num_elements() const {
  std::int64_t count = 1;
  for (const std::int64_t dim : shape) count *= dim;
  return count;
}

ModelSpecs DescribeTensors(const ModelConfig& config) {
  const std::int64_t v = config.vocab_size;
  const std::int64_t c = config.hidden_size;
  ModelSpecs specs;
  specs.embedding = {"model.embed_tokens.weight", kConsolidatedEmbedding, {v, c}};
  for (std::int64_t layer = 0; layer < config.num_hidden_layers; ++layer) {
    specs.layers.push_back(DescribeLayer(config, layer));
  }
  specs.final_norm = {"model.norm.weight", "norm.weight", {c}};
  specs.lm_head =
      config.tie_word_embeddings ? specs.embedding : TensorSpec{kLmHead, "output.weight", {v, c}};
  return specs;
}

std::vector<const TensorSpec*> ModelSpecs::All() const {
  std::vector<const TensorSpec*> all = {&embedding};
  for (const LayerSpecs& layer : layers) {
    all.insert(all.end(), {&layer.attention_norm, &layer.q, &layer.k, &layer.v, &layer.o,
                           &layer.ffn_norm, &layer.gate, &layer.up, &layer.down});
  }
  all.push_back(&final_norm);
  if (!tied()) all.push_back(&lm_head);
  return all;
}

bool IsDerivedTensor(std::string_view name) { return name.ends_with("rotary_emb.inv_freq"); }

}  // namespace meval
