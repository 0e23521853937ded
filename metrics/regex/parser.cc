#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "metrics/regex/scanner.h"
#include "metrics/regex/syntax.h"
#include "metrics/unicode_text.h"

namespace meval::regex {
namespace {

constexpr int kMaxNesting = 200;

using NodePtr = std::unique_ptr<Node>;

struct Flags {
  bool ignore_case = false;
  bool multiline = false;
  bool dot_all = false;
};

NodePtr MakeNode(NodeKind kind) {
  auto node = std::make_unique<Node>();
  node->kind = kind;
  return node;
}

NodePtr CharNode(char32_t c, Flags flags) {
  NodePtr node = MakeNode(NodeKind::kChar);
  node->ignore_case = flags.ignore_case;
  node->c = flags.ignore_case ? CaseKey(c) : c;
  return node;
}

NodePtr AssertionNode(Assertion assertion) {
  NodePtr node = MakeNode(NodeKind::kAssertion);
  node->assertion = assertion;
  return node;
}

// Recursive descent, one function for each level of the grammar: alternation, sequence, item with
// its repeat, item.
class Parser {
 public:
  explicit Parser(std::string_view pattern) : in_(pattern) {}

  SyntaxTree Run() {
    tree_.root = ParseAlternation(Flags{}, 0);
    if (!in_.AtEnd()) {
      in_.Fail(in_.offset(), "unbalanced parenthesis");
    }
    return std::move(tree_);
  }

 private:
  NodePtr ParseAlternation(Flags flags, int depth);
  NodePtr ParseSequence(Flags& flags, int depth);
  NodePtr ParseItem(Flags& flags, int depth);
  NodePtr ParseRepeat(NodePtr item);
  NodePtr ParseEscape(Flags flags);
  NodePtr ParseSet(Flags flags);
  NodePtr ParseGroup(Flags& flags, int depth);
  NodePtr ParseLook(Flags flags, bool is_behind, bool is_negated, int depth);
  NodePtr ParseInlineFlags(Flags& flags, std::size_t open, int depth);
  NodePtr SetNode(CharSet set, Flags flags);
  void ParseGroupName(std::size_t open);
  void SkipComments();
  void CloseGroup(std::size_t open);

