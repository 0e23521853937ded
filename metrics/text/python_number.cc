#include "metrics/text/python_number.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "metrics/text/utf8.h"
#include "metrics/unicode_text.h"

namespace meval::text {
namespace {

constexpr std::size_t kMaxIntDigits = 4300;  // sys.int_info.default_max_str_digits

bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }

// The text in ASCII, with the whitespace off and all digits as 0-9; nothing if it has characters
// that no number has.
std::optional<std::string> ToAsciiNumber(std::string_view text) {
  const auto is_stripped = [](char32_t c) { return IsWhitespace(c) && !(c >= 0x1C && c <= 0x1F); };
  std::u32string_view rest;
  const std::u32string characters = ToCodePoints(text);
  rest = characters;
  while (!rest.empty() && is_stripped(rest.front())) {
    rest.remove_prefix(1);
  }
  while (!rest.empty() && is_stripped(rest.back())) {
    rest.remove_suffix(1);
  }
  std::string ascii;
  ascii.reserve(rest.size());
  for (const char32_t c : rest) {
    const auto digit = DecimalDigitValue(c);
    if (!digit && c >= 0x80) {
      return std::nullopt;
    }
    ascii.push_back(digit ? static_cast<char>('0' + *digit) : static_cast<char>(c));
  }
  return ascii;
}

// Takes digits with single underscores between them off the front, and gives the digits alone.
std::string TakeDigits(std::string_view& text) {
  std::string digits;
  while (!text.empty()) {
    const bool skips = text[0] == '_' && !digits.empty() && text.size() > 1;
    const std::size_t at = skips ? 1 : 0;
    if (!IsAsciiDigit(text[at])) {
      break;
    }
    digits.push_back(text[at]);
    text.remove_prefix(at + 1);
  }
  return digits;
}

// Takes a sign off the front; whether it was a minus.
bool TakeSign(std::string_view& text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  return is_negative;
}

}  // namespace

bool IsPythonInt(std::string_view text) {
  const auto number = ToAsciiNumber(text);
  if (!number) {
    return false;
  }
  std::string_view rest = *number;
  TakeSign(rest);
  const std::size_t num_digits = TakeDigits(rest).size();
  return rest.empty() && num_digits >= 1 && num_digits <= kMaxIntDigits;
}

bool IsCanonicalPythonInt(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  const std::string_view digits = text.substr(is_negative ? 1 : 0);
  if (digits.empty() || digits.size() > kMaxIntDigits ||
      !std::all_of(digits.begin(), digits.end(), IsAsciiDigit)) {
    return false;
  }
  return digits[0] != '0' || (digits.size() == 1 && !is_negative);
}

}  // namespace meval::text
