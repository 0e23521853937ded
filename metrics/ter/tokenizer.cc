#include "metrics/ter/tokenizer.h"

#include <algorithm>
#include <array>
#include <span>

#include "metrics/unicode_text.h"

namespace meval::ter {
namespace {

struct Range {
  char32_t low;
  char32_t high;
};

// What is split down to single characters. 3F22 for 32FF is a slip of the reference; scores depend
// on it. The reference spaces these in several passes, which makes more spaces but the same words.
constexpr std::array<Range, 8> kIdeographs = {{
    {0x2E80, 0x2EFF},  // CJK radicals supplement
    {0x31C0, 0x31EF},  // CJK strokes
    {0x3200, 0x3F22},  // enclosed CJK letters and months, and more
    {0x3300, 0x33FF},  // CJK compatibility
    {0x3400, 0x4DBF},  // CJK unified ideographs extension A
    {0x4E00, 0x9FFF},  // CJK unified ideographs
    {0xF900, 0xFAFF},  // CJK compatibility ideographs
    {0xFE30, 0xFE4F},  // CJK compatibility forms
}};

constexpr std::array<Range, 11> kAsianMarks = {{
    {0x3001, 0x3002},
    {0x3008, 0x3011},
    {0x3014, 0x301F},
    {0x30FB, 0x30FB},
    {0xFF01, 0xFF02},
    {0xFF08, 0xFF09},
    {0xFF0C, 0xFF0C},
    {0xFF0E, 0xFF0E},
    {0xFF1A, 0xFF1B},
    {0xFF1F, 0xFF1F},
    {0xFF61, 0xFF65},
}};

bool IsIn(std::span<const Range> ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& range) { return c >= range.low && c <= range.high; });
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsPeriodOrComma(char c) { return c == '.' || c == ','; }

// All ASCII punctuation but ' , - . and the space itself.
std::string IsolatePunctuation(std::string_view line) {
  std::string out;
  out.reserve(line.size() * 2);
  for (const char c : line) {
    if (c == ' ' || (IsAsciiPunctuation(c) && c != '\'' && c != '-' && !IsPeriodOrComma(c))) {
      out.append({' ', c, ' '});
    } else {
      out.push_back(c);
    }
  }
  return out;
}

// One pass over neighbouring characters, pairs not overlapping: where `is_pair` holds of two, both
// are written with spaces around the second or the first. Every character tested is ASCII, so a
// pass over bytes sees the same pairs as one over code points.
template <typename IsPair, typename WritePair>
std::string RewritePairs(std::string_view line, IsPair is_pair, WritePair write_pair) {
  std::string out;
  out.reserve(line.size() * 2);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (i + 1 < line.size() && is_pair(line[i], line[i + 1])) {
      write_pair(out, line[i], line[i + 1]);
      ++i;
    } else {
      out.push_back(line[i]);
    }
  }
  return out;
}

std::string NormalizeWestern(std::string_view line) {
  std::string text = ReplaceAll(line, "\n-", "");
  std::replace(text.begin(), text.end(), '\n', ' ');
  text = ReplaceAll(text, "&quot;", "\"");
  text = ReplaceAll(text, "&amp;", "&");
  text = ReplaceAll(text, "&lt;", "<");
  text = ReplaceAll(text, "&gt;", ">");
  text = ReplaceAll(IsolatePunctuation(" " + text + " "), "'s ", " 's ");

  const auto second_apart = [](std::string& out, char a, char b) { out.append({a, ' ', b, ' '}); };
  const auto first_apart = [](std::string& out, char a, char b) { out.append({' ', a, ' ', b}); };
  text = RewritePairs(
      text, [](char a, char b) { return !IsDigit(a) && IsPeriodOrComma(b); }, second_apart);
  text = RewritePairs(
      text, [](char a, char b) { return IsPeriodOrComma(a) && !IsDigit(b); }, first_apart);
  return RewritePairs(
      text, [](char a, char b) { return IsDigit(a) && b == '-'; }, second_apart);
}

std::string IsolateAsian(std::string_view line) {
  std::u32string out;
  for (const char32_t c : ToCodePoints(line)) {
    if (IsIn(kIdeographs, c) || IsIn(kAsianMarks, c)) {
      out.append({U' ', c, U' '});
    } else {
      out.push_back(c);
    }
  }
  return ToUtf8(out);
}

std::string DeleteMarks(std::string_view line, bool asian_support) {
  std::u32string out = ToCodePoints(line);
  std::erase_if(out, [&](char32_t c) {
    return std::u32string_view(U".,?:;!\"()").find(c) != std::u32string_view::npos ||
           (asian_support && IsIn(kAsianMarks, c));
  });
  return ToUtf8(out);
}

}  // namespace

std::string Tokenize(std::string_view text, const TerOptions& options) {
  const std::string_view trimmed = StripRight(text);
  std::string line = options.case_sensitive ? std::string(trimmed) : Lower(trimmed);
  if (options.normalized) {
    line = NormalizeWestern(line);
    if (options.asian_support) {
      line = IsolateAsian(line);
    }
  }
  if (options.no_punct) {
    line = DeleteMarks(line, options.asian_support);
  }
  return CollapseWhitespace(line);
}

}  // namespace meval::ter
