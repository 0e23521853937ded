#include <algorithm>
#include <utility>

#include "metrics/python_regex.h"
#include "metrics/unicode_text.h"
#include "tasks/files/glob.h"
#include "tasks/render/template.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/tasks/object_scope.h"

namespace meval::tasks {
namespace {

std::string WithDoubledBraces(const std::string& text) {
  std::string doubled;
  for (const char c : text) {
    doubled.append(c == '{' || c == '}' ? 2 : 1, c);
  }
  return doubled;
}

TextStep StepOf(TextStep::Kind kind, const std::string& from, const std::string& to) {
  TextStep step;
  step.kind = kind;
  step.from = from;
  step.to = to;
  return step;
}

// What the parser of definitions makes sure of: a backslash and a digit name a group of the
// pattern.
bool NamesGroups(const std::string& to, const PythonRegex& pattern) {
  for (std::size_t at = to.find('\\'); at != to.npos; at = to.find('\\', at + 2)) {
    if (at + 1 == to.size()) return false;
    const int group = to[at + 1] - '0';
    if (group < 1 || group > 9 || group > pattern.num_groups()) return false;
  }
  return true;
}

// Two filters that a definition may declare, one with this pattern.
FilterSet FiltersOf(const std::string& pattern, const std::string& to) {
  TextFilter by_pattern{"f", {}};
  by_pattern.steps.push_back(StepOf(TextStep::Kind::kReplaceRegex, "", to));
  by_pattern.steps.back().regex.emplace(pattern);
  TextFilter by_text{"g", {}};
  by_text.steps.push_back(StepOf(TextStep::Kind::kReplace, "a", to));
  by_text.steps.push_back(StepOf(TextStep::Kind::kAfterLast, "b", ""));
  FilterSet filters;
  filters.Add(std::move(by_pattern));
  filters.Add(std::move(by_text));
  return filters;
}

// A template on a record, from: the template, the record, a filter's pattern and replacement.
MEVAL_FUZZ_TARGET(template) {
  const std::string text = input.Text();
  const std::string record = input.Text();
  const std::string pattern = input.Text();
  const std::string to = input.Text();
  if (FindInvalidUtf8(text) || FindInvalidUtf8(to)) {
    return;  // definitions are JSON and so UTF-8
  }
  const FilterSet plain;
  const meval::testing::ObjectScope nothing("{}");
  fuzz::Require(Template::Parse(WithDoubledBraces(text), plain).Render(nothing, plain) == text,
                "doubled braces stand for braces");
  fuzz::Require(MatchesGlob("*", text) && MatchesGlob(std::string(text.size(), '?'), text),
                "wildcards match anything");
  fuzz::Require(HasWildcard(text) || MatchesGlob(text, text), "a name matches itself");
  MatchesGlob(text, record);
  try {
    if (!NamesGroups(to, PythonRegex(pattern))) return;
    const FilterSet filters = FiltersOf(pattern, to);
    const Template parsed = Template::Parse(text, filters);
    const std::set<std::string> fields = parsed.fields();
    fuzz::Require(std::ranges::all_of(fields, [&](const auto& f) { return parsed.Count(f) > 0; }),
                  "a field that is named occurs");
    const meval::testing::ObjectScope scope(record);
    fuzz::Require(!FindInvalidUtf8(parsed.Render(scope, filters)), "a prompt is UTF-8");
  } catch (const FieldError& error) {
    fuzz::Require(!FindInvalidUtf8(error.what()), "a message is UTF-8");
  } catch (const JsonError&) {
  } catch (const RegexError&) {
  }
}

}  // namespace
}  // namespace meval::tasks
