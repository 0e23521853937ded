#ifndef MEVAL_ENGINE_WEIGHTS_H_
#define MEVAL_ENGINE_WEIGHTS_H_

// The parameters of one model, packed for the device they run on.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/model_config.h"
#include "engine/safetensors.h"
#include "kernels/buffer.h"
#include "kernels/context.h"
#include "kernels/gemm.h"
#include "kernels/tensor.h"

namespace meval {

struct LayerWeights {
  TensorView attention_norm;  // [C] f32
  PackedWeight wqkv;          // [(H + 2K) * D, C]: q rows, then k rows, then v rows
  PackedWeight wo;            // [C, H * D]
  TensorView ffn_norm;        // [C] f32
  PackedWeight gate_up;       // [2F, C]: gate rows, then up rows
  PackedWeight down;          // [C, F]
};

struct MistralWeights {
  DType dtype = DType::kF32;         // of the matrices
  TensorView embedding;              // [V, C] f32 | bf16
  std::vector<LayerWeights> layers;  // L
  TensorView final_norm;             // [C] f32
  PackedWeight lm_head;              // [V, C]
  std::vector<Buffer> storage;       // owns embedding and norms
  std::string origin;                // "models/x" or "random:tiny,seed=1234"
  std::int64_t bytes = 0;            // memory held
};

// What --dtype asks for. kAuto: f32 for f32 and f16 checkpoints, bf16 for bf16 ones.
enum class WeightDType { kAuto, kF32, kBF16 };

using LoadProgress = std::function<void(std::int64_t done_bytes, std::int64_t total_bytes)>;

// Packs a checkpoint tensor by tensor, converting F32, BF16 and F16 to the chosen dtype and
// releasing the source pages. Throws ModelError if a tensor is missing, of the wrong shape, of a
// dtype it cannot read, or unknown to the model.
MistralWeights LoadWeights(Context& ctx, const ModelConfig& config, const Checkpoint& checkpoint,
                           WeightDType dtype, const LoadProgress& progress = {});

// Weights from a counter-based generator (Philox keyed by seed and tensor name): normal with
// standard deviation 0.02 (the initializer_range of the published configurations), norms 1. The
// same bits on every machine and thread count. kAuto is bf16 where config.torch_dtype says
// "bfloat16". `origin` becomes "random,seed=N": the caller, who knows the shape's name, may say
// more.
MistralWeights RandomWeights(Context& ctx, const ModelConfig& config, std::uint64_t seed,
                             WeightDType dtype);

// Writes config.json and model.safetensors (f32 or bf16; shards of at most `shard_bytes` with an
// index when > 0) of a random model, so that another program can be run on the same numbers. Throws
// ModelError if a file cannot be written.
void ExportRandomCheckpoint(const ModelConfig& config, std::uint64_t seed, DType dtype,
                            const std::filesystem::path& directory, std::int64_t shard_bytes = 0);

}  // namespace meval

#endif  // MEVAL_ENGINE_WEIGHTS_H_
