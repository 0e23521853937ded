#ifndef MEVAL_METRICS_CHRF_NGRAM_MATCHER_H_
#define MEVAL_METRICS_CHRF_NGRAM_MATCHER_H_

// N-grams that a hypothesis shares with its references, all orders in one go.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "metrics/chrf.h"
#include "metrics/text/ngrams.h"

namespace meval::chrf {

// Works order by order. The n-grams of the hypothesis are numbered; a reference only looks its own
// up, and an n-gram that is unknown makes all longer ones around it unknown without a look. One
// order's table is alive at a time, so memory is O(length), and time is O(length x orders). Keeps
// its memory from segment to segment.
class NgramMatcher {
 public:
  // Appends the counts of orders 1 to `max_order` to counts[r], for each reference r. Symbols are
  // code points or word ids below 2^32 - 1. Overwrites both sequences.
  void Count(text::NgramIds& hypothesis, std::span<text::NgramIds> references, int max_order,
             std::span<ChrfStatistics> counts);

 private:
  // Turns ids of (n-1)-grams, or symbols for n = 1, into ids of n-grams.
  void NumberHypothesis(text::NgramIds& ids, int order);
  // The same with the hypothesis' ids; returns how many are met, each as often as it has it.
  std::int64_t MatchReference(text::NgramIds& ids, int order);

  text::Numbering<std::uint64_t> numbers_;  // of the hypothesis' n-grams of one order
  std::vector<std::uint32_t> counts_;       // of each, by number
  std::vector<std::uint32_t> unmatched_;    // the same, less what one reference has met
};

}  // namespace meval::chrf

#endif  // MEVAL_METRICS_CHRF_NGRAM_MATCHER_H_
