#include "tasks/define/parse_definition.h"

#include <filesystem>

#include "tasks/define/inherit.h"
#include "tasks/digest.h"
#include "tasks/nearest_name.h"
#include "tasks/records/json_parser.h"
#include "tasks/records/jsonl_reader.h"

namespace meval::tasks {
namespace {

constexpr char kBuiltIn[] = "built-in";

// One of a few words.
template <typename Enum>
Enum Choose(const DefinitionValue& value,
            const std::vector<std::pair<std::string, Enum>>& alternatives) {
  const std::string word = value.String();
  std::vector<std::string> words;
  for (const auto& [name, meaning] : alternatives) {
    if (name == word) return meaning;
    words.push_back(name);
  }
  value.Fail("expected one of " + JoinNames(words) + ", found " + Quoted(word) +
             DidYouMean(word, words));
}

std::string TaskName(const DefinitionValue& value) {
  std::string name = value.String();
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  if (name.empty() || name.find_first_not_of(kAllowed) != name.npos) {
    value.Fail("expected a name of letters, digits, _, - and ., found " + Quoted(name));
  }
  return name;
}

void ParseHead(DefinitionObject& object, TaskDefinition& definition) {
  definition.name = TaskName(object.Get("task"));
  definition.version = object.Integer("version", 1, 1);
  definition.title = object.String("title");
  if (const auto comment = object.Find("comment")) comment->Strings();  // for people alone
  definition.paper = object.String("paper", "");
  definition.license = object.String("license", "");
  definition.upstream = object.String("upstream", "");
  definition.request =
      Choose<RequestKind>(object.Get("request"), {{"loglikelihood", RequestKind::kLoglikelihood},
                                                  {"generation", RequestKind::kGeneration},
                                                  {"rolling", RequestKind::kRolling}});
  definition.default_shots = object.Integer("shots", 0, 0);
  definition.target_delimiter = object.String("target_delimiter", " ");
  definition.fewshot_delimiter = object.String("fewshot_delimiter", "\n\n");
}

void ParseSampler(DefinitionObject& object, TaskDefinition& definition) {
  if (const auto sampler = object.Find("sampler")) {
    definition.sampler = Choose<ExemplarSampler>(
        *sampler,
        {{"reference", ExemplarSampler::kReference}, {"first_n", ExemplarSampler::kFirstN}});
  }
  definition.allows_fewer_shots = object.Boolean("allows_fewer_shots", false);
  if (definition.allows_fewer_shots && definition.sampler != ExemplarSampler::kFirstN) {
    object.Get("allows_fewer_shots").Fail("only the sampler \"first_n\" may show fewer");
  }
  definition.shots_are_question = object.Boolean("shots_are_question", false);
  definition.number_mark = object.String("number_mark", "");
  definition.draws_one_extra = object.Boolean("draws_one_extra", false);
  if (definition.draws_one_extra && definition.sampler == ExemplarSampler::kFirstN) {
    object.Get("draws_one_extra").Fail("the sampler \"first_n\" draws nothing; leave it out");
  }
}

// Scores of groups are averaged, which gives no perplexity of their union.
void CheckGroupable(DefinitionObject& object, const TaskDefinition& definition) {
  for (const ScoreDefinition& score : definition.scores) {
    if (score.metric != "perplexity") continue;
    object.Get("group_by").Fail("perplexities of groups have no mean; leave it out");
  }
}

// What choices are worth without their question is asked exactly where a score uses it.
void CheckUnconditional(DefinitionObject& object, const ParsedTask& task) {
  const bool is_used = task.definition.asks_unconditional();
  if (is_used == task.recipe.unconditional_context.has_value()) return;
  if (is_used) {
    object.Get("scores").Fail(
        "acc_pmi compares with the choices behind another context: give it as "
        "\"unconditional_context\", \"\" for none");
  }
  object.Get("unconditional_context")
      .Fail("no score is acc_pmi, which alone uses it; leave it out");
}

// A definition with what it inherits, and the one text that says all of it.
struct WholeDefinition {
  DefinitionText text;
  Value root;
  std::string json;
};

WholeDefinition ReadWhole(std::string_view json, const std::string& source,
                          const ParentFinder& find_parent) {
  WholeDefinition whole;
  whole.text = {.name = source, .text = WithoutByteOrderMark(json)};
  whole.root = ParseJsonFile(whole.text.text, source);
  whole.json = json;
  const Value* extends = whole.root.Find(kExtends);
  if (extends == nullptr) return whole;
  const DefinitionValue name(whole.text, *extends, kExtends);
  const Task* parent = find_parent ? find_parent(name.String()) : nullptr;
  if (parent == nullptr) {
    name.Fail("there is no task " + Quoted(name.String()) +
              " to extend (tasks that extend each other in a circle are none)");
  }
  const TaskDefinition& inherited = parent->definition();
  whole.text.parent_name = inherited.source + " task \"" + inherited.name + "\"";
  whole.text.parent_text = WithoutByteOrderMark(inherited.json);
  const Value parent_root = ParseJsonFile(whole.text.parent_text, whole.text.parent_name);
  whole.root = Inherit(whole.root, parent_root, whole.text.text.size());
  whole.json = WriteJson(whole.root);
  return whole;
}

}  // namespace

ParsedTask ParseDefinition(std::string_view json, const std::string& source,
                           const ParentFinder& find_parent) {
  const WholeDefinition whole = ReadWhole(json, source, find_parent);
  const DefinitionText& text = whole.text;
  const Value& root = whole.root;
  DefinitionObject object(DefinitionValue(text, root, ""));
  ParsedTask task;
  TaskDefinition& definition = task.definition;
  ParseHead(object, definition);
  ParseSampler(object, definition);
  ParseRecipe(object, definition.request, task.recipe);
  definition.scores_one_continuation = task.recipe.continuation.has_value();
  ParseRolling(object, definition);
  ParseExecution(object, definition, task.recipe);
  ParseScores(object, definition);
  ParseGeneration(object, definition);
  ParsePublished(object, definition);
  ParseCategories(object, definition);
  object.Finish();

  if (!definition.categories.empty() && !task.recipe.group_by) {
    object.Get("categories").Fail("categories collect groups, but there is no \"group_by\"");
  }
  if (definition.default_shots > 0 && !task.recipe.exemplars) {
    object.Get("shots").Fail("exemplars are shown, but there is no \"data.exemplars\"");
  }
  CheckUnconditional(object, task);
  if (task.recipe.group_by) CheckGroupable(object, definition);
  if (!definition.number_mark.empty() && !task.recipe.document_field.empty()) {
    object.Get("document_field")
        .Fail("questions with a \"number_mark\" cannot be cut; leave it out");
  }
  CheckFields(task.recipe, text, root);
  definition.expected_records = task.recipe.test.expected_records;
  definition.source = source;
  definition.json = whole.json;
  definition.digest = Sha256(whole.json);
  if (source != kBuiltIn) {
    task.recipe.own_directory = std::filesystem::absolute(source).parent_path();
  }
  return task;
}

}  // namespace meval::tasks
