#include "tasks/render/record_scope.h"

#include <utility>

#include "metrics/unicode_text.h"
#include "tasks/nearest_name.h"

namespace meval::tasks {
namespace {

std::vector<std::string> FieldNames(const Record& record) {
  std::vector<std::string> names;
  for (const Value::Member& member : record.fields.members) names.push_back(member.name);
  return names;
}

}  // namespace

RecordScope::RecordScope(const Recipe& recipe, const RecordShape& shape, const Record& record,
                         const std::string& file_name)
    : recipe_(recipe), shape_(shape), record_(record), file_name_(file_name) {}

const Value& RecordScope::Get(std::string_view name) const {
  const auto computed = computed_.find(name);
  if (computed != computed_.end()) return computed->second;
  for (const auto& [derived, formula] : recipe_.derived) {
    if (derived == name) return Keep(name, formula.Render(*this, recipe_.filters));
  }
  for (const FieldSource& source : shape_.fields) {
    if (source.name == name) return FromShape(source);
  }
  const Value* value = shape_.fields.empty() ? record_.fields.Find(name) : nullptr;
  if (value == nullptr) FailMissing(name);
  return *value;
}

const Value& RecordScope::FromShape(const FieldSource& source) const {
  if (source.file_names.empty()) {
    const Value* root = record_.fields.Find(source.path.root());
    if (root == nullptr) FailMissing(source.path.root());
    return source.path.Follow(*root);
  }
  const std::optional<std::string> part = PartOfFileName(source.file_names, file_name_);
  if (!part) {
    throw FieldError("field \"" + source.name + "\": expected a file named like " +
                     JoinNames(source.file_names) + ", found " + file_name_);
  }
  if (FindInvalidUtf8(*part)) {
    throw FieldError("field \"" + source.name + "\": the file's name is not valid UTF-8");
  }
  return Keep(source.name, *part);
}

const Value& RecordScope::Keep(std::string_view name, std::string text) const {
  return computed_.emplace(std::string(name), Value::String(std::move(text))).first->second;
}

void RecordScope::FailMissing(std::string_view path) const {
  const std::vector<std::string> names = FieldNames(record_);
  throw FieldError("field " + Quoted(path) + " is missing" + DidYouMean(path, names) +
                   "; the record has: " + (names.empty() ? "nothing" : JoinNames(names)));
}

const RecordShape& ChooseShape(const std::vector<RecordShape>& shapes, const Record& record,
                               const std::string& file_name) {
  std::string misses;
  for (const RecordShape& shape : shapes) {
    std::vector<std::string> missing;
    for (const FieldSource& source : shape.fields) {
      if (!source.file_names.empty()) {
        if (!PartOfFileName(source.file_names, file_name)) {
          missing.push_back("a file named like " + JoinNames(source.file_names));
        }
      } else if (source.path.FindIn(record.fields) == nullptr) {
        missing.push_back(source.path.text());
      }
    }
    if (missing.empty()) return shape;
    misses += "; \"" + shape.name + "\" lacks " + JoinNames(missing);
  }
  const std::vector<std::string> names = FieldNames(record);
  throw FieldError("the record has none of the known shapes: found the fields " +
                   (names.empty() ? "(none)" : JoinNames(names)) + misses);
}

std::optional<std::string> PartOfFileName(const std::vector<std::string>& patterns,
                                          std::string_view file_name) {
  for (const std::string& pattern : patterns) {
    const std::size_t star = pattern.find('*');
    const std::string_view front = std::string_view(pattern).substr(0, star);
    const std::string_view back = std::string_view(pattern).substr(star + 1);
    if (file_name.size() > front.size() + back.size() && file_name.starts_with(front) &&
        file_name.ends_with(back)) {
      file_name.remove_prefix(front.size());
      file_name.remove_suffix(back.size());
      return std::string(file_name);
    }
  }
  return std::nullopt;
}

}  // namespace meval::tasks
