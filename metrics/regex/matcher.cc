#include "metrics/regex/matcher.h"

#include <algorithm>
#include <string>

#include "metrics/python_regex.h"
#include "metrics/text/utf8.h"
#include "metrics/unicode_text.h"

namespace meval::regex {

Matcher::Matcher(const Program& program, std::string_view text, const MatchLimits& limits)
    : program_(program), text_(text), limits_(limits), slots_(program.num_slots, kUnset) {
  const std::size_t num_words =
      static_cast<std::size_t>(program.num_splits) * (text.size() + 1) / 64 + 1;
  const std::size_t num_outcomes = std::size_t{program.num_looks} * (text.size() + 1);
  fixed_bytes_ = num_words * sizeof(std::uint64_t) + num_outcomes;
  RequireBytes(fixed_bytes_);
  entered_.resize(num_words, 0);
  looked_.resize(num_outcomes, Outcome::kUnknown);
}

void Matcher::FailLimit(const std::string& what) const {
  throw RegexError("regular expression \"" + program_.pattern + "\" on a text of " +
                   std::to_string(text_.size()) + " bytes: " + what);
}

void Matcher::RequireBytes(std::size_t bytes) const {
  if (bytes > limits_.max_bytes) {
    FailLimit("takes more than " + std::to_string(limits_.max_bytes) +
              " bytes of memory: expected a shorter text or a simpler pattern");
  }
}

void Matcher::CountSteps(std::uint64_t steps) {
  num_steps_ += steps;
  if (num_steps_ > limits_.max_steps) {
    FailLimit("takes more than " + std::to_string(limits_.max_steps) +
              " steps: expected a shorter text or a simpler pattern");
  }
}

void Matcher::Push(const Entry& entry) {
  RequireBytes(fixed_bytes_ + trail_.size() * sizeof(std::size_t) +
               (stack_.size() + 1) * sizeof(Entry));
  stack_.push_back(entry);
}

bool Matcher::Search(std::size_t start, bool must_advance) {
  bool found = false;
  std::fill(slots_.begin(), slots_.end(), kUnset);  // and a run that fails leaves them so
  for (std::size_t position = start; position <= text_.size() && !found;) {
    const bool is_end = position == text_.size();
    if (program_.can_begin_anywhere ||
        (!is_end && program_.can_begin_with[static_cast<unsigned char>(text_[position])])) {
      forbidden_end_ = must_advance && position == start ? start : kUnset;
      if (Run(0, position)) {
        slots_[0] = position;
        slots_[1] = match_end_;
        found = true;
      }
    }
    if (is_end) {
      break;
    }
    text::DecodeForward(text_, position);
  }
  Forget(0);
  return found;
}

bool Matcher::Enter(const Instruction& split, std::size_t position) {
  const std::size_t bit = split.c * (text_.size() + 1) + position;
  const std::uint64_t mask = std::uint64_t{1} << (bit % 64);
  std::uint64_t& word = entered_[bit / 64];
  if ((word & mask) != 0) {
    return false;
  }
  word |= mask;
  trail_.push_back(bit);
  return true;
}

void Matcher::Forget(std::size_t trail_size) {
  for (std::size_t i = trail_size; i < trail_.size(); ++i) {
    entered_[trail_[i] / 64] &= ~(std::uint64_t{1} << (trail_[i] % 64));
  }
  trail_.resize(trail_size);
}

void Matcher::SetSlot(std::uint32_t slot, std::size_t value) {
  Push({EntryKind::kRestore, slot, slots_[slot]});
  slots_[slot] = value;
}

bool Matcher::Run(std::uint32_t pc, std::size_t position) {
  const std::size_t base = stack_.size();
  for (;;) {
    CountSteps(1);
    const Instruction& instruction = program_.code[pc];
    bool failed = false;
    switch (instruction.op) {
      case Op::kMatch:
        failed = position == forbidden_end_;
        [[fallthrough]];
      case Op::kAccept:
        if (!failed) {
          match_end_ = position;
          stack_.resize(base);
          return true;
        }
        break;
      case Op::kJump:
        pc = instruction.x;
        continue;
      case Op::kSplit:
        failed = !Enter(instruction, position);
        if (!failed) {
          Push({EntryKind::kBranch, instruction.y, position});
          pc = instruction.x;
          continue;
        }
        break;
      case Op::kSave:
        SetSlot(instruction.x, position);
        ++pc;
        continue;
      case Op::kLeaveIfEmpty:
        pc = slots_[instruction.x] == position ? instruction.y : pc + 1;
        continue;
      case Op::kLook:
        failed = !Look(instruction, pc + 1, position);
        pc = instruction.y;
        break;
      case Op::kAssertion:
        failed = !Holds(instruction.assertion, position);
        ++pc;
        break;
      default:
        failed = !Consume(instruction, position);
        ++pc;
    }
    if (failed && !Backtrack(base, pc, position)) {
      return false;
    }
  }
}

bool Matcher::Backtrack(std::size_t base, std::uint32_t& pc, std::size_t& position) {
  while (stack_.size() > base) {
    const Entry entry = stack_.back();
    stack_.pop_back();
    if (entry.kind == EntryKind::kBranch) {
      pc = entry.index;
      position = entry.position;
      return true;
    }
    slots_[entry.index] = entry.position;
  }
  return false;
}

// What a look-around says at a position depends on nothing else, so it is asked once; only the
// groups of one that holds have to be set anew.
bool Matcher::Look(const Instruction& instruction, std::uint32_t body, std::size_t position) {
  Outcome& outcome = looked_[instruction.x * (text_.size() + 1) + position];
  const bool sets_groups = instruction.has_groups && !instruction.is_negated;
  if (outcome == Outcome::kUnknown || (outcome == Outcome::kHolds && sets_groups)) {
    outcome = RunLook(instruction, body, position) ? Outcome::kHolds : Outcome::kFails;
  }
  return outcome == Outcome::kHolds;
}

// A run of its own. What it entered is forgotten behind it, since a split on the way to its success
// has not failed.
bool Matcher::RunLook(const Instruction& instruction, std::uint32_t body, std::size_t position) {
  std::size_t begin = position;
  if (instruction.is_behind) {
    for (char32_t i = 0; i < instruction.c; ++i) {
      if (begin == 0) {
        return instruction.is_negated;
      }
      begin = text::PreviousStart(text_, begin);
    }
  }
  CountSteps(slots_.size());
  const std::vector<std::size_t> before = slots_;
  const std::size_t trail_size = trail_.size();
  const bool found = Run(body, begin);
  Forget(trail_size);
  if (!found || instruction.is_negated) {
    slots_ = before;
    return found != instruction.is_negated;
  }
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i] != before[i]) {
      Push({EntryKind::kRestore, i, before[i]});
    }
  }
  return true;
}

