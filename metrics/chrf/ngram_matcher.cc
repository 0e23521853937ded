#include "metrics/chrf/ngram_matcher.h"

namespace meval::chrf {
namespace {

using text::NgramIds;

constexpr std::uint32_t kUnknown = text::Numbering<std::uint64_t>::kUnknown;

// How many n-grams a sequence of (n-1)-grams (symbols for n = 1) makes.
std::size_t NumNgrams(const NgramIds& ids, int order) {
  return order > 1 && !ids.empty() ? ids.size() - 1 : ids.size();
}

std::uint64_t KeyAt(const NgramIds& ids, std::size_t i, int order) {
  return order > 1 ? text::PairKey(ids[i], ids[i + 1]) : ids[i];
}

bool IsKnownAt(const NgramIds& ids, std::size_t i, int order) {
  return order == 1 || (ids[i] != kUnknown && ids[i + 1] != kUnknown);
}

}  // namespace

void NgramMatcher::Count(NgramIds& hypothesis, std::span<NgramIds> references, int max_order,
                         std::span<ChrfStatistics> counts) {
  for (int order = 1; order <= max_order; ++order) {
    NumberHypothesis(hypothesis, order);
    for (std::size_t r = 0; r < references.size(); ++r) {
      const std::int64_t matches = MatchReference(references[r], order);
      const auto num_reference = static_cast<std::int64_t>(references[r].size());
      const auto num_hypothesis = static_cast<std::int64_t>(hypothesis.size());
      counts[r].orders.push_back({num_reference > 0 ? num_hypothesis : 0, num_reference, matches});
    }
  }
}

void NgramMatcher::NumberHypothesis(NgramIds& ids, int order) {
  const std::size_t num_ngrams = NumNgrams(ids, order);
  numbers_.Reset(num_ngrams);
  counts_.assign(num_ngrams, 0);
  for (std::size_t i = 0; i < num_ngrams; ++i) {
    ids[i] = numbers_.Number(KeyAt(ids, i, order));
    ++counts_[ids[i]];
  }
  ids.resize(num_ngrams);
}

std::int64_t NgramMatcher::MatchReference(NgramIds& ids, int order) {
  const std::size_t num_ngrams = NumNgrams(ids, order);
  unmatched_ = counts_;
  std::int64_t matches = 0;
  for (std::size_t i = 0; i < num_ngrams; ++i) {
    ids[i] = IsKnownAt(ids, i, order) ? numbers_.Find(KeyAt(ids, i, order)) : kUnknown;
    if (ids[i] != kUnknown && unmatched_[ids[i]] > 0) {
      --unmatched_[ids[i]];
      ++matches;
    }
  }
  ids.resize(num_ngrams);
  return matches;
}

}  // namespace meval::chrf
