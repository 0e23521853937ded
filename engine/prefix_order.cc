#include "engine/prefix_order.h"

#include <algorithm>
#include <numeric>

namespace meval {

std::int64_t CommonPrefix(const TokenPath& a, const TokenPath& b) {
  const std::int64_t size = std::min(a.size(), b.size());
  std::int64_t i = 0;
  while (i < size && a[i] == b[i]) ++i;
  return i;
}

PrefixOrder OrderByPrefix(std::span<const TokenPath> paths, bool share_prefixes) {
  PrefixOrder result;
  result.order.resize(paths.size());
  result.shared.assign(paths.size(), 0);
  std::iota(result.order.begin(), result.order.end(), std::size_t{0});
  if (!share_prefixes) return result;

  std::sort(result.order.begin(), result.order.end(), [&](std::size_t i, std::size_t j) {
    const TokenPath& a = paths[i];
    const TokenPath& b = paths[j];
    const std::int64_t common = CommonPrefix(a, b);
    if (common == a.size() || common == b.size()) {
      return a.size() != b.size() ? a.size() < b.size() : i < j;
    }
    return a[common] < b[common];
  });
  for (std::size_t i = 1; i < paths.size(); ++i) {
    result.shared[i] = CommonPrefix(paths[result.order[i - 1]], paths[result.order[i]]);
  }
  return result;
}

}  // namespace meval
