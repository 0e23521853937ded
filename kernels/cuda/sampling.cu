#include "kernels/cuda/float_order.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/planted_bug.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/sampling.h"

namespace meval::cuda {
namespace {

constexpr int kThreads = 512;

// The tokens that may be drawn: those with a larger key than `key`, and those with this key up to
// id `last_id`. A NaN has key 0.
struct Cut {
  std::uint32_t key = 1;
  std::int64_t last_id = INT64_MAX;

  __device__ __forceinline__ bool Keeps(std::uint32_t token_key, std::int64_t id) const {
    constexpr int kMissing = kPlantedBug == PlantedBug::kCutOffByOne ? 1 : 0;
    return token_key > key || (token_key == key && id <= last_id - kMissing);
  }
};

// One row, as all threads of its block see it.
struct Row {
  const float* logits;
  std::int64_t vocab;
  float max;
  float inverse_temperature;

  // exp((x - max) / temperature) in units of 2^-40; 0 for NaN.
  __device__ __forceinline__ std::uint64_t Weight(float logit) const {
    const float weight = expf((logit - max) * inverse_temperature);
    return logit == logit ? static_cast<std::uint64_t>(weight * 0x1p40F) : 0;
  }
};

// The sum of value(logit, id) over the row.
template <typename Value>
__device__ __forceinline__ std::uint64_t SumOver(const Row& row, Value value) {
  std::uint64_t sum = 0;
  for (std::int64_t v = threadIdx.x; v < row.vocab; v += kThreads) sum += value(row.logits[v], v);
  return BlockReduce<kThreads>(sum, Add());
}

// The first id at which the running sum of value(logit, id) exceeds `threshold`, which is below the
// sum of all.
template <typename Value>
__device__ __forceinline__ std::int64_t FindCrossing(const Row& row, std::uint64_t threshold,
                                                     Value value) {
  constexpr int kWarps = kThreads / kWarpSize;
  MEVAL_SHARED(of_warp, std::uint64_t[kWarps]);
  MEVAL_SHARED(found, std::int64_t[1]);
  std::uint64_t before = 0;
  for (std::int64_t begin = 0; begin < row.vocab; begin += kThreads) {
    const std::int64_t v = begin + threadIdx.x;
    const std::uint64_t mine = v < row.vocab ? value(row.logits[v], v) : 0;
    std::uint64_t through = mine;
#pragma unroll
    for (int distance = 1; distance < kWarpSize; distance *= 2) {
      const std::uint64_t left = __shfl_up_sync(kAllLanes, through, distance);
      if (LaneId() >= distance) through += left;
    }
    if (LaneId() == kWarpSize - 1) of_warp[WarpId()] = through;
    __syncthreads();
    std::uint64_t total = before;
#pragma unroll
    for (int warp = 0; warp < kWarps; ++warp) {
      if (warp == WarpId()) through += total;
      total += of_warp[warp];
    }
    if (through > threshold && through - mine <= threshold) found[0] = v;
    __syncthreads();
    before = total;
    if (total > threshold) break;
  }
  return found[0];
}

// The smallest set of the largest logits kept so far whose summed value reaches `target`, which the
// sum of all reaches and which is above 0. Equal logits have equal values.
template <typename Value>
__device__ __forceinline__ Cut FindCut(const Row& row, const Cut& kept, std::uint64_t target,
                                       Value value) {
  const auto sum_from = [&](std::uint32_t key) {
    return SumOver(row, [&](float logit, std::int64_t v) -> std::uint64_t {
      const std::uint32_t token_key = OrderedKey(logit);
      return token_key >= key && kept.Keeps(token_key, v) ? value(logit) : 0;
    });
  };
  // The largest key from which on the sum still reaches the target, bit by bit.
  Cut cut;
  cut.key = 0;
  for (std::uint32_t bit = 0x80000000U; bit != 0; bit >>= 1) {
    if (sum_from(cut.key | bit) >= target) cut.key |= bit;
  }
  const std::uint64_t above = cut.key == 0xffffffffU ? 0 : sum_from(cut.key + 1);
  const std::uint64_t each = value(FromOrderedKey(cut.key));
  const std::uint64_t needed = (target - above + each - 1) / each;
  cut.last_id = FindCrossing(row, needed - 1, [&](float logit, std::int64_t v) -> std::uint64_t {
    const std::uint32_t token_key = OrderedKey(logit);
    return token_key == cut.key && kept.Keeps(token_key, v) ? 1 : 0;
  });
  return cut;
}

__device__ __forceinline__ TokenId Draw(const Row& row, const SamplingParams& params,
                                        double uniform) {
  const auto one = [](float) -> std::uint64_t { return 1; };
  const auto weight = [&](float logit) { return row.Weight(logit); };
  Cut cut;
  const auto kept_weight = [&](float logit, std::int64_t v) -> std::uint64_t {
    return cut.Keeps(OrderedKey(logit), v) ? row.Weight(logit) : 0;
  };
  if (params.top_k > 0 && params.top_k < row.vocab) {
    const std::uint64_t numbers = SumOver(
        row, [](float logit, std::int64_t) -> std::uint64_t { return logit == logit ? 1 : 0; });
    const auto wanted = static_cast<std::uint64_t>(params.top_k);
    if (wanted < numbers) cut = FindCut(row, cut, wanted, one);
  }
  std::uint64_t total = SumOver(row, kept_weight);
  if (params.top_p < 1) {
    const double share = ceil(params.top_p * static_cast<double>(total));
    std::uint64_t target = static_cast<std::uint64_t>(share);
    target = target < 1 ? 1 : target > total ? total : target;
    cut = FindCut(row, cut, target, weight);
    total = SumOver(row, kept_weight);
  }
  auto threshold = static_cast<std::uint64_t>(uniform * static_cast<double>(total));
  if (threshold >= total) threshold = total - 1;
  return static_cast<TokenId>(FindCrossing(row, threshold, kept_weight));
}

// One block a row, which it reads from the caches after the first time: once for the maximum, twice
// for the draw, about 35 times for each of top_k and top_p.
__global__ __launch_bounds__(kThreads) void SamplingKernel(SamplingArgs args) {
  const std::int64_t r = blockIdx.x;
  const float* logits = args.logits + r * args.row_stride;
  std::uint64_t best = 0;
  for (std::int64_t v = threadIdx.x; v < args.vocab; v += kThreads) {
    best = Max()(best, RankOf(logits[v], v));
  }
  best = BlockReduce<kThreads>(best, Max());
  const SamplingParams params = args.params[r];
  const float max = FromOrderedKey(KeyOf(best));
  // An infinite maximum has all the probability; where no logit is a number there is none to draw.
  TokenId token = IdOf(best);
  if (params.temperature > 0 && KeyOf(best) != 0 && max - max == 0.0F) {
    // Within these bounds neither 0 * infinity nor infinity * 0 occurs; the weights are the same.
    const double inverse = fmin(fmax(1.0 / params.temperature, 1e-30), 1e30);
    const Row row{logits, args.vocab, max, static_cast<float>(inverse)};
    token = Draw(row, params, SamplingUniform(args.keys[r]));
  }
  if (threadIdx.x == 0) args.results[r] = token;
}

}  // namespace

void LaunchSampling(StreamHandle stream, const SamplingArgs& args) {
  MEVAL_REQUIRE(args.vocab <= std::int64_t{1} << 23,
                "vocab: expected at most 2^23, found " + std::to_string(args.vocab));
  Launch("Sampling", SamplingKernel, GridExtent(args.num_rows), kThreads, 0, stream, args);
}

}  // namespace meval::cuda
