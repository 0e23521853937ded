#ifndef MEVAL_TASKS_DEFINE_DEFINITION_OBJECT_H_
#define MEVAL_TASKS_DEFINE_DEFINITION_OBJECT_H_

// Strict reading of a definition's JSON: every key is asked for by name and type, and what nobody
// asked for is an error. Messages give file, line and the place in the JSON:
//
//   my_task.json:7: data.test: unknown key "fils"; did you mean "files"? Known keys: files, ...

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/records/value.h"

namespace meval::tasks {

// The file a definition is read from, for messages.
struct DefinitionText {
  std::string name;
  std::string_view text;
  // What it extends, if anything: a value at offset text.size() + n stands at byte n of this.
  std::string parent_name = {};
  std::string_view parent_text = {};

  // "name:line: place: what"; throws DataError.
  [[noreturn]] void Fail(const Value& at, const std::string& place, const std::string& what) const;
};

// Any value of the definition, with its place: "scores[1].filters[0]".
class DefinitionValue {
 public:
  DefinitionValue(const DefinitionText& text, const Value& value, std::string place)
      : text_(&text), value_(&value), place_(std::move(place)) {}

  const Value& value() const { return *value_; }
  const std::string& place() const { return place_; }
  bool is(Value::Kind kind) const { return value_->kind == kind; }

  // Each throws DataError if the value is of another type.
  std::string String() const;
  bool Boolean() const;
  std::int64_t Integer(std::int64_t lowest) const;
  double Number() const;
  std::vector<DefinitionValue> List() const;  // also a list of one, for a value that is no list
  std::vector<std::string> Strings() const;   // a string or a list of strings

  [[noreturn]] void Fail(const std::string& what) const { text_->Fail(*value_, place_, what); }
  [[noreturn]] void FailType(const std::string& expected) const;

 private:
  friend class DefinitionObject;
  const DefinitionText* text_;
  const Value* value_;
  std::string place_;
};

class DefinitionObject {
 public:
  // Throws DataError if `value` is no object.
  explicit DefinitionObject(const DefinitionValue& value);

  bool Has(std::string_view key) const { return self_.value().Find(key) != nullptr; }
  std::optional<DefinitionValue> Find(std::string_view key);
  DefinitionValue Get(std::string_view key);  // throws DataError if it is missing

  std::string String(std::string_view key) { return Get(key).String(); }
  std::string String(std::string_view key, std::string_view fallback);
  std::int64_t Integer(std::string_view key, std::int64_t lowest, std::int64_t fallback);
  double Number(std::string_view key, double fallback);
  bool Boolean(std::string_view key, bool fallback);

  // Every member in file order: for objects whose names are the user's own.
  std::vector<std::pair<std::string, DefinitionValue>> Members();

  // Throws DataError for the first key that was never asked for.
  void Finish() const;
  [[noreturn]] void Fail(const std::string& what) const { self_.Fail(what); }

 private:
  DefinitionValue Child(const std::string& name, const Value& value) const;

  DefinitionValue self_;
  std::vector<std::string> known_;
};

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_DEFINE_DEFINITION_OBJECT_H_
