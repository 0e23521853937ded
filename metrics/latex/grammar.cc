#include "metrics/latex/grammar.h"

namespace meval::latex {

// "Plain" rules are those of a function's argument without parentheses, which ends before the next
// function: \sin x \cos y is a product.
const std::vector<GrammarRule>& Grammar() {
  static const std::vector<GrammarRule> rules = {
      {Rule::kStart, "start", "relation"},
      {Rule::kRelation, "relation", "relation (EQUAL | COMPARE) relation | expr"},
      {Rule::kEquation, "equation", "expr EQUAL expr"},
      {Rule::kExpr, "expr", "sum"},
      {Rule::kSum, "sum", "sum SIGN sum | product"},
      {Rule::kProduct, "product", "product TIMES product | signed"},
      {Rule::kPlainProduct, "plain_product", "plain_product TIMES plain_product | plain_signed"},
      {Rule::kSigned, "signed", "SIGN signed | suffixed+"},
      {Rule::kPlainSigned, "plain_signed", "SIGN plain_signed | suffixed plain_suffixed*"},
      {Rule::kSuffixed, "suffixed", "power suffix*"},
      {Rule::kPlainSuffixed, "plain_suffixed", "plain_power suffix*"},
      {Rule::kSuffix, "suffix", "BANG | evaluated"},
      {Rule::kEvaluated, "evaluated", "BAR (upper_point | lower_point | upper_point lower_point)"},
      {Rule::kLowerPoint, "lower_point", "UNDERSCORE OPEN_BRACE (expr | equation) CLOSE_BRACE"},
      {Rule::kUpperPoint, "upper_point", "CARET OPEN_BRACE (expr | equation) CLOSE_BRACE"},
      {Rule::kPower, "power",
       "power CARET (atom | OPEN_BRACE expr CLOSE_BRACE) subscript? | operand"},
      {Rule::kPlainPower, "plain_power",
       "plain_power CARET (atom | OPEN_BRACE expr CLOSE_BRACE) subscript? | plain_operand"},
      {Rule::kOperand, "operand", "group | absolute | call | atom | floor | ceiling"},
      {Rule::kPlainOperand, "plain_operand", "group | absolute | atom | floor | ceiling"},
      {Rule::kGroup, "group",
       "OPEN_PAREN expr CLOSE_PAREN | OPEN_BRACKET expr CLOSE_BRACKET"
       " | OPEN_BRACE expr CLOSE_BRACE | OPEN_SET expr CLOSE_SET"},
      {Rule::kAbsolute, "absolute", "BAR expr BAR"},
      {Rule::kNumber, "number", "DIGIT+ (COMMA DIGIT DIGIT DIGIT)* (DOT DIGIT+)?"},
      {Rule::kAtom, "atom",
       "(LETTER | COMMAND) (subscript? QUOTES? | QUOTES? subscript?) | number | DIFFERENTIAL"
       " | italic | fraction | binomial | bra | ket"},
      {Rule::kBra, "bra", "OPEN_ANGLE expr (RIGHT_BAR | BAR)"},
      {Rule::kKet, "ket", "(LEFT_BAR | BAR) expr CLOSE_ANGLE"},
      {Rule::kItalic, "italic", "ITALIC OPEN_BRACE italic_text CLOSE_BRACE"},
      {Rule::kItalicText, "italic_text", "LETTER*"},
      {Rule::kFraction, "fraction",
       "FRACTION (DIGIT | OPEN_BRACE expr CLOSE_BRACE) (DIGIT | OPEN_BRACE expr CLOSE_BRACE)"},
      {Rule::kBinomial, "binomial",
       "BINOMIAL OPEN_BRACE expr CLOSE_BRACE OPEN_BRACE expr CLOSE_BRACE"},
      {Rule::kFloor, "floor", "OPEN_FLOOR expr CLOSE_FLOOR"},
      {Rule::kCeiling, "ceiling", "OPEN_CEILING expr CLOSE_CEILING"},
      {Rule::kCall, "call",
       "FUNCTION (subscript? superscript? | superscript? subscript?)"
       "   (OPEN_PAREN argument CLOSE_PAREN | plain_argument)"
       " | (LETTER | COMMAND) (subscript? QUOTES? | QUOTES? subscript?)"
       "   OPEN_PAREN arguments CLOSE_PAREN"
       " | INTEGRAL (subscript superscript | superscript subscript)?"
       "   (sum? DIFFERENTIAL | fraction | sum)"
       " | ROOT (OPEN_BRACKET expr CLOSE_BRACKET)? OPEN_BRACE expr CLOSE_BRACE"
       " | OVERLINE OPEN_BRACE expr CLOSE_BRACE"
       " | BIG_OPERATOR (first_index superscript | superscript first_index) product"
       " | LIMIT limit_point product"},
      {Rule::kArguments, "arguments", "expr COMMA arguments | expr"},
      {Rule::kLimitPoint, "limit_point",
       "UNDERSCORE OPEN_BRACE (LETTER | COMMAND) ARROW expr"
       " (CARET (OPEN_BRACE SIGN CLOSE_BRACE | SIGN))? CLOSE_BRACE"},
      {Rule::kArgument, "argument", "expr | expr COMMA argument"},
      {Rule::kPlainArgument, "plain_argument", "plain_product"},
      {Rule::kSubscript, "subscript", "UNDERSCORE (atom | OPEN_BRACE expr CLOSE_BRACE)"},
      {Rule::kSuperscript, "superscript", "CARET (atom | OPEN_BRACE expr CLOSE_BRACE)"},
      {Rule::kFirstIndex, "first_index", "UNDERSCORE OPEN_BRACE equation CLOSE_BRACE"},
  };
  return rules;
}

}  // namespace meval::latex
