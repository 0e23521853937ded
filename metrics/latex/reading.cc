#include "metrics/latex/reading.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "metrics/latex/parser.h"

namespace meval::latex {
namespace {

// An operand; or d/dx, which applies to what stands behind it.
struct Operand {
  ExpressionPtr expression;
  ExpressionPtr derivative_by;
};

ExpressionPtr MakeFunction(std::string name, std::vector<ExpressionPtr> arguments) {
  return MakeNode(ExpressionKind::kFunction, std::move(arguments), std::move(name));
}

// The symbol of dx or d\theta: "x", "theta".
std::string DifferentialName(std::string_view token) {
  token.remove_prefix(1);
  token.remove_prefix(std::min(token.find_first_not_of(" \t\r\n"), token.size()));
  return std::string(token.substr(token.starts_with('\\') ? 1 : 0));
}

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

const Expression* FirstSymbol(const Expression& expression) {
  if (expression.kind == ExpressionKind::kSymbol) {
    return &expression;
  }
  for (const ExpressionPtr& part : expression.parts) {
    if (const Expression* found = FirstSymbol(*part)) {
      return found;
    }
  }
  return nullptr;
}

class Converter {
 public:
  Converter(std::string_view text, Budget& budget) : budget_(budget), tree_(text, budget) {}

  ExpressionPtr Convert() {
    const ParseNode& relation = *Child(tree_.root(), Rule::kRelation);
    const ParseNode* expr = Child(relation, Rule::kExpr);
    if (expr == nullptr) {
      throw Unreadable{};
    }
    return Expr(*expr);
  }

 private:
  const ParseNode* Child(const ParseNode& node, Rule rule, std::size_t nth = 0) const {
    return tree_.Child(node, rule, nth);
  }
  std::optional<std::string_view> Text(const ParseNode& node, TokenKind kind) const {
    const auto token = tree_.ChildToken(node, kind);
    return token ? std::optional(tree_.TextOf(*token)) : std::nullopt;
  }
  // The name in a node's letter or command, without the backslash.
  std::string Name(const ParseNode& node) const {
    const auto letter = Text(node, TokenKind::kLetter);
    return std::string(letter ? *letter : Text(node, TokenKind::kCommand)->substr(1));
  }

  ExpressionPtr Expr(const ParseNode& node) { return Sum(*Child(node, Rule::kSum)); }
  // The nth expression in braces of a node, or its atom.
  ExpressionPtr ExprOrAtom(const ParseNode& node) {
    const ParseNode* expr = Child(node, Rule::kExpr);
    return expr != nullptr ? Expr(*expr) : Whole(Atom(*Child(node, Rule::kAtom)));
  }
  static ExpressionPtr Whole(const Operand& operand) {
    if (operand.expression == nullptr) {
      throw Unreadable{};
    }
    return operand.expression;
  }

  ExpressionPtr Sum(const ParseNode& node) {
    const auto sign = Text(node, TokenKind::kSign);
    if (!sign) {
      return Product(*Child(node, Rule::kProduct));
    }
    ExpressionPtr left = Sum(*Child(node, Rule::kSum, 0));
    ExpressionPtr right = Sum(*Child(node, Rule::kSum, 1));
    return MakeNode(ExpressionKind::kSum, {left, *sign == "-" ? Negate(right) : right});
  }

  // Also of the plain rules, as below.
  ExpressionPtr Product(const ParseNode& node) {
    const auto sign = Text(node, TokenKind::kTimes);
    if (!sign) {
      const ParseNode* factors = Child(node, Rule::kSigned);
      return Signed(factors != nullptr ? *factors : *Child(node, Rule::kPlainSigned));
    }
    ExpressionPtr left = Product(*Child(node, node.rule, 0));
    ExpressionPtr right = Product(*Child(node, node.rule, 1));
    const bool is_quotient = *sign == "/" || *sign == "\\div" || *sign == ":";
    return MakeProduct(left, is_quotient ? MakePower(right, MakeInteger(-1)) : right);
  }

  ExpressionPtr Signed(const ParseNode& node) {
    if (const auto sign = Text(node, TokenKind::kSign)) {
      ExpressionPtr of = Signed(*Child(node, node.rule));
      return *sign == "-" ? Negate(of) : of;
    }
    std::vector<Operand> factors;
    for (const ParseNode::Child& child : node.children) {
      factors.push_back(Suffixed(tree_.Node(child.index)));
    }
    return Factors(factors);
  }

  // Side by side, from the right. The letter x between two numbers is dropped.
  static ExpressionPtr Factors(const std::vector<Operand>& factors) {
    ExpressionPtr product = Whole(factors.back());
    for (std::size_t i = factors.size() - 1; i-- > 0;) {
      const Operand& factor = factors[i];
      if (factor.expression == nullptr) {
        product = MakeNode(ExpressionKind::kDerivative, {product, factor.derivative_by});
      } else if (i == 0 || !IsTimesSign(factors[i - 1], factor, factors[i + 1])) {
        product = MakeProduct(factor.expression, product);
      }
    }
    return product;
  }

