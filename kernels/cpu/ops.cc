#include "kernels/cpu/ops.h"

#include <algorithm>
#include <functional>

#include "kernels/check.h"
#include "kernels/cpu/reference.h"

namespace meval::cpu {
namespace {

// About the traffic of one core in the time it takes to wake another.
constexpr std::int64_t kMinBlockBytes = std::int64_t{64} << 10;
// More blocks than threads, so that a core that is taken away for a moment holds up little.
constexpr std::int64_t kBlocksPerThread = 4;

}  // namespace

const Ops& ReferenceOps() {
  static constexpr Ops kOps = {
      .widen_bf16 = WidenBf16Reference,
      .narrow_bf16 = NarrowBf16Reference,
      .rms_norm = RmsNormReference,
      .rope = RopeReference,
      .silu_mul = SiluMulReference,
      .residual_add = ResidualAddReference,
      .log_sum_exp = LogSumExpReference,
      .sample = SampleReference,
      .normal_numbers = NormalNumbersReference,
      .gemm = nullptr,  // gemm_reference.cc has a layout of its own
      .max_gemm_rows_f32 = 0,
      .max_gemm_rows_bf16 = 0,
      .attention = AttentionReference,
  };
  return kOps;
}

const Ops& OpsOf(CpuPath path) {
  switch (path) {
    case CpuPath::kReference:
      return ReferenceOps();
#ifdef MEVAL_HAVE_X86_PATHS
    case CpuPath::kAvx2:
      return Avx2Ops();
    case CpuPath::kAvx512:
      return Avx512Ops();
#else
    case CpuPath::kAvx2:
    case CpuPath::kAvx512:
      break;
#endif
  }
  throw std::logic_error("OpsOf: this build has no such path");
}

void ForRowBlocks(Context& ctx, std::int64_t rows, std::int64_t row_bytes,
                  const std::function<void(std::int64_t, std::int64_t)>& block) {
  if (rows == 0) return;
  const std::int64_t by_work = rows * row_bytes / kMinBlockBytes;
  const std::int64_t by_threads = ctx.num_threads() == 1 ? 1 : kBlocksPerThread * ctx.num_threads();
  const std::int64_t num_blocks = std::clamp<std::int64_t>(by_work, 1, std::min(by_threads, rows));
  const auto task = [&](std::int64_t i) {
    block(rows * i / num_blocks, rows * (i + 1) / num_blocks);
  };
  ctx.ParallelFor(num_blocks, std::cref(task));
}

void ForTasks(Context& ctx, std::int64_t count, std::int64_t bytes,
              const std::function<void(std::int64_t)>& task) {
  if (bytes >= 2 * kMinBlockBytes) {
    ctx.ParallelFor(count, task);
  } else {
    for (std::int64_t i = 0; i < count; ++i) task(i);
  }
}

}  // namespace meval::cpu
