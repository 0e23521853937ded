#ifndef MEVAL_TASKS_IMPORT_LM_EVAL_H_
#define MEVAL_TASKS_IMPORT_LM_EVAL_H_

// Task files of lm-evaluation-harness (YAML) as task definitions, where their templates only name
// fields. docs/adding-a-task.md, "From lm-evaluation-harness", says what that covers.

#include <filesystem>
#include <string>

namespace meval {

// The definition as JSON text that Task::Parse accepts. Files named by `include` are read beside
// the file. Throws DataError for a file that cannot be read or is no YAML, and one DataError that
// lists everything that has no counterpart, a line each, with file, line and key: nothing is
// imported by halves.
std::string ImportLmEval(const std::filesystem::path& file);

}  // namespace meval

#endif  // MEVAL_TASKS_IMPORT_LM_EVAL_H_
