#ifndef MEVAL_TASKS_RENDER_GOLD_H_
#define MEVAL_TASKS_RENDER_GOLD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tasks/define/recipe.h"
#include "tasks/render/template.h"

namespace meval::tasks {

// The indices of a record's right choices: one, or as many as its field lists. Throws FieldError
// (`field "answer": expected an integer 0..3, found "E"`) for a value of another form, one outside
// the choices, one that occurs twice, and an empty list.
std::vector<std::int64_t> ReadGold(const GoldRule& rule, const FieldScope& scope,
                                   const FilterSet& filters,
                                   const std::vector<std::string>& choices);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RENDER_GOLD_H_
