#ifndef MEVAL_TASKS_JINJA_LEXER_H_
#define MEVAL_TASKS_JINJA_LEXER_H_

// A template's text as tokens, with the whitespace that its tags take away already gone: what
// jinja2.Environment(trim_blocks=True, lstrip_blocks=True) sees, which is how chat templates are
// read.

#include <string>
#include <string_view>
#include <vector>

#include "tasks/jinja/value.h"

namespace meval::tasks::jinja {

struct Token {
  enum class Kind {
    kText,        // outside of tags; `text` is copied to the output
    kBeginPrint,  // {{
    kEndPrint,    // }}
    kBeginBlock,  // {%
    kEndBlock,    // %}
    kName,
    kString,  // `text` is its value, escapes resolved
    kInteger,
    kFloat,
    kOperator,
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::string text;
  Position position;

  bool Is(std::string_view op) const { return kind == Kind::kOperator && text == op; }
  bool IsName(std::string_view name) const { return kind == Kind::kName && text == name; }
};

// For messages: `"for"`, `the end of the tag`.
std::string Shown(const Token& token);

// The last token is kEnd. Throws TemplateError.
std::vector<Token> Tokenize(std::string_view source);

}  // namespace meval::tasks::jinja

#endif  // MEVAL_TASKS_JINJA_LEXER_H_
