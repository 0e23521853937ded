// Metrics over predicted and gold labels: functions of each label's counts, which add up.

#include <algorithm>

#include "metrics/classification.h"
#include "metrics/metric_error.h"
#include "metrics/pairs/families.h"

namespace meval::pairs {
namespace {

// A row holds three numbers a label.
constexpr std::size_t kMaxLabels = 1000;

double ScoreOf(std::string_view name, std::span<const ClassCounts> classes) {
  if (name == "macro_f1") return MacroAverage(classes).f1;
  if (name == "micro_f1") return MicroAverage(classes).f1;
  if (name == "weighted_f1") return WeightedAverage(classes).f1;
  if (name == "balanced_accuracy") return BalancedAccuracy(classes);
  if (name == "mcc") return MatthewsCorrelation(classes);
  if (name == "kappa") return CohenKappa(classes);
  return Accuracy(classes);
}

// Labels that a resample did not draw count as absent, as they would if it were the set.
std::vector<ClassCounts> ClassesOf(std::span<const double> sums) {
  std::vector<ClassCounts> classes;
  for (std::size_t i = 0; i < sums.size(); i += 3) {
    const ClassCounts counts = {.correct = static_cast<std::int64_t>(sums[i]),
                                .predicted = static_cast<std::int64_t>(sums[i + 1]),
                                .gold = static_cast<std::int64_t>(sums[i + 2])};
    if (counts.predicted > 0 || counts.gold > 0) classes.push_back(counts);
  }
  return classes;
}

std::vector<std::string> GoldLabels(std::string_view name, Pairs pairs) {
  std::vector<std::string> labels;
  for (const PredictionPair& pair : pairs) {
    if (pair.references.size() != 1) {
      throw MetricError(
          name, pair.where,
          "expected one reference, the label, found " + std::to_string(pair.references.size()));
    }
    labels.push_back(pair.references[0]);
  }
  return labels;
}

}  // namespace

Metrics ScoreLabelPairs(std::string_view name, ParameterReader& parameters, Pairs pairs) {
  parameters.Finish();
  const std::vector<std::string> gold = GoldLabels(name, pairs);
  const std::vector<std::string> predicted = SinglePredictions(name, pairs);
  const std::vector<std::string> labels = CountLabels(gold, predicted).labels;
  if (labels.size() > kMaxLabels) {
    throw MetricError(name, "labels",
                      "expected at most " + std::to_string(kMaxLabels) + " different ones, found " +
                          std::to_string(labels.size()));
  }
  const auto index = [&](const std::string& label) {
    return static_cast<std::size_t>(std::lower_bound(labels.begin(), labels.end(), label) -
                                    labels.begin());
  };
  PairMetric metric;
  metric.name = name;
  metric.signature = "labels:" + std::to_string(labels.size()) + "|" + std::string(kVersionField);
  metric.rows = SegmentStatistics(3 * labels.size());
  std::vector<double> row(3 * labels.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    std::fill(row.begin(), row.end(), 0);
    const bool correct = gold[i] == predicted[i];
    row[3 * index(gold[i])] = correct ? 1 : 0;
    row[3 * index(predicted[i]) + 1] = 1;
    row[3 * index(gold[i]) + 2] = 1;
    metric.rows.Add(row);
    metric.samples.push_back(correct ? 1 : 0);
  }
  metric.score_of_sums = [name = std::string(name)](std::span<const double> sums) {
    return ScoreOf(name, ClassesOf(sums));
  };
  metric.score = metric.score_of_sums(metric.rows.Sums());
  return {std::move(metric)};
}

}  // namespace meval::pairs
