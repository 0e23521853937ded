#ifndef MEVAL_ENGINE_COST_MODEL_H_
#define MEVAL_ENGINE_COST_MODEL_H_

// How much work a forward pass is, from shapes alone: the arithmetic of its matrix products and of
// attention, and the bytes that must come from memory at least once.

#include <array>
#include <cstdint>

#include "engine/model_config.h"
#include "engine/step.h"
#include "kernels/tensor.h"

namespace meval {

struct Work {
  std::int64_t steps = 0;
  std::int64_t rows = 0;
  double flops = 0;  // multiplications and additions
  double bytes = 0;  // weights once a step; keys and values read once a segment and written

  Work& operator+=(const Work& other);
};

// For Mistral 7B: 13.96 GFLOP a row, 524,288 FLOP a (row, key) pair, 0.262 GFLOP a row of logits,
// 128 KiB of keys and values a position in bf16. Of rows whose logits nobody asks for, the last
// layer computes queries, keys and values only (mistral.h), so they take 0.39 GFLOP less.
class CostModel {
 public:
  CostModel() = default;
  CostModel(const ModelConfig& config, DType dtype);

  // A row of attention costs what it sees: min(position + 1, window) keys. In the last layer, rows
  // with logits are taken to see as many as the others.
  Work StepWork(const Step& step, std::int64_t num_logit_rows) const;
  // Of `count` rows that decode one sequence from `position` on, each a step of its own; an upper
  // bound for steps that decode several.
  Work DecodeWork(std::int64_t position, std::int64_t count) const;

 private:
  double SeenKeys(std::int64_t position_begin, std::int64_t num_rows) const;

  double flops_per_row_ = 0;
  double flops_per_key_ = 0;  // and row
  double flops_per_logit_row_ = 0;
  // Of the last layer, behind its queries, keys and values: only rows with logits take it.
  double tail_flops_per_row_ = 0;
  double tail_flops_per_key_ = 0;
  double tail_bytes_ = 0;
  double layer_bytes_ = 0;  // matrices of all layers
  double lm_head_bytes_ = 0;
  double embedding_row_bytes_ = 0;
  double kv_bytes_ = 0;  // keys and values of one position
  std::int64_t window_ = 0;
};

// The work of many steps, kept apart by the magnitude of their number of rows: small steps wait for
// memory, large ones for arithmetic.
class WorkLog {
 public:
  void Add(const Work& step);
  Work total() const;
  // The time all steps take at least on a machine that computes and reads this fast (the roofline
  // model of Williams, Waterman and Patterson 2009: a step takes the longer of the two). 0 where a
  // rate is not positive.
  double SecondsAt(double flops_per_second, double bytes_per_second) const;

 private:
  std::array<Work, 64> by_magnitude_;  // of steps whose number of rows has so many binary digits
};

}  // namespace meval

#endif  // MEVAL_ENGINE_COST_MODEL_H_
