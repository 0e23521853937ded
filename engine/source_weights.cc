#include "engine/source_weights.h"

#include <string>

#include "engine/safetensors.h"

namespace meval {
namespace {

WeightDType Explicit(DType dtype) {
  if (dtype == DType::kF32) return WeightDType::kF32;
  return dtype == DType::kBF16 ? WeightDType::kBF16 : WeightDType::kF16;
}

}  // namespace

SourceWeights LoadSourceWeights(Context& ctx, const ModelSource& source, const std::string& name,
                                const ModelConfig& config, DType dtype,
                                const LoadProgress& progress) {
  const WeightDType weight_dtype = Explicit(dtype);
  SourceWeights loaded;
  if (source.directory.empty()) {
    loaded.weights = RandomWeights(ctx, config, source.seed, weight_dtype);
    loaded.weights.origin = "random:" + source.shape + ",seed=" + std::to_string(source.seed);
  } else {
    const Checkpoint checkpoint = Checkpoint::Open(source.directory);
    loaded.weights = LoadWeights(ctx, config, checkpoint, weight_dtype, progress);
    loaded.weights.origin = name;
    loaded.files = checkpoint.files();
  }
  return loaded;
}

}  // namespace meval
