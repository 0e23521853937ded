// classification, calibration.

#include <cmath>
#include <numeric>
#include <optional>
#include <set>

#include <gtest/gtest.h>

#include "metrics/calibration.h"
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

// The N of an expected field such as ece_guo_15.
std::int64_t NumberAtEnd(const std::string& field) {
  return std::stoll(field.substr(field.find_last_not_of("0123456789") + 1));
}

void CheckRms(const GoldenRow& row, const std::string& field,
              const std::vector<Forecast>& forecasts) {
  const std::optional<double> rms = RmsCalibrationError(forecasts, NumberAtEnd(field));
  if (row.Has("/expected/" + field)) {
    // The reference says -1 where there are too few documents.
    MEVAL_EXPECT_CLOSE(rms.value_or(-1), row.Number("/expected/" + field));
    return;
  }
  // Left open where the order of equal confidences decides.
  std::set<double> distinct;
  for (const Forecast& forecast : forecasts) {
    distinct.insert(forecast.probability);
  }
  EXPECT_LT(distinct.size(), forecasts.size());
}

// Every field of a calibration row, by its name.
void CheckCalibrationField(const GoldenRow& row, const std::string& field,
                           const std::vector<ProbabilityRow>& rows,
                           const std::vector<std::int64_t>& labels) {
  SCOPED_TRACE(field);
  constexpr RowRule kRule = RowRule::kAnySum;
  const std::vector<Forecast> top = TopForecasts(rows, labels, kRule);
  if (field.starts_with("rms_lighteval_beta")) {
    CheckRms(row, field, top);
    return;
  }
  double actual = 0;
  if (field.starts_with("ece_guo_")) {
    actual = ExpectedCalibrationError(top, NumberAtEnd(field));
  } else if (field.starts_with("mce_guo_")) {
    actual = MaximumCalibrationError(top, NumberAtEnd(field));
  } else if (field.starts_with("ece_calib_tools_")) {
    actual = CalibToolsError(top, NumberAtEnd(field));
  } else if (field.starts_with("sce_calib_tools_")) {
    actual = StaticCalibrationError(rows, labels, NumberAtEnd(field), kRule);
  } else if (field.starts_with("ace_calib_tools_")) {
    actual = AdaptiveCalibrationError(rows, labels, NumberAtEnd(field), kRule);
  } else if (field == "brier_multiclass") {
    actual = BrierScore(rows, labels, kRule);
  } else if (field == "brier_binary_conf") {
    actual = BrierScore(top);
  } else if (field == "brier_sklearn_pos1") {
    std::vector<Forecast> of_class_one;
    for (std::size_t d = 0; d < rows.size(); ++d) {
      of_class_one.push_back({rows[d].at(1), labels[d] == 1});
    }
    actual = BrierScore(of_class_one);
  } else if (field == "nll") {
    actual = NegativeLogLikelihood(rows, labels, kRule);
  } else {
    FAIL() << "no check for this field";
  }
  MEVAL_EXPECT_CLOSE(actual, row.Number("/expected/" + field));
}

void CheckCalibration(const GoldenRow& row) {
  std::vector<ProbabilityRow> rows;
  bool is_distribution = true;
  for (std::size_t d = 0; d < row.Size("/input/probs"); ++d) {
    rows.push_back(row.Numbers("/input/probs/" + std::to_string(d)));
    const double sum = std::accumulate(rows[d].begin(), rows[d].end(), 0.0);
    is_distribution = is_distribution && std::abs(sum - 1) <= 1e-6;
  }
  const auto labels = row.Ints("/input/labels");
  for (const std::string& field : row.Keys("/expected")) {
    CheckCalibrationField(row, field, rows, labels);
  }
  // The reference takes any row; unasked, the product does not.
  if (is_distribution) {
    EXPECT_NO_THROW(TopForecasts(rows, labels));
  } else {
    EXPECT_THROW(TopForecasts(rows, labels), MetricError);
  }
}

const RegisterFamilies kFamilies({
    {"classification", CheckClassification},
    {"calibration", CheckCalibration},
});

}  // namespace
}  // namespace meval::testing
