#include <utility>

#include "tasks/define/parse_definition.h"
#include "tasks/define/parse_shapes.h"
#include "tasks/define/parse_templates.h"
#include "tasks/nearest_name.h"

namespace meval::tasks {
namespace {

std::vector<std::string> ParseDigests(const DefinitionValue& value) {
  std::vector<std::string> digests = value.Strings();
  for (const std::string& digest : digests) {
    if (digest.size() != 64 || digest.find_first_not_of("0123456789abcdef") != digest.npos) {
      value.Fail("expected a SHA-256 of 64 digits 0-9 a-f, found " + Quoted(digest));
    }
  }
  return digests;
}

std::shared_ptr<const BlockSplit> ParseBlocks(const DefinitionValue& value) {
  DefinitionObject object(value);
  if (const auto lines = object.Find("lines")) {
    BlockSplit blocks;
    blocks.names = lines->Strings();
    object.Finish();
    if (blocks.names.size() < 2) lines->Fail("expected names for at least two lines");
    return std::make_shared<const BlockSplit>(std::move(blocks));
  }
  const DefinitionValue separator = object.Get("separator");
  const DefinitionValue names = object.Get("fields");
  BlockSplit blocks = {separator.String(), ParseRegex(object.Get("pattern")), names.Strings()};
  object.Finish();
  if (blocks.separator.empty()) separator.Fail("expected a text that is not empty");
  if (static_cast<int>(blocks.names.size()) != blocks.pattern->num_groups()) {
    names.Fail("expected a name for each of the pattern's " +
               std::to_string(blocks.pattern->num_groups()) + " groups, found " +
               std::to_string(blocks.names.size()));
  }
  return std::make_shared<const BlockSplit>(std::move(blocks));
}

RecordRange ParseRange(const DefinitionValue& value) {
  DefinitionObject object(value);
  RecordRange range;
  range.field = ParsePath(object.Get("field"));
  range.from = object.Get("from").Integer(0);
  range.to = object.Get("to").Integer(range.from);
  object.Finish();
  return range;
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
      format->Fail("expected jsonl, json, csv, tsv or text, found " + Quoted(format->String()));
  }
  if (const auto columns = object.Find("columns")) set.columns = columns->Strings();
  if (const auto split = object.Find("split")) {
    const std::optional<TextSplit> parsed = ParseTextSplit(split->String());
    if (!parsed) {
      split->Fail("expected whole, lines, wikitext_pages or wikitext_rows, found " +
                  Quoted(split->String()));
    }
    if (set.format != FileFormat::kText) split->Fail("only a set of \"format\": \"text\" is split");
    set.split = *parsed;
  }
  if (const auto blocks = object.Find("blocks")) {
    if (set.format != FileFormat::kText)
      blocks->Fail("only a set of \"format\": \"text\" is split");
    set.blocks = ParseBlocks(*blocks);
  }
  if (const auto records = object.Find("records")) set.expected_records = records->Integer(1);
  if (const auto only = object.Find("only")) set.only = ParseRange(*only);
  if (const auto digests = object.Find("sha256")) set.known_digests = ParseDigests(*digests);
  set.records_at = object.String("records_at", "");
  if (const auto list = object.Find("unfold")) set.unfold = ParsePath(*list);
  if (const auto files_beside = object.Find("line_files")) {
    for (const auto& [field, name] : DefinitionObject(*files_beside).Members()) {
      set.line_files.emplace_back(field, name.String());
    }
  }
  if (const auto shapes = object.Find("shapes")) {
    set.shapes = ParseShapes(*shapes, filters, defaults.shapes.front());
  }
  if (auto question = FindTemplate(object, "question", filters)) set.question = *question;
  if (auto answer = FindTemplate(object, "answer", filters)) set.answer = std::move(answer);
  set.serves_all_groups = object.Boolean("for_all_groups", false);
  set.description = FindTemplate(object, "description", filters);
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
  const DefinitionValue test = data.Get("test");
  recipe.test = ParseSet(test, recipe.filters, defaults);
  if (recipe.test.serves_all_groups) test.Fail("only exemplars may be there for all groups");
  if (recipe.test.description) test.Fail("only exemplars give a description here");
  if (const auto exemplars = data.Find("exemplars")) {
    recipe.exemplars = ParseSet(*exemplars, recipe.filters, defaults);
    recipe.exemplars->shows_answers_only = exemplars->value().Find("answer") != nullptr;
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
  recipe.unconditional_context = FindTemplate(object, "unconditional_context", recipe.filters);
  const auto prefixes = object.Find("choice_prefixes");
  if (!prefixes) return;
  if (recipe.unconditional_context) {
    prefixes->Fail(
        "the choices differ in front of what is scored, which is the same for each of "
        "them without its question; leave \"unconditional_context\" out");
  }
  for (const DefinitionValue& prefix : prefixes->List()) {
    recipe.choice_prefixes.push_back(ParseTemplate(prefix, recipe.filters));
  }
  if (recipe.choice_prefixes.size() != recipe.choices.size()) {
    prefixes->Fail("expected a list as long as that of choices, " +
                   std::to_string(recipe.choices.size()) + ", found " +
                   std::to_string(recipe.choice_prefixes.size()));
  }
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
  for (const char* key :
       {"choices", "num_choices", "choice_prefixes", "unconditional_context", "gold"}) {
    if (const auto value = object.Find(key)) {
      value->Fail("a task with one \"continuation\" has no choices; leave it out");
    }
  }
  recipe.continuation = ParseTemplate(object.Get("continuation"), recipe.filters);
}

void ParseSlices(const DefinitionValue& value, Recipe& recipe) {
  for (const auto& [name, text] : DefinitionObject(value).Members()) {
    if (name.empty()) value.Fail("expected a name for each slice, found \"\"");
    recipe.slices.emplace_back(name, ParseTemplate(text, recipe.filters));
  }
}

// A rolling task scores its question as it stands.
void ParseOriginal(DefinitionObject& object, Recipe& recipe) {
  for (const char* key :
       {"answer", "description", "document_field", "gold", "group_by", "slices"}) {
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
  if (const auto slices = object.Find("slices")) ParseSlices(*slices, recipe);
  recipe.description = FindTemplate(object, "description", recipe.filters);
  if (recipe.description && recipe.exemplars && recipe.exemplars->description) {
    object.Get("description").Fail("the exemplars give one already");
  }
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
    if (recipe.exemplars && !recipe.exemplars->shows_answers_only) {
      CheckGold(*recipe.exemplars, object);
    }
  } else {
    ParseReferences(object, recipe);
  }
}

}  // namespace meval::tasks
