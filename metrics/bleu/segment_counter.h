#ifndef MEVAL_METRICS_BLEU_SEGMENT_COUNTER_H_
#define MEVAL_METRICS_BLEU_SEGMENT_COUNTER_H_

// Statistics of segments one after another, with the memory of the last one.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/bleu.h"
#include "metrics/text/ngram_overlap.h"
#include "metrics/text/ngrams.h"

namespace meval::bleu {

class SegmentCounter {
 public:
  explicit SegmentCounter(const BleuOptions& options) : options_(options) {}

  // Precondition: valid UTF-8, at least one reference.
  BleuStatistics Count(std::string_view hypothesis, std::span<const std::string> references);

 private:
  struct Text {
    std::string lower;   // where options ask for it
    std::string buffer;  // tokens may be pieces of it
    std::vector<std::string_view> tokens;
  };

  void Read(std::string_view text, Text& into) const;

  BleuOptions options_;
  Text hypothesis_;
  std::vector<Text> references_;
  text::Numbering<std::string_view> numbers_;  // of the hypothesis' tokens
  text::NgramIds hypothesis_ids_;
  std::vector<text::NgramIds> reference_ids_;
  text::NgramOverlap overlap_;
};

}  // namespace meval::bleu

#endif  // MEVAL_METRICS_BLEU_SEGMENT_COUNTER_H_
