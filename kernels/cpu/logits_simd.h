#ifndef MEVAL_KERNELS_CPU_LOGITS_SIMD_H_
#define MEVAL_KERNELS_CPU_LOGITS_SIMD_H_

// The ops that work on one row of logits: log-sum-exp with argmax, and sampling.

#include <cstdint>

#include "kernels/cpu/exp_simd.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/rows_simd.h"

namespace meval::cpu {

// Logits are read from memory once: a chunk of this many stays in the first cache level while its
// maximum is found and its exponentials are summed.
inline constexpr std::int64_t kLogitChunk = 1024;
inline constexpr float kLowest = -3.402823466e+38F;
inline constexpr float kMinusInfinity = -__builtin_inff();

// The largest of x[0 .. n) and `floor`; NaN is ignored.
template <class V>
float MaxSimd(const float* x, std::int64_t n, float floor) {
  V max[2] = {V::Set(floor), V::Set(floor)};
  std::int64_t i = 0;
  for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
    max[0] = Max(V::Load(x + i), max[0]);
    max[1] = Max(V::Load(x + i + kLanes), max[1]);
  }
  for (; i + kLanes <= n; i += kLanes) max[0] = Max(V::Load(x + i), max[0]);
  if (i < n) max[0] = Max(V::LoadPartial(x + i, n - i, kMinusInfinity), max[0]);
  return ReduceMax(Max(max[0], max[1]));
}

// The first i with x[i] == value, or n.
template <class V>
std::int64_t FindSimd(const float* x, std::int64_t n, float value) {
  const V wanted = V::Set(value);
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const std::uint32_t lanes = EqualLanes(V::Load(x + i), wanted);
    if (lanes != 0) return i + __builtin_ctz(lanes);
  }
  for (; i < n; ++i) {
    if (x[i] == value) return i;
  }
  return n;
}

template <class V>
float SumOfExpSimd(const float* x, std::int64_t n, float max) {
  const V shift = V::Set(max);
  V sums[2] = {V::Zero(), V::Zero()};
  std::int64_t i = 0;
  for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
    sums[0] = sums[0] + Exp(V::Load(x + i) - shift);
    sums[1] = sums[1] + Exp(V::Load(x + i + kLanes) - shift);
  }
  for (; i + kLanes <= n; i += kLanes) sums[0] = sums[0] + Exp(V::Load(x + i) - shift);
  if (i < n) sums[0] = sums[0] + Exp(V::LoadPartial(x + i, n - i, kMinusInfinity) - shift);
  return ReduceAdd(sums[0] + sums[1]);
}

// Sums within a chunk are f32 over 32 lanes, sums of chunks are double.
template <class V>
LogSumExp LogSumExpSimd(const float* logits, std::int64_t n) {
  float max = kLowest;
  double sum = 0;
  std::int64_t best_chunk = 0;
  for (std::int64_t begin = 0; begin < n; begin += kLogitChunk) {
    const std::int64_t count = n - begin < kLogitChunk ? n - begin : kLogitChunk;
    const float new_max = MaxSimd<V>(logits + begin, count, max);
    if (new_max > max) {
      sum *= __builtin_exp(double{max} - double{new_max});
      max = new_max;
      best_chunk = begin;
    }
    sum += double{SumOfExpSimd<V>(logits + begin, count, max)};
  }
  const std::int64_t argmax = best_chunk + FindSimd<V>(logits + best_chunk, n - best_chunk, max);
  LogSumExp result;
  result.max = double{max};
  result.sum = sum;
  // Not found: nothing is above the lowest float, so the first token that is no NaN is the largest.
  result.argmax = static_cast<TokenId>(argmax);
  if (argmax == n) {
    const std::int64_t first = FindSimd<V>(logits, n, kMinusInfinity);
    result.argmax = static_cast<TokenId>(first == n ? 0 : first);
  }
  return result;
}

}  // namespace meval::cpu

#endif  // MEVAL_KERNELS_CPU_LOGITS_SIMD_H_
