#include "metrics/classification.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "metrics/metric_error.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "classification";

void RequireLabels(std::span<const std::int64_t> /*labels*/, std::string_view /*side*/) {}

void RequireLabels(std::span<const std::string> labels, std::string_view side) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    RequireUtf8(kMetric, std::string(side) + " label " + std::to_string(i), labels[i]);
  }
}

template <typename Label>
void RequirePairs(std::span<const Label> gold, std::span<const Label> predicted) {
  RequireSameCount(kMetric, predicted.size(), gold.size());
  RequireLabels(gold, "gold");
  RequireLabels(predicted, "predicted");
}

// Bytes of UTF-8 sort as their code points do.
template <typename Label>
std::vector<Label> DistinctLabels(std::span<const Label> gold, std::span<const Label> predicted) {
  std::vector<Label> labels(gold.begin(), gold.end());
  labels.insert(labels.end(), predicted.begin(), predicted.end());
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

template <typename Label>
std::size_t IndexOf(const std::vector<Label>& labels, const Label& label) {
  return static_cast<std::size_t>(std::lower_bound(labels.begin(), labels.end(), label) -
                                  labels.begin());
}

template <typename Label>
LabelCounts<Label> Count(std::span<const Label> gold, std::span<const Label> predicted) {
  RequirePairs(gold, predicted);
  LabelCounts<Label> counts;
  counts.labels = DistinctLabels(gold, predicted);
  counts.classes.resize(counts.labels.size());
  for (std::size_t d = 0; d < gold.size(); ++d) {
    const std::size_t g = IndexOf(counts.labels, gold[d]);
    const std::size_t p = IndexOf(counts.labels, predicted[d]);
    ++counts.classes[g].gold;
    ++counts.classes[p].predicted;
    counts.classes[g].correct += g == p ? 1 : 0;
  }
  return counts;
}

template <typename Label>
ConfusionMatrix Confusion(std::span<const Label> gold, std::span<const Label> predicted) {
  RequirePairs(gold, predicted);
  const std::vector<Label> labels = DistinctLabels(gold, predicted);
  ConfusionMatrix matrix(labels.size(), std::vector<std::int64_t>(labels.size(), 0));
  for (std::size_t d = 0; d < gold.size(); ++d) {
    ++matrix[IndexOf(labels, gold[d])][IndexOf(labels, predicted[d])];
  }
  return matrix;
}

double Ratio(std::int64_t numerator, std::int64_t denominator) {
  return denominator == 0 ? 0 : static_cast<double>(numerator) / static_cast<double>(denominator);
}

// Sums over the classes of a set. Products of counts stay exact up to 2^31 documents.
struct Totals {
  std::int64_t documents = 0;          // n
  std::int64_t correct = 0;            // c
  std::int64_t gold_times_pred = 0;    // sum of g p
  std::int64_t gold_squared = 0;       // sum of g^2
  std::int64_t predicted_squared = 0;  // sum of p^2
};

Totals TotalsOf(std::span<const ClassCounts> classes) {
  Totals totals;
  for (const ClassCounts& counts : classes) {
    totals.documents += counts.gold;
    totals.correct += counts.correct;
    totals.gold_times_pred += counts.gold * counts.predicted;
    totals.gold_squared += counts.gold * counts.gold;
    totals.predicted_squared += counts.predicted * counts.predicted;
  }
  if (totals.documents == 0) {
    throw MetricError(kMetric, "", "no documents to score: expected at least one");
  }
  return totals;
}

// Sum over classes of the share `weight_of` gives one times its scores.
template <typename WeightOf>
ClassScore Average(std::span<const ClassCounts> classes, const WeightOf& weight_of) {
  ClassScore sum;
  double weights = 0;
  for (const ClassCounts& counts : classes) {
    const ClassScore score = ScoreClass(counts);
    const double weight = weight_of(counts);
    sum.precision += score.precision * weight;
    sum.recall += score.recall * weight;
    sum.f1 += score.f1 * weight;
    weights += weight;
  }
  return {sum.precision / weights, sum.recall / weights, sum.f1 / weights};
}

}  // namespace

LabelCounts<std::int64_t> CountLabels(std::span<const std::int64_t> gold,
                                      std::span<const std::int64_t> predicted) {
  return Count(gold, predicted);
}

