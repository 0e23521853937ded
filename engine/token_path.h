#ifndef MEVAL_ENGINE_TOKEN_PATH_H_
#define MEVAL_ENGINE_TOKEN_PATH_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

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

// How many tokens a and b have in common from the start.
inline std::int64_t CommonPrefix(const TokenPath& a, const TokenPath& b) {
  std::int64_t common = 0;
  for (;;) {
    const std::span<const TokenId> left = a.From(common);
    const std::span<const TokenId> right = b.From(common);
    const auto size = static_cast<std::ptrdiff_t>(std::min(left.size(), right.size()));
    if (size == 0) return common;
    const auto same =
        std::mismatch(left.begin(), left.begin() + size, right.begin()).first - left.begin();
    common += same;
    if (same < size) return common;
  }
}

}  // namespace meval

#endif  // MEVAL_ENGINE_TOKEN_PATH_H_