bool Matcher::Consume(const Instruction& instruction, std::size_t& position) const {
  if (position >= text_.size()) {
    return false;
  }
  const char32_t c = text::DecodeForward(text_, position);
  switch (instruction.op) {
    case Op::kChar:
      return c == instruction.c;
    case Op::kCharIgnoreCase:
      return CaseKey(c) == instruction.c;
    case Op::kAny:
      return c != '\n';
    case Op::kAnyAll:
      return true;
    case Op::kSet:
      return program_.sets[instruction.x].Contains(c);
    default:
      return false;
  }
}

bool Matcher::Holds(Assertion assertion, std::size_t position) const {
  const std::size_t size = text_.size();
  const auto is_word_boundary = [&] {
    bool before = false;
    if (position > 0) {
      std::size_t previous = text::PreviousStart(text_, position);
      before = IsWordCharacter(text::DecodeForward(text_, previous));
    }
    std::size_t next = position;
    const bool after = position < size && IsWordCharacter(text::DecodeForward(text_, next));
    return before != after;
  };
  switch (assertion) {
    case Assertion::kTextBegin:
      return position == 0;
    case Assertion::kTextEnd:
      return position == size;
    case Assertion::kBeforeFinalLine:
      return position == size || (position + 1 == size && text_[position] == '\n');
    case Assertion::kLineBegin:
      return position == 0 || text_[position - 1] == '\n';
    case Assertion::kLineEnd:
      return position == size || text_[position] == '\n';
    case Assertion::kWordBoundary:
      return size > 0 && is_word_boundary();
    case Assertion::kNotWordBoundary:
      // Python's \B does not hold in an empty text.
      return size > 0 && !is_word_boundary();
  }
  return false;
}

}  // namespace meval::regex
