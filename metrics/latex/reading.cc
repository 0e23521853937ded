#include "metrics/latex/reading.h"

#include <utility>

#include "metrics/latex/expression_reader.h"

namespace meval::latex {
namespace {

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

}  // namespace

ExpressionPtr Read(std::string_view text, Budget& budget) {
  return ExpressionReader(text, budget).Read();
}

ExpressionPtr ExpressionReader::Read() {
  const ParseNode& relation = *Child(tree_.root(), Rule::kRelation);
  const ParseNode* expr = Child(relation, Rule::kExpr);
  if (expr == nullptr) {
    throw Unreadable{};
  }
  return Expr(*expr);
}

std::optional<std::string_view> ExpressionReader::Text(const ParseNode& node,
                                                       TokenKind kind) const {
  const auto token = tree_.ChildToken(node, kind);
  return token ? std::optional(tree_.TextOf(*token)) : std::nullopt;
}

// The name in a node's letter or command, without the backslash.
std::string ExpressionReader::Name(const ParseNode& node) const {
  const auto letter = Text(node, TokenKind::kLetter);
  return std::string(letter ? *letter : Text(node, TokenKind::kCommand)->substr(1));
}

// With subscript and, where they count, primes.
std::string ExpressionReader::SymbolName(const ParseNode& node, bool with_quotes) {
  std::string name = Name(node);
  if (const ParseNode* subscript = Child(node, Rule::kSubscript)) {
    name += "_{" + ToText(*ExprOrAtom(*subscript)) + "}";
  }
  const auto quotes = Text(node, TokenKind::kQuotes);
  return with_quotes && quotes ? name + std::string(*quotes) : name;
}

ExpressionPtr ExpressionReader::Whole(const Operand& operand) {
  if (operand.expression == nullptr) {
    throw Unreadable{};
  }
  return operand.expression;
}

ExpressionPtr ExpressionReader::Expr(const ParseNode& node) {
  return Sum(*Child(node, Rule::kSum));
}

// The expression in braces, or the atom without.
ExpressionPtr ExpressionReader::ExprOrAtom(const ParseNode& node) {
  const ParseNode* expr = Child(node, Rule::kExpr);
  return expr != nullptr ? Expr(*expr) : Whole(Atom(*Child(node, Rule::kAtom)));
}

ExpressionPtr ExpressionReader::Sum(const ParseNode& node) {
  const auto sign = Text(node, TokenKind::kSign);
  if (!sign) {
    return Product(*Child(node, Rule::kProduct));
  }
  ExpressionPtr left = Sum(*Child(node, Rule::kSum, 0));
  ExpressionPtr right = Sum(*Child(node, Rule::kSum, 1));
  return MakeNode(ExpressionKind::kSum, {left, *sign == "-" ? Negate(right) : right});
}

ExpressionPtr ExpressionReader::Product(const ParseNode& node) {
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

ExpressionPtr ExpressionReader::Signed(const ParseNode& node) {
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
ExpressionPtr ExpressionReader::Factors(const std::vector<Operand>& factors) {
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

bool ExpressionReader::IsTimesSign(const Operand& left, const Operand& sign, const Operand& right) {
  const auto is_constant = [](const Operand& operand) {
    return operand.expression != nullptr && !HasSymbol(*operand.expression);
  };
  return sign.expression->kind == ExpressionKind::kSymbol && sign.expression->name == "x" &&
         is_constant(left) && is_constant(right);
}

ExpressionReader::Operand ExpressionReader::Suffixed(const ParseNode& node) {
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
ExpressionPtr ExpressionReader::Evaluated(const ExpressionPtr& of, const ParseNode& node) {
  const ParseNode* upper = Child(node, Rule::kUpperPoint);
  const ParseNode* lower = Child(node, Rule::kLowerPoint);
  if (upper == nullptr || lower == nullptr) {
    return At(of, upper != nullptr ? *upper : *lower);
  }
  return MakeNode(ExpressionKind::kSum, {At(of, *upper), Negate(At(of, *lower))});
}

// At x = 3; without an equation, a symbol of the point is replaced by the point.
ExpressionPtr ExpressionReader::At(const ExpressionPtr& of, const ParseNode& point) {
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

ExpressionReader::Operand ExpressionReader::Power(const ParseNode& node) {
  if (const ParseNode* base = Child(node, node.rule)) {
    return {MakePower(Whole(Power(*base)), ExprOrAtom(node)), nullptr};
  }
  const ParseNode* operand = Child(node, Rule::kOperand);
  return Basic(operand != nullptr ? *operand : *Child(node, Rule::kPlainOperand));
}

ExpressionReader::Operand ExpressionReader::Basic(const ParseNode& node) {
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

ExpressionReader::Operand ExpressionReader::Atom(const ParseNode& node) {
  const ParseNode* fraction = Child(node, Rule::kFraction);
  return fraction != nullptr ? Fraction(*fraction) : Operand{Simple(node), nullptr};
}

ExpressionPtr ExpressionReader::Simple(const ParseNode& node) {
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

}  // namespace meval::latex
