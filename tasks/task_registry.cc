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
  for (const TaskGroup& group : groups_) {
    if (Find(group.name) != nullptr) {
      throw DataError("the group \"" + group.name + "\" has the name of a task");
    }
    for (const std::string& member : group.members) {
      if (Find(member) != nullptr) continue;
      throw DataError("the group \"" + group.name + "\" names an unknown task " +
                      tasks::Quoted(member));
    }
  }
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
    for (const std::string& member : group->members) named.push_back(*Find(member));
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
  while (true) {
    const std::size_t comma = selection.find(',');
    for (const Task& task : Named(WithoutSpaces(selection.substr(0, comma)))) selected.Add(task);
    if (comma == selection.npos) return selected.Take();
    selection.remove_prefix(comma + 1);
  }
}

std::vector<std::string> TaskRegistry::Nearest(std::string_view name) const {
  std::vector<std::string> names;
  for (const Task& task : tasks_) names.push_back(task.name());
  for (const TaskGroup& group : groups_) names.push_back(group.name);
  return tasks::NearestNames(name, names);
}

}  // namespace meval
