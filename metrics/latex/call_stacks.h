#ifndef MEVAL_METRICS_LATEX_CALL_STACKS_H_
#define MEVAL_METRICS_LATEX_CALL_STACKS_H_

// Sets of stacks of return states, shared as a graph: prediction follows many alternatives at once,
// and the number of different stacks may grow exponentially with nesting where their graph does
// not. Equal sets have equal numbers.

#include <cstdint>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "metrics/latex/outcome.h"

namespace meval::latex {

using StackId = int;

class CallStacks {
 public:
  // One way to return: the state, and the stacks below.
  struct Entry {
    int state = 0;
    StackId below = 0;

    auto operator<=>(const Entry&) const = default;
  };

  // The state of an entry that stands for the end of the stack, beside other entries.
  static constexpr int kBottom = std::numeric_limits<int>::max();
  // The set of the empty stack alone.
  static constexpr StackId kEmpty = 0;

  explicit CallStacks(Budget& budget);

  StackId Push(int state, StackId below);

  // All stacks of both. Where the caller of the whole is unknown (`is_open`), the empty stack
  // stands for any stack, so it absorbs others.
  StackId Merge(StackId a, StackId b, bool is_open);

  // In order of state, kBottom last.
  const std::vector<Entry>& Entries(StackId stacks) const {
    return nodes_[static_cast<std::size_t>(stacks)];
  }
  bool HasEmpty(StackId stacks) const { return Entries(stacks).back().state == kBottom; }

 private:
  StackId Intern(std::vector<Entry> entries);

  Budget& budget_;
  std::vector<std::vector<Entry>> nodes_;
  std::unordered_map<std::uint64_t, StackId> pushed_;  // sets of one entry
  std::map<std::vector<Entry>, StackId> ids_;          // sets of several
  std::unordered_map<std::uint64_t, StackId> merged_;  // of open merges, then of closed ones
};

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_CALL_STACKS_H_
