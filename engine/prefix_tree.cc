#include "engine/prefix_tree.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/sort_paths.h"
#include "kernels/check.h"

namespace meval {
namespace {

constexpr std::size_t kRoot = 0;  // of the drafts: the empty prefix, no node of the tree

// Nodes while the tree is built. A node's begin is known when its parent is: when it is closed.
struct Draft {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::size_t sequence = std::numeric_limits<std::size_t>::max();
  std::int64_t cost = 0;  // of the subtree, once it is closed
  std::vector<std::size_t> children = {};
};

class Builder {
 public:
  Builder(std::span<const TokenPath> paths, std::span<const std::int64_t> extra_cost)
      : paths_(paths), extra_cost_(extra_cost), drafts_(1), open_{kRoot}, ends_at_(paths.size()) {}

  // One pass over the sorted paths; open_ holds the nodes of the latest one.
  void Build() {
    const auto [order, common] = SortPaths(paths_);
    for (std::size_t i = 0; i < order.size(); ++i) {
      const TokenPath& path = paths_[order[i]];
      CloseBeyond(common[i]);
      if (path.size() > drafts_[open_.back()].end) Open(path.size());
      Draft& leaf = drafts_[open_.back()];
      leaf.sequence = std::min(leaf.sequence, order[i]);
      if (!extra_cost_.empty()) leaf.cost += extra_cost_[order[i]];
      ends_at_[order[i]] = open_.back();
    }
    CloseBeyond(0);
  }

  // The nodes in walking order, and per path the one it ends at.
  std::vector<PrefixNode> Walk(std::vector<NodeId>& leaves) {
    std::vector<PrefixNode> nodes;
    nodes.reserve(drafts_.size() - 1);
    std::vector<NodeId> number(drafts_.size(), kNoNode);
    std::vector<NodeId> latest_child(drafts_.size(), kNoNode);
    std::vector<std::pair<std::size_t, std::size_t>> pending;  // draft, draft of its parent
    PushChildren(kRoot, pending);
    while (!pending.empty()) {
      const auto [draft, parent] = pending.back();
      pending.pop_back();
      const auto id = static_cast<NodeId>(nodes.size());
      const Draft& node = drafts_[draft];
      nodes.push_back({number[parent], kNoNode, node.begin, node.end, node.sequence});
      number[draft] = id;
      if (latest_child[parent] != kNoNode) {
        nodes[static_cast<std::size_t>(latest_child[parent])].next_sibling = id;
      }
      latest_child[parent] = id;
      PushChildren(draft, pending);
    }
    for (const std::size_t draft : ends_at_) leaves.push_back(number[draft]);
    return nodes;
  }

 private:
  void Open(std::int64_t end) {
    drafts_.push_back({.end = end});
    open_.push_back(drafts_.size() - 1);
  }

  // Closes the open nodes that end beyond `position`; a node begins there if the last of them
  // reaches across it.
  void CloseBeyond(std::int64_t position) {
    while (drafts_[open_.back()].end > position) {
      const std::size_t closed = open_.back();
      open_.pop_back();
      if (drafts_[open_.back()].end < position) Open(position);
      Draft& parent = drafts_[open_.back()];
      Draft& child = drafts_[closed];
      child.begin = parent.end;
      child.cost += child.end - child.begin;
      parent.cost += child.cost;
      parent.sequence = std::min(parent.sequence, child.sequence);
      parent.children.push_back(closed);
    }
  }

  // The costliest child last, so that it is taken first; among equals the lexicographic order.
  void PushChildren(std::size_t draft,
                    std::vector<std::pair<std::size_t, std::size_t>>& pending) const {
    std::vector<std::size_t> children = drafts_[draft].children;
    std::stable_sort(children.begin(), children.end(), [&](std::size_t a, std::size_t b) {
      return drafts_[a].cost > drafts_[b].cost;
    });
    for (auto child = children.rbegin(); child != children.rend(); ++child) {
      pending.emplace_back(*child, draft);
    }
  }

  std::span<const TokenPath> paths_;
  std::span<const std::int64_t> extra_cost_;
  std::vector<Draft> drafts_;
  std::vector<std::size_t> open_;
  std::vector<std::size_t> ends_at_;  // per path: draft
};

}  // namespace

PrefixTree::PrefixTree(std::span<const TokenPath> paths, std::span<const std::int64_t> extra_cost,
                       bool share)
    : paths_(paths.begin(), paths.end()) {
  MEVAL_REQUIRE(extra_cost.empty() || extra_cost.size() == paths.size(), "one cost per path");
  for (const TokenPath& path : paths) {
    MEVAL_REQUIRE(path.size() > 0, "a path is empty");
    longest_ = std::max(longest_, path.size());
  }
  if (share) {
    Builder builder(paths, extra_cost);
    builder.Build();
    nodes_ = builder.Walk(leaves_);
  } else {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const auto id = static_cast<NodeId>(i);
      const NodeId next = i + 1 < paths.size() ? id + 1 : kNoNode;
      nodes_.push_back({kNoNode, next, 0, paths[i].size(), i});
      leaves_.push_back(id);
    }
  }
  for (const PrefixNode& node : nodes_) num_tokens_ += node.size();
}

}  // namespace meval
