#include "metrics/paired_tests.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "metrics/aggregate.h"
#include "metrics/metric_error.h"
#include "metrics/numpy_random.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "paired test";

void RequirePair(const SegmentStatistics& baseline, const SegmentStatistics& system,
                 const PairedTestOptions& options) {
  if (baseline.num_segments() == 0) {
    throw MetricError(kMetric, "", "no segments to compare: expected at least one");
  }
  if (baseline.num_segments() != system.num_segments() || baseline.width() != system.width()) {
    throw MetricError(kMetric, "",
                      std::to_string(system.num_segments()) + " segments of " +
                          std::to_string(system.width()) + " statistics: expected " +
                          std::to_string(baseline.num_segments()) + " of " +
                          std::to_string(baseline.width()) + ", as the baseline has");
  }
  if (baseline.num_segments() > std::numeric_limits<std::uint32_t>::max()) {
    throw MetricError(kMetric, "", "too many segments: expected fewer than 2^32");
  }
  if (options.num_trials < 1) {
    throw MetricError(kMetric, "",
                      std::to_string(options.num_trials) + " trials: expected at least one");
  }
}

double PValue(const std::vector<double>& trials, double observed) {
  const auto above =
      std::count_if(trials.begin(), trials.end(), [&](double trial) { return trial > observed; });
  return static_cast<double>(above + 1) / static_cast<double>(trials.size() + 1);
}

double NumpyMean(const std::vector<double>& values) {
  return PairwiseSum(values) / static_cast<double>(values.size());
}

ScoreSpread SpreadOf(std::vector<double> scores) {
  std::sort(scores.begin(), scores.end());
  const std::size_t below = scores.size() / 40;
  return {.mean = NumpyMean(scores),
          .half_width = 0.5 * (scores[scores.size() - below - 1] - scores[below])};
}

// Both corpus scores, and nothing else yet.
PairedTestResult Observed(const SegmentStatistics& baseline, const SegmentStatistics& system,
                          const ScoreOfSums& score) {
  PairedTestResult result;
  result.baseline_score = score(baseline.Sums());
  result.system_score = score(system.Sums());
  return result;
}

}  // namespace

PairedTestResult PairedBootstrap(const SegmentStatistics& baseline, const SegmentStatistics& system,
                                 const ScoreOfSums& score, const PairedTestOptions& options) {
  RequirePair(baseline, system, options);
  PairedTestResult result = Observed(baseline, system, score);
  const auto n = static_cast<std::uint32_t>(baseline.num_segments());
  NumpyRandom random(options.seed);
  std::vector<double> baseline_sums(baseline.width());
  std::vector<double> system_sums(baseline.width());
  std::vector<double> baseline_scores;
  std::vector<double> system_scores;
  std::vector<double> differences;
  for (std::int64_t trial = 0; trial < options.num_trials; ++trial) {
    std::fill(baseline_sums.begin(), baseline_sums.end(), 0);
    std::fill(system_sums.begin(), system_sums.end(), 0);
    for (std::uint32_t i = 0; i < n; ++i) {
      const std::uint32_t drawn = random.Below(n);
      AddRow(baseline_sums, baseline[drawn]);
      AddRow(system_sums, system[drawn]);
    }
    baseline_scores.push_back(score(baseline_sums));
    system_scores.push_back(score(system_sums));
    result.differences.push_back(system_scores.back() - baseline_scores.back());
    differences.push_back(std::abs(result.differences.back()));
  }
  const double mean = NumpyMean(differences);
  for (double& difference : differences) {
    difference -= mean;
  }
  result.p_value = PValue(differences, std::abs(result.baseline_score - result.system_score));
  result.baseline = SpreadOf(std::move(baseline_scores));
  result.system = SpreadOf(std::move(system_scores));
  return result;
}

PairedTestResult PairedRandomization(const SegmentStatistics& baseline,
                                     const SegmentStatistics& system, const ScoreOfSums& score,
                                     const PairedTestOptions& options) {
  RequirePair(baseline, system, options);
  PairedTestResult result = Observed(baseline, system, score);
  NumpyRandom random(options.seed);
  NumpyBooleans coins(random);
  std::vector<double> first_sums(baseline.width());
  std::vector<double> second_sums(baseline.width());
  std::vector<double> differences;
  for (std::int64_t trial = 0; trial < options.num_trials; ++trial) {
    std::fill(first_sums.begin(), first_sums.end(), 0);
    std::fill(second_sums.begin(), second_sums.end(), 0);
    for (std::size_t i = 0; i < baseline.num_segments(); ++i) {
      const bool keep = coins.Next();
      AddRow(first_sums, keep ? baseline[i] : system[i]);
      AddRow(second_sums, keep ? system[i] : baseline[i]);
    }
    differences.push_back(std::abs(score(first_sums) - score(second_sums)));
  }
  const double observed = std::abs(result.baseline_score - result.system_score);
  // Swapping back and forth does not always give a score's last bits again.
  const double tolerance = 1e-12 * std::max({1.0, std::abs(result.baseline_score), observed});
  result.p_value = PValue(differences, options.count_ties ? observed - tolerance : observed);
  return result;
}

}  // namespace meval
