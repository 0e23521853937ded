#ifndef MEVAL_KERNELS_CPU_NORMAL_NUMBERS_SIMD_H_
#define MEVAL_KERNELS_CPU_NORMAL_NUMBERS_SIMD_H_

// The numbers of normal_numbers_reference.cc, many at a time: plain loops over arrays, the same
// operations in the same order on each element, which the compiler turns into vectors (and, by
// -ffp-contract=off, into no fused ones). V only tells apart what files of different instructions
// compile.

#include <cstdint>

namespace meval::cpu {

inline constexpr int kNormalBlocks = 256;  // at a time: all arrays stay in the first cache level
inline constexpr int kNormalWords = 4 * kNormalBlocks;

// words[j * kNormalBlocks + b]: word j of block first_block + b.
template <class V>
void PhiloxWords(std::uint64_t seed, std::uint64_t stream, std::uint64_t first_block,
                 std::uint32_t* words) {
  std::uint32_t* c0 = words;
  std::uint32_t* c1 = words + kNormalBlocks;
  std::uint32_t* c2 = words + 2 * kNormalBlocks;
  std::uint32_t* c3 = words + 3 * kNormalBlocks;
  for (int b = 0; b < kNormalBlocks; ++b) {
    const std::uint64_t block = first_block + static_cast<std::uint64_t>(b);
    c0[b] = static_cast<std::uint32_t>(block);
    c1[b] = static_cast<std::uint32_t>(block >> 32);
    c2[b] = static_cast<std::uint32_t>(stream);
    c3[b] = static_cast<std::uint32_t>(stream >> 32);
  }
  auto key0 = static_cast<std::uint32_t>(seed);
  auto key1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
#pragma GCC ivdep
    for (int b = 0; b < kNormalBlocks; ++b) {
      const std::uint64_t product0 = std::uint64_t{0xD2511F53U} * c0[b];
      const std::uint64_t product1 = std::uint64_t{0xCD9E8D57U} * c2[b];
      c0[b] = static_cast<std::uint32_t>(product1 >> 32) ^ c1[b] ^ key0;
      c1[b] = static_cast<std::uint32_t>(product1);
      c2[b] = static_cast<std::uint32_t>(product0 >> 32) ^ c3[b] ^ key1;
      c3[b] = static_cast<std::uint32_t>(product0);
    }
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
}

// The quantiles of the words within 0.425 of the middle; of the others, any number.
template <class V>
void CentralQuantiles(const std::uint32_t* words, double stddev, float* out) {
#pragma GCC ivdep
  for (int i = 0; i < kNormalWords; ++i) {
    const double p = (static_cast<double>(words[i]) + 0.5) * 0x1p-32;
    const double q = p - 0.5;
    const double r = 0.180625 - q * q;
    const double z = q *
                     (((5.9109374720e+01 * r + 1.5929113202e+02) * r + 5.0434271938e+01) * r +
                      3.3871327179e+00) /
                     (((6.7187563600e+01 * r + 7.8757757664e+01) * r + 1.7895169469e+01) * r + 1.0);
    out[i] = static_cast<float>(z * stddev);
  }
}

// The quantiles of words further out.
template <class V>
void TailQuantiles(const std::uint32_t* words, int count, double stddev, float* out) {
#pragma GCC ivdep
  for (int i = 0; i < count; ++i) {
    const double p = (static_cast<double>(words[i]) + 0.5) * 0x1p-32;
    const bool low = p - 0.5 < 0.0;
    const double tail = low ? p : 1.0 - p;
    // ln(tail), as the reference takes it.
    const auto bits = __builtin_bit_cast(std::uint64_t, tail);
    const double half_to_one =
        __builtin_bit_cast(double, (bits & 0x000fffffffffffffU) | 0x3fe0000000000000U);
    const bool small = half_to_one < 0.7071067811865476;
    const double m = small ? half_to_one * 2.0 : half_to_one;
    const int exponent = static_cast<int>(bits >> 52) - 1022 - (small ? 1 : 0);
    const double s = (m - 1.0) / (m + 1.0);
    const double t = s * s;
    const double series =
        1.0 +
        t * (1.0 / 3 + t * (1.0 / 5 + t * (1.0 / 7 + t * (1.0 / 9 + t * (1.0 / 11 + t / 13)))));
    const double log = static_cast<double>(exponent) * 0.6931471805599453 + 2.0 * s * series;
    const double r = __builtin_sqrt(-log) - 1.6;
    const double z = (((1.7023821103e-01 * r + 1.3067284816e+00) * r + 2.7568153900e+00) * r +
                      1.4234372777e+00) /
                     ((1.2021132975e-01 * r + 7.3700164250e-01) * r + 1.0);
    out[i] = static_cast<float>((low ? -z : z) * stddev);
  }
}

// The words whose |q| is above 0.425: all operations on them are exact, so this compares integers.
inline constexpr std::uint32_t kFirstCentralWord = 0x13333333;  // (word + 0.5) / 2^32 >= 0.075

template <class V>
void NormalNumbersSimd(std::uint64_t seed, std::uint64_t stream, std::uint64_t first_block,
                       double stddev, std::int64_t num_blocks, float* out) {
  alignas(64) std::uint32_t words[kNormalWords];
  alignas(64) float numbers[kNormalWords];
  alignas(64) std::uint32_t tail_words[kNormalWords];
  alignas(64) float tail_numbers[kNormalWords];
  int tail_places[kNormalWords];
  for (std::int64_t done = 0; done < num_blocks; done += kNormalBlocks) {
    PhiloxWords<V>(seed, stream, first_block + static_cast<std::uint64_t>(done), words);
    CentralQuantiles<V>(words, stddev, numbers);
    int num_tails = 0;
    for (int i = 0; i < kNormalWords; ++i) {
      tail_words[num_tails] = words[i];
      tail_places[num_tails] = i;
      const bool central = words[i] >= kFirstCentralWord && words[i] <= ~kFirstCentralWord;
      num_tails += central ? 0 : 1;
    }
    TailQuantiles<V>(tail_words, num_tails, stddev, tail_numbers);
    for (int i = 0; i < num_tails; ++i) numbers[tail_places[i]] = tail_numbers[i];

    const std::int64_t left = num_blocks - done;
    const int count = left < kNormalBlocks ? static_cast<int>(left) : kNormalBlocks;
    for (int b = 0; b < count; ++b) {
      for (int j = 0; j < 4; ++j) *out++ = numbers[j * kNormalBlocks + b];
    }
  }
}

}  // namespace meval::cpu

#endif  // MEVAL_KERNELS_CPU_NORMAL_NUMBERS_SIMD_H_
