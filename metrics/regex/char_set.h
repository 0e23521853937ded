#ifndef MEVAL_METRICS_REGEX_CHAR_SET_H_
#define MEVAL_METRICS_REGEX_CHAR_SET_H_

// A set of characters as a pattern writes it: ranges, the categories of \d \w \s, a negation.

#include <array>
#include <cstdint>
#include <vector>

namespace meval::regex {

enum class Category : std::uint8_t { kDigit, kNotDigit, kWord, kNotWord, kSpace, kNotSpace };

bool IsInCategory(char32_t c, Category category);

// Two characters match each other under (?i) when their keys are equal: Python compares simple
// lower-case forms, and takes lower-case letters with one upper-case form (s and long s) as equal.
char32_t CaseKey(char32_t c);

class CharSet {
 public:
  void AddRange(char32_t low, char32_t high);
  void AddCategory(Category category) { categories_.push_back(category); }
  void Negate() { negated_ = true; }
  // Call once, after the last Add: sorts the ranges and folds their case where asked for.
  void Finish(bool ignore_case);

  bool Contains(char32_t c) const { return c < 128 ? ascii_[c] : ContainsSlow(c); }

 private:
  struct Range {
    char32_t low;
    char32_t high;  // inclusive
  };

  bool ContainsSlow(char32_t c) const;
  void SortAndMerge();

  std::vector<Range> ranges_;
  std::vector<Category> categories_;
  std::array<bool, 128> ascii_{};
  bool negated_ = false;
  bool ignore_case_ = false;  // ranges_ then hold case keys
};

}  // namespace meval::regex

#endif  // MEVAL_METRICS_REGEX_CHAR_SET_H_
