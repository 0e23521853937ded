#ifndef MEVAL_TASKS_JINJA_BUILTIN_TESTS_H_
#define MEVAL_TASKS_JINJA_BUILTIN_TESTS_H_

#include <span>
#include <string_view>

#include "tasks/jinja/builtins.h"

namespace meval::tasks::jinja {

// What may stand behind "is".
std::span<const Builtin> BuiltinTests();

// The one of that name, or null.
const Builtin* FindByName(std::span<const Builtin> builtins, std::string_view name);

}  // namespace meval::tasks::jinja

#endif  // MEVAL_TASKS_JINJA_BUILTIN_TESTS_H_
