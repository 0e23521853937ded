#include "metrics/pair_scores.h"

#include <algorithm>
#include <cmath>

#include "metrics/aggregate.h"
#include "metrics/metric_error.h"
#include "metrics/parallel.h"
#include "metrics/python_regex.h"

namespace meval {
namespace {

void SetMeanError(const PairMetric& metric, std::size_t index, const SegmentStatistics& pairs,
                  double level, SetScore& result) {
  std::vector<double> values;
  for (std::size_t i = 0; i < pairs.num_segments(); ++i) {
    values.push_back(metric.Score(index, pairs[i]));
  }
  const PairScore& score = metric.scores()[index];
  result.standard_error = StderrOfMean(values);
  const bool is_binary =
      score.unit == "fraction" &&
      std::all_of(values.begin(), values.end(), [](double v) { return v == 0 || v == 1; });
  if (is_binary) {
    const Interval interval =
        WilsonInterval(result.value, static_cast<std::int64_t>(values.size()), level);
    result.ci_low = interval.low;
    result.ci_high = interval.high;
    result.method = "wilson";
  } else if (result.standard_error) {
    const Interval interval = NormalInterval(result.value, *result.standard_error, level);
    result.ci_low = std::max(score.lowest, interval.low);
    result.ci_high = score.highest ? std::min(*score.highest, interval.high) : interval.high;
    result.method = "normal";
  }
}

// The scores of resamples; none if one of them has none, as a set of one label has no kappa.
std::vector<double> Resampled(const PairMetric& metric, std::size_t index,
                              const SegmentStatistics& pairs, const Resampling& resampling) {
  try {
    return ResampleScores(
        pairs, [&](std::span<const double> sums) { return metric.Score(index, sums); }, resampling);
  } catch (const MetricError&) {
    return {};
  }
}

}  // namespace

SegmentStatistics CountPairs(const PairMetric& metric, std::span<const AnswerPair> pairs,
                             int num_threads) {
  const std::size_t width = metric.num_statistics();
  std::vector<double> rows(width * pairs.size());
  ParallelFor(num_threads, pairs.size(), [&](std::size_t i) {
    try {
      metric.Count(pairs[i], {rows.data() + i * width, width});
    } catch (const MetricError& error) {
      throw PairError(i, error.what());
    } catch (const RegexError& error) {  // the text is too much for the pattern
      throw PairError(i, error.what());
    }
  });
  SegmentStatistics statistics(width);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    statistics.Add({rows.data() + i * width, width});
  }
  return statistics;
}

SetScore ScoreSet(const PairMetric& metric, std::size_t score, const SegmentStatistics& pairs,
                  double level, const Resampling& resampling) {
  if (pairs.num_segments() == 0) {
    throw MetricError(metric.scores()[score].name, "", "no pairs to score: expected at least one");
  }
  RequireLevel(level);
  SetScore result;
  result.value = metric.Score(score, pairs.Sums());
  if (metric.scores()[score].is_mean) {
    SetMeanError(metric, score, pairs, level, result);
    return result;
  }
  if (pairs.num_segments() == 1) return result;
  const std::vector<double> resampled = Resampled(metric, score, pairs, resampling);
  if (resampled.empty()) return result;
  const Interval interval = PercentileInterval(resampled, level);
  result.standard_error = SampleStddev(resampled);
  result.ci_low = interval.low;
  result.ci_high = interval.high;
  result.method = "bootstrap";
  return result;
}

}  // namespace meval
