#include "engine/random_weights.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "engine/checkpoint_names.h"
#include "engine/loading/convert.h"
#include "engine/loading/pack_weights.h"
#include "engine/weights.h"
#include "kernels/philox.h"

namespace meval {
namespace {

constexpr std::int64_t kChunkElements = std::int64_t{1} << 16;

// 64-bit FNV-1a.
std::uint64_t HashName(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : name) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

std::uint32_t Low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t High(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

// ln(x) of a positive normal x, within 1e-10: x = m * 2^e with m in [sqrt(1/2), sqrt(2)), and
// ln(m) = 2 atanh(s) for s = (m - 1) / (m + 1), |s| < 0.172. Our own, since the library's last bit
// differs between systems.
double NaturalLog(double x) {
  constexpr double kLn2 = 0.6931471805599453;
  constexpr double kSqrtHalf = 0.7071067811865476;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto exponent = static_cast<std::int64_t>(bits >> 52) - 1022;
  // The mantissa under the exponent of [0.5, 1).
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffU) | 0x3fe0000000000000U);
  if (m < kSqrtHalf) {
    m = m * 2.0;
    --exponent;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double t = s * s;
  const double series =
      1.0 + t * (1.0 / 3 + t * (1.0 / 5 + t * (1.0 / 7 + t * (1.0 / 9 + t * (1.0 / 11 + t / 13)))));
  return static_cast<double>(exponent) * kLn2 + 2.0 * s * series;
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

double NormalQuantile(std::uint32_t word) {
  const double p = (static_cast<double>(word) + 0.5) * 0x1p-32;
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q *
           (((5.9109374720e+01 * r + 1.5929113202e+02) * r + 5.0434271938e+01) * r +
            3.3871327179e+00) /
           (((6.7187563600e+01 * r + 7.8757757664e+01) * r + 1.7895169469e+01) * r + 1.0);
  }
  // 2^-33 <= tail: sqrt(-ln tail) <= 4.79, so the algorithm's third branch (above 5) is never
  // reached.
  const double tail = q < 0.0 ? p : 1.0 - p;
  const double r = std::sqrt(-NaturalLog(tail)) - 1.6;
  const double z =
      (((1.7023821103e-01 * r + 1.3067284816e+00) * r + 2.7568153900e+00) * r + 1.4234372777e+00) /
      ((1.2021132975e-01 * r + 7.3700164250e-01) * r + 1.0);
  return q < 0.0 ? -z : z;
}

void FillRandomTensor(std::uint64_t seed, std::string_view name, std::int64_t begin,
                      std::span<float> out) {
  const std::uint64_t tensor = HashName(name);
  const PhiloxKey key = {Low(seed), High(seed)};
  const auto first = static_cast<std::uint64_t>(begin);
  PhiloxCounter words{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint64_t index = first + i;
    if (i == 0 || index % 4 == 0) {
      const std::uint64_t block = index / 4;
      words = Philox4x32({Low(block), High(block), Low(tensor), High(tensor)}, key);
    }
    out[i] = static_cast<float>(NormalQuantile(words[index % 4]) * kRandomStddev);
  }
}

MistralWeights RandomWeights(Context& ctx, const ModelConfig& config, std::uint64_t seed,
                             WeightDType dtype) {
  const bool bf16 = dtype == WeightDType::kBF16 ||
                    (dtype == WeightDType::kAuto && config.torch_dtype == "bfloat16");
  RandomSource source(seed);
  MistralWeights weights = PackWeights(ctx, config, bf16 ? DType::kBF16 : DType::kF32, source, {});
  weights.origin = "random,seed=" + std::to_string(seed);
  return weights;
}

}  // namespace meval
