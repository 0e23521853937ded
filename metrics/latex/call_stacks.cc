#include "metrics/latex/call_stacks.h"

#include <algorithm>

namespace meval::latex {
namespace {

constexpr std::int64_t kStepsOfEntry = 20;  // of merging, as measured

}  // namespace

CallStacks::CallStacks(Budget& budget) : budget_(budget) { nodes_.push_back({{kBottom, kEmpty}}); }

StackId CallStacks::Intern(std::vector<Entry> entries) {
  if (entries.size() == 1) {
    return Push(entries.front().state, entries.front().below);
  }
  const auto [found, is_new] = ids_.try_emplace(entries, static_cast<StackId>(nodes_.size()));
  if (is_new) {
    nodes_.push_back(std::move(entries));
  }
  return found->second;
}

StackId CallStacks::Push(int state, StackId below) {
  const std::uint64_t key =
      (static_cast<std::uint64_t>(state) << 32) | static_cast<std::uint64_t>(below);
  const auto [found, is_new] = pushed_.try_emplace(key, static_cast<StackId>(nodes_.size()));
  if (is_new) {
    nodes_.push_back({{state, below}});
  }
  return found->second;
}

StackId CallStacks::Merge(StackId a, StackId b, bool is_open) {
  if (a == b) {
    return a;
  }
  if (is_open && (a == kEmpty || b == kEmpty)) {
    return kEmpty;
  }
  if (a > b) {
    std::swap(a, b);
  }
  const std::uint64_t key = (static_cast<std::uint64_t>(a) << 33) |
                            (static_cast<std::uint64_t>(b) << 1) | (is_open ? 1U : 0U);
  if (const auto found = merged_.find(key); found != merged_.end()) {
    return found->second;
  }
  budget_.Spend(kStepsOfEntry * static_cast<std::int64_t>(Entries(a).size() + Entries(b).size()));
  const std::vector<Entry> left = Entries(a);
  const std::vector<Entry> right = Entries(b);
  std::vector<Entry> both;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < left.size() || j < right.size()) {
    if (j == right.size() || (i < left.size() && left[i].state < right[j].state)) {
      both.push_back(left[i++]);
    } else if (i == left.size() || right[j].state < left[i].state) {
      both.push_back(right[j++]);
    } else {
      both.push_back({left[i].state, Merge(left[i].below, right[j].below, is_open)});
      ++i;
      ++j;
    }
  }
  const StackId merged = Intern(std::move(both));
  merged_.emplace(key, merged);
  return merged;
}

}  // namespace meval::latex
