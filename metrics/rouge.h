#ifndef MEVAL_METRICS_ROUGE_H_
#define MEVAL_METRICS_ROUGE_H_

// ROUGE (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries") as google-research's
// rouge_score computes it, digit for digit.
//
//   rouge1 .. rouge9  n-grams: overlap is the sum over n-grams of the smaller count;
//                     P = overlap / n-grams of the prediction, R = overlap / n-grams of the target
//   rougeL            longest common subsequence of the two whole texts, newlines not mattering
//   rougeLsum         both texts split at "\n"; for each target line the union of its longest
//                     common subsequences with all prediction lines, counts clipped
//
// Each gives precision, recall and F = 2PR / (P + R), all 0..1 (some papers print 100 F); 0 where a
// side has no such unit, so empty texts score 0, even against each other. A set's score is the mean
// of F over documents. The published aggregator's bootstrap interval draws from an unseeded
// generator; metrics/bootstrap.h gives a reproducible one.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

struct RougeScore {
  double precision = 0;
  double recall = 0;
  double fmeasure = 0;
};

// Lower-cased (Unicode), then the maximal runs of a-z and 0-9; with the stemmer, tokens of more
// than 3 characters are Porter-stemmed. "naïve" gives "na" and "ve", Chinese gives nothing.
std::vector<std::string> RougeTokenize(std::string_view text, bool use_stemmer);

// All acceptable texts for one document; at least one.
using RougeTargets = std::vector<std::string>;

class Rouge {
 public:
  // `types` from rouge1 .. rouge9, rougeL, rougeLsum; MetricError lists them for any other.
  Rouge(std::vector<std::string> types, bool use_stemmer);

  // One score for each type, in the order given. MetricError for text that is not valid UTF-8.
  std::vector<RougeScore> Score(std::string_view target, std::string_view prediction) const;

  // For each type the score against the target with the highest F, the first of equals.
  // MetricError without targets.
  std::vector<RougeScore> ScoreMulti(std::span<const std::string> targets,
                                     std::string_view prediction) const;

  // The above for each document of a set, on several threads; which score stands where does not
  // depend on their number. MetricError names the document: without targets, or for text that is
  // not valid UTF-8; and for numbers of targets and predictions that differ, or no documents.
  std::vector<std::vector<RougeScore>> ScoreDocuments(std::span<const RougeTargets> targets,
                                                      std::span<const std::string> predictions,
                                                      int num_threads = 1) const;

  const std::vector<std::string>& types() const { return types_; }

 private:
  class Scorer;  // of one pair after the other

  static std::vector<RougeScore> ScoreBest(Scorer& scorer, std::optional<std::size_t> document,
                                           std::span<const std::string> targets,
                                           std::string_view prediction);

  std::vector<std::string> types_;
  bool use_stemmer_;
  bool needs_lcs_ = false;     // rougeL
  bool needs_lines_ = false;   // rougeLsum
  std::size_t max_order_ = 0;  // the largest N of a rougeN
};

}  // namespace meval

#endif  // MEVAL_METRICS_ROUGE_H_
