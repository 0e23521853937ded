#ifndef MEVAL_TASKS_NEAREST_NAME_H_
#define MEVAL_TASKS_NEAREST_NAME_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace meval::tasks {

// Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other
// (optimal string alignment), ASCII case ignored.
std::size_t EditDistance(std::string_view a, std::string_view b);

// The names a person may have meant: within a third of the word's length (at least 2), or
// beginning with the word, or it with them; nearest first, then in the order given.
std::vector<std::string> NearestNames(std::string_view word, const std::vector<std::string>& names,
                                      std::size_t most = 3);

// `; did you mean "strip"?` or nothing.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& names);
// "a, b, c".
std::string JoinNames(const std::vector<std::string>& names);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_NEAREST_NAME_H_
