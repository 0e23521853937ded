#ifndef MEVAL_METRICS_PYTHON_REGEX_H_
#define MEVAL_METRICS_PYTHON_REGEX_H_

// Python's `re` on Unicode text: the patterns of task definitions and of the reference's filters,
// with the same matches, groups and empty matches as CPython 3.11. \d \w \s \b know Unicode, $
// also holds before a final newline, lookahead and fixed-width lookbehind are exact.
//
// Patterns are refused when constructed, naming pattern, offset and feature, where they use
// backreferences, conditionals, atomic groups, possessive repeats, \N{...} or the flags a, L, x.
//
// Matching is by backtracking that never explores the same choice at the same place twice: time is
// O(pattern * text) for one search, times the text again for each level of lookaround; never
// exponential.
// Since RE2 has none of Unicode \b, $ before a newline and lookaround, and the references need all
// three, the matcher is our own (metrics/regex). Tests compare it with CPython itself.
//
// One difference is known: where a repeat's body can match nothing, as in (a*?)*, and the empty
// iteration is taken back later, CPython forgets what the group held and may stop repeating.
//
//   PythonRegex strict(R"(#### (\-?[0-9\.\,]+))");
//   for (const auto& match : strict.FindAll(text)) ...match.groups[1]

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

class RegexError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class PythonRegex {
 public:
  struct Match {
    std::size_t begin = 0;  // byte offsets of the whole match
    std::size_t end = 0;
    std::vector<std::string>
        groups;  // [0] the whole match, [i] group i; empty where it took no part
  };

  // Throws RegexError.
  explicit PythonRegex(std::string_view pattern);
  ~PythonRegex();
  PythonRegex(PythonRegex&&) noexcept;
  PythonRegex& operator=(PythonRegex&&) noexcept;

  const std::string& pattern() const;
  int num_groups() const;  // capturing groups

  // re.findall's matches: left to right, without overlap, empty matches as Python >= 3.7 counts
  // them.
  std::vector<Match> FindAll(std::string_view text) const;
  // re.sub(pattern, replacement, text) with a literal replacement.
  std::string Replace(std::string_view text, std::string_view replacement) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace meval

#endif  // MEVAL_METRICS_PYTHON_REGEX_H_
