#ifndef MEVAL_ENGINE_SORT_PATHS_H_
#define MEVAL_ENGINE_SORT_PATHS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/token_path.h"

namespace meval {

// Paths in lexicographic order, equal ones in index order: those that share a prefix are
// neighbours.
struct SortedPaths {
  std::vector<std::size_t> order;    // indices of the paths
  std::vector<std::int64_t> common;  // tokens each has in common with the one before it; 0 first
};

// Prompts of a task begin with the same thousands of tokens, so a comparison begins where the
// merged runs are known to agree (Ng & Kakehi 2008, "Merging String Sequences by Longest Common
// Prefixes"): O(n log n) comparisons of single tokens, and every token is read O(1) times beyond
// them.
SortedPaths SortPaths(std::span<const TokenPath> paths);

}  // namespace meval

#endif  // MEVAL_ENGINE_SORT_PATHS_H_
