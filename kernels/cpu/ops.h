#ifndef MEVAL_KERNELS_CPU_OPS_H_
#define MEVAL_KERNELS_CPU_OPS_H_

// The inner functions of the CPU ops: what one thread does to a row, or to a block of rows. The
// dispatchers in kernels/*.cc check arguments, split the rows and call these through the table of
// the context's path. Pointers are dense unless a stride is given; counts may be 0.

#include <cstdint>
#include <functional>

#include "kernels/attention.h"
#include "kernels/context.h"
#include "kernels/sampling.h"
#include "kernels/tensor.h"

namespace meval::cpu {

// log sum_v exp(x[v]) = max + log(sum), kept apart so that nothing overflows.
struct LogSumExp {
  double max = 0;
  double sum = 0;  // sum_v exp(x[v] - max)
  TokenId argmax = 0;
};

// One block of queries: the rows [row_begin, row_begin + num_rows) of a segment and the heads
// [head_begin, head_begin + num_heads) that share kv head `kv_head`. num_rows * num_heads is at
// most kAttentionBlock unless num_rows is 1.
struct AttentionBlock {
  const float* q = nullptr;   // row 0 of the segment
  float* out = nullptr;       // row 0 of the segment
  std::int64_t q_stride = 0;  // elements between rows
  std::int64_t out_stride = 0;
  std::int64_t row_begin = 0;
  std::int64_t num_rows = 0;
  std::int64_t head_begin = 0;
  std::int64_t num_heads = 0;
  std::int64_t kv_head = 0;
  std::int64_t position_begin = 0;  // of row 0 of the segment
  const std::int32_t* page_table = nullptr;
};
inline constexpr std::int64_t kAttentionBlock = 64;

// One block of rows of x times neighbouring panels of a packed weight: see panel_weight.cc.
struct GemmTile {
  const float* x = nullptr;      // [K][num_rows]
  const void* panels = nullptr;  // [num_panels][panel_k][kPanelWidth], f32 or bf16
  float* y = nullptr;            // row 0, column 0 of the panels
  std::int64_t y_stride = 0;     // elements between rows
  std::int64_t num_rows = 0;     // 1 to the path's maximum below
  std::int64_t num_columns = 0;  // of y; the last panel may be wider
  std::int64_t k_begin = 0;      // the slice of K; from the second on, y holds the sums so far
  std::int64_t k_end = 0;
  std::int64_t panel_begin = 0;  // the k of the panels' first row
  std::int64_t panel_k = 0;      // rows of a panel: K, or those of the slice
  bool bf16 = false;             // what the panels hold
};
inline constexpr std::int64_t kPanelWidth = 32;

inline constexpr std::int64_t kSampleScratch = 3;

struct Ops {
  // out[i] = x[i], widened
  void (*widen_bf16)(const std::uint16_t* x, std::int64_t n, float* out);
  // out[i] = x[i], rounded to nearest even
  void (*narrow_bf16)(const float* x, std::int64_t n, std::uint16_t* out);
  void (*rms_norm)(const float* x, const float* gain, float eps, std::int64_t n, float* out);
  // One row of heads; cos and sin of the row's position.
  void (*rope)(const float* cos, const float* sin, std::int64_t num_heads, std::int64_t head_dim,
               float* x);
  void (*silu_mul)(const float* gate, const float* up, std::int64_t n, float* out);
  void (*residual_add)(const float* delta, std::int64_t n, float* x);
  LogSumExp (*log_sum_exp)(const float* logits, std::int64_t n);
  // A token of one row for temperature > 0; `scratch` has room for kSampleScratch * n floats.
  TokenId (*sample)(const float* logits, std::int64_t n, const SamplingParams& params,
                    double uniform, float* scratch);
  // 4 * num_blocks numbers: kernels/normal_numbers.h.
  void (*normal_numbers)(std::uint64_t seed, std::uint64_t stream, std::uint64_t first_block,
                         double stddev, std::int64_t num_blocks, float* out);
  void (*gemm)(const GemmTile& tile);
  std::int64_t max_gemm_rows_f32;
  std::int64_t max_gemm_rows_bf16;
  void (*attention)(const AttentionBlock& block, const KvPages& pages,
                    const AttentionOptions& options);
};

const Ops& ReferenceOps();
#ifdef MEVAL_HAVE_X86_PATHS
const Ops& Avx2Ops();
const Ops& Avx512Ops();
#endif

const Ops& OpsOf(CpuPath path);

// Splits `rows` rows of `row_bytes` bytes of traffic each into blocks for the context's threads and
// calls block(begin, end) for each. Little work stays on the calling thread: waking another costs
// more. Only for work where a row's result does not depend on its block.
void ForRowBlocks(Context& ctx, std::int64_t rows, std::int64_t row_bytes,
                  const std::function<void(std::int64_t, std::int64_t)>& block);

// ctx.ParallelFor(count, task), or the same loop on the calling thread when `bytes`, the traffic of
// all tasks together, is little.
void ForTasks(Context& ctx, std::int64_t count, std::int64_t bytes,
              const std::function<void(std::int64_t)>& task);

}  // namespace meval::cpu

#endif  // MEVAL_KERNELS_CPU_OPS_H_
