#ifndef MEVAL_METRICS_CHRF_H_
#define MEVAL_METRICS_CHRF_H_

// chrF (Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation") and chrF++
// (Popović 2017, "chrF++: words helping character n-grams") as sacrebleu computes them, 0..100.
//
//   F = 100 (1 + beta^2) P R / (beta^2 P + R)
//
// P and R are n-gram precision and recall, each averaged over all orders of characters and words
// that both sides have n-grams of; with beta = 2 recall counts twice as much as precision. chrF has
// character orders 1 to 6, chrF++ also words and word pairs. A score is 0 where no order is shared
// by both sides, so an empty hypothesis or reference scores 0, even against each other.
//
//   characters  code points of the text, white space left out unless asked for
//   words       split at white space; one ASCII punctuation mark at the end of a word, else one at
//               its beginning, is a token of its own: "(hi)" gives "(hi" and ")"
//
// Of several references the one with the highest sentence score counts, the first of equals. A
// corpus score is the formula on counts summed over segments, not a mean of sentence scores.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

struct ChrfOptions {
  int char_order = 6;       // longest character n-gram; >= 1
  int word_order = 0;       // longest word n-gram; >= 0. 2 makes chrF++
  int beta = 2;             // weight of recall; >= 1
  bool lowercase = false;   //
  bool whitespace = false;  // white space belongs to the characters
  // The mean of F over all orders, an empty one counting 1e-16, in place of F of the means over
  // the orders that both sides have: chrF++.py's form.
  bool eps_smoothing = false;
};

// The options of "chrf" and "chrf++"; MetricError lists them for any other name.
ChrfOptions ParseChrf(std::string_view name);

// "chrF2", "chrF2++": chrF, beta, and a + for each word order.
std::string ChrfName(const ChrfOptions& options = {});

// n-grams of one order.
struct ChrfCounts {
  std::int64_t hypothesis = 0;  // 0 also where the reference has none
  std::int64_t reference = 0;   //
  std::int64_t matches = 0;     // in both: the sum over n-grams of the smaller count

  friend bool operator==(const ChrfCounts&, const ChrfCounts&) = default;
};

// What a segment adds to a corpus. Sums of these give corpus scores without the texts, and so
// bootstrap resamples.
struct ChrfStatistics {
  std::vector<ChrfCounts> orders;  // characters 1 .. char_order, then words 1 .. word_order

  ChrfStatistics& operator+=(const ChrfStatistics& other);
};

// References of one segment; segments may have different numbers of them, but at least one.
using ChrfReferences = std::vector<std::string>;

// All below throw MetricError: for options out of range, text that is not valid UTF-8 (with segment
// and byte offset), a segment without references, no segments, numbers of hypotheses and references
// that differ. Scores are 0 .. 100.

ChrfStatistics CountChrf(std::string_view hypothesis, std::span<const std::string> references,
                         const ChrfOptions& options = {});
double ScoreChrf(const ChrfStatistics& sums, const ChrfOptions& options = {});

// The statistics of each segment of a corpus, and the score of their sums. Segments are shared out
// to `num_threads` threads; neither depends on how many there are.
std::vector<ChrfStatistics> CountChrfSegments(std::span<const std::string> hypotheses,
                                              std::span<const ChrfReferences> references,
                                              const ChrfOptions& options = {}, int num_threads = 1);
double CorpusChrf(std::span<const std::string> hypotheses,
                  std::span<const ChrfReferences> references, const ChrfOptions& options = {},
                  int num_threads = 1);
double SentenceChrf(std::string_view hypothesis, std::span<const std::string> references,
                    const ChrfOptions& options = {});

// nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:... What must be equal, with the name, for
// two scores to be compared. `nrefs` is "var" where the numbers of references differ.
std::string ChrfSignature(std::span<const ChrfReferences> references,
                          const ChrfOptions& options = {});

// The version field of the signature: changes with any change of a score.
inline constexpr std::string_view kChrfVersion = "mistral-eval-1";

}  // namespace meval

#endif  // MEVAL_METRICS_CHRF_H_
