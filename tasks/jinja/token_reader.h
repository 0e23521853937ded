#ifndef MEVAL_TASKS_JINJA_TOKEN_READER_H_
#define MEVAL_TASKS_JINJA_TOKEN_READER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/jinja/lexer.h"

namespace meval::tasks::jinja {

// The tokens of a template, taken one after another. Borrows them.
class TokenReader {
 public:
  explicit TokenReader(const std::vector<Token>& tokens) : tokens_(tokens) {}

  const Token& Peek(std::size_t ahead = 0) const;
  Token Take();
  // Takes the token if it is that operator, or that name.
  bool TakeIf(std::string_view op);
  bool TakeIfName(std::string_view name);
  // Throw TemplateError if the next token is another.
  void Expect(std::string_view op);
  std::string ExpectName(const std::string& what);
  void ExpectKind(Token::Kind kind, const std::string& what);
  [[noreturn]] void Fail(const std::string& expected) const;

 private:
  const std::vector<Token>& tokens_;
  std::size_t next_ = 0;
};

}  // namespace meval::tasks::jinja

#endif  // MEVAL_TASKS_JINJA_TOKEN_READER_H_
