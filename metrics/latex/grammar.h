#ifndef MEVAL_METRICS_LATEX_GRAMMAR_H_
#define MEVAL_METRICS_LATEX_GRAMMAR_H_

// Which LaTeX texts are read as mathematics, and with which structure. The rules describe the same
// language as SymPy's LaTeX grammar, rule for rule where the structure of a decision matters, since
// on incomplete or ambiguous text (`x(y)`, `2(3,4)`, `5+`) the reading depends on it.
//
// Notation: rules in lower case, tokens (lexer.h) in capitals; | ? * + and parentheses as usual.
// Of two alternatives that read the same text the first one counts. A rule that begins with itself
// is a left-associative operator, a later alternative binding tighter.

#include <cstdint>
#include <string_view>
#include <vector>

namespace meval::latex {

enum class Rule : std::uint8_t {
  kStart,
  kRelation,
  kEquation,
  kExpr,
  kSum,
  kProduct,
  kPlainProduct,
  kSigned,
  kPlainSigned,
  kSuffixed,
  kPlainSuffixed,
  kSuffix,
  kEvaluated,
  kLowerPoint,
  kUpperPoint,
  kPower,
  kPlainPower,
  kOperand,
  kPlainOperand,
  kGroup,
  kAbsolute,
  kNumber,
  kAtom,
  kBra,
  kKet,
  kItalic,
  kItalicText,
  kFraction,
  kBinomial,
  kFloor,
  kCeiling,
  kCall,
  kArguments,
  kLimitPoint,
  kArgument,
  kPlainArgument,
  kSubscript,
  kSuperscript,
  kFirstIndex,
};

struct GrammarRule {
  Rule rule;
  std::string_view name;
  std::string_view body;
};

// All rules, in the order of the enumeration.
const std::vector<GrammarRule>& Grammar();

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_GRAMMAR_H_
