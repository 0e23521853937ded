#ifndef MEVAL_TASKS_DEFINE_PARSE_DEFINITION_H_
#define MEVAL_TASKS_DEFINE_PARSE_DEFINITION_H_

#include <string>
#include <string_view>
#include <vector>

#include "tasks/define/definition_object.h"
#include "tasks/define/recipe.h"
#include "tasks/task.h"
#include "tasks/task_definition.h"

namespace meval::tasks {

struct ParsedTask {
  TaskDefinition definition;
  Recipe recipe;
};

// A whole definition file. `source` is "built-in" or the file's path; `find_parent` knows the tasks
// it may extend. Throws DataError.
ParsedTask ParseDefinition(std::string_view json, const std::string& source,
                           const ParentFinder& find_parent);

// The parts, each reading its keys of `object` (tasks/define/parse_*.cc).
//
// "filters", "data", "shapes", "derived", "question", ... into the recipe.
void ParseRecipe(DefinitionObject& object, RequestKind request, Recipe& recipe);
// "execution", after the recipe and before the scores.
void ParseExecution(DefinitionObject& object, TaskDefinition& definition, Recipe& recipe);
// A list of filter steps, which "scores" and "execution" have.
std::vector<FilterStep> ParseFilterSteps(const DefinitionValue& value);
// "scores", "generation", "published", "categories".
void ParseScores(DefinitionObject& object, TaskDefinition& definition);
// "rolling", for rolling tasks; before the scores.
void ParseRolling(DefinitionObject& object, TaskDefinition& definition);
void ParseGeneration(DefinitionObject& object, TaskDefinition& definition);
void ParsePublished(DefinitionObject& object, TaskDefinition& definition);
void ParseCategories(DefinitionObject& object, TaskDefinition& definition);

// Every field that a template names must come from each shape of its set, or be derived; every
// derived field that is needed must resolve likewise. Throws DataError that lists the fields.
void CheckFields(const Recipe& recipe, const DefinitionText& text, const Value& root);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_DEFINE_PARSE_DEFINITION_H_
