#ifndef MEVAL_TASKS_DEFINE_PARSE_SHAPES_H_
#define MEVAL_TASKS_DEFINE_PARSE_SHAPES_H_

// The parts of a definition that say how a record is written. Each throws DataError with the place
// in the definition.

#include <optional>
#include <vector>

#include "tasks/define/definition_object.h"
#include "tasks/define/recipe.h"

namespace meval::tasks {

// A way into a record, such as "question.stem".
FieldPath ParsePath(const DefinitionValue& value);

// "gold", if it is there.
std::optional<GoldRule> ParseGold(DefinitionObject& parent, const FilterSet& filters);

// The shapes of a set; `outer` holds what a shape does not say itself.
std::vector<RecordShape> ParseShapes(const DefinitionValue& value, const FilterSet& filters,
                                     const RecordShape& outer);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_DEFINE_PARSE_SHAPES_H_
