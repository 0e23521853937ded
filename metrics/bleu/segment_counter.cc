#include "metrics/bleu/segment_counter.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "metrics/bleu/tokenizers.h"
#include "metrics/unicode_text.h"

namespace meval::bleu {
namespace {

std::int64_t Distance(std::int64_t a, std::int64_t b) { return a > b ? a - b : b - a; }

}  // namespace

BleuStatistics SegmentCounter::Count(std::string_view hypothesis,
                                     std::span<const std::string> references) {
  Read(hypothesis, hypothesis_);
  const auto num_tokens = static_cast<std::int64_t>(hypothesis_.tokens.size());
  numbers_.Reset(hypothesis_.tokens.size());
  hypothesis_ids_.clear();
  for (const std::string_view token : hypothesis_.tokens) {
    hypothesis_ids_.push_back(numbers_.Number(token));
  }

  BleuStatistics statistics;
  statistics.sys_len = num_tokens;
  references_.resize(references.size());
  reference_ids_.resize(references.size());
  for (std::size_t r = 0; r < references.size(); ++r) {
    Read(references[r], references_[r]);
    reference_ids_[r].clear();
    for (const std::string_view token : references_[r].tokens) {
      reference_ids_[r].push_back(numbers_.Find(token));
    }
    // The length closest to the hypothesis, the smaller of equals.
    const auto length = static_cast<std::int64_t>(references_[r].tokens.size());
    if (r == 0 || std::pair(Distance(length, num_tokens), length) <
                      std::pair(Distance(statistics.ref_len, num_tokens), statistics.ref_len)) {
      statistics.ref_len = length;
    }
  }

  const auto num_orders = static_cast<std::size_t>(options_.max_order);
  statistics.total.resize(num_orders);
  for (std::size_t n = 0; n < num_orders; ++n) {
    statistics.total[n] = std::max<std::int64_t>(0, num_tokens - static_cast<std::int64_t>(n));
  }
  statistics.correct.resize(num_orders);
  overlap_.Count(hypothesis_ids_, reference_ids_, statistics.correct);
  return statistics;
}

void SegmentCounter::Read(std::string_view text, Text& into) const {
  if (options_.lowercase) {
    into.lower = Lower(text);
    text = into.lower;
  }
  Tokenize(StripRight(text), options_.tokenizer, into.buffer, into.tokens);
}

}  // namespace meval::bleu
