#ifndef MEVAL_METRICS_REGEX_FOR_EACH_MATCH_H_
#define MEVAL_METRICS_REGEX_FOR_EACH_MATCH_H_

// The iteration of re.finditer and re.sub over the matches that a matcher finds one by one: a
// Matcher (matcher.h) or a Re2Matcher (re2_matcher.h).

#include <cstddef>

namespace meval::regex {

// Calls visit(matcher) for every match in turn, left to right and without overlap.
template <typename AnyMatcher, typename Visit>
void ForEachMatch(AnyMatcher& matcher, std::size_t text_size, Visit visit) {
  std::size_t start = 0;
  bool must_advance = false;
  while (start <= text_size && matcher.Search(start, must_advance)) {
    visit(matcher);
    // Behind an empty match the next one may begin at the same place, but not be empty there.
    must_advance = matcher.slot(0) == matcher.slot(1);
    start = matcher.slot(1);
  }
}

}  // namespace meval::regex

#endif  // MEVAL_METRICS_REGEX_FOR_EACH_MATCH_H_
