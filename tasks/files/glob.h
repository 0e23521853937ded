#ifndef MEVAL_TASKS_FILES_GLOB_H_
#define MEVAL_TASKS_FILES_GLOB_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace meval::tasks {

// `*` stands for any run of characters, `?` for one byte; everything else for itself.
bool MatchesGlob(std::string_view pattern, std::string_view text);
bool HasWildcard(std::string_view pattern);

// The patterns that one with braces stands for: "a/{b,c}.txt" is "a/b.txt" and "a/c.txt", in that
// order. A brace that is not closed stands for itself.
std::vector<std::string> ExpandBraces(const std::string& pattern);

// The files that a path with wildcards in any of its parts stands for, sorted by bytes of the
// path; a relative one starts at `base`. Hidden files only where the part begins with a dot.
// Directories that cannot be read hold nothing.
std::vector<std::filesystem::path> ExpandGlob(const std::filesystem::path& base,
                                              const std::string& pattern);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_FILES_GLOB_H_
