#include "metrics/regex/char_set.h"

#include <algorithm>

#include <unicode/uchar.h>

#include "metrics/unicode_text.h"

namespace meval::regex {
namespace {

bool IsDecimalDigit(char32_t c) {
  if (c < 128) {
    return c >= '0' && c <= '9';
  }
  return u_charType(static_cast<UChar32>(c)) == U_DECIMAL_DIGIT_NUMBER;
}

}  // namespace

bool IsInCategory(char32_t c, Category category) {
  switch (category) {
    case Category::kDigit:
      return IsDecimalDigit(c);
    case Category::kNotDigit:
      return !IsDecimalDigit(c);
    case Category::kWord:
      return IsWordCharacter(c);
    case Category::kNotWord:
      return !IsWordCharacter(c);
    case Category::kSpace:
      return IsWhitespace(c);
    case Category::kNotSpace:
      return !IsWhitespace(c);
  }
  return false;
}

char32_t CaseKey(char32_t c) {
  if (c < 128) {
    return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
  }
  // These have no upper-case letter of their own, only a common upper-case sequence.
  switch (c) {
    case 0x1FD3:
      return 0x0390;
    case 0x1FE3:
      return 0x03B0;
    case 0xFB05:
      return 0xFB06;
    default:
      return static_cast<char32_t>(u_toupper(u_tolower(static_cast<UChar32>(c))));
  }
}

void CharSet::AddRange(char32_t low, char32_t high) { ranges_.push_back({low, high}); }

void CharSet::Finish(bool ignore_case) {
  ignore_case_ = ignore_case;
  if (ignore_case) {
    std::vector<Range> keys;
    for (const Range& range : ranges_) {
      for (char32_t c = range.low; c <= range.high; ++c) {
        const char32_t key = CaseKey(c);
        if (keys.empty() || key < keys.back().low || key > keys.back().high + 1) {
          keys.push_back({key, key});
        } else {
          keys.back().high = std::max(keys.back().high, key);
        }
      }
    }
    ranges_ = std::move(keys);
  }
  SortAndMerge();
  for (char32_t c = 0; c < 128; ++c) {
    ascii_[c] = ContainsSlow(c);
  }
}

void CharSet::SortAndMerge() {
  std::sort(ranges_.begin(), ranges_.end(),
            [](const Range& a, const Range& b) { return a.low < b.low; });
  std::vector<Range> merged;
  for (const Range& range : ranges_) {
    if (!merged.empty() && range.low <= merged.back().high + 1) {
      merged.back().high = std::max(merged.back().high, range.high);
    } else {
      merged.push_back(range);
    }
  }
  ranges_ = std::move(merged);
}

bool CharSet::ContainsSlow(char32_t c) const {
  const char32_t key = ignore_case_ ? CaseKey(c) : c;
  const auto above = std::upper_bound(ranges_.begin(), ranges_.end(), key,
                                      [](char32_t k, const Range& range) { return k < range.low; });
  const bool in_range = above != ranges_.begin() && key <= std::prev(above)->high;
  const bool found =
      in_range || std::any_of(categories_.begin(), categories_.end(),
                              [&](Category category) { return IsInCategory(c, category); });
  return found != negated_;
}

}  // namespace meval::regex
