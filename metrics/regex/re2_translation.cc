#include "metrics/regex/re2_translation.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace meval::regex {
namespace {

// RE2 takes milliseconds for each \w, which is 750 ranges; what is longer than this would not fit
// into its memory either.
constexpr std::size_t kMaxPatternBytes = std::size_t{512} << 10;

bool CanBeEmpty(const Node& node) { return WidthOf(node).min == 0; }

// Whether the node prefers every longer match to every empty one.
bool PrefersLonger(const Node& node) {
  const auto prefers = [](const auto& child) { return PrefersLonger(*child); };
  switch (node.kind) {
    case NodeKind::kAlternate: {
      // Behind a branch that can be empty there may only be branches that are nothing else.
      bool empty_before = false;
      for (const auto& child : node.children) {
        if (!PrefersLonger(*child) || (empty_before && WidthOf(*child).max > 0)) {
          return false;
        }
        empty_before = empty_before || CanBeEmpty(*child);
      }
      return true;
    }
    case NodeKind::kRepeat:
      return node.greedy || !CanBeEmpty(node) || WidthOf(node).max == 0;
    default:
      return !CanBeEmpty(node) || std::all_of(node.children.begin(), node.children.end(), prefers);
  }
}

class Translator {
 public:
  explicit Translator(const SyntaxTree& tree) : tree_(tree) {
    out_.groups.resize(tree.num_groups, 0);
  }

  std::optional<Re2Translation> Run() {
    if (!PrefersLonger(*tree_.root) || !Write(*tree_.root, true)) {
      return std::nullopt;
    }
    return std::move(out_);
  }

 private:
  // Appends the node; false where there is no translation. `is_last`: nothing follows it.
  bool Write(const Node& node, bool is_last);
  bool WriteAll(const Node& node, bool is_last);
  bool WriteRepeat(const Node& node, bool is_last);
  bool WriteAssertion(Assertion assertion, bool is_last);
  void WriteRanges(const CharRanges& ranges);
  void WriteChar(char32_t c);
  void WriteNumber(std::uint32_t value, int base);
  void Add(std::string_view text) { out_.pattern += text; }

  const SyntaxTree& tree_;
  Re2Translation out_;
  int num_groups_ = 0;  // in RE2's counting
};

bool Translator::Write(const Node& node, bool is_last) {
  if (out_.pattern.size() > kMaxPatternBytes) {
    return false;
  }
  switch (node.kind) {
    case NodeKind::kEmpty:
      return true;
    case NodeKind::kChar:
      if (const std::u32string_view variants = CharsWithKey(node.c);
          node.ignore_case && !variants.empty()) {
        CharRanges ranges;
        for (const char32_t c : variants) {
          ranges.push_back({c, c});
        }
        WriteRanges(ranges);
      } else {
        WriteChar(node.c);
      }
      return true;
    case NodeKind::kAny:
      Add("[^\\n]");
      return true;
    case NodeKind::kAnyAll:
      Add("(?s:.)");
      return true;
    case NodeKind::kSet:
      WriteRanges(tree_.sets[node.index].ranges());
      return true;
    case NodeKind::kAssertion:
      return WriteAssertion(node.assertion, is_last);
    case NodeKind::kGroup:
      out_.groups[node.index - 1] = ++num_groups_;
      Add("(");
      if (!Write(*node.children[0], is_last)) {
        return false;
      }
      Add(")");
      return true;
    case NodeKind::kConcat:
    case NodeKind::kAlternate:
      return WriteAll(node, is_last);
    case NodeKind::kRepeat:
      return WriteRepeat(node, is_last);
    case NodeKind::kLook:
      return false;
  }
  return false;
}

bool Translator::WriteAll(const Node& node, bool is_last) {
  const bool is_choice = node.kind == NodeKind::kAlternate;
  Add("(?:");
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (is_choice && i > 0) {
      Add("|");
    }
    if (!Write(*node.children[i], is_last && (is_choice || i + 1 == node.children.size()))) {
      return false;
    }
  }
  Add(")");
  return true;
}

bool Translator::WriteRepeat(const Node& node, bool is_last) {
  const Node& body = *node.children[0];
  if (CanBeEmpty(body)) {
    return false;
  }
  Add("(?:");
  if (!Write(body, is_last && node.max <= 1)) {
    return false;
  }
  Add("){");
  WriteNumber(node.min, 10);
  Add(",");
  if (node.max != kUnlimited) {
    WriteNumber(node.max, 10);
  }
  Add(node.greedy ? "}" : "}?");
  return true;
}

bool Translator::WriteAssertion(Assertion assertion, bool is_last) {
  switch (assertion) {
    case Assertion::kTextBegin:
      Add("\\A");
      return true;
    case Assertion::kTextEnd:
      Add("\\z");
      return true;
    case Assertion::kLineBegin:
      Add("(?m:^)");
      return true;
    case Assertion::kLineEnd:
      Add("(?m:$)");
      return true;
    case Assertion::kBeforeFinalLine:
      if (is_last) {
        out_.ends.push_back(++num_groups_);
        Add("()\\n?\\z");
      }
      return is_last;
    case Assertion::kWordBoundary:
    case Assertion::kNotWordBoundary:
      return false;
  }
  return false;
}

void Translator::WriteRanges(const CharRanges& ranges) {
  if (ranges.empty()) {
    Add("[^\\x{0}-\\x{10FFFF}]");  // nothing matches
    return;
  }
  Add("[");
  for (const CharRange& range : ranges) {
    WriteChar(range.low);
    if (range.high != range.low) {
      Add("-");
      WriteChar(range.high);
    }
  }
  Add("]");
}

void Translator::WriteChar(char32_t c) {
  const bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  if (is_plain) {
    out_.pattern.push_back(static_cast<char>(c));
    return;
  }
  Add("\\x{");
  WriteNumber(static_cast<std::uint32_t>(c), 16);
  Add("}");
}

void Translator::WriteNumber(std::uint32_t value, int base) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out_.pattern.append(digits.data(), end);
}

}  // namespace

std::optional<Re2Translation> TranslateToRe2(const SyntaxTree& tree) {
  return Translator(tree).Run();
}

}  // namespace meval::regex
