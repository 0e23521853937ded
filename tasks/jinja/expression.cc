#include "tasks/jinja/expression.h"

#include <stdexcept>

#include "tasks/jinja/arithmetic.h"
#include "tasks/jinja/operand_parser.h"
#include "tasks/jinja/rendering.h"

namespace meval::tasks::jinja {
namespace {

// Expressions nest: a hostile template must not exhaust the stack.
constexpr int kDeepest = 100;
// Each operator of a chain (a + b + c) is evaluated inside the next one.
constexpr int kMostOperators = 500;

Value Add(const Value& a, const Value& b) {
  if (a.string() != nullptr && b.string() != nullptr) return *a.string() + *b.string();
  if (a.list() != nullptr && b.list() != nullptr) {
    List sum = *a.list();
    sum.insert(sum.end(), b.list()->begin(), b.list()->end());
    return sum;
  }
  return Arithmetic("+", a, b);
}

class Parser {
 public:
  explicit Parser(TokenReader& tokens)
      : tokens_(tokens),
        operands_(
            tokens, [this] { return Condition(); }, [this] { CountOperator(); }) {}
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  Expression Condition() {
    const Guard guard(*this);
    Expression value = Or();
    while (tokens_.TakeIfName("if")) {
      CountOperator();
      Expression condition = Or();
      Expression other = tokens_.TakeIfName("else") ? Condition() : Constant(Undefined{});
      value = [value, condition, other](const Scope& scope) {
        return condition(scope).IsTrue() ? value(scope) : other(scope);
      };
    }
    return value;
  }

  Expression Or() {
    Expression left = And();
    while (tokens_.TakeIfName("or")) {
      CountOperator();
      left = [left, right = And()](const Scope& scope) {
        Value value = left(scope);
        return value.IsTrue() ? value : right(scope);
      };
    }
    return left;
  }

 private:
  class Guard {
   public:
    explicit Guard(Parser& parser) : parser_(parser) {
      if (++parser_.depth_ > kDeepest) {
        parser_.tokens_.Fail("at most " + std::to_string(kDeepest) + " expressions in each other");
      }
    }
    ~Guard() { --parser_.depth_; }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    Parser& parser_;
  };

  // Called for each operator of a chain.
  void CountOperator() {
    if (++num_operators_ > kMostOperators) {
      tokens_.Fail("at most " + std::to_string(kMostOperators) + " operators in an expression");
    }
  }

  Expression And() {
    Expression left = Not();
    while (tokens_.TakeIfName("and")) {
      CountOperator();
      left = [left, right = Not()](const Scope& scope) {
        Value value = left(scope);
        return value.IsTrue() ? right(scope) : value;
      };
    }
    return left;
  }

  Expression Not() {
    const Guard guard(*this);
    if (!tokens_.TakeIfName("not")) return Comparison();
    return [inner = Not()](const Scope& scope) { return Value(!inner(scope).IsTrue()); };
  }

  // The comparison that stands next, if one does: "==", "in", "not in", ...
  std::string TakeComparison() {
    for (const char* op : {"==", "!=", ">=", "<=", ">", "<"}) {
      if (tokens_.TakeIf(op)) return op;
    }
    if (tokens_.TakeIfName("in")) return "in";
    if (tokens_.Peek().IsName("not") && tokens_.Peek(1).IsName("in")) {
      tokens_.Take();
      tokens_.Take();
      return "not in";
    }
    return "";
  }

  static bool Holds(const std::string& op, const Value& a, const Value& b) {
    if (op == "==") return a == b;
    if (op == "!=") return !(a == b);
    if (op == "in") return Contains(b, a);
    if (op == "not in") return !Contains(b, a);
    const int order = Compare(a, b);
    if (op == ">=") return order >= 0;
    if (op == "<=") return order <= 0;
    return op == ">" ? order > 0 : order < 0;
  }

