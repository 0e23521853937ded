#ifndef MEVAL_TASKS_RENDER_TEXT_FILTER_H_
#define MEVAL_TASKS_RENDER_TEXT_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/python_regex.h"

namespace meval::tasks {

// One step of preparing a text before it enters a prompt.
struct TextStep {
  enum class Kind {
    kStrip,         // without whitespace at both ends (Python's str.strip)
    kLower,         // Python's str.lower
    kCapitalize,    // first character upper-cased, all others lower-cased
    kCrlfToLf,      // "\r\n" -> "\n"; a lone "\r" stays
    kReplace,       // every `from` by `to`, in one pass from the left
    kDeleteRegex,   // every match of `regex`
    kReplaceRegex,  // every match of `regex` by `to`, in which \1 to \9 are the match's groups
    kAfterFirst,    // what follows the first `from`; a text without one is an error
    kAfterLast,     // what follows the last `from`; a text without one is an error
    kBeforeFirst,   // what precedes the first `from`; a text without one is an error
    kBeforeLast,    // what precedes the last `from`; a text without one is an error
    kMatch,         // the first group of the first match of `regex`; where it has none `to`, or
                    // an error if `must_match`
    kFirstChars,    // the first `count` characters (code points)
    kLastBoxed,     // what the last \boxed of a solution holds; a text without one is an error
  };
  Kind kind = Kind::kStrip;
  std::string from;
  std::string to;
  std::optional<PythonRegex> regex;
  std::int64_t count = 0;
  bool must_match = false;

  // Throws FieldError.
  std::string Apply(std::string_view text) const;
};

struct TextFilter {
  std::string name;
  std::vector<TextStep> steps;  // applied in order

  std::string Apply(std::string text) const;
};

// The filters a definition's templates may name: strip, lower, capitalize, crlf_to_lf, last_boxed,
// and those it declares.
class FilterSet {
 public:
  FilterSet();
  // Throws FieldError if the name is taken.
  void Add(TextFilter filter);
  std::optional<std::size_t> Find(std::string_view name) const;
  const TextFilter& at(std::size_t index) const { return filters_[index]; }
  std::vector<std::string> names() const;

 private:
  std::vector<TextFilter> filters_;
};

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RENDER_TEXT_FILTER_H_
