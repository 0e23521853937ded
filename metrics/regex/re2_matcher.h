#ifndef MEVAL_METRICS_REGEX_RE2_MATCHER_H_
#define MEVAL_METRICS_REGEX_RE2_MATCHER_H_

// The same searches as Matcher (matcher.h), made by RE2: linear in the text for each search, in
// bounded memory, whatever the pattern.

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "metrics/regex/re2_translation.h"

namespace re2 {
class RE2;
class StringPiece;
}  // namespace re2

namespace meval::regex {

class Re2Pattern {
 public:
  // Nothing where the pattern has no exact translation, or one that is too large for RE2.
  static std::unique_ptr<const Re2Pattern> Make(const SyntaxTree& tree);
  ~Re2Pattern();

 private:
  friend class Re2Matcher;
  explicit Re2Pattern(Re2Translation translation);

  Re2Translation translation_;
  std::unique_ptr<const re2::RE2> re2_;
};

class Re2Matcher {
 public:
  // `pattern` and `text` (valid UTF-8) must outlive the matcher.
  Re2Matcher(const Re2Pattern& pattern, std::string_view text);
  ~Re2Matcher();

  // As Matcher::Search and Matcher::slot.
  bool Search(std::size_t start, bool must_advance);
  std::size_t slot(std::size_t i) const { return slots_[i]; }

 private:
  const Re2Pattern& pattern_;
  std::string_view text_;
  std::vector<re2::StringPiece> pieces_;  // RE2's groups; no data where one took no part
  std::vector<std::size_t> slots_;
};

}  // namespace meval::regex

#endif  // MEVAL_METRICS_REGEX_RE2_MATCHER_H_
