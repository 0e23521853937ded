// The part of ExpressionReader that reads fractions, functions and other operators.

#include <algorithm>
#include <utility>

#include "metrics/latex/expression_reader.h"

namespace meval::latex {
namespace {

// A symbol that stands for a differential, which integrals look for in their integrand.
std::optional<std::string> FindDifferential(const Expression& expression) {
  if (expression.kind == ExpressionKind::kSymbol && expression.name.size() > 1 &&
      expression.name.front() == 'd') {
    return expression.name;
  }
  for (const ExpressionPtr& part : expression.parts) {
    if (auto found = FindDifferential(*part)) {
      return found;
    }
  }
  return std::nullopt;
}

// \sin^0 x is \sin x to the reference.
ExpressionPtr Raised(ExpressionPtr function, const ExpressionPtr& exponent) {
  const bool is_zero = exponent != nullptr && exponent->kind == ExpressionKind::kNumber &&
                       exponent->number.value == 0;
  return exponent == nullptr || is_zero ? function : MakePower(std::move(function), exponent);
}

}  // namespace

ExpressionPtr MakeFunction(std::string name, std::vector<ExpressionPtr> arguments) {
  return MakeNode(ExpressionKind::kFunction, std::move(arguments), std::move(name));
}

std::string DifferentialName(std::string_view token) {
  token.remove_prefix(1);
  token.remove_prefix(std::min(token.find_first_not_of(" \t\r\n"), token.size()));
  return std::string(token.substr(token.starts_with('\\') ? 1 : 0));
}

ExpressionReader::Operand ExpressionReader::OfExpr(std::string name, const ParseNode& node) {
  return {MakeFunction(std::move(name), {Expr(*Child(node, Rule::kExpr))}), nullptr};
}

ExpressionReader::Operand ExpressionReader::Fraction(const ParseNode& node) {
  // The child behind \frac is the digit or the brace of the numerator.
  const bool has_upper = tree_.TokenAt(node.children[1].index).kind != TokenKind::kDigit;
  const ParseNode* upper = has_upper ? Child(node, Rule::kExpr, 0) : nullptr;
  const ParseNode* lower = Child(node, Rule::kExpr, has_upper ? 1 : 0);
  if (upper != nullptr && lower != nullptr) {
    if (auto derivative = DerivativeFraction(*upper, *lower)) {
      return *derivative;
    }
  }
  ExpressionPtr top = FractionPart(node, upper, 0);
  ExpressionPtr bottom = FractionPart(node, lower, has_upper ? 0 : 1);
  ExpressionPtr inverse = MakePower(bottom, MakeInteger(-1));
  return {IsNumber(*top, 1) ? inverse : MakeProduct(top, inverse), nullptr};
}

// The expression, or the nth digit where there is none.
ExpressionPtr ExpressionReader::FractionPart(const ParseNode& node, const ParseNode* expr,
                                             std::size_t nth) {
  if (expr != nullptr) {
    return Expr(*expr);
  }
  return MakeNumber(ParseNumber(tree_.TextOf(*tree_.ChildToken(node, TokenKind::kDigit, nth))));
}

// d/dx, df/dx and the same with \partial; nothing for other fractions.
std::optional<ExpressionReader::Operand> ExpressionReader::DerivativeFraction(
    const ParseNode& upper, const ParseNode& lower) {
  const std::size_t last = lower.end_token - 1;
  const TokenKind last_kind = tree_.TokenAt(last).kind;
  const std::size_t size = lower.end_token - lower.first_token;
  std::string_view mark;
  std::string by;
  if (size == 1 && last_kind == TokenKind::kDifferential) {
    mark = "d";
    by = DifferentialName(tree_.TextOf(last));
  } else if (size == 2 && tree_.TextOf(lower.first_token) == "\\partial" &&
             (last_kind == TokenKind::kLetter || last_kind == TokenKind::kCommand)) {
    mark = "\\partial";
    const std::string_view name = tree_.TextOf(last);
    by = name.substr(name.starts_with('\\') ? 1 : 0);
  } else {
    return std::nullopt;
  }
  const std::string_view text = tree_.TextOf(upper);
  if (text == mark) {
    return Operand{nullptr, MakeSymbol(by)};
  }
  // \partialx is another command than \partial.
  if (!text.starts_with(mark) || (mark != "d" && tree_.TextOf(upper.first_token) != mark)) {
    return std::nullopt;
  }
  ExpressionPtr of = ExpressionReader(text.substr(mark.size()), budget_).Read();
  if (of->kind == ExpressionKind::kNumber && of->number.value == 0) {
    return std::nullopt;
  }
  return Operand{MakeNode(ExpressionKind::kDerivative, {of, MakeSymbol(by)}), nullptr};
}

ExpressionPtr ExpressionReader::Call(const ParseNode& node) {
  switch (tree_.TokenAt(node.first_token).kind) {
    case TokenKind::kFunction:
      return KnownFunction(node);
    case TokenKind::kIntegral:
      return Integral(node);
    case TokenKind::kRoot:
      return Root(node);
    case TokenKind::kOverline:
      return OfExpr("conjugate", node).expression;
    case TokenKind::kBigOperator:
      return BigOperator(node);
    case TokenKind::kLimit:
      return Limit(node);
    default:
      break;
  }
  std::vector<ExpressionPtr> arguments;
  for (const ParseNode* rest = Child(node, Rule::kArguments); rest != nullptr;
       rest = Child(*rest, Rule::kArguments)) {
    arguments.push_back(Expr(*Child(*rest, Rule::kExpr)));
  }
  return MakeNode(ExpressionKind::kApplied, std::move(arguments), SymbolName(node, true));
}

// Of several arguments in parentheses the first one counts.
ExpressionPtr ExpressionReader::KnownFunction(const ParseNode& node) {
  const ParseNode* in_parentheses = Child(node, Rule::kArgument);
  ExpressionPtr argument =
      in_parentheses != nullptr
          ? Expr(*Child(*in_parentheses, Rule::kExpr))
          : Product(*Child(*Child(node, Rule::kPlainArgument), Rule::kPlainProduct));
  std::string name(Text(node, TokenKind::kFunction)->substr(1));
  const ParseNode* superscript = Child(node, Rule::kSuperscript);
  ExpressionPtr exponent = superscript != nullptr ? ExprOrAtom(*superscript) : nullptr;
  if (name == "log" || name == "ln" || name == "lg") {
    const ParseNode* subscript = Child(node, Rule::kSubscript);
    std::vector<ExpressionPtr> arguments = {argument};
    if (subscript != nullptr) {
      arguments.push_back(ExprOrAtom(*subscript));
    } else if (name == "lg") {
      arguments.push_back(MakeInteger(10));
    }
    return Raised(MakeFunction("log", std::move(arguments)), exponent);
  }
  if (name.starts_with("arc")) {
    name.erase(1, 2);  // asin
  } else if (name.starts_with("ar")) {
    name.erase(1, 1);  // asinh
  } else if (name != "exp" && exponent != nullptr && IsNumber(*exponent, -1)) {
    return MakeFunction("a" + name, {argument});
  }
  return Raised(MakeFunction(std::move(name), {argument}), exponent);
}

ExpressionPtr ExpressionReader::Root(const ParseNode& node) {
  const ParseNode* second = Child(node, Rule::kExpr, 1);
  ExpressionPtr degree = second != nullptr ? Expr(*Child(node, Rule::kExpr, 0)) : MakeInteger(2);
  const ParseNode& base = second != nullptr ? *second : *Child(node, Rule::kExpr, 0);
  return MakePower(Expr(base), MakePower(degree, MakeInteger(-1)));
}

// Without a differential, in the integrand or behind it, the integral is over x.
ExpressionPtr ExpressionReader::Integral(const ParseNode& node) {
  const ParseNode* sum = Child(node, Rule::kSum);
  const ParseNode* fraction = Child(node, Rule::kFraction);
  ExpressionPtr integrand = sum != nullptr        ? Sum(*sum)
                            : fraction != nullptr ? Whole(Fraction(*fraction))
                                                  : MakeInteger(1);
  std::string by = "x";
  if (const auto differential = Text(node, TokenKind::kDifferential)) {
    by = DifferentialName(*differential);
  } else if (const auto inside = FindDifferential(*integrand)) {
    integrand = Substitute(integrand, *inside, MakeInteger(1));
    by = inside->substr(1);
  }
  std::vector<ExpressionPtr> parts = {integrand, MakeSymbol(by)};
  if (const ParseNode* lower = Child(node, Rule::kSubscript)) {
    parts.push_back(ExprOrAtom(*lower));
    parts.push_back(ExprOrAtom(*Child(node, Rule::kSuperscript)));
  }
  return MakeNode(ExpressionKind::kIntegral, std::move(parts));
}

ExpressionPtr ExpressionReader::BigOperator(const ParseNode& node) {
  ExpressionPtr term = Product(*Child(node, Rule::kProduct));
  const ParseNode& first = *Child(*Child(node, Rule::kFirstIndex), Rule::kEquation);
  ExpressionPtr index = Expr(*Child(first, Rule::kExpr, 0));
  if (index->kind != ExpressionKind::kSymbol) {
    throw Unreadable{};
  }
  const bool is_sum = Text(node, TokenKind::kBigOperator) == "\\sum";
  return MakeNode(is_sum ? ExpressionKind::kSumOver : ExpressionKind::kProductOver,
                  {term, index, Expr(*Child(first, Rule::kExpr, 1)),
                   ExprOrAtom(*Child(node, Rule::kSuperscript))});
}

ExpressionPtr ExpressionReader::Limit(const ParseNode& node) {
  const ParseNode& point = *Child(node, Rule::kLimitPoint);
  std::string direction(Text(point, TokenKind::kSign).value_or("+-"));
  return MakeNode(ExpressionKind::kLimit,
                  {Product(*Child(node, Rule::kProduct)), MakeSymbol(Name(point)),
                   Expr(*Child(point, Rule::kExpr))},
                  std::move(direction));
}

}  // namespace meval::latex