  static bool IsTimesSign(const Operand& left, const Operand& sign, const Operand& right) {
    const auto is_constant = [](const Operand& operand) {
      return operand.expression != nullptr && !HasSymbol(*operand.expression);
    };
    return sign.expression->kind == ExpressionKind::kSymbol && sign.expression->name == "x" &&
           is_constant(left) && is_constant(right);
  }

  Operand Suffixed(const ParseNode& node) {
    const ParseNode* power = Child(node, Rule::kPower);
    Operand operand = Power(power != nullptr ? *power : *Child(node, Rule::kPlainPower));
    for (std::size_t i = 0; const ParseNode* suffix = Child(node, Rule::kSuffix, i); ++i) {
      const ParseNode* evaluated = Child(*suffix, Rule::kEvaluated);
      ExpressionPtr of = Whole(operand);
      operand.expression =
          evaluated != nullptr ? Evaluated(of, *evaluated) : MakeFunction("factorial", {of});
    }
    return operand;
  }

  // F|^{b}_{a} is the difference of the two.
  ExpressionPtr Evaluated(const ExpressionPtr& of, const ParseNode& node) {
    const ParseNode* upper = Child(node, Rule::kUpperPoint);
    const ParseNode* lower = Child(node, Rule::kLowerPoint);
    if (upper == nullptr || lower == nullptr) {
      return At(of, upper != nullptr ? *upper : *lower);
    }
    return MakeNode(ExpressionKind::kSum, {At(of, *upper), Negate(At(of, *lower))});
  }

  // At x = 3; without an equation, a symbol of the point is replaced by the point.
  ExpressionPtr At(const ExpressionPtr& of, const ParseNode& point) {
    if (const ParseNode* expr = Child(point, Rule::kExpr)) {
      const ExpressionPtr value = Expr(*expr);
      const Expression* symbol = FirstSymbol(*value);
      return symbol == nullptr ? of : Substitute(of, symbol->name, value);
    }
    const ParseNode& equation = *Child(point, Rule::kEquation);
    const ExpressionPtr left = Expr(*Child(equation, Rule::kExpr, 0));
    if (left->kind != ExpressionKind::kSymbol) {
      throw Unreadable{};
    }
    return Substitute(of, left->name, Expr(*Child(equation, Rule::kExpr, 1)));
  }

  Operand Power(const ParseNode& node) {
    if (const ParseNode* base = Child(node, node.rule)) {
      return {MakePower(Whole(Power(*base)), ExprOrAtom(node)), nullptr};
    }
    const ParseNode* operand = Child(node, Rule::kOperand);
    return Basic(operand != nullptr ? *operand : *Child(node, Rule::kPlainOperand));
  }

  Operand Basic(const ParseNode& node) {
    const ParseNode& child = tree_.Node(node.children.front().index);
    switch (child.rule) {
      case Rule::kAtom:
        return Atom(child);
      case Rule::kGroup:
        return {Expr(*Child(child, Rule::kExpr)), nullptr};
      case Rule::kAbsolute:
        return OfExpr("abs", child);
      case Rule::kFloor:
        return OfExpr("floor", child);
      case Rule::kCeiling:
        return OfExpr("ceiling", child);
      default:
        return {Call(child), nullptr};
    }
  }

  Operand OfExpr(std::string name, const ParseNode& node) {
    return {MakeFunction(std::move(name), {Expr(*Child(node, Rule::kExpr))}), nullptr};
  }

  Operand Atom(const ParseNode& node) {
    if (const ParseNode* fraction = Child(node, Rule::kFraction)) {
      return Fraction(*fraction);
    }
    return {Simple(node), nullptr};
  }

  ExpressionPtr Simple(const ParseNode& node) {
    if (const ParseNode* number = Child(node, Rule::kNumber)) {
      std::string digits;
      for (const ParseNode::Child& child : number->children) {
        const std::string_view token = tree_.TextOf(child.index);
        digits += token == "," ? "" : token;
      }
      return MakeNumber(ParseNumber(digits));
    }
    if (const auto differential = Text(node, TokenKind::kDifferential)) {
      return MakeSymbol("d" + DifferentialName(*differential));
    }
    if (const ParseNode* italic = Child(node, Rule::kItalic)) {
      return MakeSymbol(std::string(tree_.TextOf(*Child(*italic, Rule::kItalicText))));
    }
    if (const ParseNode* binomial = Child(node, Rule::kBinomial)) {
      return MakeFunction("binomial", {Expr(*Child(*binomial, Rule::kExpr, 0)),
                                       Expr(*Child(*binomial, Rule::kExpr, 1))});
    }
    if (const ParseNode* bra = Child(node, Rule::kBra)) {
      return MakeNode(ExpressionKind::kApplied, {Expr(*Child(*bra, Rule::kExpr))}, "<|");
    }
    if (const ParseNode* ket = Child(node, Rule::kKet)) {
      return MakeNode(ExpressionKind::kApplied, {Expr(*Child(*ket, Rule::kExpr))}, "|>");
    }
    if (Text(node, TokenKind::kCommand) == "\\infty") {
      return MakeNode(ExpressionKind::kInfinity, {});
    }
    return MakeSymbol(SymbolName(node, Text(node, TokenKind::kLetter).has_value()));
  }

