#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include "metrics/python_regex.h"
#include "metrics/regex/syntax.h"
#include "metrics/unicode_text.h"

namespace meval::regex {
namespace {

constexpr int kMaxNesting = 200;
constexpr std::uint32_t kMaxRepeat = 1000;

using NodePtr = std::unique_ptr<Node>;

struct Flags {
  bool ignore_case = false;
  bool multiline = false;
  bool dot_all = false;
};

struct Width {
  std::uint64_t min = 0;
  std::uint64_t max = 0;
};

NodePtr MakeNode(NodeKind kind) {
  auto node = std::make_unique<Node>();
  node->kind = kind;
  return node;
}

Width WidthOf(const Node& node) {
  switch (node.kind) {
    case NodeKind::kEmpty:
    case NodeKind::kAssertion:
    case NodeKind::kLook:
      return {0, 0};
    case NodeKind::kChar:
    case NodeKind::kAny:
    case NodeKind::kAnyAll:
    case NodeKind::kSet:
      return {1, 1};
    case NodeKind::kGroup:
      return WidthOf(*node.children[0]);
    case NodeKind::kConcat: {
      Width sum;
      for (const auto& child : node.children) {
        const Width w = WidthOf(*child);
        sum = {sum.min + w.min, std::min<std::uint64_t>(sum.max + w.max, kUnlimited)};
      }
      return sum;
    }
    case NodeKind::kAlternate: {
      Width all = WidthOf(*node.children[0]);
      for (const auto& child : node.children) {
        const Width w = WidthOf(*child);
        all = {std::min(all.min, w.min), std::max(all.max, w.max)};
      }
      return all;
    }
    case NodeKind::kRepeat: {
      const Width w = WidthOf(*node.children[0]);
      const std::uint64_t max = node.max == kUnlimited && w.max > 0 ? kUnlimited : w.max * node.max;
      return {std::min<std::uint64_t>(w.min * node.min, kUnlimited),
              std::min<std::uint64_t>(max, kUnlimited)};
    }
  }
  return {0, 0};
}

class Parser {
 public:
  explicit Parser(std::string_view pattern) : source_(pattern), text_(ToCodePoints(pattern)) {}

  SyntaxTree Run() {
    tree_.root = ParseAlternation(Flags{}, 0);
    if (at_ < text_.size()) {
      Fail(at_, "unbalanced parenthesis");
    }
    return std::move(tree_);
  }

 private:
  [[noreturn]] void Fail(std::size_t offset, const std::string& what) const {
    throw RegexError("regular expression \"" + source_ + "\", offset " + std::to_string(offset) +
                     ": " + what);
  }
  [[noreturn]] void FailUnsupported(std::size_t offset, const std::string& feature) const {
    Fail(offset, "unsupported regex feature: " + feature +
                     " (supported: literals, classes, groups, alternation, greedy and lazy "
                     "repeats, anchors, \\b, lookaround, flags i m s)");
  }

  bool AtEnd() const { return at_ >= text_.size(); }
  char32_t Peek() const { return text_[at_]; }
  bool Accept(char32_t c) {
    if (!AtEnd() && Peek() == c) {
      ++at_;
      return true;
    }
    return false;
  }
  bool AcceptText(std::u32string_view literal) {
    if (std::u32string_view(text_).substr(at_, literal.size()) == literal) {
      at_ += literal.size();
      return true;
    }
    return false;
  }

  NodePtr ParseAlternation(Flags flags, int depth);
  NodePtr ParseSequence(Flags& flags, int depth);
  NodePtr ParseAtom(Flags& flags, int depth);
  NodePtr ParseGroup(Flags& flags, int depth);
  NodePtr ParseLook(Flags flags, bool is_behind, bool is_negated, int depth);
  NodePtr ParseInlineFlags(Flags& flags, std::size_t open, int depth);
  NodePtr ParseEscape(Flags flags);
  NodePtr ParseSet(Flags flags);
  NodePtr ParseRepeat(NodePtr item);
  void SkipComments();
  bool ParseBraces(std::uint32_t& min, std::uint32_t& max);
  std::optional<std::uint32_t> ParseNumber();
  void ParseGroupName(std::size_t open);
  void CloseGroup(std::size_t open);
  char32_t ParseHex(std::size_t backslash, int digits);
  std::optional<char32_t> ParseCharEscape(std::size_t backslash, char32_t letter);
  static std::optional<Category> CategoryOf(char32_t letter);

