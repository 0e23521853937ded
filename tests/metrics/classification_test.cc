#include "metrics/classification.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"
#include "metrics/python_random.h"
#include "tests/metrics/error_of.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using testing::ErrorOf;
using ::testing::HasSubstr;

using Labels = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

// Three classes, counted by hand: gold A A A B B C, predicted A A B B C C.
const Labels kGold = {0, 0, 0, 1, 1, 2};
const Labels kPredicted = {0, 0, 1, 1, 2, 2};

TEST(Classification, CountsLabelsAndConfusions) {
  const auto counts = CountLabels(kGold, kPredicted);
  EXPECT_THAT(counts.labels, ElementsAre(0, 1, 2));
  EXPECT_EQ(counts.classes[0].correct, 2);
  EXPECT_EQ(counts.classes[0].predicted, 2);
  EXPECT_EQ(counts.classes[0].gold, 3);
  EXPECT_THAT(CountConfusion(kGold, kPredicted),
              ElementsAre(ElementsAre(2, 1, 0), ElementsAre(0, 1, 1), ElementsAre(0, 0, 1)));
}

TEST(Classification, HasTheAveragesCountedByHand) {
  const auto classes = CountLabels(kGold, kPredicted).classes;
  // Precision 1, 1/2, 1/2; recall 2/3, 1/2, 1; F1 4/5, 1/2, 2/3.
  const ClassScore macro = MacroAverage(classes);
  EXPECT_DOUBLE_EQ(macro.precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(macro.recall, 13.0 / 18);
  EXPECT_DOUBLE_EQ(macro.f1, 59.0 / 90);
  const ClassScore weighted = WeightedAverage(classes);
  EXPECT_DOUBLE_EQ(weighted.precision, 4.5 / 6);
  EXPECT_DOUBLE_EQ(weighted.recall, 4.0 / 6);
  EXPECT_DOUBLE_EQ(weighted.f1, (2.4 + 1 + 2.0 / 3) / 6);
  EXPECT_DOUBLE_EQ(MicroAverage(classes).f1, 4.0 / 6);
  EXPECT_DOUBLE_EQ(Accuracy(classes), 4.0 / 6);
  EXPECT_DOUBLE_EQ(BalancedAccuracy(classes), 13.0 / 18);
}

TEST(Classification, SortsTextLabelsByCodePoints) {
  const Texts gold = {"yes", "no", "Yes", "\U00010000", "\uFFFD"};
  const Texts predicted = {"yes", "", "no", "no", "no"};
  const auto counts = CountLabels(gold, predicted);
  EXPECT_THAT(counts.labels, ElementsAre("", "Yes", "no", "yes", "\uFFFD", "\U00010000"));
  EXPECT_DOUBLE_EQ(Accuracy(counts.classes), 0.2);
  EXPECT_EQ(CountConfusion(gold, predicted)[1][2], 1);
}

// The two-by-two table of Matthews' formula: (tp tn - fp fn) / sqrt of the product of the margins.
TEST(MatthewsCorrelation, IsThePhiCoefficientForTwoClasses) {
  Labels gold;
  Labels predicted;
  const auto add = [&](int n, std::int64_t g, std::int64_t p) {
    gold.insert(gold.end(), static_cast<std::size_t>(n), g);
    predicted.insert(predicted.end(), static_cast<std::size_t>(n), p);
  };
  add(6, 1, 1);
  add(3, 0, 0);
  add(1, 0, 1);
  add(2, 1, 0);
  EXPECT_NEAR(MatthewsCorrelation(CountLabels(gold, predicted).classes),
              (6.0 * 3 - 1.0 * 2) / std::sqrt(7.0 * 8 * 4 * 5), 1e-15);
}

TEST(MatthewsCorrelation, IsZeroWhereOneSideIsConstant) {
  EXPECT_EQ(MatthewsCorrelation(CountLabels(Labels{0, 1, 1}, Labels{1, 1, 1}).classes), 0);
  EXPECT_EQ(MatthewsCorrelation(CountLabels(Labels{4}, Labels{4}).classes), 0);
}

// Cohen's own form: 50 proposals, two readers, 35 agreements, by chance half.
TEST(CohenKappa, IsAgreementBeyondChance) {
  Labels a;
  Labels b;
  const int table[2][2] = {{20, 5}, {10, 15}};
  for (std::int64_t i = 0; i < 2; ++i) {
    for (std::int64_t j = 0; j < 2; ++j) {
      a.insert(a.end(), static_cast<std::size_t>(table[i][j]), i);
      b.insert(b.end(), static_cast<std::size_t>(table[i][j]), j);
    }
  }
  EXPECT_DOUBLE_EQ(CohenKappa(CountLabels(a, b).classes), 0.4);
  EXPECT_TRUE(std::isnan(CohenKappa(CountLabels(Labels{3, 3}, Labels{3, 3}).classes)));
}

TEST(Classification, KeepsItsSymmetriesAndBounds) {
  PythonRandom random(11);
  for (int trial = 0; trial < 200; ++trial) {
    SCOPED_TRACE(trial);
    Labels gold(static_cast<std::size_t>(1 + random.Below(40)));
    Labels predicted(gold.size());
    const std::int64_t num_labels = 1 + random.Below(5);
    for (std::size_t i = 0; i < gold.size(); ++i) {
      gold[i] = random.Below(num_labels);
      predicted[i] = random.Below(3) == 0 ? random.Below(num_labels) : gold[i];
    }
    const auto classes = CountLabels(gold, predicted).classes;
    const auto swapped = CountLabels(predicted, gold).classes;
    EXPECT_DOUBLE_EQ(MacroAverage(classes).precision, MacroAverage(swapped).recall);
    EXPECT_DOUBLE_EQ(MacroAverage(classes).f1, MacroAverage(swapped).f1);
    EXPECT_DOUBLE_EQ(MatthewsCorrelation(classes), MatthewsCorrelation(swapped));
    EXPECT_LE(std::abs(MatthewsCorrelation(classes)), 1 + 1e-12);
    EXPECT_NEAR(WeightedAverage(classes).recall, Accuracy(classes), 1e-12);
    const auto perfect = CountLabels(gold, gold).classes;
    EXPECT_EQ(MacroAverage(perfect).f1, 1);
    EXPECT_EQ(BalancedAccuracy(perfect), 1);
  }
}

TEST(BinaryF1, ScoresLabelOne) {
  EXPECT_DOUBLE_EQ(BinaryF1(Labels{1, 1, 0, 0}, Labels{1, 0, 1, 0}), 0.5);
  EXPECT_DOUBLE_EQ(BinaryF1(Labels{1, 5, 5}, Labels{1, 1, 5}), 2.0 / 3);
  EXPECT_EQ(BinaryF1(Labels{0, 0}, Labels{0, 0}), 0);
  EXPECT_EQ(BinaryF1(Labels{1, 1}, Labels{1, 1}), 1);
}

TEST(CommitmentBankF1, CountsAbsentClassesAsZero) {
  EXPECT_DOUBLE_EQ(CommitmentBankF1(Labels{0, 1}, Labels{0, 1}), 2.0 / 3);
  EXPECT_DOUBLE_EQ(CommitmentBankF1(Labels{0, 1, 2}, Labels{0, 1, 2}), 1);
  EXPECT_DOUBLE_EQ(CommitmentBankF1(Labels{0, 1, 2}, Labels{0, 1, 7}), 2.0 / 3);
}

TEST(Classification, SaysWhatCannotBeScored) {
  EXPECT_THAT(ErrorOf([] { CountLabels(Labels{}, Labels{}); }), HasSubstr("no documents"));
  EXPECT_THAT(ErrorOf([] {
                CountLabels(Labels{1, 2}, Labels{1});
              }),
              HasSubstr("1 predictions but 2 references"));
  EXPECT_THAT(ErrorOf([] {
                CountConfusion(Labels{1, 2}, Labels{1});
              }),
              HasSubstr("1 predictions but 2 references"));
  EXPECT_THAT(ErrorOf([] {
                CountLabels(Texts{"a", "b"}, Texts{"a", "b\xFF"});
              }),
              HasSubstr("predicted label 1: ill-formed UTF-8 at byte offset 1"));
  EXPECT_THAT(ErrorOf([] {
                BinaryF1(Labels{0, 1}, Labels{2, 1});
              }),
              HasSubstr("binary f1: 3 distinct labels: expected at most two"));
  EXPECT_THAT(ErrorOf([] {
                BinaryF1(Labels{0, 2}, Labels{0, 2});
              }),
              HasSubstr("labels 0 and 2: expected one of them to be 1"));
  EXPECT_THAT(ErrorOf([] { MacroAverage({}); }), HasSubstr("no documents"));
  EXPECT_THAT(ErrorOf([] { CohenKappa({}); }), HasSubstr("no documents"));
}

}  // namespace
}  // namespace meval
