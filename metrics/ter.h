#ifndef MEVAL_METRICS_TER_H_
#define MEVAL_METRICS_TER_H_

// TER, the translation edit rate (Snover et al. 2006, "A Study of Translation Edit Rate with
// Targeted Human Annotation") as sacrebleu's rendering of Tercom computes it, in percent.
//
//   TER = 100 (edits / words of the reference)
//
// Edits are insertions, deletions and substitutions of words and shifts of runs of words, each
// costing 1. 0 is best; above 100 is possible, since a hypothesis may be longer than the reference.
// Finding the fewest shifts is intractable: as in Tercom the shift that lowers the edit distance
// most is applied as long as one does, from at most 1000 candidates, and the distance is taken
// inside a beam around the diagonal. So the number is exactly Tercom's, not the least possible.
//
// Of several references the one with the fewest edits counts, and the length is the mean of the
// lengths. A corpus score is the ratio of sums, not a mean of sentence scores. Where no reference
// has a word the score is 100 if there are edits, else 0.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

struct TerOptions {
  // Tercom's tokenizer: punctuation apart, entities replaced. References pass it twice, as in
  // sacrebleu, which changes a few: "dog's." becomes "dog's ." and then "dog 's .".
  bool normalized = false;
  bool no_punct = false;       // . , ? : ; ! " ( ) deleted
  bool asian_support = false;  // the two above also for CJK; without them it changes nothing
  bool case_sensitive = false;
};

// What a segment adds to a corpus. Sums of these give corpus scores without the texts, and so
// bootstrap resamples.
struct TerStatistics {
  std::int64_t edits = 0;  // to the reference with the fewest
  double length = 0;       // words of a reference, the mean over references

  TerStatistics& operator+=(const TerStatistics& other);
};

// References of one segment; segments may have different numbers of them, but at least one.
using TerReferences = std::vector<std::string>;

// All below throw MetricError: for text that is not valid UTF-8 (with segment and byte offset), a
// segment without references, no segments, numbers of hypotheses and references that differ. Scores
// are percent, 0 or more.

TerStatistics CountTer(std::string_view hypothesis, std::span<const std::string> references,
                       const TerOptions& options = {});
double ScoreTer(const TerStatistics& sums);

// The statistics of each segment of a corpus, and the score of their sums. Segments are shared out
// to `num_threads` threads; neither depends on how many there are.
std::vector<TerStatistics> CountTerSegments(std::span<const std::string> hypotheses,
                                            std::span<const TerReferences> references,
                                            const TerOptions& options = {}, int num_threads = 1);
double CorpusTer(std::span<const std::string> hypotheses, std::span<const TerReferences> references,
                 const TerOptions& options = {}, int num_threads = 1);
double SentenceTer(std::string_view hypothesis, std::span<const std::string> references,
                   const TerOptions& options = {});

// nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:... What must be equal for two
// scores to be compared. `nrefs` is "var" where the numbers of references differ.
std::string TerSignature(std::span<const TerReferences> references, const TerOptions& options = {});

// The version field of the signature: changes with any change of a score.
inline constexpr std::string_view kTerVersion = "mistral-eval-1";

}  // namespace meval

#endif  // MEVAL_METRICS_TER_H_
