#include "metrics/bradley_terry/components.h"

#include <limits>

namespace meval {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

Successors Reversed(const Successors& successors) {
  Successors reversed(successors.size());
  for (std::size_t from = 0; from < successors.size(); ++from) {
    for (const std::size_t to : successors[from]) {
      reversed[to].push_back(from);
    }
  }
  return reversed;
}

// Nodes without a component yet that can be reached from `start`, itself among them.
std::vector<std::size_t> Reach(const Successors& successors, std::size_t start,
                               const std::vector<std::size_t>& component_of,
                               std::vector<std::size_t>& mark_of, std::size_t mark) {
  std::vector<std::size_t> reached = {start};
  mark_of[start] = mark;
  for (std::size_t i = 0; i < reached.size(); ++i) {
    for (const std::size_t next : successors[reached[i]]) {
      if (component_of[next] == kNone && mark_of[next] != mark) {
        mark_of[next] = mark;
        reached.push_back(next);
      }
    }
  }
  return reached;
}

}  // namespace

// What a node reaches and is reached from: two searches a component. That is enough here, where
// components are few or edges are.
std::vector<std::size_t> StrongComponents(const Successors& successors) {
  const Successors predecessors = Reversed(successors);
  std::vector<std::size_t> component_of(successors.size(), kNone);
  std::vector<std::size_t> forward(successors.size(), kNone);
  std::vector<std::size_t> backward(successors.size(), kNone);
  std::size_t num_components = 0;
  for (std::size_t node = 0; node < successors.size(); ++node) {
    if (component_of[node] != kNone) {
      continue;
    }
    Reach(successors, node, component_of, forward, node);
    for (const std::size_t other : Reach(predecessors, node, component_of, backward, node)) {
      if (forward[other] == node) {
        component_of[other] = num_components;
      }
    }
    ++num_components;
  }
  return component_of;
}

}  // namespace meval
