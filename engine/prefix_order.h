#ifndef MEVAL_ENGINE_PREFIX_ORDER_H_
#define MEVAL_ENGINE_PREFIX_ORDER_H_

// The prefix tree of a set of token sequences, as an order: sorted lexicographically, sequences
// that share a prefix are neighbours, and a walk through the order is a depth-first walk through
// the tree. Each sequence only needs to know how much it shares with the one before.
//
//   order   sequence            shared
//     2     <s> A B             0
//     0     <s> A B C D         3
//     3     <s> A B X           3
//     1     <s> Q               1

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/tensor.h"

namespace meval {

// Tokens in two pieces seen as one sequence (a context and what is fed of its continuation).
// Borrows both.
class TokenPath {
 public:
  TokenPath() = default;
  explicit TokenPath(std::span<const TokenId> head, std::span<const TokenId> tail = {})
      : head_(head), tail_(tail) {}

  std::int64_t size() const { return static_cast<std::int64_t>(head_.size() + tail_.size()); }
  TokenId operator[](std::int64_t position) const {
    const auto i = static_cast<std::size_t>(position);
    return i < head_.size() ? head_[i] : tail_[i - head_.size()];
  }

 private:
  std::span<const TokenId> head_;
  std::span<const TokenId> tail_;
};

// How many tokens a and b have in common from the start.
std::int64_t CommonPrefix(const TokenPath& a, const TokenPath& b);

struct PrefixOrder {
  std::vector<std::size_t> order;    // indices of the sequences; equal ones in index order
  std::vector<std::int64_t> shared;  // tokens that order[i] shares with order[i - 1]; first: 0
};

// With share_prefixes false the order is that of the indices and nothing is shared.
PrefixOrder OrderByPrefix(std::span<const TokenPath> paths, bool share_prefixes);

}  // namespace meval

#endif  // MEVAL_ENGINE_PREFIX_ORDER_H_
