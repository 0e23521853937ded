#ifndef MEVAL_METRICS_BLEU_H_
#define MEVAL_METRICS_BLEU_H_

// BLEU (Papineni et al. 2002) as sacrebleu computes it (Post 2018), digit for digit, 0..100.
//
//   score = bp * exp(mean over n = 1 .. N of log precision_n)
//
// with modified n-gram precisions in percent and the brevity penalty bp = exp(1 - ref_len /
// sys_len) for a hypothesis shorter than the reference, else 1. The reference length of a segment
// is that of the reference closest in length, the shorter of equals. Without effective order a set
// whose hypotheses have no n-gram of the largest order scores 0.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

enum class BleuTokenizer {
  kNone,  // "none": split at whitespace only
  kChar,  // "char": every code point
  k13a,   // "13a": mteval-v13a, the default
  kZh,    // "zh": Chinese characters apart
  kIntl,  // "intl": mteval-v14, punctuation and symbols of all scripts apart
};

// What a precision without a match counts as (Chen & Cherry 2014).
enum class BleuSmoothing {
  kNone,   // "none": 0, and so the score
  kFloor,  // "floor": `smooth_value` matches (0.1); above 1 it may give scores above 100
  kAddK,   // "add-k": `smooth_value` (1) added to matches and n-grams of orders above 1
  kExp,    // "exp": 1/2, 1/4, ... matches, halved for each such order; the default
};

struct BleuOptions {
  BleuTokenizer tokenizer = BleuTokenizer::k13a;
  BleuSmoothing smoothing = BleuSmoothing::kExp;
  std::optional<double> smooth_value = std::nullopt;  // for kFloor and kAddK; >= 0
  bool lowercase = false;                             //
  bool effective_order = false;  // average only over orders the hypothesis has n-grams of
  int max_order = 4;             // N; >= 1
};

// Names as in sacrebleu's command line; MetricError lists them for any other.
BleuTokenizer ParseBleuTokenizer(std::string_view name);
BleuSmoothing ParseBleuSmoothing(std::string_view name);

// The line a tokenizer makes of a segment, trailing whitespace removed first; its tokens are the
// pieces between whitespace. MetricError for text that is not valid UTF-8.
std::string BleuTokenize(std::string_view text, BleuTokenizer tokenizer);

// What a segment adds to a corpus. Sums of these give corpus scores without the texts, and so
// bootstrap resamples.
struct BleuStatistics {
  std::int64_t sys_len = 0;           // tokens of the hypothesis
  std::int64_t ref_len = 0;           // tokens of the closest reference
  std::vector<std::int64_t> correct;  // [N] matching n-grams, clipped
  std::vector<std::int64_t> total;    // [N] n-grams of the hypothesis

  BleuStatistics& operator+=(const BleuStatistics& other);
};

struct BleuScore {
  double score = 0;                // 0 .. 100
  std::vector<double> counts;      // [N] matching n-grams, after add-k
  std::vector<double> totals;      // [N] n-grams, after add-k
  std::vector<double> precisions;  // [N] percent, after smoothing
  double brevity_penalty = 0;      // 0 .. 1
  std::int64_t sys_len = 0;        // tokens
  std::int64_t ref_len = 0;        // tokens
};

// References of one segment; segments may have different numbers of them, but at least one.
using BleuReferences = std::vector<std::string>;

// All below throw MetricError: for options out of range, a smoothing value given for kExp or kNone,
// text that is not valid UTF-8 (with segment and byte offset), a segment without references, no
// segments, numbers of hypotheses and references that differ.

BleuStatistics CountBleu(std::string_view hypothesis, std::span<const std::string> references,
                         const BleuOptions& options = {});
BleuScore ScoreBleu(const BleuStatistics& sums, const BleuOptions& options = {});

// The statistics of each segment of a corpus, and the score of their sums. Segments are shared out
// to `num_threads` threads; neither depends on how many there are.
std::vector<BleuStatistics> CountBleuSegments(std::span<const std::string> hypotheses,
                                              std::span<const BleuReferences> references,
                                              const BleuOptions& options = {}, int num_threads = 1);
BleuScore CorpusBleu(std::span<const std::string> hypotheses,
                     std::span<const BleuReferences> references, const BleuOptions& options = {},
                     int num_threads = 1);
// The corpus formula on one segment, with options.effective_order set, as sacrebleu does.
BleuScore SentenceBleu(std::string_view hypothesis, std::span<const std::string> references,
                       BleuOptions options = {});

// nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:... What must be equal for two scores to be
// compared. `nrefs` is "var" where the numbers of references differ.
std::string BleuSignature(std::span<const BleuReferences> references,
                          const BleuOptions& options = {});

// The version field of the signature: changes with any change of a score.
inline constexpr std::string_view kBleuVersion = "mistral-eval-1";

}  // namespace meval

#endif  // MEVAL_METRICS_BLEU_H_
