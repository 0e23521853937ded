#include "tasks/define/definition_object.h"

#include <algorithm>
#include <charconv>

#include "tasks/error.h"
#include "tasks/nearest_name.h"

namespace meval::tasks {

void DefinitionText::Fail(const Value& at, const std::string& place,
                          const std::string& what) const {
  const bool is_inherited = !parent_text.empty() && at.offset >= text.size();
  const std::string_view before =
      is_inherited ? parent_text.substr(0, at.offset - text.size()) : text.substr(0, at.offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  throw DataError((is_inherited ? name + ": inherited from " + parent_name : name) + ":" +
                  std::to_string(line) + ": " + (place.empty() ? "" : place + ": ") + what);
}

void DefinitionValue::FailType(const std::string& expected) const {
  Fail("expected " + expected + ", found " + value_->Describe());
}

std::string DefinitionValue::String() const {
  if (!is(Value::Kind::kString)) FailType("a string");
  return value_->text;
}

bool DefinitionValue::Boolean() const {
  if (!is(Value::Kind::kBoolean)) FailType("true or false");
  return value_->text == "true";
}

std::int64_t DefinitionValue::Integer(std::int64_t lowest) const {
  std::int64_t number = 0;
  const std::string& text = value_->text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!is(Value::Kind::kInteger) || error != std::errc() || number < lowest) {
    FailType("an integer of at least " + std::to_string(lowest));
  }
  return number;
}

double DefinitionValue::Number() const {
  double number = 0;
  const std::string& text = value_->text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = is(Value::Kind::kInteger) || is(Value::Kind::kNumber);
  if (!is_number || error != std::errc() || number < 0) FailType("a number of at least 0");
  return number;
}

std::vector<DefinitionValue> DefinitionValue::List() const {
  if (!is(Value::Kind::kArray)) return {*this};
  std::vector<DefinitionValue> items;
  for (std::size_t i = 0; i < value_->items.size(); ++i) {
    items.emplace_back(*text_, value_->items[i], place_ + "[" + std::to_string(i) + "]");
  }
  return items;
}

std::vector<std::string> DefinitionValue::Strings() const {
  std::vector<std::string> strings;
  for (const DefinitionValue& item : List()) strings.push_back(item.String());
  return strings;
}

DefinitionObject::DefinitionObject(const DefinitionValue& value) : self_(value) {
  if (!self_.is(Value::Kind::kObject)) self_.FailType("an object");
}

DefinitionValue DefinitionObject::Child(const std::string& name, const Value& value) const {
  return {*self_.text_, value, self_.place_.empty() ? name : self_.place_ + "." + name};
}

std::optional<DefinitionValue> DefinitionObject::Find(std::string_view key) {
  known_.emplace_back(key);
  const Value* value = self_.value().Find(key);
  if (value == nullptr) return std::nullopt;
  return Child(std::string(key), *value);
}

DefinitionValue DefinitionObject::Get(std::string_view key) {
  const std::optional<DefinitionValue> value = Find(key);
  if (value) return *value;
  // A misspelled key is the likeliest reason for a missing one.
  std::vector<std::string> present;
  for (const Value::Member& member : self_.value().members) {
    if (std::find(known_.begin(), known_.end(), member.name) == known_.end()) {
      present.push_back(member.name);
    }
  }
  const std::vector<std::string> near = NearestNames(key, present, 1);
  self_.Fail("the key \"" + std::string(key) + "\" is missing" +
             (near.empty() ? "" : "; is \"" + near[0] + "\" meant to be it?"));
}

std::string DefinitionObject::String(std::string_view key, std::string_view fallback) {
  const auto value = Find(key);
  return value ? value->String() : std::string(fallback);
}

std::int64_t DefinitionObject::Integer(std::string_view key, std::int64_t lowest,
                                       std::int64_t fallback) {
  const auto value = Find(key);
  return value ? value->Integer(lowest) : fallback;
}

double DefinitionObject::Number(std::string_view key, double fallback) {
  const auto value = Find(key);
  return value ? value->Number() : fallback;
}

bool DefinitionObject::Boolean(std::string_view key, bool fallback) {
  const auto value = Find(key);
  return value ? value->Boolean() : fallback;
}

std::vector<std::pair<std::string, DefinitionValue>> DefinitionObject::Members() {
  std::vector<std::pair<std::string, DefinitionValue>> members;
  for (const Value::Member& member : self_.value().members) {
    known_.push_back(member.name);
    members.emplace_back(member.name, Child(member.name, member.value));
  }
  return members;
}

void DefinitionObject::Finish() const {
  for (const Value::Member& member : self_.value().members) {
    if (std::find(known_.begin(), known_.end(), member.name) != known_.end()) continue;
    const std::string meant = DidYouMean(member.name, known_);
    self_.text_->Fail(member.value, self_.place_,
                      "unknown key " + Quoted(member.name) + (meant.empty() ? "." : meant) +
                          " Known keys: " + JoinNames(known_));
  }
}

}  // namespace meval::tasks
