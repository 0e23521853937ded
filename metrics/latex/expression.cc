#include "metrics/latex/expression.h"

#include <algorithm>
#include <array>
#include <utility>

#include "metrics/latex/outcome.h"

namespace meval::latex {
namespace {

constexpr std::int64_t kMaxSize = 20'000;
constexpr std::int64_t kMaxDepth = 1'000;
constexpr std::size_t kMaxNameBytes = 1'000;

bool AnyPart(const Expression& expression, bool (*test)(const Expression&)) {
  return test(expression) || std::ranges::any_of(expression.parts, [&](const ExpressionPtr& part) {
           return AnyPart(*part, test);
         });
}

}  // namespace

ExpressionPtr MakeNumber(Number number) {
  Expression expression;
  expression.number = std::move(number);
  return std::make_shared<const Expression>(std::move(expression));
}

ExpressionPtr MakeInteger(std::int64_t value) { return MakeNumber({.value = mpz_class(value)}); }

ExpressionPtr MakeSymbol(std::string name) {
  return MakeNode(ExpressionKind::kSymbol, {}, std::move(name));
}

ExpressionPtr MakeNode(ExpressionKind kind, std::vector<ExpressionPtr> parts, std::string name) {
  Expression expression;
  expression.kind = kind;
  expression.name = std::move(name);
  for (const ExpressionPtr& part : parts) {
    expression.size += part->size;
    expression.depth = std::max(expression.depth, part->depth + 1);
  }
  if (expression.size > kMaxSize || expression.depth > kMaxDepth ||
      expression.name.size() > kMaxNameBytes) {
    throw TooLarge{};
  }
  expression.parts = std::move(parts);
  return std::make_shared<const Expression>(std::move(expression));
}

ExpressionPtr MakeProduct(ExpressionPtr a, ExpressionPtr b) {
  return MakeNode(ExpressionKind::kProduct, {std::move(a), std::move(b)});
}

ExpressionPtr MakePower(ExpressionPtr base, ExpressionPtr exponent) {
  return MakeNode(ExpressionKind::kPower, {std::move(base), std::move(exponent)});
}

ExpressionPtr Negate(const ExpressionPtr& expression) {
  if (expression->kind == ExpressionKind::kNumber) {
    Number number = expression->number;
    number.value = -number.value;
    return MakeNumber(std::move(number));
  }
  return MakeProduct(MakeInteger(-1), expression);
}

bool IsNumber(const Expression& expression, std::int64_t value) {
  return expression.kind == ExpressionKind::kNumber && expression.number.is_exact() &&
         expression.number.value == mpz_class(value);
}

bool IsSame(const Expression& a, const Expression& b) {
  return a.kind == b.kind && a.name == b.name && a.number == b.number &&
         std::ranges::equal(a.parts, b.parts, [](const ExpressionPtr& x, const ExpressionPtr& y) {
           return x == y || IsSame(*x, *y);
         });
}

bool HasSymbol(const Expression& expression) { return Has(expression, ExpressionKind::kSymbol); }

bool Has(const Expression& expression, ExpressionKind kind) {
  return expression.kind == kind ||
         std::ranges::any_of(expression.parts,
                             [&](const ExpressionPtr& part) { return Has(*part, kind); });
}

bool HasDecimal(const Expression& expression) {
  return AnyPart(expression, [](const Expression& part) { return !part.number.is_exact(); });
}

ExpressionPtr Substitute(const ExpressionPtr& expression, std::string_view symbol,
                         const ExpressionPtr& replacement) {
  if (expression->kind == ExpressionKind::kSymbol) {
    return expression->name == symbol ? replacement : expression;
  }
  if (expression->parts.empty()) {
    return expression;
  }
  std::vector<ExpressionPtr> parts;
  for (const ExpressionPtr& part : expression->parts) {
    parts.push_back(Substitute(part, symbol, replacement));
  }
  return MakeNode(expression->kind, std::move(parts), expression->name);
}

std::string ToText(const Expression& expression) {
  if (expression.kind == ExpressionKind::kNumber) {
    return ToText(expression.number);
  }
  std::vector<std::string> parts;
  for (const ExpressionPtr& part : expression.parts) {
    parts.push_back(ToText(*part));
  }
  if (expression.kind == ExpressionKind::kSum || expression.kind == ExpressionKind::kProduct) {
    std::ranges::sort(parts);
  }
  // Unknown functions are marked, so that none of them has the name of a known one.
  constexpr std::array<std::string_view, 13> kLabels = {
      "", "", "oo", "+", "*", "^", "", "@", "derivative", "integral", "sum", "product", "limit"};
  std::string text(kLabels[static_cast<std::size_t>(expression.kind)]);
  text += expression.name;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    text += (i == 0 ? "(" : ", ") + parts[i];
  }
  return parts.empty() ? text : text + ")";
}

}  // namespace meval::latex
