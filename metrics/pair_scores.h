#ifndef MEVAL_METRICS_PAIR_SCORES_H_
#define MEVAL_METRICS_PAIR_SCORES_H_

// From the statistics of pairs (metrics/pair_metric.h) to the score of a set, and how sure we are
// of it.

#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "metrics/bootstrap.h"
#include "metrics/pair_metric.h"
#include "metrics/summed_statistics.h"

namespace meval {

// What a metric refuses of one pair, with the pair's place among the others: a MetricError, or a
// text that is too much for a pattern (metrics/python_regex.h).
class PairError : public std::runtime_error {
 public:
  PairError(std::size_t index, const std::string& what) : std::runtime_error(what), index_(index) {}
  std::size_t index() const { return index_; }

 private:
  std::size_t index_;
};

// The statistics of one system's pairs under one metric, a row for each. Counts on `num_threads`
// threads, each pair on its own: no number depends on how many there are. Throws PairError for the
// first pair that the metric refuses.
SegmentStatistics CountPairs(const PairMetric& metric, std::span<const AnswerPair> pairs,
                             int num_threads);

struct SetScore {
  double value = 0;                      // in the score's unit
  std::optional<double> standard_error;  // likewise; none for one pair
  std::optional<double> ci_low;
  std::optional<double> ci_high;
  std::string method;  // of error and interval: "wilson", "normal", "bootstrap"; "" without one
};

// A score of the whole set with its interval at `level`. Means of values that are all 0 or 1 get
// Wilson's interval, other means the normal one, within the score's range. Other scores are
// resampled: the deviation of the resampled scores, and their percentiles. A set of which not every
// resample has a score has no error. MetricError for no pairs or where the set has no score,
// std::invalid_argument for a level outside (0, 1).
SetScore ScoreSet(const PairMetric& metric, std::size_t score, const SegmentStatistics& pairs,
                  double level = 0.95, const Resampling& resampling = {});

}  // namespace meval

#endif  // MEVAL_METRICS_PAIR_SCORES_H_
