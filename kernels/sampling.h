#ifndef MEVAL_KERNELS_SAMPLING_H_
#define MEVAL_KERNELS_SAMPLING_H_

#include <cstdint>
#include <span>

#include "kernels/context.h"
#include "kernels/philox.h"
#include "kernels/tensor.h"

namespace meval {

struct SamplingParams {
  double temperature = 0;  // 0: greedy (argmax, lowest id among equals); else logits / temperature
  std::int64_t top_k = 0;  // keep the k most probable tokens; 0: all
  double top_p = 1;        // then keep the smallest set of most probable tokens that holds at least
                           // this share of the probability top_k has left
};

// What a random number is derived from, so that it does not depend on batch, order or device.
struct SamplingKey {
  std::uint64_t seed = 0;     // the run's seed
  std::uint64_t request = 0;  // identity of the request (a digest), not its place in the batch
  std::uint32_t sample = 0;   // 0 .. n-1 of the request
  std::uint32_t step = 0;     // generated tokens before this one
};

// Uniform in [0, 1) with 53 bits: Philox4x32-10 of counter (step, sample, request) under key seed.
MEVAL_HOST_DEVICE inline double SamplingUniform(const SamplingKey& key) {
  const PhiloxCounter words = Philox4x32(
      {key.step, key.sample, static_cast<std::uint32_t>(key.request),
       static_cast<std::uint32_t>(key.request >> 32)},
      {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)});
  const std::uint64_t bits = (std::uint64_t{words[1]} << 32 | words[0]) >> 11;
  return static_cast<double>(bits) * 0x1p-53;
}

// results[r] = one token drawn from row r. Among equal probabilities at the cut of top_k or top_p
// the lowest ids stay. The draw is the inverse CDF at SamplingUniform over the kept tokens in
// ascending id, sums in double. A NaN logit is never drawn; an infinite one is drawn at once.
//
//   logits   [R, V]  f32
//   params, keys, results  [R]
//
// O(V) per row: no full sort. Throws std::invalid_argument if sizes disagree, temperature < 0,
// top_k < 0 or top_p outside (0, 1].
void SampleTokens(Context& ctx, TensorView logits, std::span<const SamplingParams> params,
                  std::span<const SamplingKey> keys, std::span<TokenId> results);

}  // namespace meval

#endif  // MEVAL_KERNELS_SAMPLING_H_
