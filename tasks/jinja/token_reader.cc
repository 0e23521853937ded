#include "tasks/jinja/token_reader.h"

#include <algorithm>

namespace meval::tasks::jinja {

const Token& TokenReader::Peek(std::size_t ahead) const {
  return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
}

Token TokenReader::Take() {
  const Token& token = Peek();
  if (next_ + 1 < tokens_.size()) ++next_;
  return token;
}

bool TokenReader::TakeIf(std::string_view op) {
  if (!Peek().Is(op)) return false;
  Take();
  return true;
}

bool TokenReader::TakeIfName(std::string_view name) {
  if (!Peek().IsName(name)) return false;
  Take();
  return true;
}

void TokenReader::Expect(std::string_view op) {
  if (!TakeIf(op)) Fail("\"" + std::string(op) + "\"");
}

std::string TokenReader::ExpectName(const std::string& what) {
  if (Peek().kind != Token::Kind::kName) Fail(what);
  return Take().text;
}

void TokenReader::ExpectKind(Token::Kind kind, const std::string& what) {
  if (Peek().kind != kind) Fail(what);
  Take();
}

void TokenReader::Fail(const std::string& expected) const {
  throw TemplateError(Peek().position, "expected " + expected + ", found " + Shown(Peek()));
}

}  // namespace meval::tasks::jinja
