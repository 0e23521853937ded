#ifndef MEVAL_METRICS_LATEX_EXPRESSION_READER_H_
#define MEVAL_METRICS_LATEX_EXPRESSION_READER_H_

// From a parse tree to the expression it means: one function for each rule of the grammar, or for
// each pair of a rule and its plain twin.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/latex/expression.h"
#include "metrics/latex/outcome.h"
#include "metrics/latex/parser.h"

namespace meval::latex {

class ExpressionReader {
 public:
  ExpressionReader(std::string_view text, Budget& budget) : budget_(budget), tree_(text, budget) {}

  // As the function Read in reading.h.
  ExpressionPtr Read();

 private:
  // An operand; or d/dx, which applies to what stands behind it and has no expression of its own.
  struct Operand {
    ExpressionPtr expression;
    ExpressionPtr derivative_by;
  };

  const ParseNode* Child(const ParseNode& node, Rule rule, std::size_t nth = 0) const {
    return tree_.Child(node, rule, nth);
  }
  std::optional<std::string_view> Text(const ParseNode& node, TokenKind kind) const;
  std::string Name(const ParseNode& node) const;
  std::string SymbolName(const ParseNode& node, bool with_quotes);

  // Throws Unreadable for a d/dx with nothing to apply to.
  static ExpressionPtr Whole(const Operand& operand);
  static ExpressionPtr Factors(const std::vector<Operand>& factors);
  static bool IsTimesSign(const Operand& left, const Operand& sign, const Operand& right);

  // Sums, products, powers and names: reading.cc.
  ExpressionPtr Expr(const ParseNode& node);
  ExpressionPtr ExprOrAtom(const ParseNode& node);
  ExpressionPtr Sum(const ParseNode& node);
  ExpressionPtr Product(const ParseNode& node);
  ExpressionPtr Signed(const ParseNode& node);
  Operand Suffixed(const ParseNode& node);
  ExpressionPtr Evaluated(const ExpressionPtr& of, const ParseNode& node);
  ExpressionPtr At(const ExpressionPtr& of, const ParseNode& point);
  Operand Power(const ParseNode& node);
  Operand Basic(const ParseNode& node);
  Operand Atom(const ParseNode& node);
  ExpressionPtr Simple(const ParseNode& node);

  // Fractions, functions and other operators: reading_calls.cc.
  Operand OfExpr(std::string name, const ParseNode& node);
  Operand Fraction(const ParseNode& node);
  ExpressionPtr FractionPart(const ParseNode& node, const ParseNode* expr, std::size_t nth);
  std::optional<Operand> DerivativeFraction(const ParseNode& upper, const ParseNode& lower);
  ExpressionPtr Call(const ParseNode& node);
  ExpressionPtr KnownFunction(const ParseNode& node);
  ExpressionPtr Root(const ParseNode& node);
  ExpressionPtr Integral(const ParseNode& node);
  ExpressionPtr BigOperator(const ParseNode& node);
  ExpressionPtr Limit(const ParseNode& node);

  Budget& budget_;
  ParseTree tree_;
};

ExpressionPtr MakeFunction(std::string name, std::vector<ExpressionPtr> arguments);

// The symbol of dx or d\theta: "x", "theta".
std::string DifferentialName(std::string_view token);

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_EXPRESSION_READER_H_