  NodePtr CharNode(char32_t c, Flags flags);
  NodePtr SetNode(CharSet set, Flags flags);
  static NodePtr AssertionNode(Assertion assertion);

  std::string source_;
  std::u32string text_;
  std::size_t at_ = 0;
  SyntaxTree tree_;
  std::set<std::u32string> names_;
};

NodePtr Parser::CharNode(char32_t c, Flags flags) {
  NodePtr node = MakeNode(NodeKind::kChar);
  node->ignore_case = flags.ignore_case;
  node->c = flags.ignore_case ? CaseKey(c) : c;
  return node;
}

NodePtr Parser::SetNode(CharSet set, Flags flags) {
  set.Finish(flags.ignore_case);
  NodePtr node = MakeNode(NodeKind::kSet);
  node->index = static_cast<std::uint32_t>(tree_.sets.size());
  tree_.sets.push_back(std::move(set));
  return node;
}

NodePtr Parser::AssertionNode(Assertion assertion) {
  NodePtr node = MakeNode(NodeKind::kAssertion);
  node->assertion = assertion;
  return node;
}

NodePtr Parser::ParseAlternation(Flags flags, int depth) {
  if (depth > kMaxNesting) {
    Fail(at_, "groups nest deeper than " + std::to_string(kMaxNesting));
  }
  NodePtr first = ParseSequence(flags, depth);
  if (AtEnd() || Peek() != '|') {
    return first;
  }
  NodePtr all = MakeNode(NodeKind::kAlternate);
  all->children.push_back(std::move(first));
  while (Accept('|')) {
    all->children.push_back(ParseSequence(flags, depth));
  }
  return all;
}

NodePtr Parser::ParseSequence(Flags& flags, int depth) {
  NodePtr sequence = MakeNode(NodeKind::kConcat);
  SkipComments();
  while (!AtEnd() && Peek() != '|' && Peek() != ')') {
    NodePtr atom = ParseAtom(flags, depth);
    if (atom != nullptr) {
      sequence->children.push_back(ParseRepeat(std::move(atom)));
    }
    SkipComments();
  }
  return sequence;
}

// (?#...), which leaves nothing behind: a repeat after it belongs to the item before it.
void Parser::SkipComments() {
  while (AcceptText(U"(?#")) {
    const std::size_t open = at_ - 3;
    while (!AtEnd() && Peek() != ')') {
      ++at_;
    }
    CloseGroup(open);
  }
}

// One item without its repeat; nothing for global flags, which are no item.
NodePtr Parser::ParseAtom(Flags& flags, int depth) {
  const std::size_t begin = at_;
  const char32_t c = text_[at_++];
  switch (c) {
    case '.':
      return MakeNode(flags.dot_all ? NodeKind::kAnyAll : NodeKind::kAny);
    case '^':
      return AssertionNode(flags.multiline ? Assertion::kLineBegin : Assertion::kTextBegin);
    case '$':
      return AssertionNode(flags.multiline ? Assertion::kLineEnd : Assertion::kBeforeFinalLine);
    case '(':
      return ParseGroup(flags, depth);
    case '[':
      return ParseSet(flags);
    case '\\':
      return ParseEscape(flags);
    case '*':
    case '+':
    case '?':
      Fail(begin, "nothing to repeat");
    case '{': {
      at_ = begin;
      std::uint32_t min = 0;
      std::uint32_t max = 0;
      if (ParseBraces(min, max)) {
        Fail(begin, "nothing to repeat");
      }
      at_ = begin + 1;
      return CharNode(c, flags);
    }
    default:
      return CharNode(c, flags);
  }
}

// The repeat behind an item, if there is one. `{` that opens no valid repeat is a literal.
NodePtr Parser::ParseRepeat(NodePtr item) {
  SkipComments();
  if (AtEnd()) {
    return item;
  }
  const std::size_t begin = at_;
  const char32_t sign = Peek();
  std::uint32_t min = sign == '+' ? 1 : 0;
  std::uint32_t max = sign == '?' ? 1 : kUnlimited;
  if (sign == '*' || sign == '+' || sign == '?') {
    ++at_;
  } else if (!ParseBraces(min, max)) {
    return item;
  }
  if (item->kind == NodeKind::kAssertion) {
    Fail(begin, "nothing to repeat");
  }
  if (min > max) {
    Fail(begin, "minimum repeat is larger than the maximum");
  }
  if ((max != kUnlimited && max > kMaxRepeat) || min > kMaxRepeat) {
    Fail(begin, "repeat counts above " + std::to_string(kMaxRepeat) + " are not supported");
  }
  NodePtr repeat = MakeNode(NodeKind::kRepeat);
  repeat->min = min;
  repeat->max = max;
  if (Accept('?')) {
    repeat->greedy = false;
  } else if (!AtEnd() && Peek() == '+') {
    FailUnsupported(begin, "possessive repeat");
  }
  std::uint32_t again_min = 0;
  std::uint32_t again_max = 0;
  const std::size_t next = at_;
  if (!AtEnd() && (Peek() == '*' || Peek() == '?' || ParseBraces(again_min, again_max))) {
    Fail(next, "multiple repeat");
  }
  repeat->children.push_back(std::move(item));
  return repeat;
}

std::optional<std::uint32_t> Parser::ParseNumber() {
  if (AtEnd() || Peek() < '0' || Peek() > '9') {
    return std::nullopt;
  }
  std::uint32_t value = 0;
  while (!AtEnd() && Peek() >= '0' && Peek() <= '9') {
    value = std::min<std::uint32_t>(value * 10 + static_cast<std::uint32_t>(Peek() - '0'), 100000);
    ++at_;
  }
  return value;
}

// {m}, {m,}, {,n}, {m,n}. Otherwise nothing is consumed.
bool Parser::ParseBraces(std::uint32_t& min, std::uint32_t& max) {
  const std::size_t begin = at_;
  if (!Accept('{')) {
    return false;
  }
  const auto low = ParseNumber();
  auto high = low;
  bool is_range = false;
  if (Accept(',')) {
    is_range = true;
    high = ParseNumber();
  }
  if (!Accept('}') || (!low && !is_range)) {
    at_ = begin;
    return false;
  }
  min = low.value_or(0);
  max = high.value_or(kUnlimited);
  return true;
}

void Parser::CloseGroup(std::size_t open) {
  if (!Accept(')')) {
    Fail(open, "missing ), unterminated subpattern");
  }
}

void Parser::ParseGroupName(std::size_t open) {
  std::u32string name;
  while (!AtEnd() && Peek() != '>') {
    name.push_back(text_[at_++]);
  }
  const bool is_identifier =
      !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
      std::all_of(name.begin(), name.end(), [](char32_t c) { return IsWordCharacter(c); });
  if (!Accept('>') || !is_identifier) {
    Fail(open, "bad group name");
  }
  if (!names_.insert(name).second) {
    Fail(open, "group name \"" + ToUtf8(name) + "\" is used twice");
  }
}

// Behind `(`.
NodePtr Parser::ParseGroup(Flags& flags, int depth) {
  const std::size_t open = at_ - 1;
  bool is_capturing = true;
  if (Accept('?')) {
    if (AcceptText(U"P<")) {
      ParseGroupName(open);
    } else if (AcceptText(U"P=")) {
      FailUnsupported(open, "backreference (?P=name)");
    } else if (Accept(':')) {
      is_capturing = false;
    } else if (Accept('=')) {
      return ParseLook(flags, false, false, depth);
    } else if (Accept('!')) {
      return ParseLook(flags, false, true, depth);
    } else if (AcceptText(U"<=")) {
      return ParseLook(flags, true, false, depth);
    } else if (AcceptText(U"<!")) {
      return ParseLook(flags, true, true, depth);
    } else if (Accept('>')) {
      FailUnsupported(open, "atomic group (?>...)");
    } else if (Accept('(')) {
      FailUnsupported(open, "conditional (?(group)...)");
    } else {
      return ParseInlineFlags(flags, open, depth);
    }
  }
  NodePtr group = MakeNode(is_capturing ? NodeKind::kGroup : NodeKind::kConcat);
  if (is_capturing) {
    group->index = ++tree_.num_groups;
  }
  group->children.push_back(ParseAlternation(flags, depth + 1));
  CloseGroup(open);
  return group;
}

NodePtr Parser::ParseLook(Flags flags, bool is_behind, bool is_negated, int depth) {
  const std::size_t open = at_;
  NodePtr look = MakeNode(NodeKind::kLook);
  look->is_behind = is_behind;
  look->is_negated = is_negated;
  look->children.push_back(ParseAlternation(flags, depth + 1));
  CloseGroup(open);
  if (is_behind) {
    const Width width = WidthOf(*look->children[0]);
    if (width.min != width.max || width.max >= kUnlimited) {
      Fail(open, "look-behind requires a fixed-width pattern");
    }
    look->width = static_cast<std::uint32_t>(width.min);
  }
  return look;
}

// (?i) for the rest of the pattern, at its start only; (?i:...) and (?-i:...) for a group.
NodePtr Parser::ParseInlineFlags(Flags& flags, std::size_t open, int depth) {
  Flags changed = flags;
  bool value = true;
  bool any = false;
  while (!AtEnd() && Peek() != ')' && Peek() != ':') {
    const char32_t c = text_[at_++];
    if (c == '-' && value) {
      value = false;
      any = false;
      continue;
    }
    any = true;
    if (c == 'i') {
      changed.ignore_case = value;
    } else if (c == 'm') {
      changed.multiline = value;
    } else if (c == 's') {
      changed.dot_all = value;
    } else if (c == 'a' || c == 'L' || c == 'x') {
      FailUnsupported(open, "inline flag " + ToUtf8(std::u32string(1, c)));
    } else if (c != 'u' || !value) {
      Fail(open, "unknown extension (?" + ToUtf8(std::u32string(1, c)));
    }
  }
  if (!any || AtEnd()) {
    Fail(open, "missing flag, : or )");
  }
  if (Accept(':')) {
    NodePtr group = MakeNode(NodeKind::kConcat);
    group->children.push_back(ParseAlternation(changed, depth + 1));
    CloseGroup(open);
    return group;
  }
  ++at_;  // the parenthesis
  if (open != 0 || !value) {
    Fail(open, "global flags belong at the start of the pattern");
  }
  flags = changed;
  return nullptr;
}

std::optional<Category> Parser::CategoryOf(char32_t letter) {
  switch (letter) {
    case 'd':
      return Category::kDigit;
    case 'D':
      return Category::kNotDigit;
    case 'w':
      return Category::kWord;
    case 'W':
      return Category::kNotWord;
    case 's':
      return Category::kSpace;
    case 'S':
      return Category::kNotSpace;
    default:
      return std::nullopt;
  }
}

char32_t Parser::ParseHex(std::size_t backslash, int digits) {
  char32_t value = 0;
  for (int i = 0; i < digits; ++i) {
    const char32_t c = AtEnd() ? U' ' : Peek();
    if (c >= '0' && c <= '9') {
      value = value * 16 + (c - '0');
    } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
      value = value * 16 + ((c | 0x20) - 'a' + 10);
    } else {
      Fail(backslash, "incomplete escape: expected " + std::to_string(digits) + " hex digits");
    }
    ++at_;
  }
  if (value > 0x10FFFF) {
    Fail(backslash, "escape above U+10FFFF");
  }
  return value;
}

// Escapes that stand for one character, inside and outside of classes; `letter` is consumed.
std::optional<char32_t> Parser::ParseCharEscape(std::size_t backslash, char32_t letter) {
  switch (letter) {
    case 'a':
      return 0x07;
    case 'f':
      return 0x0C;
    case 'n':
      return 0x0A;
    case 'r':
      return 0x0D;
    case 't':
      return 0x09;
    case 'v':
      return 0x0B;
    case 'x':
      return ParseHex(backslash, 2);
    case 'u':
      return ParseHex(backslash, 4);
    case 'U':
      return ParseHex(backslash, 8);
    case 'N':
      FailUnsupported(backslash, "\\N{...}");
    default:
      break;
  }
  const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
  if (is_letter || (letter >= '0' && letter <= '9')) {
    return std::nullopt;
  }
  return letter;
}

// Behind a backslash outside of a class.
NodePtr Parser::ParseEscape(Flags flags) {
  const std::size_t backslash = at_ - 1;
  if (AtEnd()) {
    Fail(backslash, "bad escape (end of pattern)");
  }
  const char32_t letter = text_[at_++];
  switch (letter) {
    case 'A':
      return AssertionNode(Assertion::kTextBegin);
    case 'Z':
      return AssertionNode(Assertion::kTextEnd);
    case 'b':
      return AssertionNode(Assertion::kWordBoundary);
    case 'B':
      return AssertionNode(Assertion::kNotWordBoundary);
    default:
      break;
  }
  if (const auto category = CategoryOf(letter)) {
    CharSet set;
    set.AddCategory(*category);
    return SetNode(std::move(set), flags);
  }
  if (letter >= '0' && letter <= '9') {
    // An octal escape starts with 0 or has three digits; anything else refers to a group.
    const auto is_octal = [&](std::size_t i) {
      return i < text_.size() && text_[i] >= '0' && text_[i] <= '7';
    };
    const bool three = letter <= '7' && is_octal(at_) && is_octal(at_ + 1);
    if (letter != '0' && !three) {
      FailUnsupported(backslash, "backreference to a group");
    }
    char32_t value = letter - '0';
    for (int i = 0; i < 2 && is_octal(at_); ++i) {
      value = value * 8 + (text_[at_++] - '0');
    }
    if (value > 0377) {
      Fail(backslash, "octal escape above \\377");
    }
    return CharNode(value, flags);
  }
  if (const auto c = ParseCharEscape(backslash, letter)) {
    return CharNode(*c, flags);
  }
  Fail(backslash, "bad escape \\" + ToUtf8(std::u32string(1, letter)));
}

// Behind `[`.
NodePtr Parser::ParseSet(Flags flags) {
  const std::size_t open = at_ - 1;
  CharSet set;
  const bool is_negated = Accept('^');
  bool is_first = true;
  // One member: a character, or nothing if it was a category and went into the set.
  const auto member = [&]() -> std::optional<char32_t> {
    const std::size_t begin = at_;
    const char32_t c = text_[at_++];
    if (c != '\\') {
      return c;
    }
    if (AtEnd()) {
      Fail(begin, "bad escape (end of pattern)");
    }
    const char32_t letter = text_[at_++];
    if (const auto category = CategoryOf(letter)) {
      set.AddCategory(*category);
      return std::nullopt;
    }
    if (letter == 'b') {
      return 0x08;
    }
    if (letter >= '0' && letter <= '7') {
      char32_t value = letter - '0';
      for (int i = 0; i < 2 && !AtEnd() && Peek() >= '0' && Peek() <= '7'; ++i) {
        value = value * 8 + (text_[at_++] - '0');
      }
      if (value > 0377) {
        Fail(begin, "octal escape above \\377");
      }
      return value;
    }
    const auto escaped = ParseCharEscape(begin, letter);
    if (!escaped) {
      Fail(begin, "bad escape \\" + ToUtf8(std::u32string(1, letter)));
    }
    return escaped;
  };

  for (;; is_first = false) {
    if (AtEnd()) {
      Fail(open, "unterminated character set");
    }
    if (Peek() == ']' && !is_first) {
      ++at_;
      break;
    }
    const std::size_t begin = at_;
    const std::optional<char32_t> low = member();
    const bool is_range = at_ + 1 < text_.size() && Peek() == '-' && text_[at_ + 1] != ']';
    if (!is_range) {
      if (low) {
        set.AddRange(*low, *low);
      }
      continue;
    }
    ++at_;  // the hyphen
    const std::optional<char32_t> high = member();
    if (!low || !high || *low > *high) {
      Fail(begin, "bad character range");
    }
    set.AddRange(*low, *high);
  }
  if (is_negated) {
    set.Negate();
  }
  return SetNode(std::move(set), flags);
}

}  // namespace

SyntaxTree Parse(std::string_view pattern) {
  if (const auto offset = FindInvalidUtf8(pattern)) {
    throw RegexError("regular expression is not valid UTF-8 at byte offset " +
                     std::to_string(*offset));
  }
  return Parser(pattern).Run();
}

}  // namespace meval::regex
