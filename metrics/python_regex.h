#ifndef MEVAL_METRICS_PYTHON_REGEX_H_
#define MEVAL_METRICS_PYTHON_REGEX_H_

// Patterns written for Python's `re`, run by RE2. Task definitions and the reference's filters use
// Python syntax; this class translates what differs (\d \w \s on Unicode text, $ before a final
// newline, \Z, \b by hand) and refuses, when constructed, what RE2 cannot do, naming pattern,
// offset and feature. A literal lookbehind in front and a trailing
// (?=.) are rewritten, which keeps the first match the same.
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
