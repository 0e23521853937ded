#include "engine/sort_paths.h"

#include <algorithm>
#include <numeric>

namespace meval {
namespace {

class PathMerger {
 public:
  explicit PathMerger(std::span<const TokenPath> paths) : paths_(paths) {
    runs_.order.resize(paths.size());
    std::iota(runs_.order.begin(), runs_.order.end(), std::size_t{0});
    runs_.common.assign(paths.size(), 0);
    merged_ = runs_;
  }

  SortedPaths Sort() {
    const std::size_t size = paths_.size();
    for (std::size_t width = 1; width < size; width *= 2) {
      for (std::size_t begin = 0; begin < size; begin += 2 * width) {
        Merge(begin, std::min(begin + width, size), std::min(begin + 2 * width, size));
      }
      std::swap(runs_, merged_);
    }
    return std::move(runs_);
  }

 private:
  // A sorted run while it is merged: what is left of it, and how many tokens its first path has in
  // common with the path that was written last.
  struct Run {
    std::size_t next = 0;
    std::size_t end = 0;
    std::int64_t common = 0;
  };

  // [begin, middle) and [middle, end) become one run.
  void Merge(std::size_t begin, std::size_t middle, std::size_t end) {
    Run left = {begin, middle};
    Run right = {middle, end};
    for (std::size_t out = begin; out < end; ++out) {
      Run& first = TakesLeft(left, right) ? left : right;
      merged_.order[out] = runs_.order[first.next];
      merged_.common[out] = first.common;
      ++first.next;
      if (first.next < first.end) first.common = runs_.common[first.next];
    }
  }

  // Which comes first. The path that has more in common with the last one, which neither precedes,
  // is the smaller; where that does not tell, both are compared behind it, and the other's common
  // prefix is then with this one.
  bool TakesLeft(Run& left, Run& right) const {
    if (left.next == left.end || right.next == right.end) return left.next < left.end;
    if (left.common != right.common) return left.common > right.common;
    const TokenPath& a = paths_[runs_.order[left.next]];
    const TokenPath& b = paths_[runs_.order[right.next]];
    const std::int64_t common = CommonPrefix(a, b, left.common);
    const bool takes_left =
        common < a.size() && common < b.size() ? a[common] < b[common] : a.size() <= b.size();
    (takes_left ? right : left).common = common;
    return takes_left;
  }

  std::span<const TokenPath> paths_;
  SortedPaths runs_;
  SortedPaths merged_;
};

}  // namespace

SortedPaths SortPaths(std::span<const TokenPath> paths) { return PathMerger(paths).Sort(); }

}  // namespace meval
