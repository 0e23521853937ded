#include "tasks/define/parse_groups.h"

#include "tasks/define/definition_object.h"
#include "tasks/records/json_parser.h"
#include "tasks/records/jsonl_reader.h"

namespace meval::tasks {

bool DeclaresGroups(std::string_view json) {
  try {
    return ParseJson(WithoutByteOrderMark(json)).Find("groups") != nullptr;
  } catch (const JsonError&) {
    return false;
  }
}

std::vector<TaskGroup> ParseGroups(std::string_view json, const std::string& source) {
  const DefinitionText text{source, WithoutByteOrderMark(json)};
  const Value root = ParseJsonFile(text.text, source);
  DefinitionObject file(DefinitionValue(text, root, ""));
  std::vector<TaskGroup> groups;
  for (const DefinitionValue& value : file.Get("groups").List()) {
    DefinitionObject object(value);
    TaskGroup group;
    group.name = object.String("name");
    group.title = object.String("title");
    group.members = object.Get("members").Strings();
    object.Finish();
    if (group.members.empty()) value.Fail("expected at least one member");
    groups.push_back(std::move(group));
  }
  file.Finish();
  return groups;
}

}  // namespace meval::tasks
