#ifndef MEVAL_METRICS_REGEX_RE2_TRANSLATION_H_
#define MEVAL_METRICS_REGEX_RE2_TRANSLATION_H_

// A pattern's syntax tree in RE2's notation, where that says exactly the same.
//
// It does not, and there is no translation, for
//   \b \B               RE2's know ASCII letters only
//   lookaround          RE2 has none
//   $ without (?m)      inside of the pattern. Where nothing follows it on the way to the match's
//                       end, it is written ()\n?\z, and the empty group says where the match ends
//   a repeat whose body can match nothing
//                       RE2 simplifies such repeats in ways of its own
//   an empty match that is preferred to a longer one, as in a*? or |a
//                       Python looks for the longer one at the same place once the empty one is
//                       taken, which cannot be asked of RE2
// Classes are written as ranges, so that neither RE2's Unicode version nor its case folding counts.

#include <optional>
#include <string>
#include <vector>

#include "metrics/regex/syntax.h"

namespace meval::regex {

struct Re2Translation {
  std::string pattern;
  std::vector<int> groups;  // group g + 1 of the pattern is groups[g] in RE2's counting
  std::vector<int> ends;    // the empty groups before a $: the match ends at the one that is set
};

std::optional<Re2Translation> TranslateToRe2(const SyntaxTree& tree);

}  // namespace meval::regex

#endif  // MEVAL_METRICS_REGEX_RE2_TRANSLATION_H_
