#ifndef MEVAL_METRICS_CLASSIFICATION_H_
#define MEVAL_METRICS_CLASSIFICATION_H_

// Scores of predicted labels against gold labels, 0..1 unless said otherwise.
//
//   const LabelCounts<std::int64_t> counts = CountLabels(gold, predicted);
//   MacroAverage(counts.classes).f1;   MatthewsCorrelation(counts.classes);
//
// Labels are all values that occur on either side, sorted. With tp documents of a label predicted
// rightly, p of it predicted and g of it in gold (van Rijsbergen 1979, chapter 7):
//
//   precision P = tp / p      recall R = tp / g      F1 = 2 P R / (P + R)
//
// each 0 where its denominator is 0, as scikit-learn computes them. No documents, or numbers of
// gold and predicted labels that differ, are a MetricError; so is text that is not UTF-8.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace meval {

// One label's documents.
struct ClassCounts {
  std::int64_t correct = 0;    // predicted and gold
  std::int64_t predicted = 0;  //
  std::int64_t gold = 0;       //
};

template <typename Label>
struct LabelCounts {
  std::vector<Label> labels;         // distinct and sorted; text by code points
  std::vector<ClassCounts> classes;  // [labels]
};

LabelCounts<std::int64_t> CountLabels(std::span<const std::int64_t> gold,
                                      std::span<const std::int64_t> predicted);
LabelCounts<std::string> CountLabels(std::span<const std::string> gold,
                                     std::span<const std::string> predicted);

// matrix[i][j]: documents whose gold label is labels[i] of CountLabels and whose prediction is
// labels[j]. Memory grows with the square of the number of distinct labels.
using ConfusionMatrix = std::vector<std::vector<std::int64_t>>;
ConfusionMatrix CountConfusion(std::span<const std::int64_t> gold,
                               std::span<const std::int64_t> predicted);
ConfusionMatrix CountConfusion(std::span<const std::string> gold,
                               std::span<const std::string> predicted);

struct ClassScore {
  double precision = 0;  // 0 .. 1, as the others
  double recall = 0;     //
  double f1 = 0;         //
};

ClassScore ScoreClass(const ClassCounts& counts);

// Over the classes of a set; MetricError where they hold no document.

// Plain mean over labels.
ClassScore MacroAverage(std::span<const ClassCounts> classes);
// Over documents: with one label a document all three are the accuracy.
ClassScore MicroAverage(std::span<const ClassCounts> classes);
// Mean over labels, weighted by their share of the gold.
ClassScore WeightedAverage(std::span<const ClassCounts> classes);

double Accuracy(std::span<const ClassCounts> classes);
// Mean recall over the labels that occur in gold.
double BalancedAccuracy(std::span<const ClassCounts> classes);

// The correlation of gold and predicted labels, -1..1 (Matthews 1975; for several classes Gorodkin
// 2004): with c right of n documents,
//
//   (c n - sum of g p) / sqrt((n^2 - sum of p^2) (n^2 - sum of g^2)), 0 where that is 0 / 0.
double MatthewsCorrelation(std::span<const ClassCounts> classes);

// Agreement beyond chance, <= 1 (Cohen 1960): (a - e) / (1 - e) with the accuracy a and the
// agreement by chance e = sum of g p / n^2. NaN where e = 1: one label only, on both sides.
double CohenKappa(std::span<const ClassCounts> classes);

// F1 of label 1, lm-evaluation-harness' `f1`. A single label other than 1, on both sides, scores 0.
// MetricError for more than two distinct labels, or for two of which none is 1.
double BinaryF1(std::span<const std::int64_t> gold, std::span<const std::int64_t> predicted);

// Mean F1 of the labels 0, 1 and 2, absent ones counting 0: the score of CommitmentBank in
// SuperGLUE (Wang et al. 2019). Other labels count as wrong.
double CommitmentBankF1(std::span<const std::int64_t> gold,
                        std::span<const std::int64_t> predicted);

}  // namespace meval

#endif  // MEVAL_METRICS_CLASSIFICATION_H_
