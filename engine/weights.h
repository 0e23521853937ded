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
  TensorView embedding;              // [V, C] of that dtype
  std::vector<LayerWeights> layers;  // L
  TensorView final_norm;             // [C] f32
  PackedWeight lm_head;              // [V, C]
  std::vector<Buffer> storage;       // owns embedding and norms, on the device
  std::string origin;                // "models/x" or "random:tiny,seed=1234"
  std::int64_t bytes = 0;            // memory held
};

// What --dtype asks for. kAuto on the cpu: f32 for f32 and f16 checkpoints, bf16 for bf16 ones; on
// cuda, which computes on 16-bit weights: f16 for f16 checkpoints, bf16 for others. kF16 is for
// cuda alone, kF32 for the cpu.
enum class WeightDType { kAuto, kF32, kBF16, kF16 };

// The dtype that `asked` means for matrices of `natural` dtype (f32 | bf16 | f16) on a device.
// Throws DeviceError if the device does not compute with it.
DType ResolveDType(WeightDType asked, DType natural, Device device);

using LoadProgress = std::function<void(std::int64_t done_bytes, std::int64_t total_bytes)>;

// Packs a checkpoint tensor by tensor for the context's device, converting F32, BF16 and F16 to the
// chosen dtype and
// releasing the source pages. Throws ModelError if a tensor is missing, of the wrong shape, of a
// dtype it cannot read, or unknown to the model.
MistralWeights LoadWeights(Context& ctx, const ModelConfig& config, const Checkpoint& checkpoint,
                           WeightDType dtype, const LoadProgress& progress = {});

// The dtype config.torch_dtype names; f32 where it is empty.
DType NaturalDType(const ModelConfig& config);

// Weights from a counter-based generator (Philox keyed by seed and tensor name): normal with
// standard deviation 0.02 (the initializer_range of the published configurations), norms 1. The
// same bits on every machine and thread count. kAuto goes by config.torch_dtype, f32 where it is
// empty. `origin` becomes "random,seed=N": the caller, who knows the shape's name, may say more.
MistralWeights RandomWeights(Context& ctx, const ModelConfig& config, std::uint64_t seed,
                             WeightDType dtype);

// Writes config.json and model.safetensors (f32 or bf16; shards of at most `shard_bytes` with an
// index when > 0) of a random model, so that another program can be run on the same numbers. Throws
// ModelError if a file cannot be written.
void ExportRandomCheckpoint(const ModelConfig& config, std::uint64_t seed, DType dtype,
                            const std::filesystem::path& directory, std::int64_t shard_bytes = 0);

}  // namespace meval

#endif  // MEVAL_ENGINE_WEIGHTS_H_
