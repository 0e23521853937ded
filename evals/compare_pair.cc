#include "evals/compare_pair.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>

#include "evals/outcome_rows.h"
#include "metrics/aggregate.h"
#include "metrics/bootstrap.h"
#include "metrics/equivalence.h"
#include "metrics/mcnemar.h"
#include "metrics/metric_error.h"
#include "metrics/paired_power.h"
#include "metrics/paired_tests.h"
#include "metrics/sign_flip.h"

namespace meval {
namespace {

using Records = std::span<const RecordOutcome* const>;

double ScoreOf(const RecordOutcome& record, const std::string& metric) {
  const auto found = record.scores.find(metric);
  if (found != record.scores.end()) return found->second;
  throw MetricError("compare", "record " + record.id,
                    "no score \"" + metric + "\": expected one for every record");
}

std::vector<double> ScoresOf(Records records, const std::string& metric) {
  std::vector<double> scores;
  for (const RecordOutcome* record : records) scores.push_back(ScoreOf(*record, metric));
  return scores;
}

const std::vector<double>& RowsOf(const RecordOutcome& record, const std::string& metric) {
  static const std::vector<double> kNone;
  const auto found = record.rows.find(metric);
  return found == record.rows.end() ? kNone : found->second;
}

void AddRows(std::span<const double> rows, SegmentStatistics& segments) {
  for (std::size_t i = 0; i + segments.width() <= rows.size(); i += segments.width()) {
    segments.Add(rows.subspan(i, segments.width()));
  }
}

std::vector<double> Summed(std::span<const double> rows, std::size_t width) {
  std::vector<double> sum(width, 0);
  for (std::size_t i = 0; i + width <= rows.size(); i += width) {
    AddRow(sum, rows.subspan(i, width));
  }
  return sum;
}

// The score of one record alone, for a list of what changed.
double ScoreAlone(const ComparedMetric& metric, const RecordOutcome& record) {
  const std::vector<double>& rows = RowsOf(record, metric.value.name);
  if (rows.empty() || record.scores.contains(metric.value.name)) {
    return ScoreOf(record, metric.value.name);
  }
  return ScoreOfRows(metric.aggregate)(Summed(rows, RowWidth(metric.aggregate)));
}

// Rows of both runs, as many of the one as of the other: where a record was cut into other chunks,
// it is one segment as a whole.
std::pair<SegmentStatistics, SegmentStatistics> Segments(const ComparedMetric& metric, Records a,
                                                         Records b) {
  const std::size_t width = RowWidth(metric.aggregate);
  std::pair<SegmentStatistics, SegmentStatistics> segments = {SegmentStatistics(width),
                                                              SegmentStatistics(width)};
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::vector<double>& of_a = RowsOf(*a[i], metric.value.name);
    const std::vector<double>& of_b = RowsOf(*b[i], metric.value.name);
    if (of_a.size() == of_b.size()) {
      AddRows(of_a, segments.first);
      AddRows(of_b, segments.second);
    } else {
      segments.first.Add(Summed(of_a, width));
      segments.second.Add(Summed(of_b, width));
    }
  }
  return segments;
}

bool IsBinary(const ComparedMetric& metric, std::span<const double> scores) {
  return metric.value.unit == "fraction" &&
         std::all_of(scores.begin(), scores.end(), [](double x) { return x == 0 || x == 1; });
}

void SetIntervals(const Interval& outer, const Interval& inner, const char* method,
                  PairComparison& pair) {
  pair.ci_low = outer.low;
  pair.ci_high = outer.high;
  pair.inner_low = inner.low;
  pair.inner_high = inner.high;
  pair.interval_method = method;
}

// Percentiles of resampled differences; none where a resample has no finite score.
void SetBootstrapIntervals(const std::vector<double>& differences, const PairOptions& options,
                           PairComparison& pair) {
  const bool is_finite = std::all_of(differences.begin(), differences.end(),
                                     [](double x) { return std::isfinite(x); });
  if (!is_finite) return;
  SetIntervals(PercentileInterval(differences),
               PercentileInterval(differences, EquivalenceLevel(options.alpha)), "bootstrap", pair);
}

void CompareBinary(std::span<const double> baseline, std::span<const double> run,
                   const PairOptions& options, PairComparison& pair) {
  const PairedCounts counts = CountPairedOutcomes(baseline, run);
  pair.counts = {counts.both_right, counts.only_baseline, counts.only_system, counts.both_wrong};
  pair.test = "exact McNemar";
  pair.p_value = ExactMcNemar(counts);
  SetIntervals(PairedDifferenceInterval(counts),
               PairedDifferenceInterval(counts, EquivalenceLevel(options.alpha)), "tango", pair);
  const double discordance =
      static_cast<double>(counts.discordant()) / static_cast<double>(counts.n());
  pair.minimum_detectable =
      MinimumDetectableDifference(counts.n(), discordance, options.alpha, options.power);
}

// Scores that all stayed are as uncertain as answers that all stayed right or wrong: their interval
// is that of an equal number of those, over the metric's range.
void SetUnchangedIntervals(std::size_t n, double range, const PairOptions& options,
                           PairComparison& pair) {
  const PairedCounts counts = {.both_right = static_cast<std::int64_t>(n)};
  const auto scaled = [&](double level) {
    const Interval interval = PairedDifferenceInterval(counts, level);
    return Interval{range * interval.low, range * interval.high};
  };
  SetIntervals(scaled(0.95), scaled(EquivalenceLevel(options.alpha)), "tango", pair);
}

void CompareGraded(const std::string& unit, std::span<const double> differences,
                   const PairOptions& options, PairComparison& pair) {
  pair.test = "sign-flip randomisation";
  pair.p_value = SignFlipTest(
      differences,
      {.num_trials = options.num_trials, .seed = options.seed, .num_threads = options.num_threads});
  const bool is_changed = std::any_of(differences.begin(), differences.end(),
                                      [](double difference) { return difference != 0; });
  if (!is_changed && (unit == "fraction" || unit == "percent")) {
    SetUnchangedIntervals(differences.size(), unit == "percent" ? 100 : 1, options, pair);
    return;
  }
  if (differences.size() < 2) return;
  SetBootstrapIntervals(ResampleMeans(differences, {.num_resamples = options.num_resamples,
                                                    .seed = options.seed,
                                                    .num_threads = options.num_threads}),
                        options, pair);
  pair.minimum_detectable =
      MinimumDetectableMeanDifference(*StderrOfMean(differences), options.alpha, options.power);
}

void CompareCorpora(const ComparedMetric& metric, Records baseline, Records run,
                    const PairOptions& options, PairComparison& pair) {
  const auto [a, b] = Segments(metric, baseline, run);
  pair.test = "approximate randomisation";
  if (a.num_segments() < 2) return;  // nothing to exchange: p = 1
  const ScoreOfSums score = ScoreOfRows(metric.aggregate);
  pair.p_value =
      PairedRandomization(
          a, b, score, {.num_trials = options.num_trials, .seed = options.seed, .count_ties = true})
          .p_value;
  const PairedTestResult bootstrap =
      PairedBootstrap(a, b, score, {.num_trials = options.num_resamples, .seed = options.seed});
  SetBootstrapIntervals(bootstrap.differences, options, pair);
  if (pair.ci_low) {
    pair.minimum_detectable = MinimumDetectableMeanDifference(*SampleStddev(bootstrap.differences),
                                                              options.alpha, options.power);
  }
}

void CountChanges(const ComparedMetric& metric, Records baseline, Records run,
                  PairComparison& pair) {
  const double direction = metric.value.higher_is_better ? 1 : -1;
  std::int64_t num_answers_changed = 0;
  bool is_known = true;
  std::vector<std::pair<double, Flip>> flips;  // by gain
  for (std::size_t i = 0; i < baseline.size(); ++i) {
    const RecordOutcome& a = *baseline[i];
    const RecordOutcome& b = *run[i];
    is_known = is_known && !a.answers_digest.empty() && !b.answers_digest.empty();
    num_answers_changed += a.answers_digest != b.answers_digest ? 1 : 0;
    const double before = ScoreAlone(metric, a);
    const double after = ScoreAlone(metric, b);
    if (before == after) continue;
    const RecordOutcome& described = a.question.empty() ? b : a;
    flips.emplace_back(direction * (after - before), Flip{.id = a.id,
                                                          .group = described.group,
                                                          .question = described.question,
                                                          .expected = described.expected,
                                                          .baseline_answer = a.answer,
                                                          .system_answer = b.answer,
                                                          .baseline_completion = a.completion,
                                                          .system_completion = b.completion,
                                                          .baseline_score = before,
                                                          .system_score = after});
  }
  std::stable_sort(flips.begin(), flips.end(),
                   [](const auto& x, const auto& y) { return x.first < y.first; });
  pair.num_scores_changed = static_cast<std::int64_t>(flips.size());
  if (is_known) pair.num_answers_changed = num_answers_changed;
  for (auto& [gain, flip] : flips) pair.flips.push_back(std::move(flip));
}

}  // namespace

