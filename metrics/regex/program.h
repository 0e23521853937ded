#ifndef MEVAL_METRICS_REGEX_PROGRAM_H_
#define MEVAL_METRICS_REGEX_PROGRAM_H_

// A pattern as a list of instructions for our own matcher.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/regex/syntax.h"

namespace meval::regex {

enum class Op : std::uint8_t {
  kChar,            // consumes `c`
  kCharIgnoreCase,  // consumes a character whose case key is `c`
  kAny,             // consumes all but a newline
  kAnyAll,          // consumes any character
  kSet,             // consumes a member of sets[x]
  kAssertion,       // holds here, or fails
  kSplit,           // goes on at x; if that fails, at y. `c` numbers the splits from 0
  kJump,            // goes on at x
  kSave,            // slots[x] = position
  kLeaveIfEmpty,    // goes to y if the position is still slots[x]: an iteration consumed nothing
  kLook,            // runs the body behind it up to its kAccept; then goes on at y. `c`: width,
                    // x numbers the look-arounds from 0
  kAccept,          // the end of a look-around's body
  kMatch,           // the end of the pattern
};

struct Instruction {
  Op op = Op::kMatch;
  Assertion assertion = Assertion::kTextBegin;
  bool is_behind = false;   // kLook
  bool is_negated = false;  // kLook
  bool has_groups = false;  // kLook: capturing ones in its body
  char32_t c = 0;
  std::uint32_t x = 0;
  std::uint32_t y = 0;
};

struct Program {
  std::string pattern;  // for messages
  std::vector<Instruction> code;
  std::vector<CharSet> sets;
  std::uint32_t num_groups = 0;            // capturing
  std::uint32_t num_slots = 0;             // group g begins and ends in slots 2g and 2g + 1
  std::uint32_t num_splits = 0;            //
  std::uint32_t num_looks = 0;             //
  std::array<bool, 256> can_begin_with{};  // bytes that a match may begin with
  bool can_begin_anywhere = false;         // a match may be empty: every position is tried
};

// Throws RegexError where the pattern is too large. `tree` is the pattern's.
Program Compile(std::string_view pattern, SyntaxTree tree);

}  // namespace meval::regex

#endif  // MEVAL_METRICS_REGEX_PROGRAM_H_
