#ifndef MEVAL_TASKS_FILES_LOAD_SET_H_
#define MEVAL_TASKS_FILES_LOAD_SET_H_

#include <optional>
#include <string>
#include <vector>

#include "tasks/define/recipe.h"
#include "tasks/document.h"
#include "tasks/files/locate.h"
#include "tasks/task.h"

namespace meval::tasks {

struct LoadedSet {
  std::vector<Document> documents;  // file by file, record by record
  std::vector<DataFile> files;
  std::string digest;  // over the files' digests, in order
  // Whether the bytes are those the definition names; nothing where it names none.
  std::optional<bool> has_known_digest;
};

// Reads and renders every record of a set's files. The shape is chosen by each file's first
// record. Throws DataError with file and line; also for a file without records.
LoadedSet LoadSet(const Recipe& recipe, const SetRecipe& set, const LocatedSet& located,
                  const std::string& role);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_FILES_LOAD_SET_H_
