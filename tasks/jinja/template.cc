#include "tasks/jinja/template.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "tasks/jinja/rendering.h"

namespace meval::tasks::jinja {
namespace {

using Flow = Template::Flow;
using Statement = Template::Statement;

// Blocks nest: a hostile template must not exhaust the stack.
constexpr int kDeepest = 100;

Statement Sequence(std::vector<Statement> statements) {
  return [statements = std::move(statements)](Scope& scope, std::string& out) {
    for (const Statement& statement : statements) {
      if (const Flow flow = statement(scope, out); flow != Flow::kNext) return flow;
    }
    return Flow::kNext;
  };
}

// The names of a loop or a set: one, or several that take a list apart.
struct Target {
  std::vector<std::string> names;
  Position position;

  void Assign(Scope& scope, const Value& value) const {
    if (names.size() == 1) {
      scope.Set(names.front(), value);
      return;
    }
    const List* list = value.list();
    if (list == nullptr || list->size() != names.size()) {
      throw TemplateError(position,
                          "expected a list of " + std::to_string(names.size()) +
                              " to take apart, found " +
                              (list == nullptr ? value.Kind() : std::to_string(list->size())));
    }
    for (std::size_t i = 0; i < names.size(); ++i) scope.Set(names[i], (*list)[i]);
  }
};

// The variable `loop` in one turn.
Value LoopVariable(const List& elements, std::size_t at) {
  const auto index = static_cast<std::int64_t>(at);
  const auto length = static_cast<std::int64_t>(elements.size());
  Members loop = {{"index0", index},
                  {"index", index + 1},
                  {"revindex", length - index},
                  {"revindex0", length - index - 1},
                  {"first", Value(index == 0)},
                  {"last", Value(index + 1 == length)},
                  {"length", length}};
  if (at > 0) loop.emplace_back("previtem", elements[at - 1]);
  if (at + 1 < elements.size()) loop.emplace_back("nextitem", elements[at + 1]);
  return loop;
}

class Parser {
 public:
  explicit Parser(const std::vector<Token>& tokens) : tokens_(tokens) {}

  Statement Whole() {
    Statement body = Body({});
    if (tokens_.Peek().kind != Token::Kind::kEnd) {  // an end of a block that has not begun
      tokens_.Take();
      tokens_.Fail("a tag that begins a block");
    }
    return body;
  }

 private:
  bool IsBlock(std::string_view name) const {
    return tokens_.Peek().kind == Token::Kind::kBeginBlock && tokens_.Peek(1).IsName(name);
  }

  // Up to the tag of one of the names, which stays.
  Statement Body(const std::vector<std::string>& ends) {
    if (++depth_ > kDeepest) tokens_.Fail("at most 100 blocks in each other");
    std::vector<Statement> statements;
    for (;;) {
      const Token& token = tokens_.Peek();
      if (token.kind == Token::Kind::kText) {
        statements.push_back([text = tokens_.Take().text](Scope&, std::string& out) {
          out += text;
          return Flow::kNext;
        });
      } else if (token.kind == Token::Kind::kBeginPrint) {
        statements.push_back(Output());
      } else if (token.kind == Token::Kind::kBeginBlock &&
                 std::none_of(ends.begin(), ends.end(),
                              [&](const std::string& name) { return IsBlock(name); }) &&
                 !tokens_.Peek(1).IsName("endif") && !tokens_.Peek(1).IsName("endfor")) {
        statements.push_back(Block());
      } else {
        break;
      }
    }
    --depth_;
    return Sequence(std::move(statements));
  }

  Statement Output() {
    tokens_.Take();
    const Position where = tokens_.Peek().position;
    const Expression expression = ParseExpression(tokens_);
    tokens_.ExpectKind(Token::Kind::kEndPrint, "\"}}\"");
    return [where, expression](Scope& scope, std::string& out) {
      try {
        const std::string text = Print(expression(scope));
        Rendering::Spend(1);
        Rendering::SpendText(text.size());
        out += text;
      } catch (const std::invalid_argument& error) {
        throw TemplateError(where, error.what());
      }
      return Flow::kNext;
    };
  }

  void EndTag() { tokens_.ExpectKind(Token::Kind::kEndBlock, "\"%}\""); }

  // Takes "{% name %}".
  void TakeEnd(const std::string& name) {
    if (!IsBlock(name)) tokens_.Fail("{% " + name + " %}");
    tokens_.Take();
    tokens_.Take();
    EndTag();
  }

  Statement Block() {
    tokens_.Take();
    const Token name = tokens_.Peek();
    if (tokens_.TakeIfName("if")) return If();
    if (tokens_.TakeIfName("for")) return For();
    if (tokens_.TakeIfName("set")) return Set();
    if (num_loops_ > 0 && (name.IsName("break") || name.IsName("continue"))) {
      tokens_.Take();
      EndTag();
      const Flow flow = name.IsName("break") ? Flow::kBreak : Flow::kContinue;
      return [flow](Scope&, std::string&) { return flow; };
    }
    throw TemplateError(name.position, "the tag " + Shown(name) +
                                           " is not supported here; those that are: if, for, set, "
                                           "and break and continue in a loop");
  }

