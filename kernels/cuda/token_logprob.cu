#include "kernels/cuda/float_order.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/token_logprob.h"
#include "kernels/cuda/vector_access.cuh"

namespace meval::cuda {
namespace {

constexpr int kRowThreads = 512;
constexpr int kTargetThreads = 128;

// One block a row, which it reads twice, the second time from the L2 cache: the maximum first, then
// the sum. Thread t takes logits 4 t + 2048 i and the three behind each; four terms are added in
// f32, then to the thread's sum in double. 4 V bytes from memory.
__global__ __launch_bounds__(kRowThreads) void LogitRowsKernel(LogitRowsArgs args, bool aligned) {
  const std::int64_t r = blockIdx.x;
  const float* logits = args.logits + r * args.row_stride;
  const std::int64_t first = 4 * std::int64_t{threadIdx.x};
  constexpr std::int64_t kStep = 4 * kRowThreads;

  std::uint64_t best = 0;
  int num_infinite = 0;
  for (std::int64_t v = first; v < args.vocab; v += kStep) {
    float x[4];
    Load4(logits + v, args.vocab - v, aligned, x);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      if (v + i >= args.vocab) continue;
      best = Max()(best, RankOf(x[i], v + i));
      num_infinite += x[i] - x[i] != 0.0F ? 1 : 0;
    }
  }
  best = BlockReduce<kRowThreads>(best, Max());
  num_infinite = BlockReduce<kRowThreads>(num_infinite, Add());
  const float max = KeyOf(best) == 0 ? logits[0] : FromOrderedKey(KeyOf(best));

  double sum = 0;
  for (std::int64_t v = first; v < args.vocab; v += kStep) {
    float x[4];
    Load4(logits + v, args.vocab - v, aligned, x);
    float terms[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) terms[i] = v + i < args.vocab ? expf(x[i] - max) : 0.0F;
    sum += static_cast<double>((terms[0] + terms[1]) + (terms[2] + terms[3]));
  }
  sum = BlockReduce<kRowThreads>(sum, Add());
  if (threadIdx.x == 0) {
    args.rows[r] = {.sum = sum, .max = max, .argmax = IdOf(best), .num_infinite = num_infinite};
  }
}

// One thread a target.
__global__ __launch_bounds__(kTargetThreads) void TokenLogprobsKernel(TokenLogprobArgs args) {
  const std::int64_t i = std::int64_t{blockIdx.x} * kTargetThreads + threadIdx.x;
  if (i >= args.num_targets) return;
  const LogprobTarget target = args.targets[i];
  const LogitRow row = args.rows[target.row];
  const double logit = args.logits[target.row * args.row_stride + target.token];
  TokenLogprob result;
  result.logprob = (logit - static_cast<double>(row.max)) - log(row.sum);
  result.argmax = row.argmax;
  result.is_greedy = row.argmax == target.token;
  args.results[i] = result;
}

}  // namespace

void LaunchLogitRows(StreamHandle stream, const LogitRowsArgs& args) {
  const bool aligned = RowsAreAligned(args.logits, args.row_stride, sizeof(float), 16);
  Launch("LogitRows", LogitRowsKernel, GridExtent(args.num_rows), kRowThreads, 0, stream, args,
         aligned);
}

void LaunchTokenLogprobs(StreamHandle stream, const TokenLogprobArgs& args) {
  Launch("TokenLogprobs", TokenLogprobsKernel,
         GridExtent(CeilDiv(args.num_targets, kTargetThreads)), kTargetThreads, 0, stream, args);
}

}  // namespace meval::cuda
