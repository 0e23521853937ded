#ifndef MEVAL_METRICS_PAIR_METRIC_H_
#define MEVAL_METRICS_PAIR_METRIC_H_

// Every metric of predictions against references, by name: what `mistral-eval score` offers.
//
//   const auto metrics = ScorePairs("rouge", {{"stemmer", "yes"}}, pairs, num_threads);
//   metrics[0].name, metrics[0].score, metrics[0].signature
//
// Whatever a metric is, a pair adds a row of numbers to it and the score is a function of the sums
// of rows. So any resample of pairs is scored without its texts, and no number depends on how many
// threads counted.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/summed_statistics.h"

namespace meval {

// One document. Most metrics take exactly one prediction; DROP's are a list of spans.
struct PredictionPair {
  std::string where;  // for messages: "pairs.jsonl:3"
  std::vector<std::string> predictions;
  std::vector<std::string> references;
};

// Parameters of one metric: "tokenize" -> "13a".
using MetricParameters = std::map<std::string, std::string>;

struct PairMetric {
  std::string name;              // of the score: "rouge1" of the metric "rouge"
  std::string signature;         // nrefs:1|case:mixed|...|version:...: equal ones compare
  double range_high = 1;         // of the best score or, for TER, of the usual range: 1 or 100
  bool higher_is_better = true;  //
  double score = 0;              // of the whole set
  std::vector<double> samples;   // [pairs] each alone
  SegmentStatistics rows{0};     // [pairs] what each adds
  ScoreOfSums score_of_sums;     //
};

// What there is: names with parameters, their accepted values and defaults, for help and messages.
struct PairMetricInfo {
  std::string_view name;
  std::string_view summary;                       // one line, with range and source
  std::map<std::string, std::string> parameters;  // name -> "13a (default), intl, char, zh, none"
};
std::span<const PairMetricInfo> PairMetricCatalogue();

// The scores of one metric: one, or several for "rouge". MetricError: an unknown name or parameter
// (listing the known ones), a value out of range, no pairs, a pair without references or with a
// number of predictions the metric does not take, text that is not UTF-8; the place is the pair's.
std::vector<PairMetric> ScorePairs(std::string_view metric, const MetricParameters& parameters,
                                   std::span<const PredictionPair> pairs, int num_threads = 1);

}  // namespace meval

#endif  // MEVAL_METRICS_PAIR_METRIC_H_
