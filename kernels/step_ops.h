#ifndef MEVAL_KERNELS_STEP_OPS_H_
#define MEVAL_KERNELS_STEP_OPS_H_

// The ops of a forward pass that depend on which rows of which sequences are in the step. What they
// need of the rows is brought to the device once a step and serves every layer.
//
//   auto ops = MakeStepOps(ctx, shape, rope);
//   ops->Begin(rows);
//   ops->Run(StepPart::kLayers, pages, [&] { ops->Embed(...); ops->RotateAndStore(...); ... });
//   ops->Select(logit_rows);
//   ops->Run(StepPart::kSelected, pages, [&] { ops->AttendSelected(...); ... });

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "kernels/attention.h"
#include "kernels/context.h"
#include "kernels/rope.h"
#include "kernels/tensor.h"

namespace meval {

// What stays the same from step to step.
struct StepShape {
  std::int64_t vocab_size = 0;    // V
  std::int64_t num_heads = 0;     // H
  std::int64_t num_kv_heads = 0;  // K
  std::int64_t head_dim = 0;      // D
  AttentionOptions attention;
  std::int64_t max_rows = 0;      // of a step
  std::int64_t max_selected = 0;  // rows of Select
};

// The rows of one step: T tokens at their positions, in segments that cover them in order, and runs
// of rows whose keys and values are stored for a second sequence as well. The spans live until the
// next Begin.
struct StepRows {
  std::span<const TokenId> tokens;
  std::span<const std::int32_t> positions;
  std::span<const Segment> segments;
  std::span<const Segment> copies;
};

enum class StepPart { kLayers, kSelected };

class StepOps {
 public:
  StepOps() = default;
  virtual ~StepOps() = default;
  StepOps(const StepOps&) = delete;
  StepOps& operator=(const StepOps&) = delete;

  // Takes over the rows of a step. Returns how many rows the ops are to compute: those of the step,
  // and on some devices rows of no consequence behind them, up to max_rows, which make the step as
  // large as others were. Throws std::invalid_argument on a token or position out of range.
  virtual std::int64_t Begin(const StepRows& rows) = 0;
  // Says with which of the step's rows to go on, ascending; returns how many rows to compute as
  // Begin does, up to max_selected.
  virtual std::int64_t Select(std::span<const std::int64_t> rows) = 0;

  // Calls body(), the ops of one part of the step. Beside the rows, body depends on `pages` (of
  // layer 0) and on what is the same for all steps: a device may record what it enqueues and repeat
  // that for a later step of the same form instead.
  virtual void Run(StepPart part, const KvPages& pages, const std::function<void()>& body) = 0;

  // out[t] = table[token of row t]; kernels/embedding.h.
  virtual void Embed(TensorView table, TensorView out) = 0;
  // Rotates queries and keys of qkv [T, (H + 2K) * D] (kernels/rope.h) and stores keys and values
  // for the segments and copies (WriteKv of kernels/attention.h). The keys in qkv may be rotated or
  // not afterwards.
  virtual void RotateAndStore(TensorView qkv, const KvPages& pages) = 0;
  // Attention of kernels/attention.h from the queries in qkv to out [T, H * D].
  virtual void Attend(TensorView qkv, const KvPages& pages, TensorView out) = 0;
  // The same for the selected rows alone, each at its own place.
  virtual void AttendSelected(TensorView qkv, const KvPages& pages, TensorView out) = 0;
  // to[i] = from[selected row i]; they must not overlap.
  virtual void GatherSelected(TensorView from, TensorView to) = 0;
};

// For the context's device. `rope` outlives it.
std::unique_ptr<StepOps> MakeStepOps(Context& ctx, const StepShape& shape, const RopeTable& rope);

// The runs of neighbouring `rows`, which ascend, as segments of their own.
void SelectSegments(std::span<const std::int64_t> rows, std::span<const Segment> segments,
                    std::vector<Segment>& selected);

}  // namespace meval

#endif  // MEVAL_KERNELS_STEP_OPS_H_
