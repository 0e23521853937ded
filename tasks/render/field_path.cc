#include "tasks/render/field_path.h"

#include <algorithm>
#include <charconv>

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
    rest.remove_prefix(1);
    if (sign == '.') {
      const std::string_view name = TakeName(rest);
      if (name.empty()) fail("expected a name after the dot");
      path.steps_.emplace_back(std::string(name));
    } else if (sign == '[') {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
      if (error != std::errc()) fail("expected a number in brackets");
      rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
      if (!rest.starts_with(']')) fail("expected a closing bracket");
      rest.remove_prefix(1);
      path.steps_.emplace_back(index);
    } else {
      fail("unexpected " + Quoted(std::string_view(&sign, 1)));
    }
  }
  return path;
}

const Value& FieldPath::Follow(const Value& root_value) const {
  const Value* value = &root_value;
  std::string so_far = root_;
  for (const Step& step : steps_) {
    if (const auto* name = std::get_if<std::string>(&step)) {
      const Value* member = value->Find(*name);
      if (member == nullptr) {
        throw FieldError("field \"" + so_far + "\": expected an object with \"" + *name +
                         "\", found " + value->Describe());
      }
      value = member;
      so_far += "." + *name;
    } else {
      const std::size_t index = std::get<std::size_t>(step);
      if (value->kind != Value::Kind::kArray || index >= value->items.size()) {
        throw FieldError("field \"" + so_far + "\": expected a list of at least " +
                         std::to_string(index + 1) + ", found " + value->Describe());
      }
      value = &value->items[index];
      so_far += "[" + std::to_string(index) + "]";
    }
  }
  return *value;
}

const Value* FieldPath::FindIn(const Value& object) const {
  const Value* value = object.Find(root_);
  if (value == nullptr) return nullptr;
  try {
    return &Follow(*value);
  } catch (const FieldError&) {
    return nullptr;
  }
}

}  // namespace meval::tasks
