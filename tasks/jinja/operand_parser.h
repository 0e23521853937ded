#ifndef MEVAL_TASKS_JINJA_OPERAND_PARSER_H_
#define MEVAL_TASKS_JINJA_OPERAND_PARSER_H_

#include <functional>
#include <string_view>
#include <vector>

#include "tasks/jinja/builtins.h"
#include "tasks/jinja/expression.h"
#include "tasks/jinja/token_reader.h"

namespace meval::tasks::jinja {

// Reads what stands between the operators of an expression: literals, names, calls, and the
// members, items, filters and tests behind them. Borrows the tokens.
class OperandParser {
 public:
  // `condition` reads a whole expression inside of brackets; `count_operator` is called for each
  // step that is evaluated inside the next one.
  OperandParser(TokenReader& tokens, std::function<Expression()> condition,
                std::function<void()> count_operator)
      : tokens_(tokens),
        condition_(std::move(condition)),
        count_operator_(std::move(count_operator)) {}

  Expression Primary();
  // ".member", "[item]", "[begin:end]" and ".method()" behind a value, as many as there are.
  Expression Postfix(Expression value);
  // "| filter" and "is test", as many as there are.
  Expression FiltersAndTests(Expression value);

 private:
  Expression Name();
  Expression MakeNamespace();
  Expression Parenthesis();
  std::vector<Expression> Sequence(std::string_view end);
  Expression Mapping();
  Expression MemberOrMethod(const Position& where, Expression value);
  Expression ItemOrSlice(const Position& where, Expression value);
  std::vector<NamedExpression> ArgumentList();
  Expression Call(const Position& where, const Builtin* builtin, Expression value);
  Expression IsTest(Expression value);

  TokenReader& tokens_;
  std::function<Expression()> condition_;
  std::function<void()> count_operator_;
};

}  // namespace meval::tasks::jinja

#endif  // MEVAL_TASKS_JINJA_OPERAND_PARSER_H_
