#ifndef MEVAL_METRICS_BRADLEY_TERRY_COMPONENTS_H_
#define MEVAL_METRICS_BRADLEY_TERRY_COMPONENTS_H_

#include <cstddef>
#include <vector>

namespace meval {

// successors[i] lists the nodes that node i has an edge to; repetitions do no harm.
using Successors = std::vector<std::vector<std::size_t>>;

// For each node the number of its strongly connected component: nodes share one if each can be
// reached from the other. Components are numbered from 0 in the order of their first nodes.
std::vector<std::size_t> StrongComponents(const Successors& successors);

}  // namespace meval

#endif  // MEVAL_METRICS_BRADLEY_TERRY_COMPONENTS_H_
