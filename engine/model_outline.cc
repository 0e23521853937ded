#include "engine/model_outline.h"

#include <string>
#include <utility>

#include "engine/error.h"
#include "engine/safetensors.h"

namespace meval {
namespace {

// What all matrices of a checkpoint are; f32 where they differ.
DType NaturalDType(const Checkpoint& checkpoint) {
  bool all_bf16 = true;
  bool all_f16 = true;
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    if (tensor.shape.size() != 2) continue;
    all_bf16 = all_bf16 && tensor.dtype == "BF16";
    all_f16 = all_f16 && tensor.dtype == "F16";
  }
  if (all_bf16) return DType::kBF16;
  return all_f16 ? DType::kF16 : DType::kF32;
}

ModelConfig RandomConfig(const ModelSource& source, const Tokenizer& tokenizer) {
  ModelConfig config = NamedShape(source.shape).value();
  if (IsTinyShape(source.shape)) {
    config.vocab_size = tokenizer.vocab_size();
    if (tokenizer.bos_id() >= 0) config.bos_token_id = tokenizer.bos_id();
    if (tokenizer.eos_id() >= 0) config.eos_token_ids = {tokenizer.eos_id()};
  }
  CheckVocabulary(config, tokenizer, true);
  return config;
}

}  // namespace

ModelOutline OutlineModel(const EngineOptions& options, const DeviceTraits& traits) {
  const ModelSource source = ResolveModel(options.model, options.tokenizer, options.tiny_dir);
  Tokenizer tokenizer = Tokenizer::Load(source.tokenizer);
  ModelConfig config;
  DType dtype = DType::kF32;
  if (source.directory.empty()) {
    config = RandomConfig(source, tokenizer);
    dtype = ResolveDType(options.dtype, NaturalDType(config), traits.device);
  } else {
    config = LoadModelConfig(source.directory);
    CheckVocabulary(config, tokenizer, false);
    dtype = ResolveDType(options.dtype, NaturalDType(Checkpoint::Open(source.directory)),
                         traits.device);
  }
  const std::int64_t max_length =
      options.max_length > 0 ? options.max_length : config.max_position_embeddings;
  return {source, std::move(config), std::move(tokenizer), dtype, max_length};
}

MemoryPlan PlanMemory(const ModelOutline& outline, const EngineOptions& options,
                      const DeviceTraits& traits) {
  return PlanMemory(outline.config, outline.dtype,
                    EstimateWeightBytes(outline.config, outline.dtype), options,
                    AvailableBytes(traits), traits);
}

PlanOptions PlanOptionsFor(const ModelConfig& config, const MemoryPlan& memory,
                           bool share_prefixes) {
  return {.num_pages = memory.num_pages,
          .batch_tokens = memory.batch_tokens,
          .window = config.sliding_window,
          .share_prefixes = share_prefixes,
          .cost = CostModel(config, memory.dtype)};
}

void CheckVocabulary(const ModelConfig& config, const Tokenizer& tokenizer, bool exact) {
  const std::int64_t pieces = tokenizer.vocab_size();
  if (pieces > config.vocab_size || (exact && pieces != config.vocab_size)) {
    throw ModelError(tokenizer.file().string() + ": expected " + (exact ? "" : "at most ") +
                     std::to_string(config.vocab_size) +
                     " pieces (vocab_size of the model), found " + std::to_string(pieces) +
                     "; give the tokenizer that belongs to the model");
  }
}

}  // namespace meval