  Scanner in_;
  SyntaxTree tree_;
  std::set<std::u32string> names_;
};

NodePtr Parser::SetNode(CharSet set, Flags flags) {
  set.Finish(flags.ignore_case);
  NodePtr node = MakeNode(NodeKind::kSet);
  node->index = static_cast<std::uint32_t>(tree_.sets.size());
  tree_.sets.push_back(std::move(set));
  return node;
}

NodePtr Parser::ParseAlternation(Flags flags, int depth) {
  if (depth > kMaxNesting) {
    in_.Fail(in_.offset(), "groups nest deeper than " + std::to_string(kMaxNesting));
  }
  NodePtr first = ParseSequence(flags, depth);
  if (!in_.IsAt('|')) {
    return first;
  }
  NodePtr all = MakeNode(NodeKind::kAlternate);
  all->children.push_back(std::move(first));
  while (in_.Accept('|')) {
    all->children.push_back(ParseSequence(flags, depth));
  }
  return all;
}

NodePtr Parser::ParseSequence(Flags& flags, int depth) {
  NodePtr sequence = MakeNode(NodeKind::kConcat);
  SkipComments();
  while (!in_.AtEnd() && !in_.IsAt('|') && !in_.IsAt(')')) {
    NodePtr item = ParseItem(flags, depth);
    if (item != nullptr) {
      sequence->children.push_back(ParseRepeat(std::move(item)));
    }
    SkipComments();
  }
  return sequence;
}

// (?#...), which leaves nothing behind: a repeat after it belongs to the item before it.
void Parser::SkipComments() {
  while (in_.AcceptText(U"(?#")) {
    const std::size_t open = in_.offset() - 3;
    while (!in_.AtEnd() && !in_.IsAt(')')) {
      in_.Next();
    }
    CloseGroup(open);
  }
}

// One item without its repeat; nothing for global flags, which are no item.
NodePtr Parser::ParseItem(Flags& flags, int depth) {
  const std::size_t begin = in_.offset();
  if (in_.ReadRepeat()) {
    in_.Fail(begin, "nothing to repeat");
  }
  const char32_t c = in_.Next();
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
    default:
      return CharNode(c, flags);
  }
}

// The item, with the repeat behind it if there is one.
NodePtr Parser::ParseRepeat(NodePtr item) {
  SkipComments();
  const std::size_t begin = in_.offset();
  const auto counts = in_.ReadRepeat();
  if (!counts) {
    return item;
  }
  if (item->kind == NodeKind::kAssertion) {
    in_.Fail(begin, "nothing to repeat");
  }
  NodePtr repeat = MakeNode(NodeKind::kRepeat);
  repeat->min = counts->min;
  repeat->max = counts->max;
  repeat->greedy = !in_.Accept('?');
  repeat->children.push_back(std::move(item));
  if (repeat->greedy && in_.IsAt('+')) {
    in_.FailUnsupported(begin, "possessive repeat");
  }
  const std::size_t next = in_.offset();
  if (in_.ReadRepeat()) {
    in_.Fail(next, "multiple repeat");
  }
  return repeat;
}

// Behind a backslash outside of a class.
NodePtr Parser::ParseEscape(Flags flags) {
  if (in_.Accept('A')) {
    return AssertionNode(Assertion::kTextBegin);
  }
  if (in_.Accept('Z')) {
    return AssertionNode(Assertion::kTextEnd);
  }
  if (in_.Accept('b')) {
    return AssertionNode(Assertion::kWordBoundary);
  }
  if (in_.Accept('B')) {
    return AssertionNode(Assertion::kNotWordBoundary);
  }
  if (const auto category = in_.ReadCategory()) {
    CharSet set;
    set.AddCategory(*category);
    return SetNode(std::move(set), flags);
  }
  return CharNode(in_.ReadEscapedChar(false), flags);
}

// Behind `[`.
NodePtr Parser::ParseSet(Flags flags) {
  const std::size_t open = in_.offset() - 1;
  CharSet set;
  if (in_.Accept('^')) {
    set.Negate();
  }
  in_.ReadSetMembers(open, set);
  return SetNode(std::move(set), flags);
}

void Parser::CloseGroup(std::size_t open) {
  if (!in_.Accept(')')) {
    in_.Fail(open, "missing ), unterminated subpattern");
  }
}

void Parser::ParseGroupName(std::size_t open) {
  std::u32string name;
  while (!in_.AtEnd() && !in_.IsAt('>')) {
    name.push_back(in_.Next());
  }
  const bool is_identifier =
      !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
      std::all_of(name.begin(), name.end(), [](char32_t c) { return IsWordCharacter(c); });
  if (!in_.Accept('>') || !is_identifier) {
    in_.Fail(open, "bad group name");
  }
  if (!names_.insert(name).second) {
    in_.Fail(open, "group name \"" + ToUtf8(name) + "\" is used twice");
  }
}

// Behind `(`.
NodePtr Parser::ParseGroup(Flags& flags, int depth) {
  const std::size_t open = in_.offset() - 1;
  bool is_capturing = true;
  if (in_.Accept('?')) {
    if (in_.AcceptText(U"P<")) {
      ParseGroupName(open);
    } else if (in_.AcceptText(U"P=")) {
      in_.FailUnsupported(open, "backreference (?P=name)");
    } else if (in_.Accept(':')) {
      is_capturing = false;
    } else if (in_.Accept('=')) {
      return ParseLook(flags, false, false, depth);
    } else if (in_.Accept('!')) {
      return ParseLook(flags, false, true, depth);
    } else if (in_.AcceptText(U"<=")) {
      return ParseLook(flags, true, false, depth);
    } else if (in_.AcceptText(U"<!")) {
      return ParseLook(flags, true, true, depth);
    } else if (in_.Accept('>')) {
      in_.FailUnsupported(open, "atomic group (?>...)");
    } else if (in_.Accept('(')) {
      in_.FailUnsupported(open, "conditional (?(group)...)");
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
  const std::size_t open = in_.offset();
  NodePtr look = MakeNode(NodeKind::kLook);
  look->is_behind = is_behind;
  look->is_negated = is_negated;
  look->children.push_back(ParseAlternation(flags, depth + 1));
  CloseGroup(open);
  if (is_behind) {
    const Width width = WidthOf(*look->children[0]);
    if (width.min != width.max || width.max >= kUnlimited) {
      in_.Fail(open, "look-behind requires a fixed-width pattern");
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
  while (!in_.AtEnd() && !in_.IsAt(')') && !in_.IsAt(':')) {
    const char32_t c = in_.Next();
    if (c == '-' && value) {
      value = false;
      any = false;
      continue;
    }
    any = true;
    const std::string shown = ToUtf8(std::u32string(1, c));
    if (c == 'i') {
      changed.ignore_case = value;
    } else if (c == 'm') {
      changed.multiline = value;
    } else if (c == 's') {
      changed.dot_all = value;
    } else if (c == 'a' || c == 'L' || c == 'x') {
      in_.FailUnsupported(open, "inline flag " + shown);
    } else if (c != 'u' || !value) {
      in_.Fail(open, "unknown extension (?" + shown);
    }
  }
  if (!any || in_.AtEnd()) {
    in_.Fail(open, "missing flag, : or )");
  }
  if (in_.Accept(':')) {
    NodePtr group = MakeNode(NodeKind::kConcat);
    group->children.push_back(ParseAlternation(changed, depth + 1));
    CloseGroup(open);
    return group;
  }
  in_.Next();  // the parenthesis
  if (open != 0 || !value) {
    in_.Fail(open, "global flags belong at the start of the pattern");
  }
  flags = changed;
  return nullptr;
}

}  // namespace

SyntaxTree Parse(std::string_view pattern) { return Parser(pattern).Run(); }

}  // namespace meval::regex