double ScoreOfRecords(const ComparedMetric& metric, Records records) {
  if (metric.aggregate == Aggregate::kMean) return Mean(ScoresOf(records, metric.value.name));
  SegmentStatistics segments(RowWidth(metric.aggregate));
  for (const RecordOutcome* record : records) {
    AddRows(RowsOf(*record, metric.value.name), segments);
  }
  return ScoreOfRows(metric.aggregate)(segments.Sums());
}

PairComparison ComparePair(const ComparedMetric& metric, Records baseline, Records run,
                           const PairOptions& options) {
  PairComparison pair;
  pair.difference = ScoreOfRecords(metric, run) - ScoreOfRecords(metric, baseline);
  if (metric.aggregate != Aggregate::kMean) {
    CompareCorpora(metric, baseline, run, options, pair);
  } else {
    const std::vector<double> a = ScoresOf(baseline, metric.value.name);
    const std::vector<double> b = ScoresOf(run, metric.value.name);
    if (IsBinary(metric, a) && IsBinary(metric, b)) {
      CompareBinary(a, b, options, pair);
    } else {
      std::vector<double> differences;
      for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(b[i] - a[i]);
      CompareGraded(metric.value.unit, differences, options, pair);
    }
  }
  CountChanges(metric, baseline, run, pair);
  return pair;
}

Verdict Judge(const PairComparison& pair, bool higher_is_better, double alpha) {
  if (pair.num_answers_changed == 0 && pair.num_scores_changed == 0) return Verdict::kIdentical;
  if (pair.inner_low && IsEquivalent({*pair.inner_low, *pair.inner_high}, pair.margin)) {
    return Verdict::kEquivalent;
  }
  if (pair.adjusted_p > alpha || pair.difference == 0) return Verdict::kInconclusive;
  return (pair.difference > 0) == higher_is_better ? Verdict::kImproved : Verdict::kRegressed;
}

}  // namespace meval
