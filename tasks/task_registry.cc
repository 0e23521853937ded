#include "tasks/task_registry.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "tasks/builtin/embedded.h"
#include "tasks/define/inherit.h"
#include "tasks/define/parse_groups.h"
#include "tasks/error.h"
#include "tasks/files/glob.h"
#include "tasks/nearest_name.h"
#include "tasks/records/record_file.h"
#include "tasks/records/value.h"

namespace meval {
namespace {

constexpr char kBuiltIn[] = "built-in";

bool IsPath(std::string_view item) {
  return item.find('/') != item.npos || item.ends_with(".json");
}

const TaskGroup* FindGroup(const std::vector<TaskGroup>& groups, std::string_view name) {
  const auto found = std::find_if(groups.begin(), groups.end(),
                                  [&](const TaskGroup& group) { return group.name == name; });
  return found == groups.end() ? nullptr : &*found;
}

std::string WithoutSpaces(std::string_view item) {
  const std::size_t begin = std::min(item.find_first_not_of(' '), item.size());
  const std::size_t end = item.find_last_not_of(' ');
  return std::string(item.substr(begin, end == item.npos ? 0 : end + 1 - begin));
}

// The words of a comma-separated list.
template <typename Visit>
void ForEachWord(std::string_view selection, const Visit& visit) {
  while (true) {
    const std::size_t comma = selection.find(',');
    visit(WithoutSpaces(selection.substr(0, comma)));
    if (comma == selection.npos) return;
    selection.remove_prefix(comma + 1);
  }
}

// Groups before those that are made of them, each once.
void AddGroups(const std::vector<TaskGroup>& groups, const TaskGroup& group,
               std::vector<TaskGroup>& selected) {
  if (FindGroup(selected, group.name) != nullptr) return;
  for (const TaskGroupMember& member : group.members) {
    if (const TaskGroup* part = FindGroup(groups, member.name)) AddGroups(groups, *part, selected);
  }
  selected.push_back(group);
}

void RequireScore(const std::string& where, const Task& task, const std::string& score) {
  std::vector<std::string> names;
  for (const ScoreDefinition& definition : task.definition().scores) {
    if (definition.name == score) return;
    names.push_back(definition.name);
  }
  throw DataError(where + "names an unknown score of " + task.name() + ", " + tasks::Quoted(score) +
                  tasks::DidYouMean(score, names) + "; the task has: " + tasks::JoinNames(names));
}

// What the task's own definition says was published stands in the table, so that it is said once.
void TakePublished(const std::string& where, const Task& task, const PublishedTable& table,
                   PublishedRow& row) {
  for (const PublishedScore& published : task.definition().published) {
    if (published.model != table.model || published.source != table.source) continue;
    row.score = published.score;
    row.value = published.value;
    row.shots = published.shots;
    row.variant = published.variant;
    return;
  }
  throw DataError(where + "has a published row " + tasks::Quoted(row.label) + ", but the task \"" +
                  task.name() + "\" has no published score of " + table.model + " from " +
                  table.source);
}

// Tasks in the order named, each once.
class Selection {
 public:
  void Add(const Task& task) {
    const auto same = std::find_if(tasks_.begin(), tasks_.end(),
                                   [&](const Task& other) { return other.name() == task.name(); });
    if (same == tasks_.end()) {
      tasks_.push_back(task);
    } else if (same->definition().digest != task.definition().digest) {
      throw DataError(task.definition().source + ": the task \"" + task.name() +
                      "\" is selected already, from " + same->definition().source +
                      "; give one of them another name");
    }
  }
  std::vector<Task> Take() { return std::move(tasks_); }

