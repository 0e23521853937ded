#ifndef MEVAL_TASKS_FILES_LOCATE_H_
#define MEVAL_TASKS_FILES_LOCATE_H_

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tasks/define/recipe.h"
#include "tasks/task.h"

namespace meval::tasks {

inline constexpr char kTestRole[] = "test";
inline constexpr char kExemplarsRole[] = "exemplars";

// The files of one set, and the directory below which they were found.
struct LocatedSet {
  std::filesystem::path base;
  std::vector<std::filesystem::path> files;
};

struct LocatedData {
  std::optional<LocatedSet> test;
  std::optional<LocatedSet> exemplars;
};

// Where a task's files are. The evaluated set comes from the first directory of options.data_dirs
// that holds one of its patterns, then from the definition's own directory; the exemplars from
// beside the evaluated set or from the definition's own directory, never from another data
// directory, so that real records and shipped samples do not mix unnoticed. Overrides go first.
// Throws DataError for an override of an unknown role or that names no file.
LocatedData LocateData(const Recipe& recipe, const DataOptions& options);

// "a, b or c", for what is looked for.
std::string DescribePatterns(const SetRecipe& set);
// How a path is shown: relative to `base` where it is below it.
std::string DisplayPath(const std::filesystem::path& path, const std::filesystem::path& base);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_FILES_LOCATE_H_
