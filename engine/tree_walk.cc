#include "engine/tree_walk.h"

#include <algorithm>

#include "kernels/check.h"

namespace meval {

TreeWalk::TreeWalk(const PrefixTree& tree, KvPagePool& pool, std::int64_t window)
    : tree_(tree), pool_(pool), window_(window) {
  sequences_.emplace_back(&pool);
}

bool TreeWalk::node_is_fed() const {
  return node_ == kNoNode || next_position_ == tree_.node(node_).end;
}

bool TreeWalk::Enter(std::int64_t reserved_pages, Step& step) {
  MEVAL_CHECK(node_is_fed() && !is_at_end(), "a node is entered after the one before it is fed");
  const PrefixNode& next = tree_.node(next_node_);
  const bool goes_on = node_ != kNoNode && next.parent == node_;
  if (!goes_on) {
    // What the first row sees of the prefix may have been given up.
    const std::int64_t seen = window_ > 0 ? std::max<std::int64_t>(0, next.begin - window_ + 1) : 0;
    const std::int64_t shared = sequences_.back().Holds(seen, next.begin) ? next.begin : 0;
    if (has_fed_) {
      // Rows of this step still read the path before: it stays as it is, and a fork goes on.
      const std::int64_t needed = shared % kKvPageTokens == 0 ? 0 : 1;
      if (needed > pool_.num_free_pages() - reserved_pages) return false;
      sequences_.push_back(sequences_.back().Fork(shared));
      row_of_position_.resize(static_cast<std::size_t>(shared));
      CopySharedRows(shared, step);
      has_fed_ = false;
    } else {
      sequences_.back().Truncate(shared);
      row_of_position_.resize(static_cast<std::size_t>(shared));
    }
    next_position_ = shared;
    num_refed_ += next.begin - shared;
  }
  node_ = next_node_++;
  return true;
}

// A fork owns a copy of the page its prefix ends in. What earlier steps stored there came along;
// what this step computes is stored in both.
void TreeWalk::CopySharedRows(std::int64_t shared, Step& step) const {
  std::int64_t position = shared - shared % kKvPageTokens;
  while (position < shared) {
    const std::int64_t row = row_of_position_[static_cast<std::size_t>(position)];
    std::int64_t count = 1;
    while (row >= 0 && position + count < shared &&
           row_of_position_[static_cast<std::size_t>(position + count)] == row + count) {
      ++count;
    }
    if (row >= 0) step.CopyRows(row, count, position, sequences_.back());
    position += count;
  }
}

TreeWalk::Run TreeWalk::Feed(std::int64_t max_rows, std::int64_t reserved_pages, Step& step) {
  MEVAL_CHECK(node_ != kNoNode, "a node is entered before it is fed");
  KvSequence& sequence = sequences_.back();
  Run run;
  run.node = node_;
  run.row_begin = step.num_rows();
  run.position_begin = next_position_;
  run.num_rows = std::min({max_rows, tree_.node(node_).end - next_position_,
                           sequence.PositionsWithin(pool_.num_free_pages() - reserved_pages)});
  if (run.num_rows <= 0) {
    run.num_rows = 0;
    return run;
  }
  sequence.Extend(run.num_rows);
  const TokenPath& path = tree_.path(node_);
  chunk_.clear();
  for (std::int64_t i = 0; i < run.num_rows; ++i) {
    chunk_.push_back(path[next_position_ + i]);
    row_of_position_.push_back(run.row_begin + i);
  }
  step.Append(chunk_, next_position_, sequence, has_fed_);
  next_position_ += run.num_rows;
  has_fed_ = true;
  return run;
}

void TreeWalk::EndStep() {
  sequences_.erase(sequences_.begin(), sequences_.end() - 1);
  std::fill(row_of_position_.begin(), row_of_position_.end(), -1);
  has_fed_ = false;
  ReleasePages(/*keep_branches=*/true);
}

bool TreeWalk::GiveUpBranches() {
  const std::int64_t free_pages = pool_.num_free_pages();
  ReleasePages(/*keep_branches=*/false);
  return pool_.num_free_pages() > free_pages;
}

// Whether a node that is still to be entered from the current path begins with rows that see
// positions of the page.
bool TreeWalk::IsSeenByBranch(std::int64_t page) const {
  for (NodeId id = node_; id != kNoNode; id = tree_.node(id).parent) {
    const PrefixNode& node = tree_.node(id);
    if (node.next_sibling == kNoNode) continue;
    const std::int64_t first_seen = node.begin - window_ + 1;
    if (page * kKvPageTokens < node.begin && (page + 1) * kKvPageTokens > first_seen) return true;
  }
  return false;
}

void TreeWalk::ReleasePages(bool keep_branches) {
  if (window_ == 0 || node_ == kNoNode) return;
  const std::int64_t first_seen = std::max<std::int64_t>(0, next_position_ - window_ + 1);
  for (std::int64_t page = 0; page < first_seen / kKvPageTokens; ++page) {
    if (!keep_branches || !IsSeenByBranch(page)) sequences_.back().ReleasePage(page);
  }
}

}  // namespace meval
