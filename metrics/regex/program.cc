#include "metrics/regex/program.h"

#include <string>
#include <utility>

#include "metrics/python_regex.h"
#include "metrics/text/utf8.h"

namespace meval::regex {
namespace {

// Repeats with counts are written out, so a short pattern can ask for a huge program.
constexpr std::size_t kMaxInstructions = 50000;

class Compiler {
 public:
  Compiler(std::string_view pattern, SyntaxTree tree) : tree_(std::move(tree)) {
    program_.pattern = pattern;
    program_.num_groups = tree_.num_groups;
    program_.num_slots = 2 * (tree_.num_groups + 1);
  }

  Program Run() {
    Emit(*tree_.root);
    Add(Op::kMatch);
    program_.sets = std::move(tree_.sets);
    FindFirstBytes();
    return std::move(program_);
  }

 private:
  std::uint32_t Here() const { return static_cast<std::uint32_t>(program_.code.size()); }
  Instruction& At(std::uint32_t i) { return program_.code[i]; }

  std::uint32_t Add(Op op) {
    if (program_.code.size() >= kMaxInstructions) {
      throw RegexError("regular expression \"" + program_.pattern +
                       "\": too large once its repeats are written out: expected at most " +
                       std::to_string(kMaxInstructions) + " instructions");
    }
    program_.code.emplace_back().op = op;
    return Here() - 1;
  }
  std::uint32_t AddSplit() {
    const std::uint32_t split = Add(Op::kSplit);
    At(split).c = program_.num_splits++;
    return split;
  }
  // A split between going on (behind itself) and leaving for `exit`.
  void SetSplit(std::uint32_t split, bool greedy, std::uint32_t exit) {
    At(split).x = greedy ? split + 1 : exit;
    At(split).y = greedy ? exit : split + 1;
  }

  void Emit(const Node& node);
  void EmitAlternate(const Node& node);
  void EmitRepeat(const Node& node);
  void EmitLook(const Node& node);
  void FindFirstBytes();
  void AddFirstByte(const Instruction& instruction);

  SyntaxTree tree_;
  Program program_;
};

void Compiler::Emit(const Node& node) {
  switch (node.kind) {
    case NodeKind::kEmpty:
      return;
    case NodeKind::kChar:
      At(Add(node.ignore_case ? Op::kCharIgnoreCase : Op::kChar)).c = node.c;
      return;
    case NodeKind::kAny:
      Add(Op::kAny);
      return;
    case NodeKind::kAnyAll:
      Add(Op::kAnyAll);
      return;
    case NodeKind::kSet:
      At(Add(Op::kSet)).x = node.index;
      return;
    case NodeKind::kAssertion:
      At(Add(Op::kAssertion)).assertion = node.assertion;
      return;
    case NodeKind::kGroup:
      At(Add(Op::kSave)).x = 2 * node.index;
      Emit(*node.children[0]);
      At(Add(Op::kSave)).x = 2 * node.index + 1;
      return;
    case NodeKind::kConcat:
      for (const auto& child : node.children) {
        Emit(*child);
      }
      return;
    case NodeKind::kAlternate:
      EmitAlternate(node);
      return;
    case NodeKind::kRepeat:
      EmitRepeat(node);
      return;
    case NodeKind::kLook:
      EmitLook(node);
      return;
  }
}

void Compiler::EmitAlternate(const Node& node) {
  std::vector<std::uint32_t> jumps;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i + 1 == node.children.size()) {
      Emit(*node.children[i]);
      break;
    }
    const std::uint32_t split = AddSplit();
    Emit(*node.children[i]);
    jumps.push_back(Add(Op::kJump));
    SetSplit(split, true, Here());
  }
  for (const std::uint32_t jump : jumps) {
    At(jump).x = Here();
  }
}

