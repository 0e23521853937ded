#ifndef MEVAL_ENGINE_PREFIX_TREE_H_
#define MEVAL_ENGINE_PREFIX_TREE_H_

// The compressed prefix tree (radix tree) of a set of token sequences: what several share after the
// same tokens is one node. Its nodes are all that has to be computed.
//
//   sequences          nodes, in walking order
//   0  <s> A B C D     0  <s>    [0, 1)
//   1  <s> Q           1   A B   [1, 3)  sequence 2 ends here
//   2  <s> A B         2    C D  [3, 5)  sequence 0
//   3  <s> A B X       3    X    [3, 4)  sequence 3
//                      4   Q     [1, 2)  sequence 1
//
// The walk is depth first, so that at any moment only one path is held; of the children of a node
// the costliest subtree comes first, so that what is left at the end is small.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/token_path.h"

namespace meval {

using NodeId = std::int32_t;
inline constexpr NodeId kNoNode = -1;

struct PrefixNode {
  NodeId parent = kNoNode;
  NodeId next_sibling = kNoNode;  // the next child of the same parent in walking order
  std::int64_t begin = 0;         // position of its first token: where the parent ends
  std::int64_t end = 0;           // > begin
  std::size_t sequence = 0;       // of the sequences through it, the one of smallest index

  std::int64_t size() const { return end - begin; }
};

class PrefixTree {
 public:
  PrefixTree() = default;
  // No path may be empty; borrows their tokens. extra_cost: per path, what it costs besides its
  // tokens, in tokens (what will be generated after a prompt); empty: nothing. With share false
  // every path is a node of its own, in index order.
  // O(total tokens) and a sort of the paths (engine/sort_paths.h).
  PrefixTree(std::span<const TokenPath> paths, std::span<const std::int64_t> extra_cost,
             bool share);

  // In walking order: a node's parent stands before it.
  std::span<const PrefixNode> nodes() const { return nodes_; }
  const PrefixNode& node(NodeId id) const { return nodes_[static_cast<std::size_t>(id)]; }
  NodeId num_nodes() const { return static_cast<NodeId>(nodes_.size()); }
  // The node at whose end a path ends.
  NodeId leaf(std::size_t path) const { return leaves_[path]; }
  const TokenPath& path(NodeId id) const { return paths_[node(id).sequence]; }
  // Tokens of all nodes: of the set of distinct prefixes of the paths.
  std::int64_t num_tokens() const { return num_tokens_; }
  std::int64_t longest() const { return longest_; }  // tokens of the longest path

 private:
  std::vector<TokenPath> paths_;
  std::vector<PrefixNode> nodes_;
  std::vector<NodeId> leaves_;  // per path
  std::int64_t num_tokens_ = 0;
  std::int64_t longest_ = 0;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_PREFIX_TREE_H_
