#ifndef MEVAL_METRICS_LATEX_PARSER_H_
#define MEVAL_METRICS_LATEX_PARSER_H_

// A text's parse tree by the grammar of grammar.h.

#include <cstddef>
#include <string_view>
#include <variant>
#include <vector>

#include "metrics/latex/grammar.h"
#include "metrics/latex/lexer.h"
#include "metrics/latex/prediction.h"

namespace meval::latex {

struct ParseNode {
  // A child is a node (its index) or a token (its number).
  struct Child {
    bool is_token = false;
    std::size_t index = 0;
  };

  Rule rule = Rule::kStart;
  std::size_t first_token = 0;
  std::size_t end_token = 0;  // behind the last
  std::vector<Child> children = {};
};

class ParseTree {
 public:
  // Reads as much from the beginning of the text as is mathematics; what follows is ignored, as the
  // reference does. Throws Unreadable if that is nothing, or if prediction had decided for
  // something that the text then does not complete.
  ParseTree(std::string_view text, Budget& budget);

  const ParseNode& root() const { return nodes_.back(); }
  const ParseNode& Node(std::size_t index) const { return nodes_[index]; }
  const Token& TokenAt(std::size_t index) const { return tokens_[index]; }
  std::string_view TextOf(std::size_t token) const;
  // The text between the first and the last token of a node, with what was dropped there.
  std::string_view TextOf(const ParseNode& node) const;

  // The child of this rule (the nth, from 0), or null.
  const ParseNode* Child(const ParseNode& node, Rule rule, std::size_t nth = 0) const;
  // The number of the child token of this kind (the nth, from 0).
  std::optional<std::size_t> ChildToken(const ParseNode& node, TokenKind kind,
                                        std::size_t nth = 0) const;

  // Nested deeper than this, a text is unreadable: about where the reference gives up, too.
  static constexpr std::size_t kMaxCalls = 900;

 private:
  class Reader;

  std::string_view text_;
  std::vector<ParseNode> nodes_;
  std::vector<Token> tokens_;
};

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_PARSER_H_
