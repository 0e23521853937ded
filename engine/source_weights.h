#ifndef MEVAL_ENGINE_SOURCE_WEIGHTS_H_
#define MEVAL_ENGINE_SOURCE_WEIGHTS_H_

// The weights that a model's name stands for.

#include <filesystem>
#include <vector>

#include "engine/model_config.h"
#include "engine/model_source.h"
#include "engine/weights.h"
#include "kernels/context.h"
#include "kernels/tensor.h"

namespace meval {

struct SourceWeights {
  MistralWeights weights;
  std::vector<std::filesystem::path> files;  // that they were read from; empty for random ones
};

// Makes random weights, or reads a checkpoint's. `name` is what the user called it. Throws
// ModelError or DeviceError.
SourceWeights LoadSourceWeights(Context& ctx, const ModelSource& source, const std::string& name,
                                const ModelConfig& config, DType dtype,
                                const LoadProgress& progress);

}  // namespace meval

#endif  // MEVAL_ENGINE_SOURCE_WEIGHTS_H_
