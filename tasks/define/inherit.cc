#include "tasks/define/inherit.h"

#include <utility>

#include "tasks/records/json_parser.h"
#include "tasks/records/jsonl_reader.h"

namespace meval::tasks {
namespace {

void Shift(Value& value, std::size_t offset) {
  value.offset += offset;
  for (Value& item : value.items) Shift(item, offset);
  for (Value::Member& member : value.members) Shift(member.value, offset);
}

Value Merged(const Value& child, const Value& parent, std::size_t offset) {
  const bool both_objects =
      child.kind == Value::Kind::kObject && parent.kind == Value::Kind::kObject;
  if (!both_objects) return child;
  Value merged = child;
  merged.members.clear();
  for (const Value::Member& inherited : parent.members) {
    const Value* own = child.Find(inherited.name);
    if (own == nullptr) {
      merged.members.push_back(inherited);
      Shift(merged.members.back().value, offset);
    } else if (own->kind != Value::Kind::kNull) {
      merged.members.push_back({inherited.name, Merged(*own, inherited.value, offset)});
    }
  }
  for (const Value::Member& own : child.members) {
    if (parent.Find(own.name) == nullptr) merged.members.push_back(own);
  }
  return merged;
}

}  // namespace

std::optional<std::string> ParentName(std::string_view json) {
  try {
    const Value root = ParseJson(WithoutByteOrderMark(json));
    const Value* parent = root.Find(kExtends);
    if (parent == nullptr || !parent->is_string()) return std::nullopt;
    return parent->text;
  } catch (const JsonError&) {
    return std::nullopt;
  }
}

Value Inherit(const Value& child, const Value& parent, std::size_t offset) {
  Value merged = Merged(child, parent, offset);
  std::erase_if(merged.members,
                [](const Value::Member& member) { return member.name == kExtends; });
  return merged;
}

}  // namespace meval::tasks
