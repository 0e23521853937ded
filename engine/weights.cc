#include "engine/weights.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>

#include "engine/checkpoint_names.h"
#include "engine/error.h"
#include "engine/loading/convert.h"
#include "engine/loading/nearest_name.h"
#include "engine/loading/pack_weights.h"
#include "kernels/check.h"

namespace meval {
namespace {

static_assert(std::endian::native == std::endian::little,
              "safetensors data is little-endian and is used in place");

constexpr std::int64_t kChunkElements = std::int64_t{1} << 20;

std::string ShapeText(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t dim : shape) text += (text.empty() ? "" : ", ") + std::to_string(dim);
  return "[" + text + "]";
}

[[noreturn]] void RefuseTensor(const std::string& where, const std::string& name,
                               const std::string& expected, const std::string& found,
                               const std::string& what_to_do) {
  throw ModelError(where + ": tensor \"" + name + "\": expected " + expected + ", found " + found +
                   "; " + what_to_do);
}

DType ReadableDType(const TensorEntry& entry) {
  if (entry.dtype == "F32") return DType::kF32;
  if (entry.dtype == "BF16") return DType::kBF16;
  if (entry.dtype == "F16") return DType::kF16;
  RefuseTensor(entry.file.string(), entry.name, "dtype F32, BF16 or F16", entry.dtype,
               "quantised weights are not computed; use the checkpoint this one was made from");
}

// The tensors of a checkpoint under the names of the model, all of them checked before the first
// is read.
class CheckpointSource : public TensorSource {
 public:
  CheckpointSource(const ModelSpecs& specs, const Checkpoint& checkpoint)
      : checkpoint_(checkpoint),
        consolidated_(checkpoint.tensors().contains(kConsolidatedEmbedding)) {
    std::set<std::string> wanted;
    for (const TensorSpec* spec : specs.All()) wanted.insert(NameOf(*spec));
    for (const TensorSpec* spec : specs.All()) CheckEntry(*spec, wanted);
    for (const auto& [name, entry] : checkpoint.tensors()) {
      if (!wanted.contains(name)) CheckExtra(specs, entry);
    }
  }

  // What every matrix is; f32 where they differ.
  DType NaturalDType(const ModelSpecs& specs) const {
    const DType first = ReadableDType(Entry(specs.embedding));
    for (const TensorSpec* spec : specs.All()) {
      if (!spec->is_norm() && ReadableDType(Entry(*spec)) != first) return DType::kF32;
    }
    return first;
  }

  TensorView Read(Context& ctx, const TensorSpec& spec, DType dtype, void* scratch) override {
    const TensorEntry& entry = Entry(spec);
    const DType from = ReadableDType(entry);
    const std::int64_t heads = consolidated_ ? spec.rotary_heads : 0;
    const auto address = reinterpret_cast<std::uintptr_t>(entry.data);
    const bool in_place =
        from == dtype && heads == 0 && address % static_cast<std::uintptr_t>(SizeOf(dtype)) == 0;
    // A view is not const; nobody writes through this one, whose pages are mapped read-only.
    if (in_place) return View(const_cast<std::byte*>(entry.data), spec, dtype);
    if (heads > 0) {
      ConvertRotaryRows(ctx, entry, from, spec, dtype, static_cast<std::byte*>(scratch));
    } else {
      Convert(ctx, entry, from, spec, dtype, static_cast<std::byte*>(scratch));
    }
    return View(scratch, spec, dtype);
  }

  void Done(const TensorSpec& spec) override { checkpoint_.Release(Entry(spec)); }

 private:
  const std::string& NameOf(const TensorSpec& spec) const {
    return consolidated_ ? spec.consolidated_name : spec.name;
  }
  const TensorEntry& Entry(const TensorSpec& spec) const {
    return checkpoint_.tensors().at(NameOf(spec));
  }

  void CheckEntry(const TensorSpec& spec, const std::set<std::string>& wanted) const {
    const auto found = checkpoint_.tensors().find(NameOf(spec));
    if (found == checkpoint_.tensors().end()) RefuseMissing(spec, wanted);
    const TensorEntry& entry = found->second;
    ReadableDType(entry);
    if (entry.shape != spec.shape) {
      RefuseTensor(entry.file.string(), entry.name,
                   "shape " + ShapeText(spec.shape) + " by the configuration",
                   ShapeText(entry.shape),
                   "config.json and weights are of different models; fetch both again");
    }
  }

  [[noreturn]] void RefuseMissing(const TensorSpec& spec,
                                  const std::set<std::string>& wanted) const {
    std::vector<std::string> strangers;
    for (const auto& item : checkpoint_.tensors()) {
      if (!wanted.contains(item.first)) strangers.push_back(item.first);
    }
    const std::string& name = NameOf(spec);
    const std::string near = NearestName(name, strangers, 8);
    std::string advice = "config.json asks for it; fetch config.json and weights again";
    if (spec.name == kLmHead) {
      advice =
          "if the model's output projection is its embedding, config.json must say "
          "\"tie_word_embeddings\": true; otherwise fetch the weights again";
    } else if (!near.empty()) {
      advice = "rename it to the expected name if it is the same tensor";
    }
    RefuseTensor(checkpoint_.path().string(), name, "a tensor of shape " + ShapeText(spec.shape),
                 near.empty() ? "none of this name" : "none of this name, but \"" + near + "\"",
                 advice);
  }

