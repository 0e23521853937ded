#include "engine/loading/pack_weights.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace meval {
namespace {

using Parts = std::vector<const TensorSpec*>;

std::size_t Bytes(const TensorSpec& spec, DType dtype) {
  return static_cast<std::size_t>(spec.num_elements() * SizeOf(dtype));
}

class Packer {
 public:
  Packer(Context& ctx, const ModelConfig& config, DType dtype, TensorSource& source,
         const LoadProgress& progress)
      : ctx_(ctx),
        specs_(DescribeTensors(config)),
        dtype_(dtype),
        source_(source),
        progress_(progress),
        norms_(ctx.Allocate(
            static_cast<std::size_t>((2 * config.num_hidden_layers + 1) * config.hidden_size) *
            sizeof(float))),
        next_norm_(norms_.As<float>()) {
    for (const TensorSpec* spec : specs_.All()) total_bytes_ += SourceBytes(*spec);
  }

  MistralWeights Pack() {
    MistralWeights weights;
    weights.dtype = dtype_;
    Buffer embedding = ctx_.Allocate(Bytes(specs_.embedding, dtype_));
    weights.embedding = Keep(specs_.embedding, dtype_, embedding.data());
    // Large ones first: what the sources take beside them is then gone before the last are there.
    weights.lm_head = specs_.tied() ? PackWeight(ctx_, std::span(&weights.embedding, 1))
                                    : PackMatrix({&specs_.lm_head});
    scratch_ = Buffer();
    for (const LayerSpecs& layer : specs_.layers) {
      keep_scratch_ = &layer != &specs_.layers.back();
      weights.layers.push_back(PackLayer(layer));
    }
    weights.final_norm = KeepNorm(specs_.final_norm);
    weights.storage.push_back(std::move(embedding));
    weights.storage.push_back(std::move(norms_));
    weights.bytes = HeldBytes(weights);
    return weights;
  }

 private:
  LayerWeights PackLayer(const LayerSpecs& layer) {
    LayerWeights packed;
    packed.attention_norm = KeepNorm(layer.attention_norm);
    packed.ffn_norm = KeepNorm(layer.ffn_norm);
    packed.gate_up = PackMatrix({&layer.gate, &layer.up});
    packed.down = PackMatrix({&layer.down});
    packed.wqkv = PackMatrix({&layer.q, &layer.k, &layer.v});
    packed.wo = PackMatrix({&layer.o});
    return packed;
  }

  // The tensors of one matrix, stacked by rows.
  PackedWeight PackMatrix(const Parts& parts) {
    std::size_t needed = 0;
    for (const TensorSpec* part : parts) needed += Bytes(*part, dtype_);
    if (scratch_.bytes() < needed) {
      scratch_ = Buffer();  // the old one goes before the larger one comes
      scratch_ = Buffer(needed);
    }
    std::vector<TensorView> views;
    std::byte* free = scratch_.As<std::byte>();
    for (const TensorSpec* part : parts) {
      views.push_back(source_.Read(ctx_, *part, dtype_, free));
      free += Bytes(*part, dtype_);
    }
    PackedWeight packed = PackWeight(ctx_, views);
    for (const TensorSpec* part : parts) Finish(*part);
    if (!keep_scratch_) scratch_ = Buffer();
    return packed;
  }

  // A tensor that is used as it is and lives at `place`, on the context's device.
  TensorView Keep(const TensorSpec& spec, DType dtype, void* place) {
    const bool on_cpu = ctx_.device() == Device::kCpu;
    Buffer on_host;
    if (!on_cpu) on_host = Buffer(Bytes(spec, dtype));
    TensorView view = source_.Read(ctx_, spec, dtype, on_cpu ? place : on_host.data());
    if (view.data != place) ctx_.Upload(view.data, place, Bytes(spec, dtype));
    view.data = place;
    view.device = ctx_.device();
    Finish(spec);
    return view;
  }

  TensorView KeepNorm(const TensorSpec& spec) {
    float* const place = next_norm_;
    next_norm_ += spec.num_elements();
    return Keep(spec, DType::kF32, place);
  }

  void Finish(const TensorSpec& spec) {
    source_.Done(spec);
    done_bytes_ += SourceBytes(spec);
    if (progress_) progress_(done_bytes_, total_bytes_);
  }

  std::int64_t SourceBytes(const TensorSpec& spec) const {
    return spec.num_elements() * SizeOf(spec.is_norm() ? DType::kF32 : dtype_);
  }

  static std::int64_t HeldBytes(const MistralWeights& weights) {
    std::int64_t bytes = weights.lm_head.bytes();
    for (const Buffer& buffer : weights.storage) bytes += static_cast<std::int64_t>(buffer.bytes());
    for (const LayerWeights& layer : weights.layers) {
      bytes += layer.wqkv.bytes() + layer.wo.bytes() + layer.gate_up.bytes() + layer.down.bytes();
    }
    return bytes;
  }

  Context& ctx_;
  ModelSpecs specs_;
  DType dtype_;
  TensorSource& source_;
  const LoadProgress& progress_;
  Buffer norms_;  // (2L + 1) * C floats
  float* next_norm_;
  Buffer scratch_;  // room for the sources of the matrix at hand
  // Taking it anew for every matrix costs time, keeping it to the end memory.
  bool keep_scratch_ = true;
  std::int64_t done_bytes_ = 0;
  std::int64_t total_bytes_ = 0;
};

}  // namespace

MistralWeights PackWeights(Context& ctx, const ModelConfig& config, DType dtype,
                           TensorSource& source, const LoadProgress& progress) {
  return Packer(ctx, config, dtype, source, progress).Pack();
}

}  // namespace meval
