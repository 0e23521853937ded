#include "metrics/aggregate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "metrics/metric_error.h"
#include "metrics/percentile.h"

namespace meval {
namespace {

void RequireNumbers(std::string_view metric, std::span<const double> values) {
  if (values.empty()) {
    throw MetricError(metric, "", "no documents to score: expected at least one");
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) {
      throw MetricError(metric, "document " + std::to_string(i),
                        "the score is not a number: expected a number for every document");
    }
  }
}

double PlainSum(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return sum;
}

double SumOfSquaredDeviations(std::span<const double> values) {
  const double mean = PlainSum(values) / static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) {
    sum += (value - mean) * (value - mean);
  }
  return sum;
}

void RequireMembers(std::string_view metric, std::span<const GroupMember> members) {
  if (members.empty()) {
    throw MetricError(metric, "", "no tasks in the group: expected at least one");
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string where = "task " + std::to_string(i);
    if (members[i].size < 1) {
      throw MetricError(metric, where,
                        std::to_string(members[i].size) + " documents: expected at least one");
    }
    if (std::isnan(members[i].score) || std::isnan(members[i].standard_error)) {
      throw MetricError(metric, where, "score or stderr is not a number: expected numbers");
    }
  }
}

double TotalSize(std::span<const GroupMember> members) {
  std::int64_t total = 0;
  for (const GroupMember& member : members) {
    total += member.size;
  }
  return static_cast<double>(total);
}

// z such that a standard normal lies within -+z with probability `level`.
double TwoSidedQuantile(double level) {
  RequireLevel(level);
  return NormalQuantile(0.5 + level / 2);
}

}  // namespace

double Mean(std::span<const double> values) {
  RequireNumbers("mean", values);
  return PlainSum(values) / static_cast<double>(values.size());
}

double NanMean(std::span<const double> values) {
  double sum = 0;
  std::size_t count = 0;
  for (const double value : values) {
    if (!std::isnan(value)) {
      sum += value;
      ++count;
    }
  }
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
}

