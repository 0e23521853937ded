#ifndef MEVAL_TASKS_TASK_REGISTRY_H_
#define MEVAL_TASKS_TASK_REGISTRY_H_

// The tasks there are: definitions embedded at build (tasks/defs/*.json), groups of them, and a
// user's own files.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/task.h"

namespace meval {

// What a group takes of one of its members.
struct TaskGroupMember {
  std::string name;    // of a task, or of another group
  std::string score;   // "": the task's headline
  std::string subset;  // "macro": the score of that subset of the task; "": of the whole task
  // Where the group says how many documents: of these groups of the task alone; empty: of all.
  std::vector<std::string> groups = {};
};

// A row of the table in which somebody published the scores of several tasks.
struct PublishedRow {
  std::string label;       // as the table heads it: "ARC-e"
  std::string task;        // ours that asks it; "" where none does
  std::string score;       // of that task
  double value = 0;        // percent, theirs
  std::int64_t shots = 0;  // with which theirs was measured
  std::string variant;     // "4-shot maj@4"
};

struct PublishedTable {
  std::string title;   // "Table 2 of the Mistral 7B paper"
  std::string model;   // whose scores: "Mistral-7B-v0.1"
  std::string source;  // "arXiv:2310.06825, Table 2"
  std::vector<PublishedRow> rows;
};

struct TaskGroup {
  std::string name;
  std::string title;
  std::vector<TaskGroupMember> members;
  bool has_mean = false;  // its members' scores are averaged; then they are tasks
  // Documents of each member where --limit does not say, spread over the task's own groups.
  std::optional<std::int64_t> documents;
  std::optional<PublishedTable> published;
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
  // The groups that such a list names, and those that they are made of: these first, each once.
  std::vector<TaskGroup> ResolveGroups(std::string_view selection) const;
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
  // A group's tasks, and those of the groups it is made of.
  void AddTasks(const TaskGroup& group, std::vector<Task>& tasks) const;
  // Throws DataError for a member nobody knows, a group that is made of itself, or a published row
  // that no task has.
  void Check(TaskGroup& group) const;
  void CheckNesting(const TaskGroup& group, std::vector<std::string>& path) const;

  std::vector<Task> tasks_;
  std::vector<TaskGroup> groups_;
};

}  // namespace meval

#endif  // MEVAL_TASKS_TASK_REGISTRY_H_
