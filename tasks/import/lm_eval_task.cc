#include "tasks/import/lm_eval_task.h"

#include <algorithm>
#include <tuple>

#include "tasks/error.h"
#include "tasks/records/record_file.h"
#include "tasks/records/value.h"
#include "tasks/render/field_path.h"

namespace meval::tasks {
namespace {

constexpr int kMostIncludes = 20;

std::string At(const std::string& file, const YAML::Mark& mark) {
  return file + (mark.is_null() ? "" : ":" + std::to_string(mark.line + 1));
}

}  // namespace

LmEvalTask::LmEvalTask(const std::filesystem::path& file) : file_(file.string()) { Load(file, 0); }

void LmEvalTask::Load(const std::filesystem::path& file, int depth) {
  if (depth > kMostIncludes) throw DataError(file_ + ": files include each other without an end");
  YAML::Node root;
  try {
    root = YAML::Load(ReadFileBytes(file));
  } catch (const YAML::Exception& error) {
    throw DataError(At(file.string(), error.mark) + ": no YAML: " + error.msg);
  }
  if (!root.IsMap()) throw DataError(file.string() + ": expected keys with values");
  std::vector<std::filesystem::path> included;
  for (const auto& member : root) {
    if (!member.first.IsScalar()) {
      throw DataError(At(file.string(), member.first.Mark()) + ": expected a key that is a text");
    }
    const auto key = member.first.as<std::string>();
    if (key == "include") {
      if (!member.second.IsScalar()) {
        throw DataError(At(file.string(), member.second.Mark()) + ": include: expected one file");
      }
      included.push_back(file.parent_path() / member.second.as<std::string>());
    } else {
      entries_.try_emplace(key, Entry{member.second, file.string()});
    }
  }
  for (const std::filesystem::path& one : included) Load(one, depth + 1);
}

std::optional<YAML::Node> LmEvalTask::Find(const std::string& key) {
  asked_.insert(key);
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.value.IsNull()) return std::nullopt;
  if (IsCode(found->second.value)) {
    AddProblem(
        key, "a Python function, " + Quoted(found->second.value.Scalar()) + ", has no counterpart");
    return std::nullopt;
  }
  return found->second.value;
}

std::optional<std::string> LmEvalTask::Scalar(const std::string& key) {
  const auto value = Find(key);
  if (!value) return std::nullopt;
  if (!value->IsScalar()) {
    AddProblem(key, "expected a single value");
    return std::nullopt;
  }
  return value->Scalar();
}

void LmEvalTask::Read(const std::string& key, const std::function<void(const YAML::Node&)>& read) {
  const auto value = Find(key);
  if (!value) return;
  try {
    read(*value);
  } catch (const FieldError& error) {
    AddProblem(key, error.what());
  } catch (const YAML::Exception& error) {
    AddProblem(key, *value, "of another type than expected: " + error.msg);
  }
}

void LmEvalTask::AddProblem(const std::string& key, const std::string& what) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    AddProblemAt(file_, YAML::Mark::null_mark(), key + ": " + what);
  } else {
    AddProblem(key, found->second.value, what);
  }
}

void LmEvalTask::AddProblem(const std::string& key, const YAML::Node& at, const std::string& what) {
  AddProblemAt(entries_.at(key).file, at.Mark(), key + ": " + what);
}

void LmEvalTask::AddProblemAt(const std::string& file, const YAML::Mark& mark,
                              const std::string& text) {
  problems_.push_back({file, mark.is_null() ? 0 : mark.line + 1, At(file, mark) + ": " + text});
}

void LmEvalTask::Finish() {
  for (const auto& [key, entry] : entries_) {
    if (!asked_.contains(key)) AddProblem(key, "has no counterpart");
  }
  if (problems_.empty()) return;
  // The file itself from the top, then what it includes.
  std::stable_sort(problems_.begin(), problems_.end(), [&](const Problem& a, const Problem& b) {
    return std::tuple(a.file != file_, a.file, a.line) <
           std::tuple(b.file != file_, b.file, b.line);
  });
  std::string message = file_ + " cannot be imported; nothing was written:";
  for (const Problem& problem : problems_) message += "\n  " + problem.text;
  throw DataError(message);
}

}  // namespace meval::tasks
