// classification.

#include <gtest/gtest.h>

#include "metrics/classification.h"
#include "metrics/metric_error.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

void ExpectClassScore(const GoldenRow& row, const std::string& average, const ClassScore& score) {
  SCOPED_TRACE(average);
  MEVAL_EXPECT_CLOSE(score.precision, row.Number("/expected/precision_" + average));
  MEVAL_EXPECT_CLOSE(score.recall, row.Number("/expected/recall_" + average));
  MEVAL_EXPECT_CLOSE(score.f1, row.Number("/expected/f1_" + average));
}

template <typename Label>
void ExpectLabelCounts(const GoldenRow& row, const std::vector<Label>& gold,
                       const std::vector<Label>& predicted) {
  const LabelCounts<Label> counts = CountLabels(gold, predicted);
  const std::vector<ClassCounts>& classes = counts.classes;
  const ConfusionMatrix confusion = CountConfusion(gold, predicted);
  ASSERT_EQ(confusion.size(), row.Size("/expected/confusion"));
  for (std::size_t i = 0; i < confusion.size(); ++i) {
    EXPECT_EQ(confusion[i], row.Ints("/expected/confusion/" + std::to_string(i)));
  }
  const auto f1 = row.Numbers("/expected/f1_per_class");
  ASSERT_EQ(classes.size(), f1.size());
  for (std::size_t i = 0; i < f1.size(); ++i) {
    MEVAL_EXPECT_CLOSE(ScoreClass(classes[i]).f1, f1[i]);
  }
  ExpectClassScore(row, "macro", MacroAverage(classes));
  ExpectClassScore(row, "micro", MicroAverage(classes));
  ExpectClassScore(row, "weighted", WeightedAverage(classes));
  MEVAL_EXPECT_CLOSE(Accuracy(classes), row.Number("/expected/accuracy"));
  MEVAL_EXPECT_CLOSE(BalancedAccuracy(classes), row.Number("/expected/balanced_accuracy"));
  MEVAL_EXPECT_CLOSE(MatthewsCorrelation(classes), row.Number("/expected/mcc"));
  MEVAL_EXPECT_CLOSE(CohenKappa(classes), row.Number("/expected/cohen_kappa"));
}

void CheckClassification(const GoldenRow& row) {
  if (row.IsText("/input/gold/0")) {
    const auto gold = row.Texts("/input/gold");
    const auto predicted = row.Texts("/input/pred");
    EXPECT_EQ(CountLabels(gold, predicted).labels, row.Texts("/expected/labels"));
    ExpectLabelCounts(row, gold, predicted);
    return;
  }
  const auto gold = row.Ints("/input/gold");
  const auto predicted = row.Ints("/input/pred");
  EXPECT_EQ(CountLabels(gold, predicted).labels, row.Ints("/expected/labels"));
  ExpectLabelCounts(row, gold, predicted);
  if (row.Has("/expected/f1_binary_error")) {
    EXPECT_THROW(BinaryF1(gold, predicted), MetricError);
  } else {
    MEVAL_EXPECT_CLOSE(BinaryF1(gold, predicted), row.Number("/expected/f1_binary"));
  }
  if (row.Has("/expected/cb_multi_f1")) {
    MEVAL_EXPECT_CLOSE(CommitmentBankF1(gold, predicted), row.Number("/expected/cb_multi_f1"));
  }
}

const RegisterFamilies kFamilies({
    {"classification", CheckClassification},
});

}  // namespace
}  // namespace meval::testing
