#ifndef MEVAL_METRICS_REGEX_CHAR_SET_H_
#define MEVAL_METRICS_REGEX_CHAR_SET_H_

// A set of characters as a pattern writes it: ranges, the categories of \d \w \s, a negation.

#include <array>

#include "metrics/regex/char_ranges.h"

namespace meval::regex {

class CharSet {
 public:
  void AddRange(char32_t low, char32_t high) { ranges_.push_back({low, high}); }
  void AddCategory(Category category) { categories_.push_back(category); }
  void Negate() { negated_ = true; }
  // Call once, after the last Add: works out the members, with their case variants where asked for.
  void Finish(bool ignore_case);

  bool Contains(char32_t c) const { return c < 128 ? ascii_[c] : regex::Contains(ranges_, c); }
  // All members.
  const CharRanges& ranges() const { return ranges_; }

 private:
  CharRanges ranges_;  // as added; from Finish on the members
  std::vector<Category> categories_;
  std::array<bool, 128> ascii_{};
  bool negated_ = false;
};

}  // namespace meval::regex

#endif  // MEVAL_METRICS_REGEX_CHAR_SET_H_