LabelCounts<std::string> CountLabels(std::span<const std::string> gold,
                                     std::span<const std::string> predicted) {
  return Count(gold, predicted);
}

ConfusionMatrix CountConfusion(std::span<const std::int64_t> gold,
                               std::span<const std::int64_t> predicted) {
  return Confusion(gold, predicted);
}

ConfusionMatrix CountConfusion(std::span<const std::string> gold,
                               std::span<const std::string> predicted) {
  return Confusion(gold, predicted);
}

ClassScore ScoreClass(const ClassCounts& counts) {
  ClassScore score;
  score.precision = Ratio(counts.correct, counts.predicted);
  score.recall = Ratio(counts.correct, counts.gold);
  const double sum = score.precision + score.recall;
  score.f1 = sum == 0 ? 0 : 2 * score.precision * score.recall / sum;
  return score;
}

ClassScore MacroAverage(std::span<const ClassCounts> classes) {
  TotalsOf(classes);
  return Average(classes, [](const ClassCounts&) { return 1.0; });
}

ClassScore MicroAverage(std::span<const ClassCounts> classes) {
  const double accuracy = Accuracy(classes);
  return {accuracy, accuracy, accuracy};
}

ClassScore WeightedAverage(std::span<const ClassCounts> classes) {
  TotalsOf(classes);
  return Average(classes,
                 [](const ClassCounts& counts) { return static_cast<double>(counts.gold); });
}

double Accuracy(std::span<const ClassCounts> classes) {
  const Totals totals = TotalsOf(classes);
  return Ratio(totals.correct, totals.documents);
}

double BalancedAccuracy(std::span<const ClassCounts> classes) {
  TotalsOf(classes);
  return Average(classes, [](const ClassCounts& counts) { return counts.gold > 0 ? 1.0 : 0.0; })
      .recall;
}

double MatthewsCorrelation(std::span<const ClassCounts> classes) {
  const Totals totals = TotalsOf(classes);
  const std::int64_t n = totals.documents;
  const auto covariance = static_cast<double>(totals.correct * n - totals.gold_times_pred);
  const auto of_predicted = static_cast<double>(n * n - totals.predicted_squared);
  const auto of_gold = static_cast<double>(n * n - totals.gold_squared);
  const double denominator = std::sqrt(of_gold * of_predicted);
  return denominator == 0 ? 0 : covariance / denominator;
}

double CohenKappa(std::span<const ClassCounts> classes) {
  const Totals totals = TotalsOf(classes);
  const std::int64_t square = totals.documents * totals.documents;
  if (totals.gold_times_pred == square) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  // (a - e) / (1 - e), times n^2 above and below: whole numbers until the one division.
  return static_cast<double>(totals.correct * totals.documents - totals.gold_times_pred) /
         static_cast<double>(square - totals.gold_times_pred);
}

double BinaryF1(std::span<const std::int64_t> gold, std::span<const std::int64_t> predicted) {
  const LabelCounts<std::int64_t> counts = CountLabels(gold, predicted);
  const std::size_t one = IndexOf(counts.labels, std::int64_t{1});
  const bool has_one = one < counts.labels.size() && counts.labels[one] == 1;
  if (counts.labels.size() > 2) {
    throw MetricError("binary f1", "",
                      std::to_string(counts.labels.size()) +
                          " distinct labels: expected at most two, one of them 1");
  }
  if (counts.labels.size() == 2 && !has_one) {
    throw MetricError("binary f1", "",
                      "labels " + std::to_string(counts.labels[0]) + " and " +
                          std::to_string(counts.labels[1]) + ": expected one of them to be 1");
  }
  return has_one ? ScoreClass(counts.classes[one]).f1 : 0;
}

double CommitmentBankF1(std::span<const std::int64_t> gold,
                        std::span<const std::int64_t> predicted) {
  const LabelCounts<std::int64_t> counts = CountLabels(gold, predicted);
  double sum = 0;
  for (std::size_t i = 0; i < counts.labels.size(); ++i) {
    if (counts.labels[i] >= 0 && counts.labels[i] <= 2) {
      sum += ScoreClass(counts.classes[i]).f1;
    }
  }
  return sum / 3;
}

}  // namespace meval
