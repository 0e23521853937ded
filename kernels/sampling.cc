#include "kernels/sampling.h"

#include "kernels/check.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/require.h"
#include "kernels/device_ops.h"

namespace meval {
namespace {

void CheckParams(std::span<const SamplingParams> params) {
  for (std::size_t r = 0; r < params.size(); ++r) {
    const SamplingParams& p = params[r];
    const std::string where = "SampleTokens: row " + std::to_string(r) + ": ";
    // Written so that NaN is refused too.
    if (!(p.temperature >= 0)) {
      throw std::invalid_argument(where + "temperature: expected >= 0, found " +
                                  std::to_string(p.temperature));
    }
    if (p.top_k < 0) {
      throw std::invalid_argument(where + "top_k: expected >= 0, found " + std::to_string(p.top_k));
    }
    if (!(p.top_p > 0 && p.top_p <= 1)) {
      throw std::invalid_argument(where + "top_p: expected in (0, 1], found " +
                                  std::to_string(p.top_p));
    }
  }
}

}  // namespace

void SampleTokens(Context& ctx, TensorView logits, std::span<const SamplingParams> params,
                  std::span<const SamplingKey> keys, std::span<TokenId> results) {
  cpu::RequireTensor("SampleTokens: logits", logits, DType::kF32, {-1, -1}, ctx.device());
  const std::int64_t rows = logits.shape[0];
  const std::int64_t vocab = logits.shape[1];
  MEVAL_REQUIRE(rows == 0 || vocab > 0,
                "logits: expected a token to draw, found " + ToString(logits));
  cpu::RequireCount("SampleTokens: params", static_cast<std::int64_t>(params.size()), rows);
  cpu::RequireCount("SampleTokens: keys", static_cast<std::int64_t>(keys.size()), rows);
  cpu::RequireCount("SampleTokens: results", static_cast<std::int64_t>(results.size()), rows);
  CheckParams(params);
  if (DeviceOps* device = ctx.device_ops()) {
    return device->SampleTokens(logits, params, keys, results);
  }

  const cpu::Ops& ops = cpu::OpsOf(ctx.path());
  const std::int64_t scratch_size = vocab * cpu::kSampleScratch;
  auto* scratch = reinterpret_cast<float*>(
      ctx.Scratch(static_cast<std::size_t>(rows * scratch_size) * sizeof(float)));
  const auto block = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const auto r = static_cast<std::size_t>(row);
      const float* values = logits.As<const float>() + row * logits.row_stride;
      results[r] = params[r].temperature == 0
                       ? ops.log_sum_exp(values, vocab).argmax
                       : ops.sample(values, vocab, params[r], SamplingUniform(keys[r]),
                                    scratch + row * scratch_size);
    }
  };
  cpu::ForRowBlocks(ctx, rows, vocab * 16, std::cref(block));
}

}  // namespace meval
