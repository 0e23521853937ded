#include "metrics/text/python_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "metrics/unicode_text.h"

namespace meval::text {
namespace {

constexpr std::size_t kMaxIntDigits = 4300;  // sys.int_info.default_max_str_digits

bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }

// The text in ASCII, with the whitespace off and all digits as 0-9; nothing if it has characters
// that no number has.
std::optional<std::string> ToAsciiNumber(std::string_view text) {
  const auto is_stripped = [](char32_t c) { return IsWhitespace(c) && !(c >= 0x1C && c <= 0x1F); };
  const std::u32string characters = ToCodePoints(text);
  std::u32string_view rest = characters;
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
  for (;;) {
    const bool is_joined = !digits.empty() && text.starts_with('_');
    const std::string_view rest = text.substr(is_joined ? 1 : 0);
    if (rest.empty() || !IsAsciiDigit(rest[0])) {
      return digits;
    }
    digits.push_back(rest[0]);
    text = rest.substr(1);
  }
}

// Takes a sign off the front; whether it was a minus.
bool TakeSign(std::string_view& text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  return is_negative;
}

// Whether `text` is `word` (which is in lower case), in any ASCII case.
bool IsWord(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a + 32 == b); });
}

// The value of an exponent's digits, cut off where no number of digits could make up for it.
std::int64_t SmallValueOf(std::string_view digits) {
  constexpr std::int64_t kLarge = std::int64_t{1} << 60;
  std::int64_t value = 0;
  for (const char digit : digits) {
    value = value > kLarge / 16 ? kLarge : value * 10 + (digit - '0');
  }
  return value;
}

// 0.DIGITS * 10^exponent, correctly rounded.
double ScaledFraction(std::string_view digits, std::int64_t exponent) {
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string_view::npos) {
    return 0;
  }
  exponent -= static_cast<std::int64_t>(first);
  const double beyond = exponent > 0 ? std::numeric_limits<double>::infinity() : 0;
  if (std::abs(exponent) > 400) {
    return beyond;
  }
  std::string number = "0.";
  number.append(digits.substr(first)).append("e").append(std::to_string(exponent));
  double value = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), value);
  return result.ec == std::errc::result_out_of_range ? beyond : value;
}

std::optional<double> ParseWithoutSign(std::string_view text) {
  if (IsWord(text, "inf") || IsWord(text, "infinity")) {
    return std::numeric_limits<double>::infinity();
  }
  if (IsWord(text, "nan")) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  std::string digits = TakeDigits(text);
  auto exponent = static_cast<std::int64_t>(digits.size());
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += TakeDigits(text);
  }
  if (digits.empty()) {
    return std::nullopt;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    const bool is_negative = TakeSign(text);
    const std::string written = TakeDigits(text);
    if (written.empty()) {
      return std::nullopt;
    }
    exponent += is_negative ? -SmallValueOf(written) : SmallValueOf(written);
  }
  return text.empty() ? std::optional(ScaledFraction(digits, exponent)) : std::nullopt;
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

std::optional<double> ParsePythonFloat(std::string_view text) {
  const auto number = ToAsciiNumber(text);
  if (!number) {
    return std::nullopt;
  }
  std::string_view rest = *number;
  const bool is_negative = TakeSign(rest);
  const auto value = ParseWithoutSign(rest);
  return value && is_negative ? -*value : value;
}

std::string PythonFloatText(double value) {
  if (std::isnan(value)) {
    return "nan";
  }
  if (std::isinf(value)) {
    return value > 0 ? "inf" : "-inf";
  }
  const double size = std::abs(value);
  const bool is_scientific = size >= 1e16 || (size < 1e-4 && size > 0);
  std::array<char, 32> buffer;
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                    is_scientific ? std::chars_format::scientific : std::chars_format::fixed);
  std::string text(buffer.data(), result.ptr);
  const bool is_whole = !is_scientific && text.find('.') == std::string::npos;
  return is_whole ? text + ".0" : text;
}

}  // namespace meval::text
