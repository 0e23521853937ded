#include "engine/random_weights.h"

#include <algorithm>
#include <array>
#include <vector>

#include "engine/checkpoint_names.h"
#include "engine/loading/convert.h"
#include "engine/loading/pack_weights.h"
#include "engine/weights.h"

namespace meval {
namespace {

constexpr std::int64_t kChunkElements = std::int64_t{1} << 16;
constexpr std::int64_t kBlock = 4;  // words that one call of the generator gives

// 64-bit FNV-1a.
std::uint64_t HashName(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : name) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

// The values of a random model's tensors: norms 1, matrices normal.
class RandomSource : public TensorSource {
 public:
  explicit RandomSource(std::uint64_t seed) : seed_(seed) {}

  TensorView Read(Context& ctx, const TensorSpec& spec, DType dtype, void* scratch) override {
    if (spec.is_norm()) {
      std::fill_n(static_cast<float*>(scratch), spec.num_elements(), 1.0f);
      return TensorView(scratch, DType::kF32, {spec.shape[0]});
    }
    const std::int64_t count = spec.num_elements();
    ctx.ParallelFor((count + kChunkElements - 1) / kChunkElements, [&](std::int64_t chunk) {
      const std::int64_t begin = chunk * kChunkElements;
      std::vector<float> values(static_cast<std::size_t>(std::min(kChunkElements, count - begin)));
      FillRandomTensor(seed_, spec.name, begin, values);
      ConvertElements(reinterpret_cast<const std::byte*>(values.data()), DType::kF32,
                      static_cast<std::int64_t>(values.size()), dtype,
                      static_cast<std::byte*>(scratch) + begin * SizeOf(dtype));
    });
    return TensorView(scratch, dtype, {spec.shape[0], spec.shape[1]});
  }

  void Done(const TensorSpec&) override {}

 private:
  std::uint64_t seed_;
};

}  // namespace

void FillRandomTensor(std::uint64_t seed, std::string_view name, std::int64_t begin,
                      std::span<float> out) {
  static const CpuPath path = AvailableCpuPaths().back();  // all give the same bits
  const std::uint64_t tensor = HashName(name);
  const auto fill = [&](std::int64_t block, std::span<float> numbers) {
    NormalNumbers(path, seed, tensor, static_cast<std::uint64_t>(block), kRandomStddev, numbers);
  };
  std::int64_t block = begin / kBlock;
  std::array<float, kBlock> whole{};
  if (const std::int64_t skipped = begin % kBlock; skipped > 0) {
    fill(block++, whole);
    const auto count = std::min(out.size(), static_cast<std::size_t>(kBlock - skipped));
    std::copy_n(whole.begin() + skipped, count, out.begin());
    out = out.subspan(count);
  }
  const std::size_t rest = out.size() % kBlock;
  fill(block, out.first(out.size() - rest));
  if (rest > 0) {
    fill(block + static_cast<std::int64_t>(out.size() / kBlock), whole);
    std::copy_n(whole.begin(), rest, out.end() - static_cast<std::ptrdiff_t>(rest));
  }
}

MistralWeights RandomWeights(Context& ctx, const ModelConfig& config, std::uint64_t seed,
                             WeightDType dtype) {
  const DType chosen = ResolveDType(dtype, NaturalDType(config), ctx.device());
  RandomSource source(seed);
  MistralWeights weights = PackWeights(ctx, config, chosen, source, {});
  weights.origin = "random,seed=" + std::to_string(seed);
  return weights;
}

}  // namespace meval
