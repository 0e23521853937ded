#ifndef MEVAL_ENGINE_TREE_WALK_H_
#define MEVAL_ENGINE_TREE_WALK_H_

// Walks a prefix tree and lays its nodes out as rows of steps, keeping the books of their KV pages.
// Long nodes are cut over several steps; short ones share a step, also a node and its descendants:
// a forward pass stores a layer's keys and values before it attends to them.
//
// Pages are held for the current path and for nothing else. A branch that ends in the middle of a
// page goes on in that page if the step that wrote there is over, and in a copy of it otherwise.
// Under a sliding window a page is given back as soon as neither the current path nor a branch that
// is still to come can see it.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/kv_pages.h"
#include "engine/prefix_tree.h"
#include "engine/step.h"

namespace meval {

class TreeWalk {
 public:
  // Rows that one call of Feed appended.
  struct Run {
    NodeId node = kNoNode;
    std::int64_t row_begin = 0;       // in the step
    std::int64_t position_begin = 0;  // in the sequence
    std::int64_t num_rows = 0;
  };

  // window: keys a query sees, 0 for all. Borrows both.
  TreeWalk(const PrefixTree& tree, KvPagePool& pool, std::int64_t window);

  // Whether every row of the current node is in a step; true before the first Enter.
  bool node_is_fed() const;
  // Whether there is no node left to enter.
  bool is_at_end() const { return next_node_ == tree_.num_nodes(); }
  NodeId node() const { return node_; }

  // Goes to the next node; the current one is fed and there is a next. False, having changed
  // nothing, if that takes a page that is not free beyond `reserved_pages`.
  bool Enter(std::int64_t reserved_pages, Step& step);
  // Appends rows of the current node, at most max_rows and as many as pages are free for beyond
  // `reserved_pages`.
  Run Feed(std::int64_t max_rows, std::int64_t reserved_pages, Step& step);

  // Sequences of this step, in the order they were begun; the last is that of the current path,
  // filled up to what has been fed. Valid until EndStep.
  std::size_t current() const { return sequences_.size() - 1; }
  const KvSequence& sequence(std::size_t index) const { return sequences_[index]; }
  // The forward pass of the step is done: only the current path is kept.
  void EndStep();

  // Gives pages back that only branches to come would see; those are then fed from the start, once
  // more. True if that freed a page. Between steps only.
  bool GiveUpBranches();
  // Rows fed a second time on account of that.
  std::int64_t num_refed() const { return num_refed_; }

 private:
  bool IsSeenByBranch(std::int64_t page) const;
  void ReleasePages(bool keep_branches);
  void CopySharedRows(std::int64_t shared, Step& step) const;

  const PrefixTree& tree_;
  KvPagePool& pool_;
  std::int64_t window_;
  NodeId node_ = kNoNode;
  NodeId next_node_ = 0;
  std::int64_t next_position_ = 0;     // of the current path, first not yet fed
  std::vector<KvSequence> sequences_;  // with rows in this step, and last the current path's
  bool has_fed_ = false;               // the current path's sequence has rows in this step
  // Row of this step that computes position p of the current path; -1: an earlier step did.
  std::vector<std::int64_t> row_of_position_;
  std::vector<TokenId> chunk_;
  std::int64_t num_refed_ = 0;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_TREE_WALK_H_
