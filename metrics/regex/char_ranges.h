#ifndef MEVAL_METRICS_REGEX_CHAR_RANGES_H_
#define MEVAL_METRICS_REGEX_CHAR_RANGES_H_

// Sets of characters as ranges: those of \d \w \s, and those that (?i) takes as equal. Both
// matchers read a pattern's classes from here, so they cannot differ in them, and no version of RE2
// or ICU can widen a class: \d and \w are those of Unicode 14, which CPython 3.11 has.

#include <cstdint>
#include <string_view>
#include <vector>

namespace meval::regex {

enum class Category : std::uint8_t { kDigit, kNotDigit, kWord, kNotWord, kSpace, kNotSpace };

struct CharRange {
  char32_t low = 0;
  char32_t high = 0;  // inclusive
};
// Rising, with a gap between one range and the next.
using CharRanges = std::vector<CharRange>;

CharRanges SortedAndMerged(CharRanges ranges);
bool Contains(const CharRanges& ranges, char32_t c);
// All other code points up to U+10FFFF.
CharRanges Complement(const CharRanges& ranges);
// Made at the first call.
const CharRanges& RangesOf(Category category);

// Two characters match each other under (?i) when their keys are equal: Python compares simple
// lower-case forms, and takes lower-case letters with one upper-case form (s and long s) as equal.
char32_t CaseKey(char32_t c);
// Every character with this key where there are several, in rising order; else nothing.
std::u32string_view CharsWithKey(char32_t key);
// The ranges, and every character whose key is that of a member.
CharRanges WithCaseVariants(CharRanges ranges);

}  // namespace meval::regex

#endif  // MEVAL_METRICS_REGEX_CHAR_RANGES_H_
