#ifndef MEVAL_METRICS_EXACT_MATCH_H_
#define MEVAL_METRICS_EXACT_MATCH_H_

// Equality of texts after agreed deletions: lm-evaluation-harness' `exact_match`, digit for digit.
//
// Both sides go through, in this order:
//   1. each pattern of regexes_to_ignore, in order: all its matches are deleted;
//   2. ignore_case: lower-cased;
//   3. ignore_punctuation: the 32 ASCII punctuation characters deleted (curly quotes stay);
//   4. ignore_numbers: ASCII digits deleted.
// Nothing is stripped. A pair scores 1 if both are then equal, else 0; a set scores the mean, 0..1.
//
// Two quirks of the reference are kept, since scores depend on them: trailing NUL characters are
// lost, and lower-casing happens in a numpy array as wide as the longest text of that side's list,
// so that a text that grows (only U+0130 does) is cut to that width. A pair scored alone is a list
// of one; with several references the references are the list.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/python_regex.h"

namespace meval {

struct ExactMatchOptions {
  bool ignore_case = false;
  bool ignore_punctuation = false;
  bool ignore_numbers = false;
  std::vector<std::string> regexes_to_ignore;  // Python's syntax; see python_regex.h
};

class ExactMatch {
 public:
  // Compiles the patterns once; throws RegexError for one that is invalid or not supported.
  explicit ExactMatch(const ExactMatchOptions& options = {});

  // Throw MetricError, with the byte offset, for text that is not valid UTF-8.
  bool Matches(std::string_view prediction, std::string_view reference) const;
  // Whether any reference matches. MetricError if there is none.
  bool MatchesAny(std::string_view prediction, std::span<const std::string> references) const;
  // Fraction of equal pairs, each side being one list. MetricError if they are empty or unequal in
  // number.
  double Score(std::span<const std::string> predictions,
               std::span<const std::string> references) const;

 private:
  // One side's list after all deletions.
  std::vector<std::string> Normalise(std::string_view side, std::vector<std::string> texts) const;

  ExactMatchOptions options_;
  std::vector<PythonRegex> regexes_;
};

}  // namespace meval

#endif  // MEVAL_METRICS_EXACT_MATCH_H_
