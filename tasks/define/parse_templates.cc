#include "tasks/define/parse_templates.h"

#include <string>
#include <utility>
#include <vector>

#include "tasks/nearest_name.h"
#include "tasks/render/field_path.h"

namespace meval::tasks {
namespace {

// ["pattern", "replacement"], where \1 to \9 in the replacement stand for the pattern's groups.
void ParseRegexReplacement(const DefinitionValue& pair, TextStep& step) {
  const std::vector<DefinitionValue> texts = pair.List();
  if (texts.size() != 2) pair.Fail("expected [\"pattern\", \"replacement\"]");
  step.kind = TextStep::Kind::kReplaceRegex;
  step.regex = ParseRegex(texts[0]);
  step.to = texts[1].String();
  for (std::size_t i = 0; i < step.to.size(); ++i) {
    if (step.to[i] != '\\') continue;
    const char group = ++i < step.to.size() ? step.to[i] : ' ';
    if (group < '1' || group > '9' || group - '0' > step.regex->num_groups()) {
      texts[1].Fail("expected a digit that names one of the pattern's " +
                    std::to_string(step.regex->num_groups()) + " groups after \\, found " +
                    Quoted(std::string(1, group)));
    }
  }
}

// {"replace": ["from", "to"]}, {"delete_regex": "..."}, {"after_last": "..."}, ...
TextStep ParseTextStep(const DefinitionValue& value) {
  DefinitionObject object(value);
  TextStep step;
  const auto marker = [&](std::string_view key, TextStep::Kind kind) {
    const auto text = object.Find(key);
    if (!text) return false;
    step.kind = kind;
    step.from = text->String();
    if (step.from.empty()) text->Fail("expected a text that is not empty");
    return true;
  };
  int kinds = 0;
  if (const auto pair = object.Find("replace")) {
    const std::vector<std::string> texts = pair->Strings();
    if (texts.size() != 2 || texts[0].empty()) {
      pair->Fail("expected [\"from\", \"to\"], where \"from\" is not empty");
    }
    step.kind = TextStep::Kind::kReplace;
    step.from = texts[0];
    step.to = texts[1];
    ++kinds;
  }
  if (const auto pattern = object.Find("delete_regex")) {
    step.kind = TextStep::Kind::kDeleteRegex;
    step.regex = ParseRegex(*pattern);
    ++kinds;
  }
  if (const auto pair = object.Find("replace_regex")) {
    ParseRegexReplacement(*pair, step);
    ++kinds;
  }
  if (marker("after_first", TextStep::Kind::kAfterFirst)) ++kinds;
  if (marker("after_last", TextStep::Kind::kAfterLast)) ++kinds;
  if (marker("before_first", TextStep::Kind::kBeforeFirst)) ++kinds;
  if (marker("before_last", TextStep::Kind::kBeforeLast)) ++kinds;
  if (const auto pattern = object.Find("match")) {
    step.kind = TextStep::Kind::kMatch;
    step.regex = ParseRegex(*pattern);
    step.must_match = !object.Has("otherwise");
    step.to = object.String("otherwise", "");
    if (step.regex->num_groups() < 1) pattern->Fail("expected a pattern with a group");
    ++kinds;
  }
  if (const auto count = object.Find("first_chars")) {
    step.kind = TextStep::Kind::kFirstChars;
    step.count = count->Integer(1);
    ++kinds;
  }
  object.Finish();
  if (kinds != 1) {
    value.Fail(
        "expected exactly one of replace, delete_regex, replace_regex, after_first, after_last, "
        "before_first, before_last, match, first_chars");
  }
  return step;
}

}  // namespace

Template ParseTemplate(const DefinitionValue& value, const FilterSet& filters) {
  const std::string text = value.String();
  try {
    return Template::Parse(text, filters);
  } catch (const FieldError& error) {
    value.Fail(error.what());
  }
}

std::optional<Template> FindTemplate(DefinitionObject& object, std::string_view key,
                                     const FilterSet& filters) {
  const auto value = object.Find(key);
  if (!value) return std::nullopt;
  return ParseTemplate(*value, filters);
}

PythonRegex ParseRegex(const DefinitionValue& value) {
  try {
    return PythonRegex(value.String());
  } catch (const RegexError& error) {
    value.Fail(error.what());
  }
}

void ParseFilters(DefinitionObject& object, FilterSet& filters) {
  const auto value = object.Find("filters");
  if (!value) return;
  for (const auto& [name, steps] : DefinitionObject(*value).Members()) {
    TextFilter filter;
    filter.name = name;
    if (name.empty() || name == "text" || name == "null_as_empty" || name == "json" ||
        name.find_first_of("{}|") != name.npos) {
      steps.Fail("this name cannot be used for a filter");
    }
    for (const DefinitionValue& step : steps.List()) {
      if (!step.is(Value::Kind::kString)) {
        filter.steps.push_back(ParseTextStep(step));
        continue;
      }
      // The name of a built-in filter, which is one step.
      FilterSet built_in;
      const auto index = built_in.Find(step.String());
      if (!index) {
        step.Fail(
            "unknown step " + Quoted(step.String()) + DidYouMean(step.String(), built_in.names()) +
            "; there are: " + JoinNames(built_in.names()) +
            ", and objects with replace, delete_regex, replace_regex, after_first, after_last, "
            "before_first, before_last, match or first_chars");
      }
      filter.steps.emplace_back();
      filter.steps.back().kind = built_in.at(*index).steps[0].kind;
    }
    try {
      filters.Add(std::move(filter));
    } catch (const FieldError& error) {
      steps.Fail(error.what());
    }
  }
}

}  // namespace meval::tasks
