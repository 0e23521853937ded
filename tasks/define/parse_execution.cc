#include <optional>
#include <string>
#include <string_view>

#include "tasks/define/parse_definition.h"
#include "tasks/define/parse_templates.h"

namespace meval::tasks {
namespace {

constexpr std::string_view kCompletion = "{completion}";

// The template on both sides of the one place where the answer goes.
ProgramRecipe ParseProgram(const DefinitionValue& value, const FilterSet& filters) {
  const std::string text = value.String();
  const std::size_t place = text.find(kCompletion);
  if (place == text.npos || text.find(kCompletion, place + 1) != text.npos) {
    value.Fail("expected " + std::string(kCompletion) + " exactly once");
  }
  const auto parse = [&](const std::string& part) {
    try {
      return Template::Parse(part, filters);
    } catch (const FieldError& error) {
      value.Fail(error.what());
    }
  };
  return {parse(text.substr(0, place)), parse(text.substr(place + kCompletion.size()))};
}

}  // namespace

void ParseExecution(DefinitionObject& object, TaskDefinition& definition, Recipe& recipe) {
  const auto value = object.Find("execution");
  if (!value) return;
  if (definition.request != RequestKind::kGeneration) {
    value->Fail("only a generation task has programs to run; leave it out");
  }
  DefinitionObject settings(*value);
  ExecutionDefinition execution;
  recipe.program = ParseProgram(settings.Get("program"), recipe.filters);
  execution.timeout_seconds = settings.Number("timeout_seconds", execution.timeout_seconds);
  if (!(execution.timeout_seconds > 0 && execution.timeout_seconds <= 3600)) {
    settings.Get("timeout_seconds").Fail("expected a number above 0 and at most 3600");
  }
  execution.memory_mib = settings.Integer("memory_mib", 64, execution.memory_mib);
  execution.processes = settings.Integer("processes", 1, execution.processes);
  execution.files_mib = settings.Integer("files_mib", 1, execution.files_mib);
  execution.output_kib = settings.Integer("output_kib", 1, execution.output_kib);
  if (const auto filters = settings.Find("filters")) execution.filters = ParseFilterSteps(*filters);
  settings.Finish();
  definition.execution = std::move(execution);
}

}  // namespace meval::tasks