  Statement If() {
    std::vector<std::pair<Expression, Statement>> branches;
    Statement otherwise;
    for (;;) {
      Expression condition = ParseExpression(tokens_);
      EndTag();
      branches.emplace_back(std::move(condition), Body({"elif", "else"}));
      if (!IsBlock("elif")) break;
      tokens_.Take();
      tokens_.Take();
    }
    if (IsBlock("else")) {
      TakeEnd("else");
      otherwise = Body({});
    }
    TakeEnd("endif");
    return [branches, otherwise](Scope& scope, std::string& out) {
      for (const auto& [condition, body] : branches) {
        if (condition(scope).IsTrue()) return body(scope, out);
      }
      return otherwise ? otherwise(scope, out) : Flow::kNext;
    };
  }

  Target ParseTarget() {
    Target target{{}, tokens_.Peek().position};
    do {
      target.names.push_back(tokens_.ExpectName("a name"));
    } while (tokens_.TakeIf(","));
    return target;
  }

  struct Loop {
    Target target;
    Expression sequence;
    Expression filter;  // may be null
    Statement body;
    Statement otherwise;  // may be null
    Position position;
  };

  Statement For() {
    Loop loop;
    loop.position = tokens_.Peek().position;
    loop.target = ParseTarget();
    if (!tokens_.TakeIfName("in")) tokens_.Fail("\"in\"");
    loop.sequence = ParseWithoutCondition(tokens_);
    if (tokens_.TakeIfName("if")) loop.filter = ParseExpression(tokens_);
    EndTag();
    ++num_loops_;
    loop.body = Body({"else"});
    --num_loops_;
    if (IsBlock("else")) {
      TakeEnd("else");
      loop.otherwise = Body({});
    }
    TakeEnd("endfor");
    return
        [loop = std::move(loop)](Scope& scope, std::string& out) { return Run(loop, scope, out); };
  }

  // A turn of a loop.
  static void Spend(const Loop& loop) {
    try {
      Rendering::Spend(1);
    } catch (const std::invalid_argument& error) {
      throw TemplateError(loop.position, error.what());
    }
  }

  static List Visited(const Loop& loop, const Scope& scope) {
    List all;
    try {
      all = Elements(loop.sequence(scope));
    } catch (const std::invalid_argument& error) {
      throw TemplateError(loop.position, error.what());
    }
    if (!loop.filter) return all;
    List kept;
    for (const Value& element : all) {
      Spend(loop);
      Scope inner(&scope);
      loop.target.Assign(inner, element);
      if (loop.filter(inner).IsTrue()) kept.push_back(element);
    }
    return kept;
  }

  // What a turn sets is gone in the next one.
  static Flow Run(const Loop& loop, Scope& scope, std::string& out) {
    const List elements = Visited(loop, scope);
    for (std::size_t i = 0; i < elements.size(); ++i) {
      Spend(loop);
      Scope inner(&scope);
      loop.target.Assign(inner, elements[i]);
      inner.Set("loop", LoopVariable(elements, i));
      if (loop.body(inner, out) == Flow::kBreak) break;
    }
    if (elements.empty() && loop.otherwise) {
      Scope inner(&scope);
      return loop.otherwise(inner, out);
    }
    return Flow::kNext;
  }

  Statement Set() {
    if (tokens_.Peek(1).Is(".")) return SetMember();
    const Target target = ParseTarget();
    if (tokens_.Peek().kind == Token::Kind::kEndBlock) {
      tokens_.Fail("\"=\" (a set around a block is not supported)");
    }
    tokens_.Expect("=");
    const Expression value = ParseExpression(tokens_, true);
    EndTag();
    return [target, value](Scope& scope, std::string&) {
      target.Assign(scope, value(scope));
      return Flow::kNext;
    };
  }

  Statement SetMember() {
    const Position where = tokens_.Peek().position;
    const std::string name = tokens_.ExpectName("a namespace");
    tokens_.Expect(".");
    const std::string member = tokens_.ExpectName("the name of a member");
    tokens_.Expect("=");
    const Expression expression = ParseExpression(tokens_, true);
    EndTag();
    return [where, name, member, expression](Scope& scope, std::string&) {
      const Value owner = scope.Get(name);
      const Namespace* names = owner.As<Namespace>();
      if (names == nullptr) {
        throw TemplateError(where,
                            "expected a namespace to set a member of, found " + owner.Kind());
      }
      Value value = expression(scope);
      for (auto& [known, old] : *names->members) {
        if (known != member) continue;
        old = std::move(value);
        return Flow::kNext;
      }
      names->members->emplace_back(member, std::move(value));
      return Flow::kNext;
    };
  }

  TokenReader tokens_;
  int num_loops_ = 0;
  int depth_ = 0;
};

}  // namespace

Template Template::Parse(std::string_view source) {
  const std::vector<Token> tokens = Tokenize(source);
  Template made;
  made.body_ = Parser(tokens).Whole();
  return made;
}

std::string Template::Render(const Members& names) const {
  const Rendering rendering;
  Scope scope;
  for (const auto& [name, value] : names) scope.Set(name, value);
  std::string out;
  try {
    body_(scope, out);
  } catch (const std::invalid_argument& error) {
    throw TemplateError({}, error.what());  // a limit of the whole
  }
  return out;
}

}  // namespace meval::tasks::jinja