//   e{2,4}  e e  split(in, out) e  split(in, out) e  out:
//   e*      L: split(in, out) e  jump L  out:
//
// An optional iteration that consumed nothing is the last one, as in Python: where the body can do
// that, the iteration's start is kept in a slot of its own and compared behind it.
void Compiler::EmitRepeat(const Node& node) {
  const Node& body = *node.children[0];
  for (std::uint32_t i = 0; i < node.min; ++i) {
    const std::uint32_t begin = Here();
    Emit(body);
    if (Here() == begin) {
      break;  // there is nothing to repeat, however often
    }
  }
  const bool is_endless = node.max == kUnlimited;
  const std::uint32_t copies = is_endless ? 1 : node.max - node.min;
  if (copies == 0) {
    return;
  }
  const bool can_be_empty = WidthOf(body).min == 0;
  const std::uint32_t slot = can_be_empty ? program_.num_slots++ : 0;
  std::vector<std::uint32_t> splits;
  std::vector<std::uint32_t> leaves;
  for (std::uint32_t i = 0; i < copies; ++i) {
    splits.push_back(AddSplit());
    if (can_be_empty) {
      At(Add(Op::kSave)).x = slot;
    }
    Emit(body);
    if (can_be_empty) {
      leaves.push_back(Add(Op::kLeaveIfEmpty));
      At(leaves.back()).x = slot;
    }
    if (is_endless) {
      At(Add(Op::kJump)).x = splits.back();
    }
  }
  for (const std::uint32_t split : splits) {
    SetSplit(split, node.greedy, Here());
  }
  for (const std::uint32_t leave : leaves) {
    At(leave).y = Here();
  }
}

void Compiler::EmitLook(const Node& node) {
  const std::uint32_t look = Add(Op::kLook);
  At(look).x = program_.num_looks++;
  Emit(*node.children[0]);
  Add(Op::kAccept);
  for (std::uint32_t i = look; i < Here(); ++i) {
    const bool opens_group = At(i).op == Op::kSave && At(i).x < 2 * (tree_.num_groups + 1);
    At(look).has_groups = At(look).has_groups || opens_group;
  }
  At(look).is_behind = node.is_behind;
  At(look).is_negated = node.is_negated;
  At(look).c = node.width;
  At(look).y = Here();
}

// Which bytes the first consumed character may begin with, over all paths from the start.
// Assertions and look-arounds are taken to hold, which only makes the answer larger.
void Compiler::FindFirstBytes() {
  std::vector<bool> seen(program_.code.size(), false);
  std::vector<std::uint32_t> pending = {0};
  const auto visit = [&](std::uint32_t i) {
    if (!seen[i]) {
      seen[i] = true;
      pending.push_back(i);
    }
  };
  while (!pending.empty()) {
    const std::uint32_t i = pending.back();
    pending.pop_back();
    const Instruction& instruction = At(i);
    switch (instruction.op) {
      case Op::kSplit:
        visit(instruction.x);
        visit(instruction.y);
        break;
      case Op::kJump:
        visit(instruction.x);
        break;
      case Op::kLook:
        visit(instruction.y);
        break;
      case Op::kLeaveIfEmpty:
        visit(instruction.y);
        visit(i + 1);
        break;
      case Op::kSave:
      case Op::kAssertion:
        visit(i + 1);
        break;
      case Op::kMatch:
      case Op::kAccept:
        program_.can_begin_anywhere = true;
        break;
      default:
        AddFirstByte(instruction);
    }
  }
}

void Compiler::AddFirstByte(const Instruction& instruction) {
  if (instruction.op == Op::kChar) {
    std::string bytes;
    text::AppendUtf8(instruction.c, bytes);
    program_.can_begin_with[static_cast<unsigned char>(bytes[0])] = true;
    return;
  }
  for (std::size_t byte = 0x80; byte < 256; ++byte) {
    program_.can_begin_with[byte] = true;
  }
  for (char32_t c = 0; c < 0x80; ++c) {
    const bool can = instruction.op == Op::kAnyAll || (instruction.op == Op::kAny && c != '\n') ||
                     (instruction.op == Op::kCharIgnoreCase && CaseKey(c) == instruction.c) ||
                     (instruction.op == Op::kSet && program_.sets[instruction.x].Contains(c));
    program_.can_begin_with[c] = program_.can_begin_with[c] || can;
  }
}

}  // namespace

Program Compile(std::string_view pattern, SyntaxTree tree) {
  return Compiler(pattern, std::move(tree)).Run();
}

}  // namespace meval::regex
