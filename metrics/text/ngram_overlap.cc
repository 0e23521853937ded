#include "metrics/text/ngram_overlap.h"

#include <algorithm>

namespace meval::text {
namespace {

constexpr std::uint32_t kUnknown = Numbering<std::uint64_t>::kUnknown;

}  // namespace

void NgramOverlap::Count(NgramIds& first, std::span<NgramIds> others,
                         std::span<std::int64_t> matches) {
  std::fill(matches.begin(), matches.end(), 0);
  for (std::size_t n = 0; n < matches.size(); ++n) {
    if (n > 0) {
      Extend(first, others);
    }
    matches[n] = CountMatches(first, others);
    if (matches[n] == 0) {
      return;  // nor is there a longer one
    }
  }
}

std::int64_t NgramOverlap::CountMatches(const NgramIds& first, std::span<const NgramIds> others) {
  counts_.assign(first.size(), 0);
  credited_.assign(first.size(), 0);
  for (const std::uint32_t id : first) {
    if (id != kUnknown) {
      ++counts_[id];
    }
  }
  std::int64_t matches = 0;
  for (const NgramIds& other : others) {
    seen_.assign(first.size(), 0);
    for (const std::uint32_t id : other) {
      if (id == kUnknown) {
        continue;
      }
      ++seen_[id];
      if (seen_[id] > credited_[id] && credited_[id] < counts_[id]) {
        ++credited_[id];
        ++matches;
      }
    }
  }
  return matches;
}

bool NgramOverlap::IsShared(std::uint32_t id) const { return id != kUnknown && credited_[id] > 0; }

void NgramOverlap::Extend(NgramIds& first, std::span<NgramIds> others) {
  numbers_.Reset(first.size());
  for (std::size_t i = 0; i + 1 < first.size(); ++i) {
    first[i] = IsShared(first[i]) && IsShared(first[i + 1])
                   ? numbers_.Number(PairKey(first[i], first[i + 1]))
                   : kUnknown;
  }
  if (!first.empty()) {
    first.pop_back();
  }
  for (NgramIds& other : others) {
    for (std::size_t i = 0; i + 1 < other.size(); ++i) {
      other[i] = other[i] != kUnknown && other[i + 1] != kUnknown
                     ? numbers_.Find(PairKey(other[i], other[i + 1]))
                     : kUnknown;
    }
    if (!other.empty()) {
      other.pop_back();
    }
  }
}

}  // namespace meval::text
