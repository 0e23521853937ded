#ifndef MEVAL_METRICS_PAIR_METRIC_H_
#define MEVAL_METRICS_PAIR_METRIC_H_

// Every metric over pairs of a prediction and its references, by name and behind one interface.
//
//   const auto bleu = MakePairMetric({.name = "bleu", .parameters = {{"tokenize", "intl"}}});
//   std::vector<double> sums(bleu->num_statistics());   // then, for each pair, add what it gives:
//   bleu->Count({.predictions = {"a b c"}, .references = {"a b d"}}, statistics);
//   bleu->Score(0, sums);
//
// A pair gives a row of numbers, its statistics; the score of a set is a function of their sums.
// So a set can be split over threads, resampled (metrics/pair_scores.h) and swapped with another
// system's pair by pair without going back to the texts, always to the same number: statistics of
// corpus metrics are counts, those of means are added up from the left.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace meval {

// What one system answered to one document, and what that is compared with.
struct AnswerPair {
  std::vector<std::string> predictions;  // one, or several where a metric takes several
  std::vector<std::string> references;   // any of them would be right
  // In place of `references`, for answers that are several spans each (drop).
  std::vector<std::vector<std::string>> span_references = {};

  std::size_t num_references() const { return references.size() + span_references.size(); }
};

// One number a metric gives.
struct PairScore {
  std::string name;                    // "rouge1", "bleu"; unique in the catalogue
  std::string unit;                    // "fraction" (0..1) or "percent" (0..100)
  double lowest = 0;                   // of the range, in `unit`
  std::optional<double> highest = {};  // nothing: there is no bound
  bool higher_is_better = true;
  // The set's score is the mean over pairs, which has a closed-form error. Otherwise it is some
  // other function of the sums, and its error comes from resampling.
  bool is_mean = true;
};

class PairMetric {
 public:
  explicit PairMetric(std::vector<PairScore> scores);
  virtual ~PairMetric();
  PairMetric(const PairMetric&) = delete;
  PairMetric& operator=(const PairMetric&) = delete;

  const std::vector<PairScore>& scores() const { return scores_; }

  // To be called with all pairs of all systems before the first Count: a metric over labels numbers
  // those there are. Others do nothing.
  virtual void Prepare(std::span<const AnswerPair> pairs);

  // Whether a reference is itself a right answer, rather than what an answer is checked against.
  virtual bool has_gold_answers() const { return true; }

  virtual std::size_t num_statistics() const = 0;
  // Writes what a pair adds to a set; statistics.size() is num_statistics(). May be called from
  // several threads at once. MetricError: no or several predictions where one is expected, no
  // references, spans where texts are expected, text that is not valid UTF-8 (with byte offset).
  void Count(const AnswerPair& pair, std::span<double> statistics) const;

  // A score of the set whose statistics add up to `sums`. `score` is its place in scores().
  // MetricError where the set has none (Cohen's kappa of a single label).
  virtual double Score(std::size_t score, std::span<const double> sums) const = 0;
  // The same for one pair alone, where that has a meaning: a sentence's BLEU is smoothed otherwise
  // than a corpus', and a macro F1 has none.
  virtual std::optional<double> ScoreOfPair(std::size_t score,
                                            std::span<const double> statistics) const;

  // What must be equal for two scores to be compared (metrics/signature.h).
  virtual std::string SignatureOf(std::size_t score, std::span<const AnswerPair> pairs) const = 0;

 protected:
  // What Count does after its checks of the pair's shape.
  virtual void CountPair(const AnswerPair& pair, std::span<double> statistics) const = 0;
  virtual bool TakesSeveralPredictions() const { return false; }
  virtual bool TakesNoReferences() const { return false; }
  virtual bool TakesSpans() const { return false; }

 private:
  std::vector<PairScore> scores_;
};

// The catalogue.

struct PairParameter {
  std::string key;                 // "tokenize"
  std::string fallback;            // what holds where none is given: "13a"; "" for none
  std::string meaning;             // one line
  std::vector<std::string> words;  // the values there are; empty: a number or text, see `meaning`
  bool is_list = false;            // may be given several times
};

struct PairMetricEntry {
  std::string name;                 // "bleu", "rouge"
  std::string title;                // one line
  std::vector<std::string> scores;  // what it gives: rouge gives four
  std::vector<PairParameter> parameters;
};

// Every metric, those alike together.
const std::vector<PairMetricEntry>& PairMetricCatalogue();

struct PairMetricRequest {
  std::string name;
  std::vector<std::pair<std::string, std::string>> parameters;  // key, value
};

// MetricError for an unknown name, an unknown or repeated key, or a value that is not accepted;
// each says what is. RegexError for a pattern that is not a regular expression we can run.
std::unique_ptr<PairMetric> MakePairMetric(const PairMetricRequest& request);

}  // namespace meval

#endif  // MEVAL_METRICS_PAIR_METRIC_H_
