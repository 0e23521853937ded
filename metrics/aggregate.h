#ifndef MEVAL_METRICS_AGGREGATE_H_
#define MEVAL_METRICS_AGGREGATE_H_

// From the scores of documents to the score of a set, and how sure we are of it.
//
// Sums are plain, from the left, starting at 0 (as Python's sum up to 3.11), so results do not
// depend on how work was divided. Unless said otherwise an empty set or a NaN among the values is a
// MetricError that names the element, and what overflows is infinite.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace meval {

// (sum of x) / n.
double Mean(std::span<const double> values);
// Mean of the values that are not NaN; NaN if none is left, also for an empty set.
double NanMean(std::span<const double> values);
// Element floor(n / 2) of the sorted values: the upper of the two middle ones, never their average
// (lm-evaluation-harness).
double Median(std::span<const double> values);
// sqrt(sum of (x - mean)^2 / (n - 1)); nothing for n = 1.
std::optional<double> SampleStddev(std::span<const double> values);
// sqrt(sum of (x - mean)^2 / n).
double PopulationStddev(std::span<const double> values);
// SampleStddev / sqrt(n); nothing for n = 1.
std::optional<double> StderrOfMean(std::span<const double> values);
// The standard error of a mean over values that come in clusters, questions about one text for
// instance, which need not be independent within one (Miller 2024, arXiv:2411.00640):
//
//   sqrt(StderrOfMean^2 + (1 / n^2) sum over clusters of sum over i, j in it, i != j, of
//        (x_i - mean) (x_j - mean))
//
// `clusters` holds a number for each value, equal for values of one cluster; clusters of one give
// StderrOfMean. Nothing for n = 1. MetricError unless there is one number a value.
std::optional<double> ClusteredStderrOfMean(std::span<const double> values,
                                            std::span<const std::int64_t> clusters);

// numpy's sum of a contiguous double array, to the bit: eight accumulators, halves above 128
// elements. 0 for an empty array; NaN spreads.
double PairwiseSum(std::span<const double> values);

// One task's score within a group.
struct GroupMember {
  double score = 0;           //
  double standard_error = 0;  // of the score; >= 0
  std::int64_t size = 0;      // documents; >= 1
};

// sum(score * size) / sum(size): the mean over all documents ("micro", "by size").
double WeightedGroupMean(std::span<const GroupMember> members);
// The mean over tasks ("macro").
double UnweightedGroupMean(std::span<const GroupMember> members);
// sqrt(sum((n_i - 1) n_i se_i^2) / (sum n_i - number) / sum n_i). MetricError if every task has one
// document.
double PooledGroupStderr(std::span<const GroupMember> members);
// lm-evaluation-harness' combined_sample_stderr, whose authors advise against it; kept so that
// published numbers can be recomputed.
double CombinedGroupStderr(std::span<const GroupMember> members);

struct Interval {
  double low = 0;
  double high = 0;
};

// x with P(Z <= x) = p for a standard normal Z, to the last bits of std::erfc; 0 < p < 1, else
// std::invalid_argument. NormalQuantile(0.975) = 1.959963984540054.
double NormalQuantile(double p);
// std::invalid_argument unless a level of confidence lies between 0 and 1, as it must below.
void RequireLevel(double level);
// mean -+ z * standard_error.
Interval NormalInterval(double mean, double standard_error, double level = 0.95);
// The score interval of a proportion (Wilson 1927), within [0, 1]. Also takes a mean of scores in
// [0, 1], for which it is conservative. MetricError unless 0 <= proportion <= 1 and n >= 1.
Interval WilsonInterval(double proportion, std::int64_t n, double level = 0.95);
// The percentiles 50 -+ 50 level of resampled values, in any order; numpy's percentile, linear
// between neighbours. MetricError for no values or a NaN among them.
Interval PercentileInterval(std::vector<double> values, double level = 0.95);

}  // namespace meval

#endif  // MEVAL_METRICS_AGGREGATE_H_
