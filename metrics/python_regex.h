#ifndef MEVAL_METRICS_PYTHON_REGEX_H_
#define MEVAL_METRICS_PYTHON_REGEX_H_

// Python's `re` on Unicode text: the patterns of task definitions and of the reference's filters,
// with the same matches, groups and empty matches as CPython 3.11. \d \w \s \b know Unicode 14, $
// also holds before a final newline, lookahead and fixed-width lookbehind are exact.
//
// Patterns are refused when constructed, naming pattern, offset and feature, where they use
// backreferences, conditionals, atomic groups, possessive repeats, \N{...} or the flags a, L, x.
//
// RE2 does the matching for every pattern that it can match exactly so; uses_re2() says which they
// are. What it does not have (Unicode \b, $ inside of a pattern, lookaround, repeats of a body that
// can match nothing, empty matches preferred to longer ones, more than it compiles in 8 MiB) goes
// to our own backtracking matcher, which never explores the same choice at the same place twice.
// Tests compare the two with each other and both with CPython.
//
// Cost: one search takes O(pattern * text) with either, never exponential time; FindAll and Replace
// make one search for each match. Lookaround multiplies by the text once more, where groups stand
// inside it once for each level. RE2 works in bounded memory. Our own matcher stops with a
// RegexError where it would need more than 512 MiB or two billion steps for one text, and FindAll
// where its result would need more than 2 GiB.
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
  bool uses_re2() const;   // else our own matcher

  // Both throw std::invalid_argument for a text that is not valid UTF-8, and RegexError as said
  // above.
  //
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
