#include "metrics/unicode_text.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include <unicode/casemap.h>
#include <unicode/uchar.h>

#include "metrics/text/utf8.h"

namespace meval {
namespace {

using text::AppendUtf8;
using text::DecodeForward;
using text::PreviousStart;

// CPython 3.11 has Unicode 14. ICU 72 has Unicode 15: 4388 letters and digits more.
constexpr std::uint8_t kUnicodeOfReference = 14;

// The first position from `begin` on that is not ASCII, give or take 7 ASCII characters before it:
// most text is ASCII, and eight bytes at a time show it.
std::size_t SkipAscii(std::string_view text, std::size_t begin) {
  std::uint64_t eight = 0;
  while (text.size() - begin >= sizeof(eight)) {
    std::memcpy(&eight, text.data() + begin, sizeof(eight));
    if ((eight & 0x8080808080808080u) != 0) {
      break;
    }
    begin += sizeof(eight);
  }
  return begin;
}

bool IsAscii(std::string_view text) {
  const std::size_t begin = SkipAscii(text, 0);
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Calls body with each maximal run of non-whitespace of valid UTF-8.
template <typename Body>
void ForEachPiece(std::string_view text, Body body) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] > ' ' && text[i] <= '~') {  // most characters, and no whitespace
      ++i;
      continue;
    }
    const std::size_t at = i;
    if (IsWhitespace(DecodeForward(text, i))) {
      if (at > begin) {
        body(text.substr(begin, at - begin));
      }
      begin = i;
    }
  }
  if (begin < text.size()) {
    body(text.substr(begin));
  }
}

char AsciiLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool HasProperty(char32_t c, UProperty property) {
  return u_hasBinaryProperty(static_cast<UChar32>(c), property) != 0;
}

void RequireUtf8(std::string_view text) {
  if (const auto offset = FindInvalidUtf8(text)) {
    throw std::invalid_argument("text is not valid UTF-8: ill-formed sequence at byte offset " +
                                std::to_string(*offset) + " of " + std::to_string(text.size()));
  }
}

// Whether the capital sigma of text[begin, end) ends a word: a cased letter before it and none
// behind it, case-ignorable characters in between not counting.
bool IsFinalSigma(std::string_view text, std::size_t begin, std::size_t end) {
  bool cased_before = false;
  for (std::size_t i = begin; i > 0;) {
    i = PreviousStart(text, i);
    std::size_t next = i;
    const char32_t c = DecodeForward(text, next);
    if (!HasProperty(c, UCHAR_CASE_IGNORABLE)) {
      cased_before = HasProperty(c, UCHAR_CASED);
      break;
    }
  }
  if (!cased_before) {
    return false;
  }
  for (std::size_t i = end; i < text.size();) {
    const char32_t c = DecodeForward(text, i);
    if (!HasProperty(c, UCHAR_CASE_IGNORABLE)) {
      return !HasProperty(c, UCHAR_CASED);
    }
  }
  return true;
}

// Appends the lower-case form of text[from ..], judging sigmas by the whole text.
void AppendLower(std::string_view text, std::size_t from, std::string& out) {
  for (std::size_t i = from; i < text.size();) {
    const std::size_t begin = i;
    const char32_t c = DecodeForward(text, i);
    if (c < 0x80) {
      out.push_back(AsciiLower(static_cast<char>(c)));
    } else if (c == 0x0130) {
      out += "i\u0307";
    } else if (c == 0x03A3) {
      AppendUtf8(IsFinalSigma(text, begin, i) ? 0x03C2 : 0x03C3, out);
    } else {
      AppendUtf8(static_cast<char32_t>(u_tolower(static_cast<UChar32>(c))), out);
    }
  }
}

// Full title-case mapping of one code point, which may have up to three.
void AppendTitle(char32_t c, std::string& out) {
  std::array<char16_t, 2> source{};
  std::int32_t length = 1;
  if (c < 0x10000) {
    source[0] = static_cast<char16_t>(c);
  } else {
    source[0] = static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
    source[1] = static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
    length = 2;
  }
  std::array<char16_t, 16> title{};
  UErrorCode status = U_ZERO_ERROR;
  // The empty locale is the root: no language's own rules.
  const std::int32_t n = icu::CaseMap::toTitle(
      "", U_TITLECASE_WHOLE_STRING | U_TITLECASE_NO_BREAK_ADJUSTMENT | U_TITLECASE_NO_LOWERCASE,
      nullptr, source.data(), length, title.data(), static_cast<std::int32_t>(title.size()),
      nullptr, status);
  if (U_FAILURE(status)) {
    throw std::logic_error(std::string("title-casing failed: ") + u_errorName(status));
  }
  for (std::int32_t i = 0; i < n; ++i) {
    char32_t unit = title[static_cast<std::size_t>(i)];
    if (unit >= 0xD800 && unit < 0xDC00 && i + 1 < n) {
      unit = 0x10000 + ((unit - 0xD800) << 10) + (title[static_cast<std::size_t>(++i)] - 0xDC00u);
    }
    AppendUtf8(unit, out);
  }
}

}  // namespace

