#ifndef MEVAL_TASKS_JINJA_BUILTINS_H_
#define MEVAL_TASKS_JINJA_BUILTINS_H_

// The functions, methods, filters and tests that chat templates use, each as Jinja (or Python)
// defines it.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/jinja/expression.h"
#include "tasks/jinja/value.h"

namespace meval::tasks::jinja {

struct Builtin {
  std::string name;
  // Names of the arguments behind the value that a method, filter or test is of. All may be left
  // out beyond the first `num_required`.
  std::vector<std::string> parameters;
  std::size_t num_required = 0;
  // Gets the value first (not for functions), then as many arguments as parameters, undefined where
  // left out. Throws std::invalid_argument.
  std::function<Value(const std::vector<Value>&)> call;
};

// Throw TemplateError at `where` that lists the names there are.
const Builtin* FindFunction(const std::string& name, const Position& where);
const Builtin* FindMethod(const std::string& name, const Position& where);
const Builtin* FindFilter(const std::string& name, const Position& where);
const Builtin* FindTest(const std::string& name, const Position& where);

struct NamedExpression {
  std::string name;  // "" where the argument has its place only
  Expression expression;
};

// The arguments in the order of the parameters, those left out as undefined. Throws TemplateError:
// too many, too few, an unknown name.
std::vector<Expression> OrderArguments(const Builtin& builtin,
                                       const std::vector<NamedExpression>& arguments,
                                       const Position& where);

}  // namespace meval::tasks::jinja

#endif  // MEVAL_TASKS_JINJA_BUILTINS_H_
