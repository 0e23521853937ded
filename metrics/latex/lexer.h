#ifndef MEVAL_METRICS_LATEX_LEXER_H_
#define MEVAL_METRICS_LATEX_LEXER_H_

// LaTeX mathematics as tokens, read only as far as a parser looks.
//
// The longest match wins: `\leftarrow` is one command, not `\left` and letters. Commands that name
// no token of their own are kCommand, so that `\text` or `\mathbb` read as symbols. White space,
// spacing commands (`\,` `\quad` ...), `\left`, `\right` and a few leftovers of plain TeX (`\/`,
// `\vrule` ...) separate tokens and are dropped. A `d` before a letter or a command is one token
// with it, the differential of an integral or derivative: `dog` is `do` and `g`.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "metrics/latex/outcome.h"

namespace meval::latex {

enum class TokenKind : std::uint8_t {
  kEnd,
  kComma,
  kDot,
  kSign,          // + -
  kTimes,         // * \times \cdot / \div :
  kOpenParen,     // (
  kCloseParen,    // )
  kOpenBrace,     // {
  kCloseBrace,    // }
  kOpenSet,       // \{
  kCloseSet,      // \}
  kOpenBracket,   // [
  kCloseBracket,  // ]
  kBar,           // |
  kLeftBar,       // \left|
  kRightBar,      // \right|
  kOpenAngle,     // \langle
  kCloseAngle,    // \rangle
  kOpenFloor,     // \lfloor
  kCloseFloor,    // \rfloor
  kOpenCeiling,   // \lceil
  kCloseCeiling,  // \rceil
  kLimit,         // \lim
  kArrow,         // \to and its longer forms
  kIntegral,      // \int
  kBigOperator,   // \sum \prod
  kFunction,      // \exp, logarithms, trigonometric and hyperbolic functions
  kRoot,          // \sqrt
  kOverline,      // \overline
  kFraction,      // \frac \dfrac \tfrac
  kBinomial,      // \binom \dbinom \tbinom
  kItalic,        // \mathit
  kUnderscore,
  kCaret,
  kDifferential,  // dx, d\theta
  kLetter,
  kDigit,
  kEqual,    // =, with an alignment mark on either side
  kCompare,  // < > \le \ge \neq and their variants
  kBang,
  kQuotes,   // one or more '
  kCommand,  // any other command
};

// The name that the grammar calls a kind by, and the kind a name stands for.
std::optional<TokenKind> TokenKindNamed(std::string_view name);

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t begin = 0;  // byte offsets in the text
  std::size_t end = 0;
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  // The token of this number, counted from 0; kEnd behind the last. Throws Unreadable when a
  // character up to there starts no token, and when there are more than kMaxTokens.
  const Token& At(std::size_t index);

  std::string_view text() const { return text_; }
  std::string_view TextOf(const Token& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }

  // Far beyond what the reference reads in its five seconds (some 400).
  static constexpr std::size_t kMaxTokens = 1000;

 private:
  void ReadToken();
  void ReadCommand();
  void Push(TokenKind kind, std::size_t length);
  std::size_t SkipSpaces(std::size_t from) const;

  std::string_view text_;
  std::size_t position_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_LEXER_H_
