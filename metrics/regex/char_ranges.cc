#include "metrics/regex/char_ranges.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <unicode/uchar.h>
#include <unicode/uset.h>

#include "metrics/unicode_text.h"

namespace meval::regex {
namespace {

constexpr char32_t kLastCodePoint = 0x10FFFF;

void RequireSuccess(UErrorCode status) {
  if (U_FAILURE(status)) {
    throw std::logic_error(std::string("reading Unicode's sets failed: ") + u_errorName(status));
  }
}

CharRanges RangesOfSet(const USet* set) {
  CharRanges ranges;
  for (std::int32_t i = 0; i < uset_getItemCount(set); ++i) {
    UErrorCode status = U_ZERO_ERROR;
    UChar32 low = 0;
    UChar32 high = 0;
    uset_getItem(set, i, &low, &high, nullptr, 0, &status);
    RequireSuccess(status);
    ranges.push_back({static_cast<char32_t>(low), static_cast<char32_t>(high)});
  }
  return ranges;
}

// `pattern` is ICU's notation of a set. Age=14.0 holds for what Unicode 14 or an earlier one has.
CharRanges RangesOfPattern(std::u16string_view pattern) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<USet, decltype(&uset_close)> set(
      uset_openPattern(pattern.data(), static_cast<std::int32_t>(pattern.size()), &status),
      uset_close);
  RequireSuccess(status);
  return RangesOfSet(set.get());
}

CharRanges SpaceRanges() {
  constexpr char32_t kLastSpace = 0x3000;
  CharRanges ranges;
  for (char32_t c = 0; c <= kLastSpace; ++c) {
    if (IsWhitespace(c)) {
      ranges.push_back({c, c});
    }
  }
  return SortedAndMerged(std::move(ranges));
}

using CharsByKey = std::map<char32_t, std::u32string>;

// The keys that several characters share. Only characters that some case mapping changes can be
// among them.
const CharsByKey& SharedKeys() {
  static const CharsByKey shared = [] {
    UErrorCode status = U_ZERO_ERROR;
    const USet* cased = u_getBinaryPropertySet(UCHAR_CHANGES_WHEN_CASEMAPPED, &status);
    RequireSuccess(status);
    CharsByKey all;
    for (const CharRange& range : RangesOfSet(cased)) {
      for (char32_t c = range.low; c <= range.high; ++c) {
        all[CaseKey(c)].push_back(c);
      }
    }
    std::erase_if(all, [](const auto& entry) { return entry.second.size() < 2; });
    return all;
  }();
  return shared;
}

}  // namespace

CharRanges SortedAndMerged(CharRanges ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const CharRange& a, const CharRange& b) { return a.low < b.low; });
  CharRanges merged;
  for (const CharRange& range : ranges) {
    if (!merged.empty() && range.low <= merged.back().high + 1) {
      merged.back().high = std::max(merged.back().high, range.high);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

bool Contains(const CharRanges& ranges, char32_t c) {
  const auto above =
      std::upper_bound(ranges.begin(), ranges.end(), c,
                       [](char32_t value, const CharRange& range) { return value < range.low; });
  return above != ranges.begin() && c <= std::prev(above)->high;
}

CharRanges Complement(const CharRanges& ranges) {
  CharRanges others;
  char32_t next = 0;
  for (const CharRange& range : ranges) {
    if (range.low > next) {
      others.push_back({next, range.low - 1});
    }
    next = range.high + 1;
  }
  if (next <= kLastCodePoint) {
    others.push_back({next, kLastCodePoint});
  }
  return others;
}

const CharRanges& RangesOf(Category category) {
  static const CharRanges digits = RangesOfPattern(u"[\\p{Nd}&\\p{Age=14.0}]");
  static const CharRanges words = RangesOfPattern(u"[[\\p{L}\\p{N}_]&\\p{Age=14.0}]");
  static const CharRanges spaces = SpaceRanges();
  static const std::array<CharRanges, 3> others = {Complement(digits), Complement(words),
                                                   Complement(spaces)};
  switch (category) {
    case Category::kDigit:
      return digits;
    case Category::kNotDigit:
      return others[0];
    case Category::kWord:
      return words;
    case Category::kNotWord:
      return others[1];
    case Category::kSpace:
      return spaces;
    case Category::kNotSpace:
      break;
  }
  return others[2];
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

std::u32string_view CharsWithKey(char32_t key) {
  const auto found = SharedKeys().find(key);
  return found == SharedKeys().end() ? std::u32string_view() : found->second;
}

CharRanges WithCaseVariants(CharRanges ranges) {
  ranges = SortedAndMerged(std::move(ranges));
  CharRanges variants;
  for (const auto& [key, chars] : SharedKeys()) {
    if (std::any_of(chars.begin(), chars.end(), [&](char32_t c) { return Contains(ranges, c); })) {
      for (const char32_t c : chars) {
        variants.push_back({c, c});
      }
    }
  }
  ranges.insert(ranges.end(), variants.begin(), variants.end());
  return SortedAndMerged(std::move(ranges));
}

}  // namespace meval::regex
