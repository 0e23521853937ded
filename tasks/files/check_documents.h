#ifndef MEVAL_TASKS_FILES_CHECK_DOCUMENTS_H_
#define MEVAL_TASKS_FILES_CHECK_DOCUMENTS_H_

#include "tasks/task.h"

namespace meval::tasks {

// What only a whole set shows. Throws DataError for an id that occurs twice, and for a group that
// is in no category of a task that has categories; counts questions that occur again and choices
// that are empty.
void CheckDocuments(const TaskDefinition& definition, TaskData& data);

// Throws DataError if the evaluated set is of another size than expected, unless that is allowed;
// then it is a warning.
void CheckRecordCount(const TaskDefinition& definition, bool allow_mismatch, TaskData& data);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_FILES_CHECK_DOCUMENTS_H_
