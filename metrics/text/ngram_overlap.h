#ifndef MEVAL_METRICS_TEXT_NGRAM_OVERLAP_H_
#define MEVAL_METRICS_TEXT_NGRAM_OVERLAP_H_

// N-grams that one token sequence shares with others.

#include <cstdint>
#include <span>
#include <vector>

#include "metrics/text/ngrams.h"

namespace meval::text {

// Works order by order, from ids of (n-1)-grams to ids of n-grams. Only n-grams of the first
// sequence get ids, the others look theirs up, and what one side lacks is dropped together with all
// longer n-grams around it. O(length x orders) time, O(length) memory, which is kept from call to
// call.
class NgramOverlap {
 public:
  // Sets matches[n - 1], for each n, to the sum over the distinct n-grams of `first` of
  // min(count in `first`, largest count in one of `others`). The ids of `first` are those of a
  // Numbering that has numbered it alone, those of `others` are looked up there; both are
  // overwritten.
  void Count(NgramIds& first, std::span<NgramIds> others, std::span<std::int64_t> matches);

 private:
  std::int64_t CountMatches(const NgramIds& first, std::span<const NgramIds> others);
  void Extend(NgramIds& first, std::span<NgramIds> others);
  bool IsShared(std::uint32_t id) const;

  Numbering<std::uint64_t> numbers_;
  std::vector<std::uint32_t> counts_;    // by id: in the first sequence
  std::vector<std::uint32_t> seen_;      // by id: in the sequence being looked at
  std::vector<std::uint32_t> credited_;  // by id: matches
};

}  // namespace meval::text

#endif  // MEVAL_METRICS_TEXT_NGRAM_OVERLAP_H_
