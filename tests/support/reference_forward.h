#ifndef MEVAL_TESTS_SUPPORT_REFERENCE_FORWARD_H_
#define MEVAL_TESTS_SUPPORT_REFERENCE_FORWARD_H_

// The forward pass written a second time, straight from the equations, in double and with nothing
// of kernels/: what the engine's logits are held against.

#include <span>
#include <vector>

#include "engine/model_config.h"
#include "kernels/tensor.h"

namespace meval::testing {

// Matrices row-major [out, in], as a checkpoint holds them.
struct PlainLayer {
  std::vector<float> attention_norm;  // [C]
  std::vector<float> wq;              // [H * D, C]
  std::vector<float> wk;              // [K * D, C]
  std::vector<float> wv;              // [K * D, C]
  std::vector<float> wo;              // [C, H * D]
  std::vector<float> ffn_norm;        // [C]
  std::vector<float> gate;            // [F, C]
  std::vector<float> up;              // [F, C]
  std::vector<float> down;            // [C, F]
};

struct PlainWeights {
  std::vector<float> embedding;  // [V, C]
  std::vector<PlainLayer> layers;
  std::vector<float> final_norm;  // [C]
  std::vector<float> lm_head;     // [V, C]
};

// logits[t][v] after tokens 0 .. t.
std::vector<std::vector<double>> ReferenceForward(const ModelConfig& config,
                                                  const PlainWeights& weights,
                                                  std::span<const TokenId> tokens);

}  // namespace meval::testing

#endif  // MEVAL_TESTS_SUPPORT_REFERENCE_FORWARD_H_
