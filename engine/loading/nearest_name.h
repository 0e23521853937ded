#ifndef MEVAL_ENGINE_LOADING_NEAREST_NAME_H_
#define MEVAL_ENGINE_LOADING_NEAREST_NAME_H_

// "Did you mean ...?" for misspelt keys, tensors and shapes.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

// Insertions, deletions and substitutions of bytes that turn `a` into `b` (Levenshtein 1966).
std::size_t EditDistance(std::string_view a, std::string_view b);

// The candidate with the smallest distance, if it is at most `max_distance` and below the length of
// `name` itself; "" otherwise. The first of equals.
std::string NearestName(std::string_view name, const std::vector<std::string>& candidates,
                        std::size_t max_distance);

}  // namespace meval

#endif  // MEVAL_ENGINE_LOADING_NEAREST_NAME_H_
