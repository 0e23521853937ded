#include <utility>

#include "metrics/python_regex.h"
#include "tasks/define/parse_definition.h"
#include "tasks/nearest_name.h"

namespace meval::tasks {
namespace {

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
  if (marker("after_last", TextStep::Kind::kAfterLast)) ++kinds;
  if (marker("before_first", TextStep::Kind::kBeforeFirst)) ++kinds;
  if (marker("before_last", TextStep::Kind::kBeforeLast)) ++kinds;
  object.Finish();
  if (kinds != 1) {
    value.Fail(
        "expected exactly one of replace, delete_regex, replace_regex, after_last, before_first, "
        "before_last");
  }
  return step;
}

void ParseFilters(DefinitionObject& object, FilterSet& filters) {
  const auto value = object.Find("filters");
  if (!value) return;
  for (const auto& [name, steps] : DefinitionObject(*value).Members()) {
    TextFilter filter;
    filter.name = name;
    if (name.empty() || name == "text" || name.find_first_of("{}|") != name.npos) {
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
            ", and objects with replace, delete_regex, replace_regex, after_last, before_first "
            "or before_last");
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

std::optional<GoldRule> ParseGold(DefinitionObject& parent, const FilterSet& filters) {
  const auto value = parent.Find("gold");
  if (!value) return std::nullopt;
  DefinitionObject object(*value);
  const std::pair<const char*, GoldRule::Kind> kinds[] = {{"index", GoldRule::Kind::kIndex},
                                                          {"number", GoldRule::Kind::kNumber},
                                                          {"letter", GoldRule::Kind::kLetter},
                                                          {"text", GoldRule::Kind::kText}};
  std::optional<GoldRule> rule;
  for (const auto& [key, kind] : kinds) {
    const auto field = object.Find(key);
    if (!field) continue;
    if (rule) value->Fail("expected exactly one of index, number, letter, text");
    const std::string text = field->String();
    if (!text.starts_with('{') || text.find('}') != text.size() - 1) {
      field->Fail("expected one placeholder like \"{answer}\", found " + Quoted(text));
    }
    rule.emplace();
    rule->kind = kind;
    try {
      rule->field = Placeholder::Parse(text.substr(1, text.size() - 2), filters);
    } catch (const FieldError& error) {
      field->Fail(error.what());
    }
  }
  object.Finish();
  if (!rule) value->Fail("expected exactly one of index, number, letter, text");
  return rule;
}

FieldSource ParseFieldSource(const std::string& name, const DefinitionValue& value) {
  FieldSource source;
  source.name = name;
  try {
    if (FieldPath::Parse(name).text() != FieldPath::Parse(name).root()) {
      value.Fail("a field's own name may not hold . [ ] | { }");
    }
    if (value.is(Value::Kind::kString)) {
      source.path = FieldPath::Parse(value.String());
      return source;
    }
  } catch (const FieldError& error) {
    value.Fail(error.what());
  }
  DefinitionObject object(value);
  const DefinitionValue patterns = object.Get("file_name");
  source.file_names = patterns.Strings();
  object.Finish();
  for (const std::string& pattern : source.file_names) {
    if (pattern.find('*') == pattern.npos || pattern.find('*') != pattern.rfind('*')) {
      patterns.Fail("expected a file name with one *, found " + Quoted(pattern));
    }
  }
  if (source.file_names.empty()) patterns.Fail("expected at least one file name with one *");
  return source;
}

// The shapes of a set; `outer` holds what a shape does not say itself.
std::vector<RecordShape> ParseShapes(const DefinitionValue& value, const FilterSet& filters,
                                     const RecordShape& outer) {
  std::vector<RecordShape> shapes;
  for (const DefinitionValue& item : value.List()) {
    DefinitionObject object(item);
    RecordShape shape = outer;
    shape.name = object.String("name");
    shape.fields.clear();
    for (const auto& [name, source] : DefinitionObject(object.Get("fields")).Members()) {
      shape.fields.push_back(ParseFieldSource(name, source));
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

SetRecipe ParseSet(const DefinitionValue& value, const FilterSet& filters,
                   const SetRecipe& defaults) {
  DefinitionObject object(value);
  SetRecipe set = defaults;
  const DefinitionValue files = object.Get("files");
  set.files = files.Strings();
  if (set.files.empty()) files.Fail("expected at least one file name or pattern");
  for (const std::string& pattern : set.files) {
    if (pattern.empty()) files.Fail("expected a file name or pattern, found \"\"");
  }
  if (const auto format = object.Find("format")) {
    set.format = ParseFileFormat(format->String());
    if (!set.format)
      format->Fail("expected jsonl, json, csv or text, found " + Quoted(format->String()));
  }
  if (const auto columns = object.Find("columns")) set.columns = columns->Strings();
  if (const auto split = object.Find("split")) {
    const std::optional<TextSplit> parsed = ParseTextSplit(split->String());
    if (!parsed) {
      split->Fail("expected whole, wikitext_pages or wikitext_rows, found " +
                  Quoted(split->String()));
    }
    if (set.format != FileFormat::kText) split->Fail("only a set of \"format\": \"text\" is split");
    set.split = *parsed;
  }
  if (const auto records = object.Find("records")) set.expected_records = records->Integer(1);
  if (const auto shapes = object.Find("shapes")) {
    set.shapes = ParseShapes(*shapes, filters, defaults.shapes.front());
  }
  if (auto question = FindTemplate(object, "question", filters)) set.question = *question;
  if (auto answer = FindTemplate(object, "answer", filters)) set.answer = std::move(answer);
  object.Finish();
  return set;
}

void ParseSets(DefinitionObject& object, Recipe& recipe) {
  RecordShape plain;
  plain.name = kPlainShape;
  plain.id = FindTemplate(object, "id", recipe.filters);
  plain.gold = ParseGold(object, recipe.filters);
  SetRecipe defaults;
  defaults.shapes = {plain};
  if (const auto shapes = object.Find("shapes")) {
    defaults.shapes = ParseShapes(*shapes, recipe.filters, plain);
  }
  defaults.question = ParseTemplate(object.Get("question"), recipe.filters);
  defaults.answer = FindTemplate(object, "answer", recipe.filters);

  DefinitionObject data(object.Get("data"));
  recipe.test = ParseSet(data.Get("test"), recipe.filters, defaults);
  if (const auto exemplars = data.Find("exemplars")) {
    recipe.exemplars = ParseSet(*exemplars, recipe.filters, defaults);
  }
  data.Finish();
}

void ParseChoices(DefinitionObject& object, Recipe& recipe) {
  const DefinitionValue choices = object.Get("choices");
  if (choices.is(Value::Kind::kString)) {
    recipe.choice_list = ParseTemplate(choices, recipe.filters);
    if (!recipe.choice_list->is_one_placeholder()) {
      choices.Fail("expected a list of templates, or one placeholder that names a list");
    }
  } else {
    for (const DefinitionValue& choice : choices.List()) {
      recipe.choices.push_back(ParseTemplate(choice, recipe.filters));
    }
    if (recipe.choices.size() < 2) choices.Fail("expected at least two choices");
  }
  if (const auto count = object.Find("num_choices")) recipe.num_choices = count->Integer(2);
}

void ParseReferences(DefinitionObject& object, Recipe& recipe) {
  const DefinitionValue references = object.Get("references");
  if (references.is(Value::Kind::kString)) {
    recipe.reference_list = ParseTemplate(references, recipe.filters);
    if (!recipe.reference_list->is_one_placeholder()) {
      references.Fail("expected a list of templates, or one placeholder that names a list");
    }
    return;
  }
  for (const DefinitionValue& reference : references.List()) {
    recipe.references.push_back(ParseTemplate(reference, recipe.filters));
  }
  if (recipe.references.empty()) references.Fail("expected at least one reference");
}

void CheckGold(const SetRecipe& set, DefinitionObject& object) {
  for (const RecordShape& shape : set.shapes) {
    if (!shape.gold) {
      object.Fail("the key \"gold\" is missing" +
                  (shape.name == kPlainShape ? "" : " (shape \"" + shape.name + "\" has none)"));
    }
  }
}

void ParseContinuation(DefinitionObject& object, Recipe& recipe) {
  for (const char* key : {"choices", "num_choices", "gold"}) {
    if (const auto value = object.Find(key)) {
      value->Fail("a task with one \"continuation\" has no choices; leave it out");
    }
  }
  recipe.continuation = ParseTemplate(object.Get("continuation"), recipe.filters);
}

// A rolling task scores its question as it stands.
void ParseOriginal(DefinitionObject& object, Recipe& recipe) {
  for (const char* key : {"answer", "description", "document_field", "gold", "group_by"}) {
    if (const auto value = object.Find(key)) {
      value->Fail("a rolling task scores texts as they stand; leave it out");
    }
  }
  if (recipe.exemplars) object.Get("data").Fail("a rolling task shows no exemplars");
  const auto original = FindTemplate(object, "original", recipe.filters);
  recipe.original = original ? *original : recipe.test.question;
}

}  // namespace

void ParseRecipe(DefinitionObject& object, RequestKind request, Recipe& recipe) {
  ParseFilters(object, recipe.filters);
  ParseSets(object, recipe);
  if (const auto derived = object.Find("derived")) {
    for (const auto& [name, text] : DefinitionObject(*derived).Members()) {
      recipe.derived.emplace_back(name, ParseTemplate(text, recipe.filters));
    }
  }
  recipe.group_by = FindTemplate(object, "group_by", recipe.filters);
  recipe.description = FindTemplate(object, "description", recipe.filters);
  if (const auto field = object.Find("document_field")) {
    recipe.document_field = field->String();
    if (recipe.test.question.Count(recipe.document_field) != 1) {
      field->Fail("expected a field that the question names exactly once, found " +
                  Quoted(recipe.document_field));
    }
  }
  if (request == RequestKind::kRolling) {
    ParseOriginal(object, recipe);
  } else if (request == RequestKind::kLoglikelihood && object.Has("continuation")) {
    ParseContinuation(object, recipe);
  } else if (request == RequestKind::kLoglikelihood) {
    ParseChoices(object, recipe);
    CheckGold(recipe.test, object);
    if (recipe.exemplars) CheckGold(*recipe.exemplars, object);
  } else {
    ParseReferences(object, recipe);
  }
}

}  // namespace meval::tasks
