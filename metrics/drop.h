#ifndef MEVAL_METRICS_DROP_H_
#define MEVAL_METRICS_DROP_H_

// Exact match and F1 of answers that are lists of spans: DROP (Dua et al. 2019, "DROP: A Reading
// Comprehension Benchmark Requiring Discrete Reasoning Over Paragraphs") in lm-evaluation-harness'
// rendering. Both 0..1 for a document; a set scores the means.
//
//   exact_match  1 if both lists have as many spans and the same set of normalized spans
//   f1           spans are paired one to one, so that the sum of their F1 is largest; that sum /
//                max(number of predicted spans, number of gold spans), rounded to two decimals
//                (rint(100 f1) / 100, halves to even)
//
// The F1 of a pair is 2PR / (P + R) of the sets of words: P = common / predicted (1 if nothing is
// predicted), R = common / gold (1 if the gold span has no words); 0 if the gold span has numbers
// and none of them is predicted.
//
// Time is O(p^3) in the number of spans and linear in their length; see kMaxDropSpans.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

// Spans of one answer; more are refused, so that the pairing ends in seconds.
inline constexpr std::size_t kMaxDropSpans = 1000;

struct DropScore {
  double exact_match = 0;  // 0 or 1
  double f1 = 0;           // 0 .. 1, two decimals
};

// Words, one space between them. The span is split at each space and hyphen, and each piece
// lower-cased; a number becomes the shortest text of its value as Python's str(float) writes it,
// other pieces lose their ASCII punctuation first and may become numbers by that; articles go.
//
//   "the 1,000 field-goals"  gives  "1000.0 field goals"      "5%"  gives  "5.0"
std::string NormalizeDropSpan(std::string_view span);

// One predicted list against one gold list. All functions throw MetricError for text that is not
// valid UTF-8 (with span and byte offset), more than kMaxDropSpans spans, and a gold list without
// spans. A prediction without spans scores 0.
DropScore ScoreDropSpans(std::span<const std::string> predicted, std::span<const std::string> gold);

// The score of a document with several gold lists: the largest exact match and the largest F1 of
// them, each by itself. A gold list whose first span is blank does not count; 0 if none does.
// MetricError if there is none at all.
DropScore ScoreDrop(std::span<const std::string> predicted,
                    std::span<const std::vector<std::string>> golds);

}  // namespace meval

#endif  // MEVAL_METRICS_DROP_H_
