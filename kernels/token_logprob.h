#ifndef MEVAL_KERNELS_TOKEN_LOGPROB_H_
#define MEVAL_KERNELS_TOKEN_LOGPROB_H_

#include <cstdint>
#include <span>

#include "kernels/context.h"
#include "kernels/tensor.h"

namespace meval {

struct LogprobTarget {
  std::int64_t row = 0;  // row of the logits
  TokenId token = 0;
};

struct TokenLogprob {
  double logprob = 0;      // natural log of the softmax probability of the target
  TokenId argmax = 0;      // the row's largest logit; the lowest id among equals, never a NaN
  bool is_greedy = false;  // argmax equals the target
};

// results[i] = {logits[row, token] - log sum_v exp(logits[row, v]), argmax_v logits[row, v], ...}
// of targets[i].
//
//   logits   [R, V]  f32, row_stride >= V
//   targets  sorted by row (several targets of one row share its log-sum-exp), token in [0, V)
//   results  as many as targets
//
// One pass over a row gives maximum, sum and argmax; the order depends on V only. A NaN logit gives
// a NaN logprob. Throws std::invalid_argument if a target is outside the logits or targets are not
// sorted.
void TokenLogprobs(Context& ctx, TensorView logits, std::span<const LogprobTarget> targets,
                   std::span<TokenLogprob> results);

}  // namespace meval

#endif  // MEVAL_KERNELS_TOKEN_LOGPROB_H_