std::optional<std::size_t> FindInvalidUtf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t i = 0;
  while (i < text.size()) {
    const unsigned char lead = byte(i);
    if (lead < 0x80) {
      i = SkipAscii(text, i + 1);
      continue;
    }
    // The second byte's range excludes overlong forms, surrogates and values above U+10FFFF
    // (The Unicode Standard, table 3-7).
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      length = 3;
      low = lead == 0xE0 ? 0xA0 : 0x80;
      high = lead == 0xED ? 0x9F : 0xBF;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      length = 4;
      low = lead == 0xF0 ? 0x90 : 0x80;
      high = lead == 0xF4 ? 0x8F : 0xBF;
    } else {
      return i;
    }
    if (text.size() - i < length || byte(i + 1) < low || byte(i + 1) > high) {
      return i;
    }
    for (std::size_t k = 2; k < length; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) {
        return i;
      }
    }
    i += length;
  }
  return std::nullopt;
}

std::string_view FirstCodePoints(std::string_view text, std::int64_t count) {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  }
  return text.substr(0, end);
}

std::int64_t CountCodePoints(std::string_view text) {
  RequireUtf8(text);
  std::int64_t count = 0;
  for (const char c : text) {
    count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  }
  return count;
}

std::u32string ToCodePoints(std::string_view text) {
  RequireUtf8(text);
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    out.push_back(DecodeForward(text, i));
  }
  return out;
}

std::string ToUtf8(std::u32string_view code_points) {
  std::string out;
  out.reserve(code_points.size());
  for (std::size_t i = 0; i < code_points.size(); ++i) {
    const char32_t c = code_points[i];
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
      throw std::invalid_argument("code point " + std::to_string(static_cast<std::uint32_t>(c)) +
                                  " at index " + std::to_string(i) +
                                  " is a surrogate or above U+10FFFF");
    }
    AppendUtf8(c, out);
  }
  return out;
}

bool IsWordCharacter(char32_t c) {
  if (c < 0x80) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }
  if (c > 0x10FFFF) {
    return false;
  }
  if ((U_GET_GC_MASK(static_cast<UChar32>(c)) & (U_GC_L_MASK | U_GC_N_MASK)) == 0) {
    return false;
  }
  UVersionInfo age;
  u_charAge(static_cast<UChar32>(c), age);
  return age[0] <= kUnicodeOfReference;
}

bool IsDigit(char32_t c) {
  if (c < 0x80) {
    return c >= '0' && c <= '9';
  }
  if (c > 0x10FFFF) {
    return false;
  }
  const int type = u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_NUMERIC_TYPE);
  return type == U_NT_DECIMAL || type == U_NT_DIGIT;
}

std::optional<int> DecimalDigitValue(char32_t c) {
  if (c > 0x10FFFF) {
    return std::nullopt;
  }
  const int value = u_charDigitValue(static_cast<UChar32>(c));
  return value < 0 ? std::nullopt : std::optional(value);
}

std::string_view StripRight(std::string_view text) {
  RequireUtf8(text);
  std::size_t end = text.size();
  while (end > 0) {
    const std::size_t begin = PreviousStart(text, end);
    std::size_t next = begin;
    if (!IsWhitespace(DecodeForward(text, next))) {
      break;
    }
    end = begin;
  }
  return text.substr(0, end);
}

std::string_view Strip(std::string_view text) {
  const std::string_view trimmed = StripRight(text);
  std::size_t begin = 0;
  while (begin < trimmed.size()) {
    std::size_t next = begin;
    if (!IsWhitespace(DecodeForward(trimmed, next))) {
      break;
    }
    begin = next;
  }
  return trimmed.substr(begin);
}

std::vector<std::string_view> SplitWhitespace(std::string_view text) {
  RequireUtf8(text);
  std::vector<std::string_view> pieces;
  pieces.reserve(text.size() / 8 + 1);  // not far from what most languages need
  ForEachPiece(text, [&](std::string_view piece) { pieces.push_back(piece); });
  return pieces;
}

std::string CollapseWhitespace(std::string_view text) {
  RequireUtf8(text);
  std::string joined;
  joined.reserve(text.size());
  ForEachPiece(text, [&](std::string_view piece) {
    joined.append(joined.empty() ? "" : " ").append(piece);
  });
  return joined;
}

std::string Lower(std::string_view text) {
  std::string out;
  if (IsAscii(text)) {
    out.resize(text.size());
    std::transform(text.begin(), text.end(), out.begin(), AsciiLower);
    return out;
  }
  RequireUtf8(text);
  out.reserve(text.size());
  AppendLower(text, 0, out);
  return out;
}

std::string Capitalize(std::string_view text) {
  RequireUtf8(text);
  std::string out;
  if (text.empty()) {
    return out;
  }
  out.reserve(text.size());
  std::size_t rest = 0;
  const char32_t first = DecodeForward(text, rest);
  if (first < 0x80) {
    const bool is_lower = first >= 'a' && first <= 'z';
    out.push_back(static_cast<char>(is_lower ? first - 'a' + 'A' : first));
  } else {
    AppendTitle(first, out);
  }
  AppendLower(text, rest, out);
  return out;
}

std::string DeleteAsciiPunctuation(std::string_view text) {
  RequireUtf8(text);
  std::string out(text);
  std::erase_if(out, [](char c) { return IsAsciiPunctuation(static_cast<unsigned char>(c)); });
  return out;
}

std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to) {
  if (from.empty()) {
    throw std::invalid_argument("ReplaceAll: the text to replace must not be empty");
  }
  RequireUtf8(text);
  std::string out;
  out.reserve(text.size());
  std::size_t begin = 0;
  for (std::size_t at = text.find(from); at != std::string_view::npos;
       at = text.find(from, begin)) {
    out.append(text, begin, at - begin);
    out.append(to);
    begin = at + from.size();
  }
  out.append(text, begin);
  return out;
}

}  // namespace meval
