#include "metrics/regex/scanner.h"

#include <algorithm>

#include "metrics/python_regex.h"
#include "metrics/regex/syntax.h"
#include "metrics/unicode_text.h"

namespace meval::regex {
namespace {

// More would not fit into a program (program.cc), whatever is repeated.
constexpr std::uint32_t kMaxRepeat = 50000;

std::u32string Decoded(std::string_view pattern) {
  if (const auto offset = FindInvalidUtf8(pattern)) {
    throw RegexError("regular expression is not valid UTF-8 at byte offset " +
                     std::to_string(*offset));
  }
  return ToCodePoints(pattern);
}

bool IsDigit(char32_t c) { return c >= '0' && c <= '9'; }

std::string Shown(char32_t c) { return ToUtf8(std::u32string(1, c)); }

}  // namespace

Scanner::Scanner(std::string_view pattern) : source_(pattern), text_(Decoded(pattern)) {}

void Scanner::Fail(std::size_t offset, const std::string& what) const {
  throw RegexError("regular expression \"" + source_ + "\", offset " + std::to_string(offset) +
                   ": " + what);
}

void Scanner::FailUnsupported(std::size_t offset, const std::string& feature) const {
  Fail(offset, "unsupported regex feature: " + feature +
                   " (supported: literals, classes, groups, alternation, greedy and lazy repeats, "
                   "anchors, \\b, lookaround, flags i m s)");
}

bool Scanner::Accept(char32_t c) {
  if (!IsAt(c)) {
    return false;
  }
  ++at_;
  return true;
}

bool Scanner::AcceptText(std::u32string_view literal) {
  if (std::u32string_view(text_).substr(at_, literal.size()) != literal) {
    return false;
  }
  at_ += literal.size();
  return true;
}

std::optional<std::uint32_t> Scanner::ReadNumber() {
  if (AtEnd() || !IsDigit(Peek())) {
    return std::nullopt;
  }
  std::uint32_t value = 0;
  while (!AtEnd() && IsDigit(Peek())) {
    value = std::min<std::uint32_t>(value * 10 + static_cast<std::uint32_t>(Next() - '0'),
                                    kMaxRepeat + 1);
  }
  return value;
}

std::optional<RepeatCounts> Scanner::ReadRepeat() {
  const std::size_t begin = at_;
  if (Accept('*')) {
    return RepeatCounts{0, kUnlimited};
  }
  if (Accept('+')) {
    return RepeatCounts{1, kUnlimited};
  }
  if (Accept('?')) {
    return RepeatCounts{0, 1};
  }
  if (!Accept('{')) {
    return std::nullopt;
  }
  const auto low = ReadNumber();
  const bool is_range = Accept(',');
  const auto high = is_range ? ReadNumber() : low;
  if (!Accept('}') || (!low && !is_range)) {
    at_ = begin;
    return std::nullopt;
  }
  const RepeatCounts counts = {low.value_or(0), high.value_or(kUnlimited)};
  if (counts.min > kMaxRepeat || (high && *high > kMaxRepeat)) {
    Fail(begin, "repeat counts above " + std::to_string(kMaxRepeat) + " are not supported");
  }
  if (counts.min > counts.max) {
    Fail(begin, "minimum repeat is larger than the maximum");
  }
  return counts;
}

std::optional<Category> Scanner::ReadCategory() {
  static constexpr std::u32string_view kLetters = U"dDwWsS";
  static constexpr Category kCategories[] = {Category::kDigit, Category::kNotDigit,
                                             Category::kWord,  Category::kNotWord,
                                             Category::kSpace, Category::kNotSpace};
  const std::size_t index = AtEnd() ? kLetters.npos : kLetters.find(Peek());
  if (index == kLetters.npos) {
    return std::nullopt;
  }
  ++at_;
  return kCategories[index];
}

char32_t Scanner::ReadHex(std::size_t backslash, int digits) {
  char32_t value = 0;
  for (int i = 0; i < digits; ++i) {
    const char32_t c = AtEnd() ? U' ' : Peek();
    if (IsDigit(c)) {
      value = value * 16 + (c - '0');
    } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
      value = value * 16 + ((c | 0x20) - 'a' + 10);
    } else {
      Fail(backslash, "incomplete escape: expected " + std::to_string(digits) + " hex digits");
    }
    ++at_;
  }
  if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
    Fail(backslash, "escape of a surrogate or above U+10FFFF: expected a character");
  }
  return value;
}

bool Scanner::IsOctalDigit(std::size_t i) const {
  return i < text_.size() && text_[i] >= '0' && text_[i] <= '7';
}

char32_t Scanner::ReadOctal(std::size_t backslash, char32_t first_digit) {
  char32_t value = first_digit - '0';
  for (int i = 0; i < 2 && IsOctalDigit(at_); ++i) {
    value = value * 8 + (Next() - '0');
  }
  if (value > 0377) {
    Fail(backslash, "octal escape above \\377");
  }
  return value;
}

char32_t Scanner::ReadEscapedChar(bool is_in_set) {
  const std::size_t backslash = at_ - 1;
  if (AtEnd()) {
    Fail(backslash, "bad escape (end of pattern)");
  }
  const char32_t letter = Next();
  switch (letter) {
    case 'a':
      return 0x07;
    case 'f':
      return 0x0C;
    case 'n':
      return 0x0A;
    case 'r':
      return 0x0D;
    case 't':
      return 0x09;
    case 'v':
      return 0x0B;
    case 'x':
      return ReadHex(backslash, 2);
    case 'u':
      return ReadHex(backslash, 4);
    case 'U':
      return ReadHex(backslash, 8);
    case 'N':
      FailUnsupported(backslash, "\\N{...}");
    default:
      break;
  }
  if (is_in_set && letter == 'b') {
    return 0x08;
  }
  if (IsDigit(letter)) {
    // Outside of classes an octal number starts with 0 or has three digits.
    const bool is_octal =
        letter == '0' ||
        (letter <= '7' && (is_in_set || (IsOctalDigit(at_) && IsOctalDigit(at_ + 1))));
    if (is_octal) {
      return ReadOctal(backslash, letter);
    }
    if (!is_in_set) {
      FailUnsupported(backslash, "backreference to a group");
    }
  }
  if (letter < 0x80 && letter != '_' && IsWordCharacter(letter)) {
    Fail(backslash, "bad escape \\" + Shown(letter));
  }
  return letter;
}

std::optional<char32_t> Scanner::ReadSetMember(CharSet& set) {
  if (!Accept('\\')) {
    return Next();
  }
  if (const auto category = ReadCategory()) {
    set.AddCategory(*category);
    return std::nullopt;
  }
  return ReadEscapedChar(true);
}

void Scanner::ReadSetMembers(std::size_t open, CharSet& set) {
  for (bool is_first = true;; is_first = false) {
    if (AtEnd()) {
      Fail(open, "unterminated character set");
    }
    if (!is_first && Accept(']')) {
      return;
    }
    const std::size_t begin = at_;
    const auto low = ReadSetMember(set);
    const bool is_range = IsAt('-') && at_ + 1 < text_.size() && text_[at_ + 1] != ']';
    if (!is_range) {
      if (low) {
        set.AddRange(*low, *low);
      }
      continue;
    }
    ++at_;  // the hyphen
    const auto high = ReadSetMember(set);
    if (!low || !high || *low > *high) {
      Fail(begin, "bad character range");
    }
    set.AddRange(*low, *high);
  }
}

}  // namespace meval::regex
