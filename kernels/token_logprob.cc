#include "kernels/token_logprob.h"

#include <cmath>

#include "kernels/check.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/require.h"
#include "kernels/device_ops.h"

namespace meval {
namespace {

void CheckTargets(const TensorView& logits, std::span<const LogprobTarget> targets) {
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const LogprobTarget& target = targets[i];
    const std::string where = "TokenLogprobs: target " + std::to_string(i);
    if (target.row < 0 || target.row >= logits.shape[0] || target.token < 0 ||
        target.token >= logits.shape[1]) {
      throw std::invalid_argument(where + ": row " + std::to_string(target.row) + ", token " +
                                  std::to_string(target.token) + " is outside the logits " +
                                  ToString(logits));
    }
    if (i > 0 && target.row < targets[i - 1].row) {
      throw std::invalid_argument(where + ": expected targets sorted by row, found row " +
                                  std::to_string(target.row) + " after row " +
                                  std::to_string(targets[i - 1].row));
    }
  }
}

}  // namespace

void TokenLogprobs(Context& ctx, TensorView logits, std::span<const LogprobTarget> targets,
                   std::span<TokenLogprob> results) {
  cpu::RequireTensor("TokenLogprobs: logits", logits, DType::kF32, {-1, -1}, ctx.device());
  cpu::RequireCount("TokenLogprobs: results", static_cast<std::int64_t>(results.size()),
                    static_cast<std::int64_t>(targets.size()));
  CheckTargets(logits, targets);
  if (DeviceOps* device = ctx.device_ops()) return device->TokenLogprobs(logits, targets, results);

  const cpu::Ops& ops = cpu::OpsOf(ctx.path());
  // A block serves the rows whose first target lies in it, to their last target.
  const auto block = [&](std::int64_t begin, std::int64_t end) {
    auto i = static_cast<std::size_t>(begin);
    while (i > 0 && i < targets.size() && targets[i].row == targets[i - 1].row) ++i;
    while (i < static_cast<std::size_t>(end)) {
      const std::int64_t row = targets[i].row;
      const float* values = logits.As<const float>() + row * logits.row_stride;
      const cpu::LogSumExp lse = ops.log_sum_exp(values, logits.shape[1]);
      const double log_sum = std::log(lse.sum);
      for (; i < targets.size() && targets[i].row == row; ++i) {
        const TokenId token = targets[i].token;
        results[i] = {.logprob = (double{values[token]} - lse.max) - log_sum,
                      .argmax = lse.argmax,
                      .is_greedy = lse.argmax == token};
      }
    }
  };
  cpu::ForRowBlocks(ctx, static_cast<std::int64_t>(targets.size()), logits.shape[1] * 4,
                    std::cref(block));
}

}  // namespace meval
