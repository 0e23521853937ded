#ifndef MEVAL_METRICS_LATEX_EXPRESSION_H_
#define MEVAL_METRICS_LATEX_EXPRESSION_H_

// What a LaTeX text means: an expression of numbers and symbols, as written and not simplified.
// Every letter is a symbol, \pi, e and i among them.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/latex/number.h"

namespace meval::latex {

enum class ExpressionKind : std::uint8_t {
  kNumber,
  kSymbol,      // name
  kInfinity,    // \infty
  kSum,         // of parts
  kProduct,     // of parts
  kPower,       // parts: base, exponent
  kFunction,    // name, parts: arguments
  kApplied,     // an unknown function: name, parts: arguments
  kDerivative,  // parts: expression, symbol
  kIntegral,    // parts: expression, symbol, and where given the bounds
  kSumOver,     // parts: expression, symbol, first, last
  kProductOver,
  kLimit,  // parts: expression, symbol, point; name: direction
};

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

struct Expression {
  ExpressionKind kind = ExpressionKind::kNumber;
  Number number;
  std::string name;
  std::vector<ExpressionPtr> parts;
  std::int64_t size = 1;   // number of nodes, counted where they stand
  std::int64_t depth = 1;  // of nesting
};

// Functions that make an expression throw TooLarge where it has more nodes or levels than any text
// of kMaxTokens gives, which substitution could do, and where a name is longer than any answer.
ExpressionPtr MakeNumber(Number number);
ExpressionPtr MakeInteger(std::int64_t value);
ExpressionPtr MakeSymbol(std::string name);
ExpressionPtr MakeNode(ExpressionKind kind, std::vector<ExpressionPtr> parts,
                       std::string name = {});
ExpressionPtr MakeProduct(ExpressionPtr a, ExpressionPtr b);
ExpressionPtr MakePower(ExpressionPtr base, ExpressionPtr exponent);
// A number becomes its negative, all else a product with -1.
ExpressionPtr Negate(const ExpressionPtr& expression);

bool IsNumber(const Expression& expression, std::int64_t value);  // an exact one
bool IsSame(const Expression& a, const Expression& b);            // written in the same way
bool HasSymbol(const Expression& expression);
bool Has(const Expression& expression, ExpressionKind kind);
bool HasDecimal(const Expression& expression);

// The expression with all occurrences of the symbol replaced.
ExpressionPtr Substitute(const ExpressionPtr& expression, std::string_view symbol,
                         const ExpressionPtr& replacement);

// The same text for expressions that differ in the order of terms and factors only.
std::string ToText(const Expression& expression);

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_EXPRESSION_H_
