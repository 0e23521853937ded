#ifndef MEVAL_METRICS_REGEX_SYNTAX_H_
#define MEVAL_METRICS_REGEX_SYNTAX_H_

// A pattern's syntax tree, and the parser that makes it from Python's `re` syntax.

#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "metrics/regex/char_set.h"

namespace meval::regex {

inline constexpr std::uint32_t kUnlimited = std::numeric_limits<std::uint32_t>::max();

enum class NodeKind : std::uint8_t {
  kEmpty,
  kChar,       // `c`, or its case key if ignore_case
  kAny,        // every character but a newline
  kAnyAll,     // every character: the dot under (?s)
  kSet,        // sets[index]
  kAssertion,  // `assertion`
  kGroup,      // capturing group number `index` around children[0]
  kConcat,
  kAlternate,  // children in order of preference
  kRepeat,     // children[0], `min` to `max` times
  kLook,       // children[0] as lookahead or lookbehind
};

enum class Assertion : std::uint8_t {
  kTextBegin,        // \A, and ^ without (?m)
  kTextEnd,          // \Z
  kBeforeFinalLine,  // $ without (?m): the end, or before one final newline
  kLineBegin,        // ^ with (?m)
  kLineEnd,          // $ with (?m)
  kWordBoundary,
  kNotWordBoundary,
};

struct Node {
  NodeKind kind = NodeKind::kEmpty;
  Assertion assertion = Assertion::kTextBegin;
  bool ignore_case = false;
  bool greedy = true;       // kRepeat
  bool is_behind = false;   // kLook
  bool is_negated = false;  // kLook
  char32_t c = 0;
  std::uint32_t index = 0;
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  std::uint32_t width = 0;  // kLook behind: characters of its child, a fixed number
  std::vector<std::unique_ptr<Node>> children;
};

struct SyntaxTree {
  std::unique_ptr<Node> root;
  std::vector<CharSet> sets;
  std::uint32_t num_groups = 0;  // capturing
};

// How many characters a node can match; kUnlimited stands for that many and more.
struct Width {
  std::uint64_t min = 0;
  std::uint64_t max = 0;
};
Width WidthOf(const Node& node);

// Throws RegexError that names pattern, offset (in characters) and what is wrong or unsupported.
SyntaxTree Parse(std::string_view pattern);

}  // namespace meval::regex

#endif  // MEVAL_METRICS_REGEX_SYNTAX_H_
