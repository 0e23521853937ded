#ifndef MEVAL_TASKS_TASK_REGISTRY_H_
#define MEVAL_TASKS_TASK_REGISTRY_H_

// The tasks there are: definitions embedded at build (tasks/defs/*.json), groups of them, and a
// user's own files.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/task.h"

namespace meval {

struct TaskGroup {
  std::string name;
  std::string title;
  std::vector<std::string> members;
};

class TaskRegistry {
 public:
  // The built-in tasks and groups, then every .json of `include_dirs`. Throws DataError if a
  // definition is wrong or a name is taken.
  explicit TaskRegistry(const std::vector<std::filesystem::path>& include_dirs = {});

  const std::vector<Task>& tasks() const { return tasks_; }         // by name
  const std::vector<TaskGroup>& groups() const { return groups_; }  // by name
  const Task* Find(std::string_view name) const;

  // The tasks a comma-separated list of names, groups, globs ("mmlu*") and paths to .json files
  // stands for, each once, in the order named. Throws UnknownTaskError with the nearest names, or
  // DataError for a bad file.
  std::vector<Task> Resolve(std::string_view selection) const;
  // Up to three known names within a small edit distance.
  std::vector<std::string> Nearest(std::string_view name) const;

 private:
  struct DefinitionFile {
    std::string json;
    std::string source;
  };
  // In any order: one may extend another that comes later.
  void Add(std::vector<DefinitionFile> files);
  void Add(const DefinitionFile& file);
  Task Parse(std::string_view json, const std::string& source) const;
  // The tasks one word stands for; throws UnknownTaskError if it stands for none.
  std::vector<Task> Named(const std::string& item) const;

  std::vector<Task> tasks_;
  std::vector<TaskGroup> groups_;
};

}  // namespace meval

#endif  // MEVAL_TASKS_TASK_REGISTRY_H_
