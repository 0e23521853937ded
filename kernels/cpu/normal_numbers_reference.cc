#include <bit>
#include <cmath>

#include "kernels/cpu/reference.h"
#include "kernels/normal_numbers.h"
#include "kernels/philox.h"

namespace meval {
namespace {

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

std::uint32_t Low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t High(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

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

namespace cpu {

void NormalNumbersReference(std::uint64_t seed, std::uint64_t stream, std::uint64_t first_block,
                            double stddev, std::int64_t num_blocks, float* out) {
  for (std::int64_t b = 0; b < num_blocks; ++b) {
    const std::uint64_t block = first_block + static_cast<std::uint64_t>(b);
    const PhiloxCounter words =
        Philox4x32({Low(block), High(block), Low(stream), High(stream)}, {Low(seed), High(seed)});
    for (const std::uint32_t word : words) {
      *out++ = static_cast<float>(NormalQuantile(word) * stddev);
    }
  }
}

}  // namespace cpu
}  // namespace meval
