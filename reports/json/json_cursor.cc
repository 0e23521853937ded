#include "reports/json/json_cursor.h"

#include <utility>

#include "reports/error.h"

namespace meval {

JsonFile::JsonFile(std::string_view text, std::string name, std::string advice)
    : name_(std::move(name)),
      advice_(std::move(advice)),
      root_(OrderedJson::parse(text, nullptr, false)) {
  if (root_.is_discarded()) Fail("", "a JSON object", "text that does not parse");
}

void JsonFile::Fail(const std::string& field, const std::string& expected,
                    const std::string& found) const {
  throw ReportError(name_ + ": " + (field.empty() ? "" : "field \"" + field + "\": ") +
                    "expected " + expected + ", found " + found + "; " + advice_);
}

const OrderedJson& JsonCursor::Object() const {
  if (!value_->is_object()) Fail("an object", value_->type_name());
  return *value_;
}

JsonCursor JsonCursor::Member(const std::string& key, const OrderedJson& value) const {
  return {*file_, value, field_.empty() ? key : field_ + "." + key};
}

std::optional<JsonCursor> JsonCursor::Find(const std::string& key) const {
  const auto found = Object().find(key);
  if (found == value_->end()) return std::nullopt;
  return Member(key, *found);
}

JsonCursor JsonCursor::At(const std::string& key) const {
  if (auto member = Find(key)) return *std::move(member);
  file_->Fail(field_.empty() ? key : field_ + "." + key, "a value", "nothing");
}

std::vector<JsonCursor> JsonCursor::Items() const {
  if (!value_->is_array()) Fail("an array", value_->type_name());
  std::vector<JsonCursor> items;
  items.reserve(value_->size());
  for (const OrderedJson& item : *value_) items.push_back({*file_, item, field_ + "[]"});
  return items;
}

std::vector<std::pair<std::string, JsonCursor>> JsonCursor::Members() const {
  std::vector<std::pair<std::string, JsonCursor>> members;
  for (const auto& [key, value] : Object().items()) members.emplace_back(key, Member(key, value));
  return members;
}

std::string JsonCursor::Text() const {
  if (!value_->is_string()) Fail("a string", value_->type_name());
  return value_->get<std::string>();
}

std::int64_t JsonCursor::Integer() const {
  if (!value_->is_number_integer()) Fail("an integer", value_->type_name());
  return value_->get<std::int64_t>();
}

double JsonCursor::Number() const {
  if (!value_->is_number()) Fail("a number", value_->type_name());
  return value_->get<double>();
}

bool JsonCursor::Boolean() const {
  if (!value_->is_boolean()) Fail("true or false", value_->type_name());
  return value_->get<bool>();
}

}  // namespace meval
