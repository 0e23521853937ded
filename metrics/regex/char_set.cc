#include "metrics/regex/char_set.h"

#include <utility>

namespace meval::regex {

void CharSet::Finish(bool ignore_case) {
  CharRanges members = ignore_case ? WithCaseVariants(std::move(ranges_)) : std::move(ranges_);
  for (const Category category : categories_) {
    const CharRanges& more = RangesOf(category);
    members.insert(members.end(), more.begin(), more.end());
  }
  members = SortedAndMerged(std::move(members));
  ranges_ = negated_ ? Complement(members) : std::move(members);
  for (char32_t c = 0; c < 128; ++c) {
    ascii_[c] = regex::Contains(ranges_, c);
  }
}

}  // namespace meval::regex
