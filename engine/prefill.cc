#include "engine/prefill.h"

#include <algorithm>

#include "kernels/check.h"

namespace meval {

Prefill::Prefill(KvCache& cache) : cache_(cache) { sequences_.emplace_back(&cache); }

bool Prefill::Begin(const TokenPath& path, std::int64_t shared, std::int64_t reserved_pages,
                    TokenBatch& batch) {
  MEVAL_CHECK(finished() && shared <= path_.size() && shared < path.size(),
              "a sequence begins where the one before it has been fed whole");
  const std::int64_t num_new = path.size() - shared;
  if (fed_in_step_) {
    // Rows of this step still read the sequence before: it stays as it is, and a fork goes on.
    const std::int64_t needed = NumKvPages(path.size()) - shared / kKvPageTokens;
    if (needed > cache_.num_free_pages() - reserved_pages) return false;
    sequences_.push_back(sequences_.back().Fork(shared));
  } else {
    // Nobody reads the rest of the sequence before: its place is taken over.
    sequences_.back().Truncate(shared);
    const std::int64_t needed = sequences_.back().PagesToExtend(num_new);
    if (needed > cache_.num_free_pages() - reserved_pages) return false;
  }
  sequences_.back().Extend(num_new);
  path_ = path;
  next_position_ = shared;
  row_of_position_.resize(static_cast<std::size_t>(shared));
  if (fed_in_step_) CopySharedRows(shared, batch);
  return true;
}

// A fork owns a copy of the page its prefix ends in. What earlier steps stored there came along;
// what this step computes is stored in both.
void Prefill::CopySharedRows(std::int64_t shared, TokenBatch& batch) const {
  std::int64_t position = shared - shared % kKvPageTokens;
  while (position < shared) {
    const std::int64_t row = row_of_position_[static_cast<std::size_t>(position)];
    std::int64_t count = 1;
    while (row >= 0 && position + count < shared &&
           row_of_position_[static_cast<std::size_t>(position + count)] == row + count) {
      ++count;
    }
    if (row >= 0) {
      Segment copy;
      copy.row_begin = row;
      copy.num_rows = count;
      copy.position_begin = position;
      copy.page_table =
          sequences_.back().pages().first(static_cast<std::size_t>(NumKvPages(position + count)));
      batch.copies.push_back(copy);
    }
    position += count;
  }
}

Prefill::Run Prefill::Feed(std::int64_t max_rows, TokenBatch& batch) {
  Run run;
  run.row_begin = batch.num_rows();
  run.position_begin = next_position_;
  run.num_rows = std::min(max_rows, path_.size() - next_position_);
  if (run.num_rows == 0) return run;
  chunk_.clear();
  for (std::int64_t i = 0; i < run.num_rows; ++i) {
    chunk_.push_back(path_[next_position_ + i]);
    row_of_position_.push_back(run.row_begin + i);
  }
  batch.Append(chunk_, next_position_, sequences_.back());
  next_position_ += run.num_rows;
  fed_in_step_ = true;
  return run;
}

void Prefill::EndStep() {
  sequences_.erase(sequences_.begin(), sequences_.end() - 1);
  std::fill(row_of_position_.begin(), row_of_position_.end(), -1);
  fed_in_step_ = false;
}

}  // namespace meval