  // a < b < c holds if each neighbouring pair does.
  Expression Comparison() {
    const Expression first = Sum();
    std::vector<std::pair<std::string, Expression>> others;
    const Position where = tokens_.Peek().position;
    for (std::string op = TakeComparison(); !op.empty(); op = TakeComparison()) {
      others.emplace_back(op, Sum());
    }
    if (others.empty()) return first;
    return At(where, [first, others](const Scope& scope) {
      Value left = first(scope);
      for (const auto& [op, expression] : others) {
        Value right = expression(scope);
        if (!Holds(op, left, right)) return Value(false);
        left = std::move(right);
      }
      return Value(true);
    });
  }

  Expression Sum() {
    Expression left = Concatenation();
    for (;; CountOperator()) {
      const Position where = tokens_.Peek().position;
      if (tokens_.TakeIf("+")) {
        left = At(where, [left, right = Concatenation()](const Scope& scope) {
          return Add(left(scope), right(scope));
        });
      } else if (tokens_.TakeIf("-")) {
        left = At(where, [left, right = Concatenation()](const Scope& scope) {
          return Arithmetic("-", left(scope), right(scope));
        });
      } else {
        return left;
      }
    }
  }

  Expression Concatenation() {
    Expression left = Product();
    for (;; CountOperator()) {
      const Position where = tokens_.Peek().position;
      if (!tokens_.TakeIf("~")) return left;
      left = At(where, [left, right = Product()](const Scope& scope) {
        return Value(Print(left(scope)) + Print(right(scope)));
      });
    }
  }

  Expression Product() {
    Expression left = Unary();
    for (;; CountOperator()) {
      const Token token = tokens_.Peek();
      if (token.Is("**")) tokens_.Fail("an operator that is supported");
      if (!token.Is("*") && !token.Is("/") && !token.Is("//") && !token.Is("%")) return left;
      tokens_.Take();
      left = At(token.position, [op = token.text, left, right = Unary()](const Scope& scope) {
        return Arithmetic(op, left(scope), right(scope));
      });
    }
  }

  Expression Unary(bool with_filters = true) {
    const Guard guard(*this);
    const Position where = tokens_.Peek().position;
    Expression value;
    if (tokens_.TakeIf("-")) {
      value = At(where, [inner = Unary(false)](const Scope& scope) {
        return Arithmetic("-", Value(std::int64_t{0}), inner(scope));
      });
    } else if (tokens_.TakeIf("+")) {
      value = Unary(false);
    } else {
      value = operands_.Postfix(operands_.Primary());
    }
    return with_filters ? operands_.FiltersAndTests(std::move(value)) : value;
  }

  TokenReader& tokens_;
  OperandParser operands_;
  int depth_ = 0;
  int num_operators_ = 0;
};

}  // namespace

Expression At(const Position& where, Expression inner) {
  return [where, inner = std::move(inner)](const Scope& scope) {
    try {
      Value value = inner(scope);
      Rendering::SpendText(value.string() != nullptr ? value.string()->size() : 0);
      Rendering::Spend(1);
      return value;
    } catch (const std::invalid_argument& error) {
      throw TemplateError(where, error.what());
    }
  };
}

Expression ListOf(std::vector<Expression> elements) {
  return [elements = std::move(elements)](const Scope& scope) {
    List list;
    for (const Expression& element : elements) list.push_back(element(scope));
    return Value(std::move(list));
  };
}

Expression Constant(Value value) {
  return [value = std::move(value)](const Scope&) { return value; };
}

void Scope::Set(const std::string& name, Value value) {
  for (auto& [known, old] : names_) {
    if (known == name) {
      old = std::move(value);
      return;
    }
  }
  names_.emplace_back(name, std::move(value));
}

Value Scope::Get(const std::string& name) const {
  for (const auto& [known, value] : names_) {
    if (known == name) return value;
  }
  return outer_ != nullptr ? outer_->Get(name) : Value(Undefined{"\"" + name + "\""});
}

Expression ParseExpression(TokenReader& tokens, bool is_tuple) {
  Parser parser(tokens);
  Expression first = parser.Condition();
  if (!is_tuple || !tokens.Peek().Is(",")) return first;
  std::vector<Expression> elements = {std::move(first)};
  while (tokens.TakeIf(",")) elements.push_back(parser.Condition());
  return ListOf(std::move(elements));
}

Expression ParseWithoutCondition(TokenReader& tokens) { return Parser(tokens).Or(); }

}  // namespace meval::tasks::jinja
