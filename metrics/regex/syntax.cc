#include "metrics/regex/syntax.h"

#include <algorithm>

namespace meval::regex {

Width WidthOf(const Node& node) {
  switch (node.kind) {
    case NodeKind::kEmpty:
    case NodeKind::kAssertion:
    case NodeKind::kLook:
      return {0, 0};
    case NodeKind::kChar:
    case NodeKind::kAny:
    case NodeKind::kAnyAll:
    case NodeKind::kSet:
      return {1, 1};
    case NodeKind::kGroup:
      return WidthOf(*node.children[0]);
    case NodeKind::kConcat: {
      Width sum;
      for (const auto& child : node.children) {
        const Width w = WidthOf(*child);
        sum = {std::min<std::uint64_t>(sum.min + w.min, kUnlimited),
               std::min<std::uint64_t>(sum.max + w.max, kUnlimited)};
      }
      return sum;
    }
    case NodeKind::kAlternate: {
      Width all = WidthOf(*node.children[0]);
      for (const auto& child : node.children) {
        const Width w = WidthOf(*child);
        all = {std::min(all.min, w.min), std::max(all.max, w.max)};
      }
      return all;
    }
    case NodeKind::kRepeat: {
      const Width w = WidthOf(*node.children[0]);
      const std::uint64_t max = node.max == kUnlimited && w.max > 0 ? kUnlimited : w.max * node.max;
      return {std::min<std::uint64_t>(w.min * node.min, kUnlimited),
              std::min<std::uint64_t>(max, kUnlimited)};
    }
  }
  return {0, 0};
}

}  // namespace meval::regex
