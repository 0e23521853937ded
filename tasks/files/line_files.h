#ifndef MEVAL_TASKS_FILES_LINE_FILES_H_
#define MEVAL_TASKS_FILES_LINE_FILES_H_

#include <filesystem>
#include <vector>

#include "tasks/define/recipe.h"
#include "tasks/records/record.h"
#include "tasks/task.h"

namespace meval::tasks {

// Gives the records of a file the fields that stand line by line in files beside it (PIQA's labels,
// a translation of each sentence), and returns those files. Records that have a field of that name
// keep it: exports often hold the label itself. Lines end with "\n" or "\r\n".
//
// Throws DataError: a file that is not there, that is not UTF-8, or that has another number of
// lines than there are records.
std::vector<DataFile> AddLineFields(const SetRecipe& set, const std::filesystem::path& path,
                                    std::vector<Record>& records);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_FILES_LINE_FILES_H_