 private:
  std::vector<Task> tasks_;
};

}  // namespace

TaskRegistry::TaskRegistry(const std::vector<std::filesystem::path>& include_dirs) {
  std::vector<DefinitionFile> built_in;
  for (const tasks::EmbeddedFile& file : tasks::EmbeddedFiles()) {
    built_in.push_back({std::string(file.text), kBuiltIn});
  }
  Add(std::move(built_in));
  for (const std::filesystem::path& directory : include_dirs) {
    if (!std::filesystem::is_directory(directory)) {
      throw DataError(directory.string() + ": expected a directory with task files (*.json)");
    }
    std::vector<DefinitionFile> own;
    for (const std::filesystem::path& file : tasks::ExpandGlob(directory, "*.json")) {
      own.push_back({tasks::ReadFileBytes(file), file.string()});
    }
    Add(std::move(own));
  }
  std::sort(groups_.begin(), groups_.end(),
            [](const TaskGroup& a, const TaskGroup& b) { return a.name < b.name; });
  for (TaskGroup& group : groups_) Check(group);
  for (const TaskGroup& group : groups_) {
    std::vector<std::string> path;
    CheckNesting(group, path);
  }
}

void TaskRegistry::Check(TaskGroup& group) const {
  const std::string where = "the group \"" + group.name + "\" ";
  if (Find(group.name) != nullptr) throw DataError(where + "has the name of a task");
  for (const TaskGroupMember& member : group.members) {
    const Task* task = Find(member.name);
    if (task == nullptr) {
      if (FindGroup(groups_, member.name) == nullptr) {
        throw DataError(where + "names an unknown task " + tasks::Quoted(member.name));
      }
      if (group.has_mean || group.documents) {
        throw DataError(where + "is made of the group " + tasks::Quoted(member.name) +
                        ": \"mean\" and \"documents\" are for groups of tasks");
      }
    } else if (!member.score.empty()) {
      RequireScore(where, *task, member.score);
    }
  }
  if (!group.published) return;
  for (PublishedRow& row : group.published->rows) {
    if (row.task.empty()) continue;
    const Task* task = Find(row.task);
    if (task == nullptr)
      throw DataError(where + "names an unknown task " + tasks::Quoted(row.task));
    TakePublished(where, *task, *group.published, row);
  }
}

void TaskRegistry::CheckNesting(const TaskGroup& group, std::vector<std::string>& path) const {
  if (std::find(path.begin(), path.end(), group.name) != path.end()) {
    throw DataError("the group \"" + group.name + "\" is made of itself");
  }
  path.push_back(group.name);
  for (const TaskGroupMember& member : group.members) {
    if (const TaskGroup* part = FindGroup(groups_, member.name)) CheckNesting(*part, path);
  }
  path.pop_back();
}

void TaskRegistry::Add(std::vector<DefinitionFile> files) {
  // A definition waits until the one it extends is there.
  while (!files.empty()) {
    std::vector<DefinitionFile> waiting;
    for (DefinitionFile& file : files) {
      const std::optional<std::string> parent = tasks::ParentName(file.json);
      if (parent && Find(*parent) == nullptr) {
        waiting.push_back(std::move(file));
      } else {
        Add(file);
      }
    }
    // What nobody declares, or two that wait for each other: reading it says so.
    if (waiting.size() == files.size()) Add(waiting.front());
    files = std::move(waiting);
  }
}

void TaskRegistry::Add(const DefinitionFile& file) {
  if (tasks::DeclaresGroups(file.json)) {
    for (TaskGroup& group : tasks::ParseGroups(file.json, file.source)) {
      if (FindGroup(groups_, group.name) != nullptr) {
        throw DataError(file.source + ": there is a group \"" + group.name + "\" already");
      }
      groups_.push_back(std::move(group));
    }
    return;
  }
  Task task = Parse(file.json, file.source);
  if (const Task* other = Find(task.name())) {
    throw DataError(file.source + ": there is a task \"" + task.name() + "\" already, from " +
                    other->definition().source);
  }
  const auto by_name = [](const Task& a, const Task& b) { return a.name() < b.name(); };
  tasks_.insert(std::upper_bound(tasks_.begin(), tasks_.end(), task, by_name), std::move(task));
}

Task TaskRegistry::Parse(std::string_view json, const std::string& source) const {
  return Task::Parse(json, source, [this](const std::string& name) { return Find(name); });
}

const Task* TaskRegistry::Find(std::string_view name) const {
  const auto found = std::find_if(tasks_.begin(), tasks_.end(),
                                  [&](const Task& task) { return task.name() == name; });
  return found == tasks_.end() ? nullptr : &*found;
}

std::vector<Task> TaskRegistry::Named(const std::string& item) const {
  if (const Task* task = Find(item)) return {*task};
  std::vector<Task> named;
  if (const TaskGroup* group = FindGroup(groups_, item)) {
    AddTasks(*group, named);
  } else if (IsPath(item)) {
    named.push_back(Parse(tasks::ReadFileBytes(item), item));
  } else if (tasks::HasWildcard(item)) {
    std::copy_if(tasks_.begin(), tasks_.end(), std::back_inserter(named),
                 [&](const Task& task) { return tasks::MatchesGlob(item, task.name()); });
  }
  if (!named.empty()) return named;
  const std::vector<std::string> near = Nearest(item);
  throw UnknownTaskError(
      "there is no task or group " + tasks::Quoted(item) +
      (near.empty() ? "" : "; the nearest names are: " + tasks::JoinNames(near)) +
      ". `mistral-eval tasks` lists them all; a task file is named by its path, ending in .json");
}

std::vector<Task> TaskRegistry::Resolve(std::string_view selection) const {
  Selection selected;
  ForEachWord(selection, [&](const std::string& word) {
    for (const Task& task : Named(word)) selected.Add(task);
  });
  return selected.Take();
}

std::vector<TaskGroup> TaskRegistry::ResolveGroups(std::string_view selection) const {
  std::vector<TaskGroup> selected;
  ForEachWord(selection, [&](const std::string& word) {
    if (const TaskGroup* group = FindGroup(groups_, word)) AddGroups(groups_, *group, selected);
  });
  return selected;
}

void TaskRegistry::AddTasks(const TaskGroup& group, std::vector<Task>& tasks) const {
  for (const TaskGroupMember& member : group.members) {
    if (const Task* task = Find(member.name)) {
      tasks.push_back(*task);
    } else {
      AddTasks(*FindGroup(groups_, member.name), tasks);
    }
  }
}

std::vector<std::string> TaskRegistry::Nearest(std::string_view name) const {
  std::vector<std::string> names;
  for (const Task& task : tasks_) names.push_back(task.name());
  for (const TaskGroup& group : groups_) names.push_back(group.name);
  return tasks::NearestNames(name, names);
}

}  // namespace meval
