#include "tasks/define/parse_shapes.h"

#include <string>
#include <string_view>
#include <utility>

#include "tasks/define/parse_templates.h"

namespace meval::tasks {
namespace {

Placeholder ParsePlaceholder(const DefinitionValue& value, const FilterSet& filters) {
  const std::string text = value.String();
  if (!text.starts_with('{') || text.find('}') != text.size() - 1) {
    value.Fail("expected one placeholder like \"{answer}\", found " + Quoted(text));
  }
  try {
    return Placeholder::Parse(std::string_view(text).substr(1, text.size() - 2), filters);
  } catch (const FieldError& error) {
    value.Fail(error.what());
  }
}

std::vector<std::string> ParseFileNames(const DefinitionValue& patterns) {
  std::vector<std::string> names = patterns.Strings();
  for (const std::string& pattern : names) {
    if (pattern.find('*') == pattern.npos || pattern.find('*') != pattern.rfind('*')) {
      patterns.Fail("expected a file name with one *, found " + Quoted(pattern));
    }
  }
  if (names.empty()) patterns.Fail("expected at least one file name with one *");
  return names;
}

std::string ParseSeparator(const DefinitionValue& value) {
  std::string separator = value.String();
  if (separator.empty()) value.Fail("expected a text that is not empty");
  return separator;
}

FieldSource ParseFieldSource(const std::string& name, const DefinitionValue& value,
                             const FilterSet& filters) {
  FieldSource source;
  source.name = name;
  try {
    if (FieldPath::Parse(name).text() != FieldPath::Parse(name).root()) {
      value.Fail("a field's own name may not hold . [ ] | { }");
    }
  } catch (const FieldError& error) {
    value.Fail(error.what());
  }
  if (value.is(Value::Kind::kString)) {
    source.path = ParsePath(value);
    return source;
  }
  DefinitionObject object(value);
  if (const auto patterns = object.Find("file_name")) {
    source.file_names = ParseFileNames(*patterns);
  } else if (const auto text = object.Find("text")) {
    source.text = ParseTemplate(*text, filters);
    if (const auto separator = object.Find("split")) source.separator = ParseSeparator(*separator);
  } else if (const auto joiner = object.Find("join")) {
    source.joiner = joiner->String();
    source.each = FindTemplate(object, "each", filters);
    if (const auto lists = object.Find("zip")) {
      for (const auto& [member, path] : DefinitionObject(*lists).Members()) {
        source.zipped.emplace_back(member, ParsePath(path));
      }
      if (source.zipped.empty() || !source.each) lists->Fail("expected lists, and \"each\"");
    } else {
      source.path = ParsePath(object.Get("path"));
    }
  } else if (const auto separator = object.Find("split")) {
    source.separator = ParseSeparator(*separator);
    source.path = ParsePath(object.Get("path"));
    if (source.path.gathers()) value.Fail("a text is split, but the path gathers a list");
  } else {
    value.Fail(
        "expected a path, or an object with file_name, text, split and path, or join and path or "
        "zip");
  }
  object.Finish();
  return source;
}

}  // namespace

FieldPath ParsePath(const DefinitionValue& value) {
  try {
    return FieldPath::Parse(value.String());
  } catch (const FieldError& error) {
    value.Fail(error.what());
  }
}

std::optional<GoldRule> ParseGold(DefinitionObject& parent, const FilterSet& filters) {
  const auto value = parent.Find("gold");
  if (!value) return std::nullopt;
  DefinitionObject object(*value);
  constexpr char kExpected[] =
      "expected exactly one of index, number, letter, text, label, index_or_text, flags";
  const std::pair<const char*, GoldRule::Kind> kinds[] = {
      {"index", GoldRule::Kind::kIndex},   {"number", GoldRule::Kind::kNumber},
      {"letter", GoldRule::Kind::kLetter}, {"text", GoldRule::Kind::kText},
      {"label", GoldRule::Kind::kLabel},   {"index_or_text", GoldRule::Kind::kIndexOrText},
      {"flags", GoldRule::Kind::kFlags}};
  std::optional<GoldRule> rule;
  for (const auto& [key, kind] : kinds) {
    const auto field = object.Find(key);
    if (!field) continue;
    if (rule) value->Fail(kExpected);
    rule.emplace();
    rule->kind = kind;
    rule->field = ParsePlaceholder(*field, filters);
  }
  if (!rule) value->Fail(kExpected);
  if (rule->kind == GoldRule::Kind::kLabel) {
    rule->labels = ParsePlaceholder(object.Get("among"), filters);
  }
  object.Finish();
  return rule;
}

std::vector<RecordShape> ParseShapes(const DefinitionValue& value, const FilterSet& filters,
                                     const RecordShape& outer) {
  std::vector<RecordShape> shapes;
  for (const DefinitionValue& item : value.List()) {
    DefinitionObject object(item);
    RecordShape shape = outer;
    shape.name = object.String("name");
    shape.fields.clear();
    for (const auto& [name, source] : DefinitionObject(object.Get("fields")).Members()) {
      shape.fields.push_back(ParseFieldSource(name, source, filters));
    }
    const auto id = object.Find("id");
    if (id && id->is(Value::Kind::kNull)) {
      shape.id.reset();
    } else if (id) {
      shape.id = ParseTemplate(*id, filters);
    }
    if (auto gold = ParseGold(object, filters)) shape.gold = std::move(gold);
    object.Finish();
    if (shape.fields.empty()) item.Fail("expected at least one field");
    shapes.push_back(std::move(shape));
  }
  if (shapes.empty()) value.Fail("expected at least one shape");
  return shapes;
}

}  // namespace meval::tasks