double Median(std::span<const double> values) {
  RequireNumbers("median", values);
  std::vector<double> sorted(values.begin(), values.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

std::optional<double> SampleStddev(std::span<const double> values) {
  RequireNumbers("sample deviation", values);
  if (values.size() == 1) {
    return std::nullopt;
  }
  return std::sqrt(SumOfSquaredDeviations(values) / static_cast<double>(values.size() - 1));
}

double PopulationStddev(std::span<const double> values) {
  RequireNumbers("population deviation", values);
  return std::sqrt(SumOfSquaredDeviations(values) / static_cast<double>(values.size()));
}

std::optional<double> StderrOfMean(std::span<const double> values) {
  const auto deviation = SampleStddev(values);
  if (!deviation) {
    return std::nullopt;
  }
  return *deviation / std::sqrt(static_cast<double>(values.size()));
}

std::optional<double> ClusteredStderrOfMean(std::span<const double> values,
                                            std::span<const std::int64_t> clusters) {
  const auto independent = StderrOfMean(values);
  if (clusters.size() != values.size()) {
    throw MetricError("clustered stderr", "",
                      std::to_string(clusters.size()) + " cluster numbers for " +
                          std::to_string(values.size()) + " values: expected one each");
  }
  if (!independent) {
    return std::nullopt;
  }
  const double mean = Mean(values);
  std::map<std::int64_t, double> sum_of;  // of deviations, by cluster
  double squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double deviation = values[i] - mean;
    sum_of[clusters[i]] += deviation;
    squares += deviation * deviation;
  }
  // Products of all pairs of a cluster are the square of its sum; those of i with itself go out.
  double products = -squares;
  for (const auto& [cluster, sum] : sum_of) {
    products += sum * sum;
  }
  const auto n = static_cast<double>(values.size());
  return std::sqrt(std::max(0.0, *independent * *independent + products / (n * n)));
}

double PairwiseSum(std::span<const double> values) {
  const std::size_t n = values.size();
  if (n < 8) {
    return PlainSum(values);
  }
  if (n > 128) {
    const std::size_t half = n / 2 / 8 * 8;
    return PairwiseSum(values.first(half)) + PairwiseSum(values.subspan(half));
  }
  std::array<double, 8> r{};
  std::copy_n(values.begin(), 8, r.begin());
  std::size_t i = 8;
  for (; i + 8 <= n; i += 8) {
    for (std::size_t j = 0; j < 8; ++j) {
      r[j] += values[i + j];
    }
  }
  double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  for (; i < n; ++i) {
    sum += values[i];
  }
  return sum;
}

double WeightedGroupMean(std::span<const GroupMember> members) {
  RequireMembers("weighted group mean", members);
  double sum = 0;
  for (const GroupMember& member : members) {
    sum += member.score * static_cast<double>(member.size);
  }
  return sum / TotalSize(members);
}

double UnweightedGroupMean(std::span<const GroupMember> members) {
  RequireMembers("unweighted group mean", members);
  double sum = 0;
  for (const GroupMember& member : members) {
    sum += member.score;
  }
  return sum / static_cast<double>(members.size());
}

double PooledGroupStderr(std::span<const GroupMember> members) {
  RequireMembers("pooled group stderr", members);
  const double total = TotalSize(members);
  const double degrees = total - static_cast<double>(members.size());
  if (degrees <= 0) {
    throw MetricError("pooled group stderr", "",
                      "every task has one document: expected one with two or more");
  }
  double sum = 0;
  for (const GroupMember& member : members) {
    const auto n = static_cast<double>(member.size);
    sum += (n - 1) * (member.standard_error * member.standard_error) * n;
  }
  return std::sqrt(sum / degrees / total);
}

double CombinedGroupStderr(std::span<const GroupMember> members) {
  RequireMembers("combined group stderr", members);
  const double size = static_cast<double>(members[0].size);
  double variance = members[0].standard_error * members[0].standard_error;
  double score = members[0].score;
  for (const GroupMember& member : members.subspan(1)) {
    const auto n = static_cast<double>(member.size);
    // The score first becomes the mean of both, and `size` stays the first task's: as published.
    score = (score * size + member.score * n) / (size + n);
    const double gap = score - member.score;
    variance = ((size - 1) * variance + (n - 1) * (member.standard_error * member.standard_error)) /
                   (size + n - 1) +
               size * n / ((size + n) * (size + n - 1)) * (gap * gap);
  }
  return std::sqrt(variance);
}

double NormalQuantile(double p) {
  if (!(p > 0 && p < 1)) {
    throw std::invalid_argument("NormalQuantile(" + std::to_string(p) +
                                "): expected a probability between 0 and 1");
  }
  // P(Z <= x) = erfc(-x / sqrt 2) / 2 rises with x: bisect until no double lies in between.
  double low = -40;
  double high = 40;
  for (;;) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) {
      return middle;
    }
    (std::erfc(-middle / std::sqrt(2.0)) / 2 < p ? low : high) = middle;
  }
}

void RequireLevel(double level) {
  if (!(level > 0 && level < 1)) {
    throw std::invalid_argument("confidence level " + std::to_string(level) +
                                ": expected a number between 0 and 1");
  }
}

Interval NormalInterval(double mean, double standard_error, double level) {
  const double z = TwoSidedQuantile(level);
  return {mean - z * standard_error, mean + z * standard_error};
}

Interval WilsonInterval(double proportion, std::int64_t n, double level) {
  if (!(proportion >= 0 && proportion <= 1) || n < 1) {
    throw MetricError("wilson interval", "",
                      "proportion " + std::to_string(proportion) + " of n = " + std::to_string(n) +
                          ": expected a proportion in [0, 1] and n >= 1");
  }
  const double z = TwoSidedQuantile(level);
  const auto count = static_cast<double>(n);
  const double shrink = 1 + z * z / count;
  const double centre = (proportion + z * z / (2 * count)) / shrink;
  const double half =
      z / shrink * std::sqrt(proportion * (1 - proportion) / count + z * z / (4 * count * count));
  // The exact interval lies in [0, 1] and holds the proportion; rounding must not say otherwise.
  return {std::clamp(centre - half, 0.0, proportion), std::clamp(centre + half, proportion, 1.0)};
}

Interval PercentileInterval(std::vector<double> values, double level) {
  RequireLevel(level);
  RequireNumbers("percentile interval", values);
  std::sort(values.begin(), values.end());
  return {Percentile(values, 50 - 50 * level), Percentile(values, 50 + 50 * level)};
}

}  // namespace meval
