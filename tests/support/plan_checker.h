#ifndef MEVAL_TESTS_SUPPORT_PLAN_CHECKER_H_
#define MEVAL_TESTS_SUPPORT_PLAN_CHECKER_H_

// Carries steps out on paper: instead of keys and values, every slot of every page remembers which
// token prefix was stored there last. Knows what a step says, and nothing of how it was made.

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/score_plan.h"
#include "engine/step.h"
#include "kernels/tensor.h"

namespace meval::testing {

// Token prefixes by number: 0 is the empty one.
class PrefixNumbers {
 public:
  static constexpr std::int64_t kEmpty = 0;

  // The number of `prefix` followed by `token`.
  std::int64_t Append(std::int64_t prefix, TokenId token);
  // Numbers of all prefixes of a sequence, the shortest (one token) first.
  std::vector<std::int64_t> Of(std::span<const TokenId> tokens);

 private:
  std::map<std::pair<std::int64_t, TokenId>, std::int64_t> numbers_;
};

// Pages on paper.
class PaperCache {
 public:
  using Prefixes = std::span<const std::int64_t>;

  PaperCache(std::int64_t num_pages, std::int64_t window);

  // As KvPagePool::CopyPage.
  void CopyPage(std::int32_t from, std::int32_t to);
  // Carries `step` out. prefixes[r]: numbers of the prefixes of the sequence row r belongs to, the
  // one of length position + 1 at each position, as far as the row's at least. Returns what is
  // wrong, or "": a table that names a page there is not, rows that are not covered, two prefixes
  // in one slot, or a row that sees anything but its own prefixes through the window.
  std::string Run(const Step& step, std::span<const Prefixes> prefixes);
  // The most pages that held, at the same time, something a row of the steps run so far has seen
  // then or later.
  std::int64_t most_pages_needed() const;

 private:
  struct Slot {
    std::int64_t prefix = -1;     // -1: never written
    std::int64_t step = 0;        // since which the page holds it
    std::int64_t stored_in = -1;  // step whose rows stored it here; -1: it came with a page copy
  };

  // Place of a position in a page table of `step`: an index into slots_, or -1 if there is none.
  std::int64_t Find(const Step& step, const StepSegment& table, std::int64_t position) const;
  std::string Write(const Step& step, const StepSegment& segment,
                    std::span<const Prefixes> prefixes);
  std::string Read(const Step& step, const StepSegment& segment,
                   std::span<const Prefixes> prefixes);

  std::int64_t num_pages_;
  std::int64_t window_;
  std::int64_t num_steps_ = 0;
  std::vector<Slot> slots_;
  std::vector<std::int64_t> oldest_;  // per page: since when it holds what this step sees of it
  std::set<std::pair<std::int64_t, std::int64_t>> needed_;  // (step, page)
};

// Carries a whole plan out and compares it with what the requests ask for: every row's token and
// position, what it sees, every target once on the row of its own prefix, the plan's own counts.
// Returns what is wrong first, or "".
std::string CheckScorePlan(const ScorePlan& plan, std::span<const ScoreRequest> requests,
                           const PlanOptions& options);

// Distinct prefixes that requests feed, by brute force: all but the last token of each.
std::int64_t CountDistinctPrefixes(std::span<const ScoreRequest> requests);

}  // namespace meval::testing

#endif  // MEVAL_TESTS_SUPPORT_PLAN_CHECKER_H_
