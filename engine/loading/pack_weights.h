#ifndef MEVAL_ENGINE_LOADING_PACK_WEIGHTS_H_
#define MEVAL_ENGINE_LOADING_PACK_WEIGHTS_H_

// From tensors, wherever they come from, to the weights a forward pass multiplies by.

#include "engine/checkpoint_names.h"
#include "engine/weights.h"
#include "kernels/context.h"

namespace meval {

// Where the values of a model's tensors come from.
class TensorSource {
 public:
  TensorSource() = default;
  virtual ~TensorSource() = default;
  TensorSource(const TensorSource&) = delete;
  TensorSource& operator=(const TensorSource&) = delete;

  // The tensor's values as `dtype`, dense: written to `scratch`, which has room for
  // them, or where they already lie in that form. Valid until Done(spec).
  virtual TensorView Read(Context& ctx, const TensorSpec& spec, DType dtype, void* scratch) = 0;
  // The values are no longer needed.
  virtual void Done(const TensorSpec& spec) = 0;
};

// Packs tensor by tensor: beside the packed weights only the source tensors of one matrix are held.
// Everything lies on the context's device. Norms are f32, everything else is `dtype`. Leaves
// `origin` empty.
MistralWeights PackWeights(Context& ctx, const ModelConfig& config, DType dtype,
                           TensorSource& source, const LoadProgress& progress);

}  // namespace meval

#endif  // MEVAL_ENGINE_LOADING_PACK_WEIGHTS_H_
