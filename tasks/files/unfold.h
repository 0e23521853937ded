#ifndef MEVAL_TASKS_FILES_UNFOLD_H_
#define MEVAL_TASKS_FILES_UNFOLD_H_

#include <string>
#include <vector>

#include "tasks/records/record.h"
#include "tasks/render/field_path.h"

namespace meval::tasks {

// Records that hold several questions, a dialogue for instance: one record for each element of the
// list that `path` leads to. It has the fields of the record it comes from, in which that list is
// empty, and two more: `item`, the element, and `earlier`, the list of the elements before it.
// Records are numbered anew and keep the line of what they come from.
//
// Throws DataError with file and line for a record without such a list, or one that has a field
// named `item` or `earlier` already.
std::vector<Record> UnfoldRecords(const std::vector<Record>& records, const FieldPath& path,
                                  const std::string& file);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_FILES_UNFOLD_H_
