#ifndef MEVAL_TASKS_BUILTIN_EMBEDDED_H_
#define MEVAL_TASKS_BUILTIN_EMBEDDED_H_

#include <span>
#include <string_view>

namespace meval::tasks {

// A file of tasks/defs, compiled into the program (cmake/EmbedTasks.cmake).
struct EmbeddedFile {
  std::string_view name;  // "mmlu.json"
  std::string_view text;
};

// By name.
std::span<const EmbeddedFile> EmbeddedFiles();

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_BUILTIN_EMBEDDED_H_