  // A tensor the model does not use would mean that the model is another one.
  void CheckExtra(const ModelSpecs& specs, const TensorEntry& entry) const {
    if (IsDerivedTensor(entry.name)) return;
    if (specs.tied() && entry.name == kLmHead) {
      const TensorEntry& embedding = Entry(specs.embedding);
      if (entry.dtype == embedding.dtype && entry.bytes == embedding.bytes &&
          std::memcmp(entry.data, embedding.data, static_cast<std::size_t>(entry.bytes)) == 0) {
        return;
      }
      RefuseTensor(entry.file.string(), entry.name,
                   "the values of " + NameOf(specs.embedding) +
                       ", since config.json ties the two (tie_word_embeddings)",
                   "other values", "set tie_word_embeddings to false to use both");
    }
    RefuseTensor(entry.file.string(), entry.name, "only tensors of this configuration",
                 "one that it has no place for",
                 "is config.json of the same model (num_hidden_layers, architecture)? Fetch both "
                 "again");
  }

  static TensorView View(void* data, const TensorSpec& spec, DType dtype) {
    if (spec.is_norm()) return TensorView(data, dtype, {spec.shape[0]});
    return TensorView(data, dtype, {spec.shape[0], spec.shape[1]});
  }

  static void Convert(Context& ctx, const TensorEntry& entry, DType from, const TensorSpec& spec,
                      DType to, std::byte* out) {
    const std::int64_t count = spec.num_elements();
    ctx.ParallelFor((count + kChunkElements - 1) / kChunkElements, [&](std::int64_t chunk) {
      const std::int64_t begin = chunk * kChunkElements;
      ConvertElements(entry.data + begin * SizeOf(from), from,
                      std::min(kChunkElements, count - begin), to, out + begin * SizeOf(to));
    });
  }

  // Row 2i + j of a head in the authors' layout is row j * D/2 + i of ours (j is 0 or 1).
  static void ConvertRotaryRows(Context& ctx, const TensorEntry& entry, DType from,
                                const TensorSpec& spec, DType to, std::byte* out) {
    const std::int64_t columns = spec.shape[1];
    const std::int64_t head_dim = spec.shape[0] / spec.rotary_heads;
    const std::int64_t half = head_dim / 2;
    ctx.ParallelFor(spec.rotary_heads, [&](std::int64_t head) {
      for (std::int64_t row = 0; row < head_dim; ++row) {
        const std::int64_t source = head * head_dim + 2 * (row % half) + row / half;
        const std::int64_t target = head * head_dim + row;
        ConvertElements(entry.data + source * columns * SizeOf(from), from, columns, to,
                        out + target * columns * SizeOf(to));
      }
    });
  }

  const Checkpoint& checkpoint_;
  bool consolidated_;
};

}  // namespace

DType ResolveDType(WeightDType asked, DType natural, Device device) {
  const bool on_cpu = device == Device::kCpu;
  switch (asked) {
    case WeightDType::kAuto:
      if (natural == DType::kBF16) return DType::kBF16;
      if (on_cpu) return DType::kF32;
      return natural == DType::kF16 ? DType::kF16 : DType::kBF16;
    case WeightDType::kBF16:
      return DType::kBF16;
    case WeightDType::kF32:
      if (on_cpu) return DType::kF32;
      throw DeviceError(
          "--dtype f32: the cuda backend computes on 16-bit weights; expected bf16 or "
          "f16, or --backend cpu");
    case WeightDType::kF16:
      if (!on_cpu) return DType::kF16;
      throw DeviceError(
          "--dtype f16: the cpu backend computes on f32 or bf16 weights; expected one "
          "of these (f32 holds every f16 value exactly), or --backend cuda");
  }
  throw std::logic_error("ResolveDType: unknown WeightDType");
}

DType NaturalDType(const ModelConfig& config) {
  if (config.torch_dtype == "bfloat16") return DType::kBF16;
  return config.torch_dtype == "float16" ? DType::kF16 : DType::kF32;
}

MistralWeights LoadWeights(Context& ctx, const ModelConfig& config, const Checkpoint& checkpoint,
                           WeightDType dtype, const LoadProgress& progress) {
  const ModelSpecs specs = DescribeTensors(config);
  CheckpointSource source(specs, checkpoint);
  const DType chosen = ResolveDType(dtype, source.NaturalDType(specs), ctx.device());
  MistralWeights weights = PackWeights(ctx, config, chosen, source, progress);
  weights.origin = checkpoint.path().string();
  return weights;
}

}  // namespace meval
