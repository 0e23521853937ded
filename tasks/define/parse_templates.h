#ifndef MEVAL_TASKS_DEFINE_PARSE_TEMPLATES_H_
#define MEVAL_TASKS_DEFINE_PARSE_TEMPLATES_H_

// The parts of a definition that make texts: templates, patterns, and the filters both may name.
// Each throws DataError with the place in the definition.

#include <optional>
#include <string_view>

#include "metrics/python_regex.h"
#include "tasks/define/definition_object.h"
#include "tasks/render/template.h"
#include "tasks/render/text_filter.h"

namespace meval::tasks {

Template ParseTemplate(const DefinitionValue& value, const FilterSet& filters);
std::optional<Template> FindTemplate(DefinitionObject& object, std::string_view key,
                                     const FilterSet& filters);
PythonRegex ParseRegex(const DefinitionValue& value);

// "filters": the definition's own, beside those that are always there.
void ParseFilters(DefinitionObject& object, FilterSet& filters);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_DEFINE_PARSE_TEMPLATES_H_
