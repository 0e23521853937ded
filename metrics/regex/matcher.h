#ifndef MEVAL_METRICS_REGEX_MATCHER_H_
#define MEVAL_METRICS_REGEX_MATCHER_H_

// Runs a program over a text by backtracking, in the order of preference that Python documents: for
// the patterns that RE2 cannot take exactly (re2_matcher.h).
//
// A split that failed at a position fails there again, so each (split, position) is explored once
// in a search: time and memory are O(splits * bytes). Lookaround multiplies the time by the bytes
// once more, since its outcome at a position is kept; where it succeeds with groups inside it is
// run again for them, which multiplies once for each level. MatchLimits end what is long all the
// same.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "metrics/regex/program.h"

namespace meval::regex {

inline constexpr std::size_t kUnset = std::numeric_limits<std::size_t>::max();

struct MatchLimits {
  std::size_t max_bytes = std::size_t{512} << 20;  // of working memory
  std::uint64_t max_steps = 2'000'000'000;         // instructions carried out, over all searches
};

class Matcher {
 public:
  // `program` and `text` (valid UTF-8) must outlive the matcher. Throws RegexError, here and in
  // Search, where a limit does not suffice.
  Matcher(const Program& program, std::string_view text, const MatchLimits& limits = {});

  // Finds the first match that begins at `start` or later; an empty one at `start` itself is
  // passed over if `must_advance`. On success the matcher's slots hold the match.
  bool Search(std::size_t start, bool must_advance);

  // Byte offset in slot `i`, or kUnset. Slots 0 and 1 are the whole match, 2g and 2g + 1 group g.
  std::size_t slot(std::size_t i) const { return slots_[i]; }

 private:
  enum class Outcome : std::uint8_t { kUnknown, kHolds, kFails };
  enum class EntryKind : std::uint8_t { kBranch, kRestore };
  struct Entry {
    EntryKind kind;
    std::uint32_t index;   // instruction, or slot
    std::size_t position;  // to go on at, or the slot's former value
  };

  // Runs from an instruction to kAccept or kMatch; `match_end_` is then where it ended.
  bool Run(std::uint32_t pc, std::size_t position);
  // Takes the latest branch still open above `base`, undoing slots on the way to it.
  bool Backtrack(std::size_t base, std::uint32_t& pc, std::size_t& position);
  bool Look(const Instruction& instruction, std::uint32_t body, std::size_t position);
  bool RunLook(const Instruction& instruction, std::uint32_t body, std::size_t position);
  bool Holds(Assertion assertion, std::size_t position) const;
  bool Consume(const Instruction& instruction, std::size_t& position) const;
  // Whether the split is new at this position; marks it.
  bool Enter(const Instruction& split, std::size_t position);
  void Forget(std::size_t trail_size);
  void SetSlot(std::uint32_t slot, std::size_t value);
  void Push(const Entry& entry);
  void CountSteps(std::uint64_t steps);
  void RequireBytes(std::size_t bytes) const;
  [[noreturn]] void FailLimit(const std::string& what) const;

  const Program& program_;
  std::string_view text_;
  MatchLimits limits_;
  std::vector<std::size_t> slots_;
  std::vector<Entry> stack_;
  std::vector<std::uint64_t> entered_;  // one bit per (split, position)
  std::vector<std::size_t> trail_;      // the bits that are set
  std::vector<Outcome> looked_;         // one for each (look-around, position)
  std::size_t fixed_bytes_ = 0;         // of entered_ and looked_
  std::uint64_t num_steps_ = 0;
  std::size_t match_end_ = 0;
  std::size_t forbidden_end_ = kUnset;  // where the whole match must not end
};

}  // namespace meval::regex

#endif  // MEVAL_METRICS_REGEX_MATCHER_H_
