#ifndef MEVAL_ENGINE_TOKEN_PATH_H_
#define MEVAL_ENGINE_TOKEN_PATH_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

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
  // The longest run of tokens from `position` on that lies in one piece; empty at the end.
  std::span<const TokenId> From(std::int64_t position) const {
    const auto i = static_cast<std::size_t>(position);
    if (i < head_.size()) return head_.subspan(i);
    return tail_.subspan(std::min(i - head_.size(), tail_.size()));
  }

 private:
  std::span<const TokenId> head_;
  std::span<const TokenId> tail_;
};

// How many of the first `size` items of a and b are the same. Prompts of a task have hundreds of
// tokens in common, so blocks are compared as memory first.
template <typename Item>
std::size_t CommonItems(const Item* a, const Item* b, std::size_t size) {
  static_assert(std::has_unique_object_representations_v<Item>);
  constexpr std::size_t kBlock = 128 / sizeof(Item);
  std::size_t same = 0;
  while (same + kBlock <= size && std::memcmp(a + same, b + same, kBlock * sizeof(Item)) == 0) {
    same += kBlock;
  }
  while (same < size && a[same] == b[same]) ++same;
  return same;
}

inline std::int64_t CommonPrefix(std::span<const TokenId> a, std::span<const TokenId> b) {
  return static_cast<std::int64_t>(CommonItems(a.data(), b.data(), std::min(a.size(), b.size())));
}

// How many tokens a and b have in common from the start, `known` of which are known to be.
inline std::int64_t CommonPrefix(const TokenPath& a, const TokenPath& b, std::int64_t known = 0) {
  std::int64_t common = known;
  for (;;) {
    const std::span<const TokenId> left = a.From(common);
    const std::span<const TokenId> right = b.From(common);
    const auto size = static_cast<std::int64_t>(std::min(left.size(), right.size()));
    if (size == 0) return common;
    const std::int64_t same = CommonPrefix(left, right);
    common += same;
    if (same < size) return common;
  }
}

}  // namespace meval

#endif  // MEVAL_ENGINE_TOKEN_PATH_H_