  // With subscript and, where they count, primes.
  std::string SymbolName(const ParseNode& node, bool with_quotes) {
    std::string name = Name(node);
    if (const ParseNode* subscript = Child(node, Rule::kSubscript)) {
      name += "_{" + ToText(*ExprOrAtom(*subscript)) + "}";
    }
    const auto quotes = Text(node, TokenKind::kQuotes);
    return with_quotes && quotes ? name + std::string(*quotes) : name;
  }

  // A numerator or denominator: the digit or the expression at this place.
  ExpressionPtr FractionPart(const ParseNode& node, const ParseNode* expr, TokenKind digit,
                             std::size_t nth) {
    if (expr != nullptr) {
      return Expr(*expr);
    }
    return MakeNumber(ParseNumber(tree_.TextOf(*tree_.ChildToken(node, digit, nth))));
  }

  Operand Fraction(const ParseNode& node) {
    // The child behind \frac is the digit or the brace of the numerator.
    const bool has_upper = !IsDigit(node.children[1]);
    const ParseNode* upper = has_upper ? Child(node, Rule::kExpr, 0) : nullptr;
    const ParseNode* lower = Child(node, Rule::kExpr, has_upper ? 1 : 0);
    if (upper != nullptr && lower != nullptr) {
      if (auto derivative = DerivativeFraction(*upper, *lower)) {
        return *derivative;
      }
    }
    ExpressionPtr top = FractionPart(node, upper, TokenKind::kDigit, 0);
    ExpressionPtr bottom = FractionPart(node, lower, TokenKind::kDigit, has_upper ? 0 : 1);
    ExpressionPtr inverse = MakePower(bottom, MakeInteger(-1));
    return {IsNumber(*top, 1) ? inverse : MakeProduct(top, inverse), nullptr};
  }

  bool IsDigit(const ParseNode::Child& child) const {
    return child.is_token && tree_.TokenAt(child.index).kind == TokenKind::kDigit;
  }

  // d/dx, df/dx and the same with \partial; nothing for other fractions.
  std::optional<Operand> DerivativeFraction(const ParseNode& upper, const ParseNode& lower) {
    const auto kind_of = [&](std::size_t token) { return tree_.TokenAt(token).kind; };
    const std::size_t lower_size = lower.end_token - lower.first_token;
    const std::string_view first = tree_.TextOf(lower.first_token);
    std::string_view mark;
    std::string by;
    if (lower_size == 1 && kind_of(lower.first_token) == TokenKind::kDifferential) {
      mark = "d";
      by = DifferentialName(first);
    } else if (const std::size_t last = lower.end_token - 1;
               lower_size == 2 && first == "\\partial" &&
               (kind_of(last) == TokenKind::kLetter || kind_of(last) == TokenKind::kCommand)) {
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
    ExpressionPtr of = Converter(text.substr(mark.size()), budget_).Convert();
    if (of->kind == ExpressionKind::kNumber && of->number.value == 0) {
      return std::nullopt;
    }
    return Operand{MakeNode(ExpressionKind::kDerivative, {of, MakeSymbol(by)}), nullptr};
  }

  ExpressionPtr Call(const ParseNode& node) {
    const TokenKind kind = tree_.TokenAt(node.first_token).kind;
    switch (kind) {
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
  ExpressionPtr KnownFunction(const ParseNode& node) {
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

  // \sin^0 x is \sin x to the reference.
  static ExpressionPtr Raised(ExpressionPtr function, const ExpressionPtr& exponent) {
    const bool is_zero = exponent != nullptr && exponent->kind == ExpressionKind::kNumber &&
                         exponent->number.value == 0;
    return exponent == nullptr || is_zero ? function : MakePower(function, exponent);
  }

  ExpressionPtr Root(const ParseNode& node) {
    const ParseNode* second = Child(node, Rule::kExpr, 1);
    ExpressionPtr degree = second != nullptr ? Expr(*Child(node, Rule::kExpr, 0)) : MakeInteger(2);
    const ParseNode& base = second != nullptr ? *second : *Child(node, Rule::kExpr, 0);
    return MakePower(Expr(base), MakePower(degree, MakeInteger(-1)));
  }

  ExpressionPtr Integral(const ParseNode& node) {
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

  ExpressionPtr BigOperator(const ParseNode& node) {
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

  ExpressionPtr Limit(const ParseNode& node) {
    const ParseNode& point = *Child(node, Rule::kLimitPoint);
    std::string direction(Text(point, TokenKind::kSign).value_or("+-"));
    return MakeNode(ExpressionKind::kLimit,
                    {Product(*Child(node, Rule::kProduct)), MakeSymbol(Name(point)),
                     Expr(*Child(point, Rule::kExpr))},
                    std::move(direction));
  }

  Budget& budget_;
  ParseTree tree_;
};

}  // namespace

ExpressionPtr Read(std::string_view text, Budget& budget) {
  return Converter(text, budget).Convert();
}

}  // namespace meval::latex
