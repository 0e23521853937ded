#ifndef MEVAL_TASKS_JINJA_EXPRESSION_H_
#define MEVAL_TASKS_JINJA_EXPRESSION_H_

// Expressions of a template, parsed into functions of the names in scope.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tasks/jinja/token_reader.h"
#include "tasks/jinja/value.h"

namespace meval::tasks::jinja {

// Names and their values; an inner scope hides those of the outer one. Borrows the outer one.
class Scope {
 public:
  explicit Scope(const Scope* outer = nullptr) : outer_(outer) {}

  void Set(const std::string& name, Value value);
  // Undefined where no scope has the name.
  Value Get(const std::string& name) const;

 private:
  const Scope* outer_;
  std::vector<std::pair<std::string, Value>> names_;
};

using Expression = std::function<Value(const Scope&)>;

// The expression with its place added to what an operation says is wrong.
Expression At(const Position& where, Expression inner);
Expression Constant(Value value);
// A list of their values.
Expression ListOf(std::vector<Expression> elements);

// Reads one expression. With `is_tuple` "a, b" is a list of two. Throws TemplateError at what is
// not an expression, and at a filter, test, function or method that is not supported.
Expression ParseExpression(TokenReader& tokens, bool is_tuple = false);
// As ParseExpression without "x if c else y": what stands behind "in" of a loop.
Expression ParseWithoutCondition(TokenReader& tokens);

}  // namespace meval::tasks::jinja

#endif  // MEVAL_TASKS_JINJA_EXPRESSION_H_
