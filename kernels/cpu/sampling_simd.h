#ifndef MEVAL_KERNELS_CPU_SAMPLING_SIMD_H_
#define MEVAL_KERNELS_CPU_SAMPLING_SIMD_H_

// Sampling of one row in O(V). The cut of top-k or top-p, the logit at which the cumulated number
// or weight of the larger ones reaches its target, is found by histograms: first over equal
// steps of max - x, which spread nearly equal logits too; then, within the step of the cut, over
// the bits of the float, highest first, which end at one exact value.

#include <cstdint>

#include "kernels/cpu/logits_simd.h"

namespace meval::cpu {

inline constexpr int kBinBits = 10;
inline constexpr std::uint32_t kBins = 1U << kBinBits;
// Neighbours in a row fall into different tables, so that additions to one bin need not wait for
// each other.
inline constexpr int kTables = 4;

// The tokens kept: those with a larger logit than `value`, and those with this logit up to id
// `last_id`.
struct Cut {
  float value = kMinusInfinity;
  std::int64_t last_id = INT64_MAX;
};

// Room for one row of n logits.
struct SampleScratch {
  float* weights;            // [n] exp((x - max) / temperature)
  std::uint32_t* bins;       // [n], and later the distances of the candidates
  float* candidate_weights;  // [n]
};

// Adds weights to the bins of their tokens, finds the bin in which the cumulated weight, starting
// from `reached`, reaches `target`, and adds what lies before it to `reached`. Where rounding lets
// no bin reach it, the last bin that holds anything. `weights` null: all 1. Bins outside the table
// are skipped; BinOf(i) is the bin of token i.
template <class BinOf>
inline __attribute__((always_inline)) std::uint32_t FindBin(BinOf bin_of, const float* weights,
                                                            std::int64_t n, double target,
                                                            double* reached) {
  double tables[kTables][kBins] = {};
  for (std::int64_t i = 0; i < n; ++i) {
    const std::uint32_t bin = bin_of(i);
    if (bin < kBins) tables[i % kTables][bin] += weights == nullptr ? 1.0 : double{weights[i]};
  }
  std::uint32_t last = 0;
  double before_last = *reached;
  double cumulated = *reached;
  for (std::uint32_t bin = 0; bin < kBins; ++bin) {
    const double sum = (tables[0][bin] + tables[1][bin]) + (tables[2][bin] + tables[3][bin]);
    if (sum == 0) continue;
    last = bin;
    before_last = cumulated;
    cumulated += sum;
    if (cumulated >= target) break;
  }
  *reached = before_last;
  return last;
}

// The place of a float in the order of all floats; +0 and -0 are one place.
inline __attribute__((always_inline)) std::uint32_t OrderedKey(float x) {
  const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, x + 0.0F);
  return (bits >> 31) != 0 ? ~bits : bits | 0x80000000U;
}
inline __attribute__((always_inline)) float FromOrderedKey(std::uint32_t key) {
  return __builtin_bit_cast(float, (key >> 31) != 0 ? key & 0x7fffffffU : ~key);
}

// The smallest set of the largest logits whose cumulated weight (`weights` null: number) reaches
// `target`. Logits at least `range` below `max` share the last step of the first histogram.
template <class V>
Cut FindCut(const float* x, const float* weights, std::int64_t n, float max, float range,
            double target, const SampleScratch& scratch) {
  const V scale = V::Set(static_cast<float>(kBins - 1) / range);
  const V last_bin = V::Set(static_cast<float>(kBins - 1));
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    Min((V::Set(max) - V::Load(x + i)) * scale, last_bin).StoreTruncated(scratch.bins + i);
  }
  if (i < n) {
    alignas(64) std::uint32_t rest[kLanes];
    Min((V::Set(max) - V::LoadPartial(x + i, n - i)) * scale, last_bin).StoreTruncated(rest);
    for (std::int64_t j = i; j < n; ++j) scratch.bins[j] = rest[j - i];
  }
  double reached = 0;
  const std::uint32_t step =
      FindBin([&](std::int64_t j) { return scratch.bins[j]; }, weights, n, target, &reached);

  // The logits of that step, as distances from the largest of all; they overwrite bins already
  // read.
  const std::uint32_t best = OrderedKey(max);
  std::int64_t count = 0;
  std::uint32_t farthest = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    if (scratch.bins[j] != step || x[j] != x[j]) continue;
    const std::uint32_t distance = best - OrderedKey(x[j]);
    if (distance > farthest) farthest = distance;
    scratch.candidate_weights[count] = weights == nullptr ? 1.0F : weights[j];
    scratch.bins[count++] = distance;
  }
  std::uint32_t base = 0;
  int width = farthest == 0 ? 1 : 32 - __builtin_clz(farthest);  // bits not yet decided
  while (width > 0) {
    width = width > kBinBits ? width - kBinBits : 0;
    const auto bin_of = [&](std::int64_t j) { return (scratch.bins[j] - base) >> width; };
    base += FindBin(bin_of, scratch.candidate_weights, count, target, &reached) << width;
  }

  Cut cut{.value = FromOrderedKey(best - base)};
  for (std::int64_t j = FindSimd<V>(x, n, cut.value); j < n;
       j += 1 + FindSimd<V>(x + j + 1, n - j - 1, cut.value)) {
    cut.last_id = j;
    reached += weights == nullptr ? 1.0 : double{weights[j]};
    if (reached >= target) break;
  }
  return cut;
}

