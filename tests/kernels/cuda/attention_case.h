#ifndef MEVAL_TESTS_KERNELS_CUDA_ATTENTION_CASE_H_
#define MEVAL_TESTS_KERNELS_CUDA_ATTENTION_CASE_H_

// A step of several sequences for the emulated attention kernels, and the same on the CPU.

#include <cstdint>
#include <functional>
#include <vector>

#include "kernels/attention.h"
#include "kernels/cuda/attention_plan.h"
#include "kernels/tensor.h"

namespace meval::testing {

struct AttentionShape {
  DType dtype = DType::kBF16;
  std::int64_t heads = 4;
  std::int64_t kv_heads = 2;
  std::int64_t head_dim = 64;
  std::int64_t window = 0;
  cuda::AttentionKernel tiles = cuda::AttentionKernel::kTiles;  // what takes many rows
};

// Rows [position_begin, position_begin + num_rows) of a sequence, all of whose earlier keys are in
// the pages. The first `shared_pages` pages are those of the sequence `shares_with`.
struct StepSequence {
  std::int64_t position_begin = 0;
  std::int64_t num_rows = 1;
  std::int64_t shared_pages = 0;
  std::size_t shares_with = 0;
};

class AttentionCase {
 public:
  // Random queries, keys and values, a function of shape, sequences and seed. A sequence's numbers
  // do not depend on which other sequences there are.
  AttentionCase(const AttentionShape& shape, const std::vector<StepSequence>& sequences,
                std::uint32_t seed);

  // The attention of all rows by the reference of the CPU, in f32 from the rounded inputs.
  std::vector<float> OnCpu() const;

  // The same by the emulated kernels. Slots behind the last key of a sequence hold NaN.
  std::vector<float> OnDevice(const cuda::AttentionPlanOptions& options) const;
  std::vector<float> OnDevice(const cuda::AttentionPlan& plan) const;
  cuda::AttentionPlanOptions Options() const;
  // The plan OnDevice follows.
  cuda::AttentionPlan Plan(const cuda::AttentionPlanOptions& options) const;

  // The only sequence's row `row` by itself, behind the same keys.
  AttentionCase OneRow(std::int64_t row) const;
  // Adds `delta` to the values of a position of sequence i.
  void ChangeValue(std::size_t i, std::int64_t position, float delta);
  void ScaleKeys(const std::function<float(std::int64_t position)>& factor);
  // Forgets the page numbers that no row of their sequence can see through the window.
  void ReleasePagesBeforeTheWindow();

  // The rows of sequence i in the result, heads and all.
  std::vector<float> RowsOf(const std::vector<float>& result, std::size_t i) const;

 private:
  struct Sequence {
    StepSequence step;
    std::int64_t row_begin = 0;
    std::vector<std::int32_t> page_table;
    std::vector<float> keys;  // [positions, K, D], rounded; the shared ones are the other's
    std::vector<float> values;
    std::int64_t length() const { return step.position_begin + step.num_rows; }
  };
  std::vector<Segment> Segments() const;
  std::vector<std::uint16_t> Pages(bool of_keys) const;

  AttentionShape shape_;
  std::vector<Sequence> sequences_;
  std::vector<float> q_;  // [T, H, D], rounded
  std::int64_t num_rows_ = 0;
  std::int32_t num_pages_ = 0;
};

}  // namespace meval::testing

#endif  // MEVAL_TESTS_KERNELS_CUDA_ATTENTION_CASE_H_
