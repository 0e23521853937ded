#ifndef MEVAL_METRICS_UNICODE_TEXT_H_
#define MEVAL_METRICS_UNICODE_TEXT_H_

// Text as the reference metrics see it: a sequence of Unicode code points in UTF-8, with Python's
// notions of whitespace, case and punctuation. Character classes and case mappings come from ICU;
// no locale is consulted.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

// Byte offset of the first ill-formed sequence (overlong form, surrogate, above U+10FFFF,
// truncation), or nothing.
std::optional<std::size_t> FindInvalidUtf8(std::string_view text);

// The beginning of `text` that holds its first `count` code points: all of it where it has no more,
// nothing where `count` is below 1. Takes any bytes and refuses none, so that messages about bad
// text can use it: a byte 80-BF belongs to what precedes it.
std::string_view FirstCodePoints(std::string_view text, std::int64_t count);

// Number of code points. Precondition for this and everything below: valid UTF-8 (else
// std::invalid_argument that names the byte offset).
std::int64_t CountCodePoints(std::string_view text);
std::u32string ToCodePoints(std::string_view text);
std::string ToUtf8(std::u32string_view code_points);

// Python's str.isspace: U+0009-000D, 001C-001F, 0020, 0085, 00A0, 1680, 2000-200A, 2028, 2029,
// 202F, 205F, 3000.
inline bool IsWhitespace(char32_t c) {
  if (c < 0x80) {
    return c == 0x20 || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
  }
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}
// Python's \w on text: general category L* or N* in Unicode 14, or the underscore.
bool IsWordCharacter(char32_t c);
// One of the 32 characters of Python's string.punctuation: !"#$%&'()*+,-./:;<=>?@[\]^_`{|}~
inline bool IsAsciiPunctuation(char32_t c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}
// Python's str.isdigit of one character: the decimal digits of all scripts (Nd), superscripts,
// circled digits and the like, but neither fractions nor Roman numerals.
bool IsDigit(char32_t c);
// 0..9 for the decimal digits of all scripts (Nd), else nothing.
std::optional<int> DecimalDigitValue(char32_t c);

// Without leading and trailing whitespace (str.strip()).
std::string_view Strip(std::string_view text);
std::string_view StripRight(std::string_view text);
// Maximal runs of non-whitespace (str.split()); never an empty piece.
std::vector<std::string_view> SplitWhitespace(std::string_view text);
// The pieces of SplitWhitespace with one space between them (" ".join(text.split())).
std::string CollapseWhitespace(std::string_view text);
// Full lower-casing with the two special cases of Python's str.lower (U+0130, final sigma).
std::string Lower(std::string_view text);
// First character title-cased, all others lower-cased (str.capitalize()).
std::string Capitalize(std::string_view text);
// Deletes the 32 ASCII punctuation characters.
std::string DeleteAsciiPunctuation(std::string_view text);
// Replaces every occurrence, left to right, without overlap (str.replace). `from` must not be
// empty.
std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to);

}  // namespace meval

#endif  // MEVAL_METRICS_UNICODE_TEXT_H_
