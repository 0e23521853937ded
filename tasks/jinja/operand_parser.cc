#include "tasks/jinja/operand_parser.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "tasks/jinja/rendering.h"

namespace meval::tasks::jinja {
namespace {

Expression Bind(const Position& where, const Builtin& builtin, Expression value,
                std::vector<NamedExpression> expressions) {
  const std::vector<Expression> ordered = OrderArguments(builtin, expressions, where);
  return At(where, [&builtin, value = std::move(value), ordered](const Scope& scope) {
    std::vector<Value> values;
    if (value) values.push_back(value(scope));
    for (const Expression& expression : ordered) values.push_back(expression(scope));
    return builtin.call(values);
  });
}

}  // namespace

Expression OperandParser::Primary() {
  const Token token = tokens_.Peek();
  switch (token.kind) {
    case Token::Kind::kName:
      return Name();
    case Token::Kind::kString: {
      std::string text;
      while (tokens_.Peek().kind == Token::Kind::kString) text += tokens_.Take().text;
      return Constant(text);
    }
    case Token::Kind::kInteger:
      return Constant(
          static_cast<std::int64_t>(std::strtoll(tokens_.Take().text.c_str(), nullptr, 10)));
    case Token::Kind::kFloat:
      return Constant(std::strtod(tokens_.Take().text.c_str(), nullptr));
    default:
      break;
  }
  if (tokens_.TakeIf("(")) return Parenthesis();
  if (tokens_.TakeIf("[")) return ListOf(Sequence("]"));
  if (tokens_.TakeIf("{")) return Mapping();
  tokens_.Fail("an expression");
}

Expression OperandParser::Name() {
  const Token token = tokens_.Take();
  const std::string& name = token.text;
  if (name == "true" || name == "True") return Constant(true);
  if (name == "false" || name == "False") return Constant(false);
  if (name == "none" || name == "None") return Constant(None{});
  if (tokens_.Peek().Is("(")) {
    if (name == "namespace") return MakeNamespace();
    return Call(token.position, FindFunction(name, token.position), nullptr);
  }
  return [name](const Scope& scope) { return scope.Get(name); };
}

// namespace(a=1, b=2): its members have names of the template's choice.
Expression OperandParser::MakeNamespace() {
  const Position where = tokens_.Peek().position;
  const std::vector<NamedExpression> arguments = ArgumentList();
  for (const NamedExpression& argument : arguments) {
    if (argument.name.empty()) {
      throw TemplateError(where, "expected members of the namespace such as a=1, found a value");
    }
  }
  return [arguments](const Scope& scope) {
    auto members = std::make_shared<Members>();
    for (const auto& [name, expression] : arguments) {
      members->emplace_back(name, expression(scope));
    }
    const Namespace names{std::move(members)};
    Rendering::Keep(names);
    return Value(names);
  };
}

Expression OperandParser::Parenthesis() {
  if (tokens_.TakeIf(")")) return Constant(List{});
  Expression first = condition_();
  if (!tokens_.Peek().Is(",")) {
    tokens_.Expect(")");
    return first;
  }
  tokens_.Expect(",");
  std::vector<Expression> elements = Sequence(")");
  elements.insert(elements.begin(), std::move(first));
  return ListOf(std::move(elements));
}

// Expressions between commas, up to and including the bracket.
std::vector<Expression> OperandParser::Sequence(std::string_view end) {
  std::vector<Expression> elements;
  while (!tokens_.TakeIf(end)) {
    if (!elements.empty()) {
      tokens_.Expect(",");
      if (tokens_.TakeIf(end)) break;
    }
    elements.push_back(condition_());
  }
  return elements;
}

Expression OperandParser::Mapping() {
  std::vector<std::pair<std::string, Expression>> members;
  while (!tokens_.TakeIf("}")) {
    if (!members.empty()) {
      tokens_.Expect(",");
      if (tokens_.TakeIf("}")) break;
    }
    if (tokens_.Peek().kind != Token::Kind::kString) tokens_.Fail("a string as a mapping's key");
    std::string key = tokens_.Take().text;
    tokens_.Expect(":");
    members.emplace_back(std::move(key), condition_());
  }
  return [members = std::move(members)](const Scope& scope) {
    Members made;
    for (const auto& [name, value] : members) made.emplace_back(name, value(scope));
    return Value(std::move(made));
  };
}

// Members, items, slices and calls of methods.
Expression OperandParser::Postfix(Expression value) {
  for (;; count_operator_()) {
    const Position where = tokens_.Peek().position;
    if (tokens_.TakeIf(".")) {
      value = MemberOrMethod(where, std::move(value));
    } else if (tokens_.TakeIf("[")) {
      value = ItemOrSlice(where, std::move(value));
    } else if (tokens_.Peek().Is("(")) {
      tokens_.Fail("a function or method to call");
    } else {
      return value;
    }
  }
}

Expression OperandParser::MemberOrMethod(const Position& where, Expression value) {
  if (tokens_.Peek().kind == Token::Kind::kInteger) {
    const std::int64_t at = std::strtoll(tokens_.Take().text.c_str(), nullptr, 10);
    return At(where, [value, at](const Scope& scope) { return Item(value(scope), at); });
  }
  const Position name_position = tokens_.Peek().position;
  const std::string name = tokens_.ExpectName("the name of a member");
  if (tokens_.Peek().Is("(")) {
    return Call(name_position, FindMethod(name, name_position), std::move(value));
  }
  return At(where, [value, name](const Scope& scope) { return Item(value(scope), name); });
}

Expression OperandParser::ItemOrSlice(const Position& where, Expression value) {
  std::vector<Expression> parts = {Constant(None{}), Constant(None{}), Constant(None{})};
  std::size_t part = 0;
  while (!tokens_.TakeIf("]")) {
    if (tokens_.Peek().Is(":")) {
      if (++part == parts.size()) tokens_.Fail("at most two colons in a slice");
      tokens_.Take();
    } else {
      parts[part] = condition_();
      if (!tokens_.Peek().Is(":") && !tokens_.Peek().Is("]")) tokens_.Fail("\"]\"");
      if (part == 0 && tokens_.TakeIf("]")) {
        return At(where, [value, key = parts[0]](const Scope& scope) {
          return Item(value(scope), key(scope));
        });
      }
    }
  }
  if (part == 0) throw TemplateError(where, "expected an item between \"[\" and \"]\", found none");
  return At(where, [value, parts](const Scope& scope) {
    return Slice(value(scope), parts[0](scope), parts[1](scope), parts[2](scope));
  });
}

// "(a, b, name=c)", or nothing where no parenthesis follows.
std::vector<NamedExpression> OperandParser::ArgumentList() {
  std::vector<NamedExpression> arguments;
  if (!tokens_.TakeIf("(")) return arguments;
  while (!tokens_.TakeIf(")")) {
    if (!arguments.empty()) {
      tokens_.Expect(",");
      if (tokens_.TakeIf(")")) break;
    }
    std::string name;
    if (tokens_.Peek().kind == Token::Kind::kName && tokens_.Peek(1).Is("=")) {
      name = tokens_.Take().text;
      tokens_.Take();
    } else if (!arguments.empty() && !arguments.back().name.empty()) {
      tokens_.Fail("an argument with a name, behind others with names");
    }
    arguments.push_back({std::move(name), condition_()});
  }
  return arguments;
}

// The function of the value (where there is one) and the arguments that follow.
Expression OperandParser::Call(const Position& where, const Builtin* builtin, Expression value) {
  return Bind(where, *builtin, std::move(value), ArgumentList());
}

Expression OperandParser::FiltersAndTests(Expression value) {
  for (;; count_operator_()) {
    if (tokens_.TakeIf("|")) {
      const Position where = tokens_.Peek().position;
      const std::string name = tokens_.ExpectName("the name of a filter");
      value = Call(where, FindFilter(name, where), std::move(value));
    } else if (tokens_.TakeIfName("is")) {
      value = IsTest(std::move(value));
    } else {
      return value;
    }
  }
}

Expression OperandParser::IsTest(Expression value) {
  const bool is_negated = tokens_.TakeIfName("not");
  const Position where = tokens_.Peek().position;
  const std::string name = tokens_.ExpectName("the name of a test");
  const Builtin* builtin = FindTest(name, where);
  std::vector<NamedExpression> arguments;
  if (tokens_.Peek().Is("(")) {
    arguments = ArgumentList();
  } else if (builtin->parameters.size() == 1) {  // "is divisibleby 3"
    arguments.push_back({"", Postfix(Primary())});
  }
  const Expression test = Bind(where, *builtin, std::move(value), std::move(arguments));
  return
      [test, is_negated](const Scope& scope) { return Value(test(scope).IsTrue() != is_negated); };
}

}  // namespace meval::tasks::jinja