inline __attribute__((always_inline)) void DropBeyond(const Cut& cut, const float* x,
                                                      std::int64_t n, float* weights) {
  for (std::int64_t i = 0; i < n; ++i) {
    const bool kept = x[i] > cut.value || (x[i] == cut.value && i <= cut.last_id);
    weights[i] = kept ? weights[i] : 0.0F;
  }
}

template <class V>
double SumSimd(const float* x, std::int64_t n) {
  typename V::Sum64 sum = V::Sum64::Zero();
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) sum.Add(V::Load(x + i));
  if (i < n) sum.Add(V::LoadPartial(x + i, n - i));
  return ReduceAdd(sum);
}

// The smallest logit that is a number, -infinity left out.
template <class V>
float MinFiniteSimd(const float* x, std::int64_t n, float max) {
  V min = V::Set(max);
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const V v = V::Load(x + i);
    min = IfGreater(min, v, IfGreater(v, V::Set(kMinusInfinity), v, min), min);
  }
  float smallest = -ReduceMax(V::Zero() - min);
  for (; i < n; ++i) {
    if (x[i] < smallest && x[i] > kMinusInfinity) smallest = x[i];
  }
  return smallest;
}

// weights[i] = exp((x[i] - max) / temperature), 0 for NaN.
template <class V>
void ExpWeightsSimd(const float* x, std::int64_t n, float max, double temperature, float* weights) {
  // Within these bounds neither 0 * infinity nor infinity * 0 can occur; the results are the same.
  double inverse = 1.0 / temperature;
  inverse = inverse > 1e30 ? 1e30 : inverse;
  inverse = inverse < 1e-30 ? 1e-30 : inverse;
  const V scale = V::Set(static_cast<float>(inverse));
  const V shift = V::Set(max);
  const V infinity = V::Set(kMinusInfinity);
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const V v = V::Load(x + i);
    IfGreater(v, infinity, Exp((v - shift) * scale), V::Zero()).Store(weights + i);
  }
  if (i < n) {
    const V v = V::LoadPartial(x + i, n - i, kMinusInfinity);
    IfGreater(v, infinity, Exp((v - shift) * scale), V::Zero()).StorePartial(weights + i, n - i);
  }
}

// The first token at which the cumulated weight passes uniform * sum of all; the last token with
// weight where rounding lets none pass.
template <class V>
TokenId DrawSimd(const float* weights, std::int64_t n, double uniform) {
  constexpr std::int64_t kBlock = 256;
  double total = 0;
  for (std::int64_t begin = 0; begin < n; begin += kBlock) {
    total += SumSimd<V>(weights + begin, n - begin < kBlock ? n - begin : kBlock);
  }
  const double target = uniform * total;
  double cumulated = 0;
  for (std::int64_t begin = 0; begin < n; begin += kBlock) {
    const std::int64_t count = n - begin < kBlock ? n - begin : kBlock;
    const double after = cumulated + SumSimd<V>(weights + begin, count);
    double within = cumulated;
    for (std::int64_t i = begin; after > target && i < begin + count; ++i) {
      within += double{weights[i]};
      if (weights[i] > 0 && within > target) return static_cast<TokenId>(i);
    }
    cumulated = after;
  }
  std::int64_t last = n - 1;
  while (last > 0 && weights[last] == 0) --last;
  return static_cast<TokenId>(last);
}

template <class V>
TokenId SampleSimd(const float* logits, std::int64_t n, const SamplingParams& params,
                   double uniform, float* scratch_memory) {
  const float max = MaxSimd<V>(logits, n, kMinusInfinity);
  if (max - max != 0) {  // infinite: all probability is on it, or no token has any
    const std::int64_t first = FindSimd<V>(logits, n, max);
    return static_cast<TokenId>(first == n ? 0 : first);
  }
  const SampleScratch scratch = {
      .weights = scratch_memory,
      .bins = reinterpret_cast<std::uint32_t*>(scratch_memory + n),
      .candidate_weights = scratch_memory + 2 * n,
  };
  const float range = max - MinFiniteSimd<V>(logits, n, max);
  ExpWeightsSimd<V>(logits, n, max, params.temperature, scratch.weights);
  if (params.top_k > 0 && params.top_k < n) {
    const auto target = static_cast<double>(params.top_k);
    DropBeyond(FindCut<V>(logits, nullptr, n, max, range, target, scratch), logits, n,
               scratch.weights);
  }
  if (params.top_p < 1) {
    // Beyond 24 temperatures a token's weight is below 4e-11.
    const double relevant = 24.0 * params.temperature;
    const float steps = relevant < double{range} ? static_cast<float>(relevant) : range;
    const double target = params.top_p * SumSimd<V>(scratch.weights, n);
    DropBeyond(FindCut<V>(logits, scratch.weights, n, max, steps, target, scratch), logits, n,
               scratch.weights);
  }
  return DrawSimd<V>(scratch.weights, n, uniform);
}

}  // namespace meval::cpu

#endif  // MEVAL_KERNELS_CPU_SAMPLING_SIMD_H_
