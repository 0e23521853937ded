#ifndef MEVAL_ENGINE_STEP_H_
#define MEVAL_ENGINE_STEP_H_

// What one forward pass computes, as numbers only: it can be made, kept, counted and printed
// without a model.

#include <cstdint>
#include <span>
#include <vector>

#include "engine/kv_pages.h"
#include "engine/mistral.h"
#include "kernels/page_copy.h"
#include "kernels/tensor.h"

namespace meval {

// A run of rows of one sequence at consecutive positions, and its page table in Step::pages.
struct StepSegment {
  std::int64_t row_begin = 0;
  std::int64_t num_rows = 0;
  std::int64_t position_begin = 0;
  std::int64_t page_begin = 0;
  std::int64_t num_pages = 0;
};

using PageCopy = PagePair;

struct Step {
  std::vector<TokenId> tokens;          // [T]
  std::vector<std::int32_t> positions;  // [T]
  std::vector<StepSegment> segments;    // cover the T rows in order
  std::vector<StepSegment> copies;      // rows whose keys and values are stored a second time
  std::vector<std::int32_t> pages;      // page tables, one after the other
  std::vector<PageCopy> page_copies;    // made in this order before the pass

  std::int64_t num_rows() const { return static_cast<std::int64_t>(tokens.size()); }
  void Clear();
  // Appends rows of `sequence`: `ids` from position_begin on, for which it holds pages. Rows that
  // continue the latest segment in the same sequence (continues_latest) become part of it.
  void Append(std::span<const TokenId> ids, std::int64_t position_begin, const KvSequence& sequence,
              bool continues_latest = false);
  // Has `num_rows` rows from row_begin on, at positions from position_begin on, stored for
  // `sequence` as well.
  void CopyRows(std::int64_t row_begin, std::int64_t num_rows, std::int64_t position_begin,
                const KvSequence& sequence);
};

// Fills `batch` with the step's rows; its segments borrow the step's page tables.
void ToBatch(const Step& step, TokenBatch& batch);

}  // namespace meval

#endif  // MEVAL_ENGINE_STEP_H_
