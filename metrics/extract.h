#ifndef MEVAL_METRICS_EXTRACT_H_
#define MEVAL_METRICS_EXTRACT_H_

// Reading an answer out of a response: the filters `regex` and `multi_choice_regex` of
// lm-evaluation-harness.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/python_regex.h"

namespace meval {

struct RegexFilterOptions {
  std::string pattern;                 // Python's syntax; see python_regex.h
  std::int64_t group_select = 0;       // which match: 0 the first, -1 the last
  std::string fallback = "[invalid]";  // where nothing matches
};

// All matches of the pattern (re.findall), then the one at group_select, then: the whole match if
// the pattern has no group; its group if it has one, even an empty one; its first non-empty group
// if it has several, or the fallback if all are empty. Stripped at both ends.
class RegexFilter {
 public:
  // Throws RegexError for a pattern that is invalid or not supported.
  explicit RegexFilter(RegexFilterOptions options);

  // Throws MetricError if there are matches but none at group_select (with their number), or if the
  // response is not valid UTF-8; RegexError where matching would take too much (python_regex.h).
  std::string Apply(std::string_view response) const;

  const std::string& fallback() const { return options_.fallback; }

 private:
  RegexFilterOptions options_;
  PythonRegex regex_;
};

struct ChoiceRegexFilterOptions {
  RegexFilterOptions regex;
  bool ignore_case = false;
  bool ignore_punctuation = false;             // deletes characters of category P*
  std::vector<std::string> regexes_to_ignore;  // their matches are deleted
};

// The letter of a choice, "(A)", "(B)", ..., found in the first of three ways that gives a text:
//   1. the pattern on the response, as in RegexFilter (but all groups empty give an empty text);
//   2. the text of a choice anywhere in the response. Both go through the ignored patterns, lower
//      case and punctuation first; the earlier choice wins at the leftmost place, and where two
//      choices have become equal the letter is the later one's;
//   3. a colon, whitespace and a bare letter: ": B".
// Otherwise the fallback. A text found in the first way stays as it is. group_select chooses among
// the matches of each way.
class ChoiceRegexFilter {
 public:
  // Throws RegexError for a pattern that is invalid or not supported.
  explicit ChoiceRegexFilter(ChoiceRegexFilterOptions options);

  // Throws MetricError as RegexFilter does, and for more than 26 choices.
  std::string Apply(std::string_view response, std::span<const std::string> choices) const;

 private:
  std::string Clean(std::string_view text) const;

  ChoiceRegexFilterOptions options_;
  PythonRegex regex_;
  std::vector<PythonRegex> ignored_;
};

}  // namespace meval

#endif  // MEVAL_METRICS_EXTRACT_H_
