#ifndef MEVAL_KERNELS_CUDA_TOKEN_LOGPROB_H_
#define MEVAL_KERNELS_CUDA_TOKEN_LOGPROB_H_

#include <cstdint>

#include "kernels/cuda/stream.h"
#include "kernels/tensor.h"
#include "kernels/token_logprob.h"

namespace meval::cuda {

// What one pass over a row of logits finds.
struct LogitRow {
  double sum = 0;                 // sum_v exp(logits[v] - max)
  float max = 0;                  // the largest logit that is a number
  TokenId argmax = 0;             // its lowest id; 0 where all are NaN
  std::int32_t num_infinite = 0;  // logits that are not finite numbers
};

// Log-sum-exp and argmax of every row. The order of the sum depends on V only. Everything is on the
// device.
struct LogitRowsArgs {
  const float* logits = nullptr;  // [num_rows, vocab]
  std::int64_t row_stride = 0;    // elements
  std::int64_t num_rows = 0;
  std::int64_t vocab = 0;
  LogitRow* rows = nullptr;  // [num_rows]
};
void LaunchLogitRows(StreamHandle stream, const LogitRowsArgs& args);

// The op of kernels/token_logprob.h from the rows' results: results[i] of targets[i]. Everything is
// on the device.
struct TokenLogprobArgs {
  const float* logits = nullptr;
  std::int64_t row_stride = 0;
  const LogitRow* rows = nullptr;          // what LaunchLogitRows has written
  const LogprobTarget* targets = nullptr;  // [num_targets], in any order
  TokenLogprob* results = nullptr;         // [num_targets]
  std::int64_t num_targets = 0;
};
void LaunchTokenLogprobs(StreamHandle stream, const TokenLogprobArgs& args);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_TOKEN_LOGPROB_H_
