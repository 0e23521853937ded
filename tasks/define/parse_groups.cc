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

namespace {

// "hellaswag", or {"name": "mmlu", "score": "acc", "subset": "macro"}.
TaskGroupMember ParseMember(const DefinitionValue& value) {
  if (value.is(Value::Kind::kString)) return {value.String(), "", ""};
  DefinitionObject object(value);
  TaskGroupMember member = {object.String("name"), object.String("score", ""),
                            object.String("subset", "")};
  if (const auto groups = object.Find("groups")) member.groups = groups->Strings();
  object.Finish();
  return member;
}

// {"label": "MMLU", "task": "mmlu"}, or the number itself where no task here asks it:
// {"label": "HumanEval", "value": 30.5, "shots": 0, "variant": "0-shot"}.
PublishedRow ParseRow(const DefinitionValue& value) {
  DefinitionObject object(value);
  PublishedRow row;
  row.label = object.String("label");
  row.task = object.String("task", "");
  if (row.task.empty()) {
    row.value = object.Get("value").Number();
    row.shots = object.Get("shots").Integer(0);
    row.variant = object.String("variant");
  }
  object.Finish();
  return row;
}

PublishedTable ParseTable(const DefinitionValue& value) {
  DefinitionObject object(value);
  PublishedTable table;
  table.title = object.String("title");
  table.model = object.String("model");
  table.source = object.String("source");
  for (const DefinitionValue& row : object.Get("rows").List()) table.rows.push_back(ParseRow(row));
  object.Finish();
  if (table.rows.empty()) value.Fail("expected at least one row");
  return table;
}

}  // namespace

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
    for (const DefinitionValue& member : object.Get("members").List()) {
      group.members.push_back(ParseMember(member));
    }
    group.has_mean = object.Boolean("mean", false);
    if (const auto documents = object.Find("documents")) group.documents = documents->Integer(1);
    for (const TaskGroupMember& member : group.members) {
      if (member.groups.empty() || group.documents) continue;
      value.Fail("\"groups\" of a member are for a group that has \"documents\"");
    }
    if (const auto table = object.Find("published")) group.published = ParseTable(*table);
    object.Finish();
    if (group.members.empty()) value.Fail("expected at least one member");
    groups.push_back(std::move(group));
  }
  file.Finish();
  return groups;
}

}  // namespace meval::tasks
