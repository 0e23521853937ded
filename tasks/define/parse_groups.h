#ifndef MEVAL_TASKS_DEFINE_PARSE_GROUPS_H_
#define MEVAL_TASKS_DEFINE_PARSE_GROUPS_H_

#include <string>
#include <string_view>
#include <vector>

#include "tasks/task_registry.h"

namespace meval::tasks {

// Whether a definition file declares groups ({"groups": [...]}) rather than a task. False also for
// what is not JSON: reading it as a task says what is wrong.
bool DeclaresGroups(std::string_view json);

// {"groups": [{"name": ..., "title": ..., "members": [...]}]}; docs/adding-a-task.md has every key.
// A published row that names a task takes its numbers later, from that task. Throws DataError.
std::vector<TaskGroup> ParseGroups(std::string_view json, const std::string& source);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_DEFINE_PARSE_GROUPS_H_
