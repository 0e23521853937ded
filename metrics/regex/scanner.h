#ifndef MEVAL_METRICS_REGEX_SCANNER_H_
#define MEVAL_METRICS_REGEX_SCANNER_H_

// Reads a pattern's characters, escapes, classes and repeat counts; reports errors with offsets.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "metrics/regex/char_set.h"

namespace meval::regex {

struct RepeatCounts {
  std::uint32_t min = 0;
  std::uint32_t max = 0;  // kUnlimited for none
};

class Scanner {
 public:
  // Throws RegexError if the pattern is not valid UTF-8.
  explicit Scanner(std::string_view pattern);

  // Throw RegexError that names the pattern and the offset, in characters.
  [[noreturn]] void Fail(std::size_t offset, const std::string& what) const;
  [[noreturn]] void FailUnsupported(std::size_t offset, const std::string& feature) const;

  std::size_t offset() const { return at_; }
  bool AtEnd() const { return at_ >= text_.size(); }
  bool IsAt(char32_t c) const { return !AtEnd() && text_[at_] == c; }
  char32_t Peek() const { return text_[at_]; }
  char32_t Next() { return text_[at_++]; }
  bool Accept(char32_t c);
  bool AcceptText(std::u32string_view literal);

  // * + ? {m} {m,} {,n} {m,n}; nothing, and nothing consumed, if none of these comes next. `{` that
  // opens no count is a literal.
  std::optional<RepeatCounts> ReadRepeat();

  // Behind a backslash: the category of \d \w \s and their negations; consumed if it is one.
  std::optional<Category> ReadCategory();
  // Behind a backslash: a character's escape; fails for what is none, and for backreferences, in
  // whose place a class has octal numbers.
  char32_t ReadEscapedChar(bool is_in_set);
  // Behind `[` and `[^`, up to and including `]`.
  void ReadSetMembers(std::size_t open, CharSet& set);

 private:
  std::optional<std::uint32_t> ReadNumber();
  char32_t ReadHex(std::size_t backslash, int digits);
  char32_t ReadOctal(std::size_t backslash, char32_t first_digit);
  bool IsOctalDigit(std::size_t i) const;
  // A character, or nothing if a category was added to the set.
  std::optional<char32_t> ReadSetMember(CharSet& set);

  std::string source_;
  std::u32string text_;
  std::size_t at_ = 0;
};

}  // namespace meval::regex

#endif  // MEVAL_METRICS_REGEX_SCANNER_H_
