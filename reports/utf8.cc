#include "reports/utf8.h"

#include <algorithm>
#include <array>
#include <span>

namespace meval {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::string_view kReplacementUtf8 = "\xEF\xBF\xBD";

struct Range {
  char32_t first;
  char32_t last;
};

// Marks and format characters of the scripts that occur in names and messages. A missing range
// costs a crooked column, never a wrong number.
constexpr std::array kZeroWidth = {
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489},  Range{0x0591, 0x05BD}, Range{0x0610, 0x061A},
    Range{0x064B, 0x065F}, Range{0x0E31, 0x0E31},  Range{0x0E34, 0x0E3A}, Range{0x0E47, 0x0E4E},
    Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF},  Range{0x200B, 0x200F}, Range{0x202A, 0x202E},
    Range{0x2060, 0x2064}, Range{0x20D0, 0x20FF},  Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F},
    Range{0xFEFF, 0xFEFF}, Range{0xE0100, 0xE01EF}};

constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0x4DBF},
    Range{0x4E00, 0xA4CF},   Range{0xA960, 0xA97C},   Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF},
    Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x3FFFD}};

bool Contains(std::span<const Range> ranges, char32_t c) {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), c,
                                      [](char32_t value, Range r) { return value < r.first; });
  return after != ranges.begin() && c <= std::prev(after)->last;
}

// What the first byte promises: how many bytes follow, and the range of the first of them, which
// alone excludes overlong forms, surrogates and values above U+10FFFF (Unicode 15, table 3-7).
struct Lead {
  std::size_t trailing;
  unsigned low;
  unsigned high;
  unsigned bits;
};

Lead Classify(unsigned byte) {
  if (byte < 0x80) return {0, 0, 0, byte};
  if (byte < 0xC2 || byte > 0xF4) return {0, 1, 0, 0};
  if (byte < 0xE0) return {1, 0x80, 0xBF, byte & 0x1FU};
  if (byte < 0xF0)
    return {2, byte == 0xE0 ? 0xA0U : 0x80U, byte == 0xED ? 0x9FU : 0xBFU, byte & 0xFU};
  return {3, byte == 0xF0 ? 0x90U : 0x80U, byte == 0xF4 ? 0x8FU : 0xBFU, byte & 0x7U};
}

}  // namespace

Utf8Step NextUtf8(std::string_view text) {
  const auto byte_at = [&](std::size_t i) -> unsigned {
    return static_cast<unsigned char>(text[i]);
  };
  Lead lead = Classify(byte_at(0));
  if (lead.low > lead.high) return {kReplacement, 1, false};
  char32_t code_point = lead.bits;
  for (std::size_t i = 1; i <= lead.trailing; ++i) {
    if (i >= text.size() || byte_at(i) < lead.low || byte_at(i) > lead.high) {
      return {kReplacement, i, false};
    }
    code_point = (code_point << 6) | (byte_at(i) & 0x3FU);
    lead.low = 0x80;
    lead.high = 0xBF;
  }
  return {code_point, lead.trailing + 1, true};
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const Utf8Step step = NextUtf8(text);
    if (!step.is_valid) return false;
    text.remove_prefix(step.size);
  }
  return true;
}

std::string RepairUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Step step = NextUtf8(text);
    out += step.is_valid ? text.substr(0, step.size) : kReplacementUtf8;
    text.remove_prefix(step.size);
  }
  return out;
}

std::string Beginning(std::string_view text, std::size_t most_bytes) {
  if (text.size() <= most_bytes) return std::string(text);
  std::size_t end = 0;
  while (end < most_bytes) end += NextUtf8(text.substr(end)).size;
  return std::string(text.substr(0, end)) + (end < text.size() ? "\u2026" : "");
}

std::string PrintableLine(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Step step = NextUtf8(text);
    const char32_t c = step.code_point;
    // Overrides and isolates would turn round what stands behind them on the line.
    const bool is_bidi_control = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    const bool is_control = c < 0x20 || (c >= 0x7F && c < 0xA0) || is_bidi_control;
    if (c == '\t' || c == '\n' || c == '\r') {
      out += ' ';
    } else {
      out += step.is_valid && !is_control ? text.substr(0, step.size) : kReplacementUtf8;
    }
    text.remove_prefix(step.size);
  }
  return out;
}

std::string PresentableText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Step step = NextUtf8(text);
    const char32_t c = step.code_point;
    const bool is_control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0);
    out += step.is_valid && !is_control ? text.substr(0, step.size) : kReplacementUtf8;
    text.remove_prefix(step.size);
  }
  return out;
}

int DisplayWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Utf8Step step = NextUtf8(text);
    if (!Contains(kZeroWidth, step.code_point)) width += Contains(kWide, step.code_point) ? 2 : 1;
    text.remove_prefix(step.size);
  }
  return width;
}

}  // namespace meval
