#include "metrics/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"
#include "metrics/python_random.h"
#include "tests/metrics/error_of.h"

namespace meval {
namespace {

using testing::ErrorOf;
using ::testing::HasSubstr;

using Rows = std::vector<ProbabilityRow>;
using Labels = std::vector<std::int64_t>;
using Forecasts = std::vector<Forecast>;

TEST(TopForecasts, TakeTheFirstOfTheLikeliestClasses) {
  const auto top =
      TopForecasts(Rows{{0.2, 0.5, 0.3}, {0.5, 0.5, 0}, {0.5, 0.5, 0}}, Labels{2, 0, 1});
  EXPECT_EQ(top[0].probability, 0.5);
  EXPECT_FALSE(top[0].is_true);
  EXPECT_TRUE(top[1].is_true);
  EXPECT_FALSE(top[2].is_true);
}

// Ten bins. (0.6, 0.7]: two of which one is true, mean 0.65; (0.9, 1]: two true, mean 0.975.
TEST(ExpectedCalibrationError, WeighsTheGapsOfBins) {
  const Forecasts forecasts = {{0.63, true}, {0.67, false}, {0.95, true}, {1.0, true}};
  EXPECT_NEAR(ExpectedCalibrationError(forecasts, 10), 0.5 * 0.15 + 0.5 * 0.025, 1e-15);
  EXPECT_NEAR(MaximumCalibrationError(forecasts, 10), 0.15, 1e-15);
  // One bin: mean probability 0.8125 against 3/4.
  EXPECT_NEAR(ExpectedCalibrationError(forecasts, 1), 0.0625, 1e-15);
}

// With two bins 0.5 belongs to the lower one by Guo et al., to the upper one by calib_tools.
TEST(ExpectedCalibrationError, PutsAnEdgeInTheBinBelowAndCalibToolsInTheOneAbove) {
  const Forecasts forecasts = {{0.5, true}, {0.9, false}};
  EXPECT_NEAR(ExpectedCalibrationError(forecasts, 2), 0.5 * 0.5 + 0.5 * 0.9, 1e-15);
  EXPECT_NEAR(CalibToolsError(forecasts, 2), std::abs(0.7 - 0.5), 1e-15);
  // A probability of 1 has a bin of its own there.
  const Forecasts certain = {{1.0, true}, {0.9, false}};
  EXPECT_NEAR(ExpectedCalibrationError(certain, 2), 0.45, 1e-15);
  EXPECT_NEAR(CalibToolsError(certain, 2), 0.45, 1e-15);
  const Forecasts both = {{1.0, true}, {0.6, false}};
  EXPECT_NEAR(ExpectedCalibrationError(both, 2), 0.3, 1e-15);
  EXPECT_NEAR(CalibToolsError(both, 2), 0.3, 1e-15);
  const Forecasts apart = {{1.0, false}, {0.6, true}};
  EXPECT_NEAR(ExpectedCalibrationError(apart, 2), 0.3, 1e-15);
  EXPECT_NEAR(CalibToolsError(apart, 2), 0.7, 1e-15);
}

TEST(ExpectedCalibrationError, LeavesOutAProbabilityOfZero) {
  const Forecasts forecasts = {{0.0, true}, {1.0, true}};
  EXPECT_EQ(ExpectedCalibrationError(forecasts), 0);
  EXPECT_EQ(CalibToolsError(Forecasts{{0.0, true}}), 0);
}

TEST(ClasswiseErrors, AverageOverClasses) {
  const Rows rows = {{0.75, 0.25}, {0.75, 0.25}, {0.25, 0.75}, {0.25, 0.75}};
  const Labels labels = {0, 1, 1, 1};
  // Class 0: at 0.75 half true, at 0.25 none: (0.25 + 0.25) / 2. Class 1 mirrors it.
  EXPECT_NEAR(StaticCalibrationError(rows, labels, 10), 0.25, 1e-15);
  EXPECT_NEAR(AdaptiveCalibrationError(rows, labels, 2), 0.25, 1e-15);
  // One bin: each class has a mean of 0.5 against 1/4 and 3/4.
  EXPECT_NEAR(StaticCalibrationError(rows, labels, 1), 0.25, 1e-15);
}

TEST(ClasswiseErrors, LookAtProbabilitiesAboveZeroOnly) {
  // Class 2 is never given a chance: its share is 0, though a label is of it.
  const Rows rows = {{0.5, 0.5, 0}, {1, 0, 0}};
  EXPECT_NEAR(StaticCalibrationError(rows, Labels{2, 0}, 1), (0.25 + 0.5 + 0) / 3, 1e-15);
}

// Groups of two by rising probability: (0.1, 0.2), (0.3, 0.4), and (0.5, 0.6, 0.7) left out.
TEST(RmsCalibrationError, LeavesOutTheLastGroup) {
  const Forecasts forecasts = {{0.7, false}, {0.1, true},  {0.6, false}, {0.4, true},
                               {0.2, false}, {0.3, false}, {0.5, true}};
  const double expected = std::sqrt(2.0 / 7 * 0.35 * 0.35 + 2.0 / 7 * 0.15 * 0.15);
  EXPECT_NEAR(RmsCalibrationError(forecasts, 2).value(), expected, 1e-15);
  EXPECT_EQ(RmsCalibrationError(forecasts, 5).value(), 0);
  EXPECT_EQ(RmsCalibrationError(forecasts, 8), std::nullopt);
}

TEST(BrierScore, IsTwiceAsLargeOverBothClasses) {
  const Rows rows = {{0.8, 0.2}, {0.4, 0.6}};
  const Labels labels = {0, 0};
  EXPECT_NEAR(BrierScore(rows, labels), (0.08 + 0.72) / 2, 1e-15);
  EXPECT_NEAR(BrierScore(Forecasts{{0.8, true}, {0.4, true}}), (0.04 + 0.36) / 2, 1e-15);
  EXPECT_EQ(BrierScore(Rows{{1, 0}}, Labels{1}), 2);
}

TEST(NegativeLogLikelihood, IsTheMeanOfNaturalLogarithms) {
  const Rows rows = {{0.5, 0.5}, {0.25, 0.75}};
  EXPECT_NEAR(NegativeLogLikelihood(rows, Labels{0, 0}), 1.5 * std::log(2.0), 1e-15);
  EXPECT_EQ(NegativeLogLikelihood(Rows{{1, 0}}, Labels{1}),
            std::numeric_limits<double>::infinity());
}

TEST(Calibration, IsZeroForCertaintyThatIsRightAndDoesNotDependOnTheOrder) {
  const Rows certain = {{1, 0, 0}, {0, 0, 1}};
  const Labels labels = {0, 2};
  EXPECT_EQ(ExpectedCalibrationError(TopForecasts(certain, labels)), 0);
  EXPECT_EQ(StaticCalibrationError(certain, labels), 0);
  EXPECT_EQ(AdaptiveCalibrationError(certain, labels), 0);
  EXPECT_EQ(BrierScore(certain, labels), 0);
  EXPECT_EQ(NegativeLogLikelihood(certain, labels), 0);

  PythonRandom random(5);
  Forecasts forecasts;
  for (int i = 0; i < 500; ++i) {
    const double p = random.Random();
    forecasts.push_back({p, random.Random() < p});
  }
  const double forward = ExpectedCalibrationError(forecasts);
  const double rms = RmsCalibrationError(forecasts).value();
  std::reverse(forecasts.begin(), forecasts.end());
  EXPECT_NEAR(ExpectedCalibrationError(forecasts), forward, 1e-14);
  EXPECT_NEAR(RmsCalibrationError(forecasts).value(), rms, 1e-14);
  // Forecasts that come true as often as they say.
  EXPECT_LT(forward, 0.15);
  EXPECT_LE(forward, MaximumCalibrationError(forecasts));
}

TEST(Calibration, RefusesRowsThatAreNoProbabilities) {
  const Rows good = {{0.5, 0.5}, {0.5, 0.5}};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const struct {
    Rows rows;
    Labels labels;
    const char* message;
  } cases[] = {
      {{}, {}, "no documents to score"},
      {good, {0}, "2 predictions but 1 references"},
      {{{0.5, 0.5}, {0.5, 0.49}}, {0, 0}, "document 1: the probabilities sum to 0.99"},
      {{{0.5, 0.5}, {1.5, -0.5}}, {0, 0}, "document 1, class 0: probability 1.5"},
      {{{nan, 1}}, {0}, "document 0, class 0: probability nan"},
      {{{0.5, 0.5}, {1}}, {0, 0}, "document 1: 1 probabilities: expected 2 as in document 0"},
      {{{}}, {0}, "document 0: 0 probabilities: expected at least one"},
      {good, {0, 2}, "document 1: label 2: expected 0 to 1"},
      {good, {-1, 0}, "document 0: label -1: expected 0 to 1"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(ErrorOf([&] { TopForecasts(c.rows, c.labels); }), HasSubstr(c.message));
    EXPECT_THAT(ErrorOf([&] { StaticCalibrationError(c.rows, c.labels); }), HasSubstr(c.message));
    EXPECT_THAT(ErrorOf([&] { AdaptiveCalibrationError(c.rows, c.labels); }), HasSubstr(c.message));
    EXPECT_THAT(ErrorOf([&] { BrierScore(c.rows, c.labels); }), HasSubstr(c.message));
    EXPECT_THAT(ErrorOf([&] { NegativeLogLikelihood(c.rows, c.labels); }), HasSubstr(c.message));
  }
}

TEST(Calibration, TakesAnySumOnlyWhereAsked) {
  const Rows rounded = {{0.97, 0.02, 0.02}};
  EXPECT_THROW(BrierScore(rounded, Labels{0}), MetricError);
  EXPECT_NEAR(BrierScore(rounded, Labels{0}, RowRule::kAnySum), 0.0009 + 2 * 0.0004, 1e-15);
  EXPECT_NEAR(TopForecasts(rounded, Labels{0}, RowRule::kAnySum)[0].probability, 0.97, 0);
  // Rounding of a softmax stays well within the tolerance.
  EXPECT_NO_THROW(BrierScore(Rows{{0.1, 0.2, 0.7}}, Labels{0}));
}

TEST(Calibration, RefusesForecastsAndBinsItCannotUse) {
  EXPECT_THAT(ErrorOf([] { ExpectedCalibrationError({}); }), HasSubstr("no documents"));
  EXPECT_THAT(ErrorOf([] {
                BrierScore(Forecasts{{0.5, true}, {1.1, true}});
              }),
              HasSubstr("document 1: probability 1.1"));
  const Forecasts good = {{0.5, true}};
  EXPECT_THAT(ErrorOf([&] { ExpectedCalibrationError(good, 0); }), HasSubstr("0 bins: expected"));
  EXPECT_THAT(ErrorOf([&] { CalibToolsError(good, -1); }), HasSubstr("-1 bins: expected"));
  EXPECT_THAT(ErrorOf([&] { RmsCalibrationError(good, 0); }), HasSubstr("0 forecasts a group"));
  EXPECT_THAT(ErrorOf([&] { AdaptiveCalibrationError(Rows{{1.0}}, Labels{0}, 0); }),
              HasSubstr("0 bins: expected"));
}

}  // namespace
}  // namespace meval
