#include "tasks/render/field_path.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "metrics/unicode_text.h"

namespace meval::tasks {
namespace {

std::string_view TakeName(std::string_view& rest) {
  const std::size_t end = std::min(rest.find_first_of(".[]|{}"), rest.size());
  const std::string_view name = rest.substr(0, end);
  rest.remove_prefix(end);
  return name;
}

}  // namespace

FieldPath FieldPath::Parse(std::string_view text) {
  const auto fail = [text](const std::string& what) {
    throw FieldError("field path " + Quoted(text) + ": " + what +
                     "; a path is written like question, choices[2] or question.stem");
  };
  FieldPath path;
  path.text_ = text;
  std::string_view rest = text;
  path.root_ = TakeName(rest);
  if (path.root_.empty()) fail("expected a field's name in front");
  while (!rest.empty()) {
    const char sign = rest.front();
    const std::string_view from_sign = rest;
    rest.remove_prefix(1);
    if (sign == '.') {
      const std::string_view name = TakeName(rest);
      if (name.empty()) fail("expected a name after the dot");
      path.steps_.emplace_back(std::string(name));
    } else if (sign == '[') {
      if (const auto gather = TakeGather(rest)) {
        path.steps_.emplace_back(*gather);
        continue;
      }
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
      if (error != std::errc()) fail("expected a number, *, keys or values in brackets");
      rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
      if (!rest.starts_with(']')) fail("expected a closing bracket");
      rest.remove_prefix(1);
      path.steps_.emplace_back(index);
    } else {
      fail("unexpected " + Quoted(FirstCodePoints(from_sign, 1)));
    }
  }
  return path;
}

std::optional<FieldPath::Gather> FieldPath::TakeGather(std::string_view& rest) {
  const std::pair<std::string_view, Gather> words[] = {
      {"*]", Gather::kEach}, {"keys]", Gather::kKeys}, {"values]", Gather::kValues}};
  for (const auto& [word, gather] : words) {
    if (!rest.starts_with(word)) continue;
    rest.remove_prefix(word.size());
    return gather;
  }
  return std::nullopt;
}

bool FieldPath::gathers() const {
  return std::any_of(steps_.begin(), steps_.end(),
                     [](const Step& step) { return std::holds_alternative<Gather>(step); });
}

const Value& FieldPath::Take(const Value& value, const Step& step, std::string& so_far) {
  if (const auto* name = std::get_if<std::string>(&step)) {
    const Value* member = value.Find(*name);
    if (member == nullptr) {
      throw FieldError("field \"" + so_far + "\": expected an object with \"" + *name +
                       "\", found " + value.Describe());
    }
    so_far += "." + *name;
    return *member;
  }
  const std::size_t index = std::get<std::size_t>(step);
  if (value.kind != Value::Kind::kArray || index >= value.items.size()) {
    throw FieldError("field \"" + so_far + "\": expected a list of at least " +
                     std::to_string(index + 1) + ", found " + value.Describe());
  }
  so_far += "[" + std::to_string(index) + "]";
  return value.items[index];
}

const Value& FieldPath::Follow(const Value& root_value) const {
  const Value* value = &root_value;
  std::string so_far = root_;
  for (const Step& step : steps_) value = &Take(*value, step, so_far);
  return *value;
}

Value FieldPath::Read(const Value& root_value) const { return ReadFrom(root_value, 0, root_); }

Value FieldPath::ReadFrom(const Value& value, std::size_t step, std::string so_far) const {
  if (step == steps_.size()) return value;
  const auto* gather = std::get_if<Gather>(&steps_[step]);
  if (gather == nullptr) {
    const Value& next = Take(value, steps_[step], so_far);
    return ReadFrom(next, step + 1, so_far);
  }
  const Value::Kind expected =
      *gather == Gather::kEach ? Value::Kind::kArray : Value::Kind::kObject;
  if (value.kind != expected) {
    throw FieldError("field \"" + so_far + "\": expected " + Describe(expected) + ", found " +
                     value.Describe());
  }
  Value list;
  list.kind = Value::Kind::kArray;
  for (const Value& item : value.items) list.items.push_back(ReadFrom(item, step + 1, so_far));
  for (const Value::Member& member : value.members) {
    list.items.push_back(*gather == Gather::kKeys ? Value::String(member.name)
                                                  : ReadFrom(member.value, step + 1, so_far));
  }
  return list;
}

bool FieldPath::IsIn(const Value& object) const {
  const Value* value = object.Find(root_);
  if (value == nullptr) return false;
  try {
    Read(*value);
    return true;
  } catch (const FieldError&) {
    return false;
  }
}

}  // namespace meval::tasks
