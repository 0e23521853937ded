#ifndef MEVAL_TASKS_JINJA_ARITHMETIC_H_
#define MEVAL_TASKS_JINJA_ARITHMETIC_H_

#include <string_view>

#include "tasks/jinja/value.h"

namespace meval::tasks::jinja {

// "+", "-", "*", "/", "//", "%" of two numbers, as Python has them. Throws std::invalid_argument,
// also where a result of ints does not fit.
Value Arithmetic(std::string_view op, const Value& a, const Value& b);

}  // namespace meval::tasks::jinja

#endif  // MEVAL_TASKS_JINJA_ARITHMETIC_H_
