#include "metrics/bleu/tokenizers.h"

#include <algorithm>
#include <array>

#include <unicode/uchar.h>

#include "metrics/unicode_text.h"

namespace meval::bleu {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsPeriodOrComma(char c) { return c == '.' || c == ','; }

// ASCII punctuation that always stands alone: all but ' , - . And the space itself.
bool StandsAlone(char c) {
  return (c >= ' ' && c <= '&') || (c >= '(' && c <= '+') || c == '/' || (c >= ':' && c <= '@') ||
         (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

std::string IsolatePunctuation(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 2);
  for (const char c : text) {
    if (StandsAlone(c)) {
      out.append({' ', c, ' '});
    } else {
      out.push_back(c);
    }
  }
  return out;
}

// One pass over neighbouring characters, pairs not overlapping: where `is_pair` holds of two
// characters, both are written with spaces around the second or the first. Every character tested
// is ASCII, so a pass over bytes sees the same pairs as one over code points.
template <typename IsPair, typename WritePair>
std::string RewritePairs(std::string_view text, IsPair is_pair, WritePair write_pair) {
  std::string out;
  out.reserve(text.size() * 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 1 < text.size() && is_pair(text[i], text[i + 1])) {
      write_pair(out, text[i], text[i + 1]);
      ++i;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// The passes that mteval-v13a and the Chinese tokenizer share.
std::string SeparateWesternMarks(std::string_view text) {
  std::string line = IsolatePunctuation(text);
  const auto second_apart = [](std::string& out, char a, char b) { out.append({a, ' ', b, ' '}); };
  const auto first_apart = [](std::string& out, char a, char b) { out.append({' ', a, ' ', b}); };
  line = RewritePairs(
      line, [](char a, char b) { return !IsDigit(a) && IsPeriodOrComma(b); }, second_apart);
  line = RewritePairs(
      line, [](char a, char b) { return IsPeriodOrComma(a) && !IsDigit(b); }, first_apart);
  line = RewritePairs(
      line, [](char a, char b) { return IsDigit(a) && b == '-'; }, second_apart);
  return CollapseWhitespace(line);
}

struct Range {
  char32_t low;
  char32_t high;
};

// The ranges sacrebleu isolates. Two of them, 2001-2A6D and 2F81-2FA1, are a slip of its source,
// which meant the supplementary planes 20010-2A6D6 and 2F800-2FA1D; scores depend on it.
constexpr std::array<Range, 22> kChinese = {{
    {0x3400, 0x4DB5}, {0x4E00, 0x9FA5}, {0x9FA6, 0x9FBB}, {0xF900, 0xFA2D}, {0xFA30, 0xFA6A},
    {0xFA70, 0xFAD9}, {0x2001, 0x2A6D}, {0x2F81, 0x2FA1}, {0xFF00, 0xFFEF}, {0x2E80, 0x2EFF},
    {0x3000, 0x303F}, {0x31C0, 0x31EF}, {0x2F00, 0x2FDF}, {0x2FF0, 0x2FFF}, {0x3100, 0x312F},
    {0x31A0, 0x31BF}, {0xFE10, 0xFE1F}, {0xFE30, 0xFE4F}, {0x2600, 0x26FF}, {0x2700, 0x27BF},
    {0x3200, 0x32FF}, {0x3300, 0x33FF},
}};

bool IsChinese(char32_t c) {
  return std::any_of(kChinese.begin(), kChinese.end(),
                     [&](const Range& range) { return c >= range.low && c <= range.high; });
}

bool IsInCategory(char32_t c, std::uint32_t mask) {
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & mask) != 0;
}
bool IsNumber(char32_t c) { return IsInCategory(c, U_GC_N_MASK); }
bool IsPunctuation(char32_t c) { return IsInCategory(c, U_GC_P_MASK); }
bool IsSymbol(char32_t c) { return IsInCategory(c, U_GC_S_MASK); }

// As RewritePairs, over code points.
template <typename IsPair>
std::u32string SeparatePairs(std::u32string_view text, IsPair is_pair, bool second_apart) {
  std::u32string out;
  out.reserve(text.size() * 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 1 < text.size() && is_pair(text[i], text[i + 1])) {
      const char32_t a = text[i];
      const char32_t b = text[i + 1];
      second_apart ? out.append({a, U' ', b, U' '}) : out.append({U' ', a, U' ', b});
      ++i;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace

std::string TokenizeChar(std::string_view line) {
  std::u32string out;
  for (const char32_t c : ToCodePoints(line)) {
    if (!out.empty()) {
      out.push_back(U' ');
    }
    out.push_back(c);
  }
  return ToUtf8(out);
}

std::string Tokenize13a(std::string_view line) {
  std::string text = ReplaceAll(line, "<skipped>", "");
  text = ReplaceAll(text, "-\n", "");
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (text.find('&') != std::string::npos) {
    text = ReplaceAll(text, "&quot;", "\"");
    text = ReplaceAll(text, "&amp;", "&");
    text = ReplaceAll(text, "&lt;", "<");
    text = ReplaceAll(text, "&gt;", ">");
  }
  text.insert(text.begin(), ' ');
  text.push_back(' ');
  return SeparateWesternMarks(text);
}

std::string TokenizeZh(std::string_view line) {
  std::u32string out;
  for (const char32_t c : ToCodePoints(Strip(line))) {
    if (IsChinese(c)) {
      out.append({U' ', c, U' '});
    } else {
      out.push_back(c);
    }
  }
  return SeparateWesternMarks(ToUtf8(out));
}

std::string TokenizeIntl(std::string_view line) {
  std::u32string text = ToCodePoints(line);
  text = SeparatePairs(
      text, [](char32_t a, char32_t b) { return !IsNumber(a) && IsPunctuation(b); }, true);
  text = SeparatePairs(
      text, [](char32_t a, char32_t b) { return IsPunctuation(a) && !IsNumber(b); }, false);
  std::u32string out;
  out.reserve(text.size() * 2);
  for (const char32_t c : text) {
    if (IsSymbol(c)) {
      out.append({U' ', c, U' '});
    } else {
      out.push_back(c);
    }
  }
  return CollapseWhitespace(ToUtf8(out));
}

}  // namespace meval::bleu
