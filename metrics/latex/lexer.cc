#include "metrics/latex/lexer.h"

#include <algorithm>
#include <array>
#include <utility>

namespace meval::latex {
namespace {

struct Name {
  std::string_view text;
  TokenKind kind;
};

constexpr std::array kKindNames = {
    Name{"COMMA", TokenKind::kComma},
    Name{"DOT", TokenKind::kDot},
    Name{"SIGN", TokenKind::kSign},
    Name{"TIMES", TokenKind::kTimes},
    Name{"OPEN_PAREN", TokenKind::kOpenParen},
    Name{"CLOSE_PAREN", TokenKind::kCloseParen},
    Name{"OPEN_BRACE", TokenKind::kOpenBrace},
    Name{"CLOSE_BRACE", TokenKind::kCloseBrace},
    Name{"OPEN_SET", TokenKind::kOpenSet},
    Name{"CLOSE_SET", TokenKind::kCloseSet},
    Name{"OPEN_BRACKET", TokenKind::kOpenBracket},
    Name{"CLOSE_BRACKET", TokenKind::kCloseBracket},
    Name{"BAR", TokenKind::kBar},
    Name{"LEFT_BAR", TokenKind::kLeftBar},
    Name{"RIGHT_BAR", TokenKind::kRightBar},
    Name{"OPEN_ANGLE", TokenKind::kOpenAngle},
    Name{"CLOSE_ANGLE", TokenKind::kCloseAngle},
    Name{"OPEN_FLOOR", TokenKind::kOpenFloor},
    Name{"CLOSE_FLOOR", TokenKind::kCloseFloor},
    Name{"OPEN_CEILING", TokenKind::kOpenCeiling},
    Name{"CLOSE_CEILING", TokenKind::kCloseCeiling},
    Name{"LIMIT", TokenKind::kLimit},
    Name{"ARROW", TokenKind::kArrow},
    Name{"INTEGRAL", TokenKind::kIntegral},
    Name{"BIG_OPERATOR", TokenKind::kBigOperator},
    Name{"FUNCTION", TokenKind::kFunction},
    Name{"ROOT", TokenKind::kRoot},
    Name{"OVERLINE", TokenKind::kOverline},
    Name{"FRACTION", TokenKind::kFraction},
    Name{"BINOMIAL", TokenKind::kBinomial},
    Name{"ITALIC", TokenKind::kItalic},
    Name{"UNDERSCORE", TokenKind::kUnderscore},
    Name{"CARET", TokenKind::kCaret},
    Name{"DIFFERENTIAL", TokenKind::kDifferential},
    Name{"LETTER", TokenKind::kLetter},
    Name{"DIGIT", TokenKind::kDigit},
    Name{"EQUAL", TokenKind::kEqual},
    Name{"COMPARE", TokenKind::kCompare},
    Name{"BANG", TokenKind::kBang},
    Name{"QUOTES", TokenKind::kQuotes},
    Name{"COMMAND", TokenKind::kCommand},
};

// Commands with a meaning of their own, without the backslash.
constexpr std::array kCommands = {
    Name{"times", TokenKind::kTimes},
    Name{"cdot", TokenKind::kTimes},
    Name{"div", TokenKind::kTimes},
    Name{"langle", TokenKind::kOpenAngle},
    Name{"rangle", TokenKind::kCloseAngle},
    Name{"lfloor", TokenKind::kOpenFloor},
    Name{"rfloor", TokenKind::kCloseFloor},
    Name{"lceil", TokenKind::kOpenCeiling},
    Name{"rceil", TokenKind::kCloseCeiling},
    Name{"lim", TokenKind::kLimit},
    Name{"to", TokenKind::kArrow},
    Name{"rightarrow", TokenKind::kArrow},
    Name{"Rightarrow", TokenKind::kArrow},
    Name{"longrightarrow", TokenKind::kArrow},
    Name{"Longrightarrow", TokenKind::kArrow},
    Name{"int", TokenKind::kIntegral},
    Name{"sum", TokenKind::kBigOperator},
    Name{"prod", TokenKind::kBigOperator},
    Name{"exp", TokenKind::kFunction},
    Name{"log", TokenKind::kFunction},
    Name{"lg", TokenKind::kFunction},
    Name{"ln", TokenKind::kFunction},
    Name{"sin", TokenKind::kFunction},
    Name{"cos", TokenKind::kFunction},
    Name{"tan", TokenKind::kFunction},
    Name{"csc", TokenKind::kFunction},
    Name{"sec", TokenKind::kFunction},
    Name{"cot", TokenKind::kFunction},
    Name{"arcsin", TokenKind::kFunction},
    Name{"arccos", TokenKind::kFunction},
    Name{"arctan", TokenKind::kFunction},
    Name{"arccsc", TokenKind::kFunction},
    Name{"arcsec", TokenKind::kFunction},
    Name{"arccot", TokenKind::kFunction},
    Name{"sinh", TokenKind::kFunction},
    Name{"cosh", TokenKind::kFunction},
    Name{"tanh", TokenKind::kFunction},
    Name{"arsinh", TokenKind::kFunction},
    Name{"arcosh", TokenKind::kFunction},
    Name{"artanh", TokenKind::kFunction},
    Name{"sqrt", TokenKind::kRoot},
    Name{"overline", TokenKind::kOverline},
    Name{"frac", TokenKind::kFraction},
    Name{"dfrac", TokenKind::kFraction},
    Name{"tfrac", TokenKind::kFraction},
    Name{"binom", TokenKind::kBinomial},
    Name{"dbinom", TokenKind::kBinomial},
    Name{"tbinom", TokenKind::kBinomial},
    Name{"mathit", TokenKind::kItalic},
    Name{"neq", TokenKind::kCompare},
    Name{"le", TokenKind::kCompare},
    Name{"leq", TokenKind::kCompare},
    Name{"leqq", TokenKind::kCompare},
    Name{"leqslant", TokenKind::kCompare},
    Name{"ge", TokenKind::kCompare},
    Name{"geq", TokenKind::kCompare},
    Name{"geqq", TokenKind::kCompare},
    Name{"geqslant", TokenKind::kCompare},
};

constexpr std::array<std::string_view, 16> kDroppedCommands = {
    "left",  "right",        "thinspace",   "medspace",      "thickspace", "quad",
    "qquad", "negthinspace", "negmedspace", "negthickspace", "vrule",      "vcenter",
    "vbox",  "vskip",        "vspace",      "hfil",
};

// Characters that make a dropped command with a backslash before them.
constexpr std::string_view kDroppedAfterBackslash = ",:;!*-./\"(=";

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::optional<TokenKind> KindOfCharacter(char c) {
  switch (c) {
    case ',':
      return TokenKind::kComma;
    case '.':
      return TokenKind::kDot;
    case '+':
    case '-':
      return TokenKind::kSign;
    case '*':
    case '/':
    case ':':
      return TokenKind::kTimes;
    case '(':
      return TokenKind::kOpenParen;
    case ')':
      return TokenKind::kCloseParen;
    case '{':
      return TokenKind::kOpenBrace;
    case '}':
      return TokenKind::kCloseBrace;
    case '[':
      return TokenKind::kOpenBracket;
    case ']':
      return TokenKind::kCloseBracket;
    case '|':
      return TokenKind::kBar;
    case '_':
      return TokenKind::kUnderscore;
    case '^':
      return TokenKind::kCaret;
    case '<':
    case '>':
      return TokenKind::kCompare;
    case '!':
      return TokenKind::kBang;
    default:
      break;
  }
  if (c >= '0' && c <= '9') {
    return TokenKind::kDigit;
  }
  return IsLetter(c) ? std::optional(TokenKind::kLetter) : std::nullopt;
}

}  // namespace

std::optional<TokenKind> TokenKindNamed(std::string_view name) {
  const auto found = std::ranges::find(kKindNames, name, &Name::text);
  return found == kKindNames.end() ? std::nullopt : std::optional(found->kind);
}

const Token& Lexer::At(std::size_t index) {
  while (tokens_.size() <= index) {
    if (!tokens_.empty() && tokens_.back().kind == TokenKind::kEnd) {
      return tokens_.back();
    }
    if (tokens_.size() >= kMaxTokens) {
      throw Unreadable{};
    }
    ReadToken();
  }
  return tokens_[index];
}

void Lexer::Push(TokenKind kind, std::size_t length) {
  tokens_.push_back({kind, position_, position_ + length});
  position_ += length;
}

std::size_t Lexer::SkipSpaces(std::size_t from) const {
  while (from < text_.size() && IsSpace(text_[from])) {
    ++from;
  }
  return from;
}

// Reads one token, or what is dropped before one.
void Lexer::ReadToken() {
  position_ = SkipSpaces(position_);
  if (position_ == text_.size()) {
    Push(TokenKind::kEnd, 0);
    return;
  }
  const char c = text_[position_];
  const std::size_t next = SkipSpaces(position_ + 1);
  const char after = next < text_.size() ? text_[next] : '\0';
  if (c == '\\') {
    ReadCommand();
  } else if (c == 'd' && IsLetter(after)) {
    Push(TokenKind::kDifferential, next + 1 - position_);
  } else if (c == 'd' && after == '\\' && next + 1 < text_.size() && IsLetter(text_[next + 1])) {
    const auto end = std::find_if_not(text_.begin() + static_cast<std::ptrdiff_t>(next) + 1,
                                      text_.end(), IsLetter);
    Push(TokenKind::kDifferential, static_cast<std::size_t>(end - text_.begin()) - position_);
  } else if (c == '=') {
    Push(TokenKind::kEqual, after == '&' ? next + 1 - position_ : 1);
  } else if (c == '&' && after == '=') {
    Push(TokenKind::kEqual, next + 1 - position_);
  } else if (c == '\'') {
    Push(TokenKind::kQuotes,
         std::min(text_.find_first_not_of('\'', position_), text_.size()) - position_);
  } else if (const auto kind = KindOfCharacter(c)) {
    Push(*kind, 1);
  } else {
    throw Unreadable{};
  }
}

void Lexer::ReadCommand() {
  const std::size_t begin = position_ + 1;
  std::size_t end = begin;
  while (end < text_.size() && IsLetter(text_[end])) {
    ++end;
  }
  if (end == begin) {
    const char c = begin < text_.size() ? text_[begin] : '\0';
    if (c == '{' || c == '}') {
      Push(c == '{' ? TokenKind::kOpenSet : TokenKind::kCloseSet, 2);
    } else if (c != '\0' && kDroppedAfterBackslash.find(c) != std::string_view::npos) {
      position_ += 2;
    } else {
      throw Unreadable{};
    }
    return;
  }
  const std::string_view name = text_.substr(begin, end - begin);
  const std::string_view rest = text_.substr(end);
  if ((name == "left" || name == "right") && rest.starts_with('|')) {
    Push(name == "left" ? TokenKind::kLeftBar : TokenKind::kRightBar, name.size() + 2);
  } else if (name == "int" && rest.starts_with("\\limits")) {
    Push(TokenKind::kIntegral, std::string_view("\\int\\limits").size());
  } else if (std::ranges::find(kDroppedCommands, name) != kDroppedCommands.end()) {
    position_ = end;
  } else {
    const auto found = std::ranges::find(kCommands, name, &Name::text);
    Push(found == kCommands.end() ? TokenKind::kCommand : found->kind, name.size() + 1);
  }
}

}  // namespace meval::latex
