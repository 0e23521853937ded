#include "metrics/squad_v2.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using Questions = std::vector<SquadV2Question>;

// Right, half right, wrong to answer, right not to answer.
Questions FourQuestions() {
  return {{{"Paris"}, "Paris", 0.1},
          {{"New York"}, "the York", 0.4},
          {{}, "something", 0.9},
          {{}, "", 0.2}};
}

TEST(SquadV2, AveragesOverAllAndOverBothKindsOfQuestion) {
  const SquadV2Summary summary = SummarizeSquadV2(FourQuestions());
  EXPECT_DOUBLE_EQ(summary.all.exact, 50);
  EXPECT_DOUBLE_EQ(summary.all.f1, 100 * (1 + 2.0 / 3 + 0 + 1) / 4);
  EXPECT_EQ(summary.all.total, 4);
  EXPECT_DOUBLE_EQ(summary.has_answer.value().exact, 50);
  EXPECT_DOUBLE_EQ(summary.has_answer.value().f1, 100 * (1 + 2.0 / 3) / 2);
  EXPECT_EQ(summary.has_answer.value().total, 2);
  EXPECT_DOUBLE_EQ(summary.no_answer.value().exact, 50);
  EXPECT_EQ(summary.no_answer.value().total, 2);
}

TEST(SquadV2, CountsNoAnswerAboveTheThresholdOnly) {
  // At 0.4 the second question still counts as answered, the third no longer.
  EXPECT_DOUBLE_EQ(SummarizeSquadV2(FourQuestions(), 0.4).all.f1, 100 * (3 + 2.0 / 3) / 4);
  EXPECT_DOUBLE_EQ(SummarizeSquadV2(FourQuestions(), 0.3).all.f1, 75);
  EXPECT_DOUBLE_EQ(SummarizeSquadV2(FourQuestions(), 0.0).all.exact, 50);
}

TEST(SquadV2, FindsTheFirstBestThreshold) {
  // By hand: 2 without an answer; +1 at 0.1, +0 at 0.2, +0 (exact) or +2/3 (F1) at 0.4, -1 at 0.9.
  for (const double threshold : {1.0, 0.0}) {
    const SquadV2Summary summary = SummarizeSquadV2(FourQuestions(), threshold);
    EXPECT_DOUBLE_EQ(summary.best_exact.score, 75);
    EXPECT_EQ(summary.best_exact.threshold, 0.1);
    EXPECT_DOUBLE_EQ(summary.best_f1.score, 100 * (3 + 2.0 / 3) / 4);
    EXPECT_EQ(summary.best_f1.threshold, 0.4);
  }
  const SquadV2Summary none = SummarizeSquadV2(Questions{{{}, "x", 0.5}});
  EXPECT_EQ(none.best_exact.score, 100);
  EXPECT_EQ(none.best_exact.threshold, 0);
}

TEST(SquadV2, CountsEqualProbabilitiesInTheOrderOfQuestions) {
  // The running sum is 1, 2, 1 in this order, and never above 1 in the other.
  const SquadV2Question right = {{"x"}, "x", 0.5};
  const SquadV2Question wrong = {{}, "y", 0.5};
  EXPECT_EQ(SummarizeSquadV2(Questions{right, wrong}).best_exact.score, 100);
  EXPECT_EQ(SummarizeSquadV2(Questions{wrong, right}).best_exact.score, 50);
}

TEST(SquadV2, LeavesOutASubsetWithoutQuestions) {
  const SquadV2Summary answered = SummarizeSquadV2(Questions{{{"x"}, "x", 0}});
  EXPECT_EQ(answered.has_answer.value().exact, 100);
  EXPECT_FALSE(answered.no_answer.has_value());
  EXPECT_FALSE(SummarizeSquadV2(Questions{{{}, "", 0}}).has_answer.has_value());
}

TEST(SquadV2, TellsAQuestionWithoutAnswerByItsEmptyList) {
  // "the" normalizes to nothing, but is an answer: above the threshold it scores 0.
  const Questions questions = {{{"the"}, "", 0.5}};
  EXPECT_EQ(SummarizeSquadV2(questions).all.exact, 100);
  EXPECT_EQ(SummarizeSquadV2(questions, 0.4).all.exact, 0);
  EXPECT_TRUE(SummarizeSquadV2(questions).has_answer.has_value());
}

TEST(SquadV2, RefusesWhatItCannotScore) {
  EXPECT_THROW(SummarizeSquadV2({}), MetricError);
  EXPECT_THROW(SummarizeSquadV2(FourQuestions(), NAN), MetricError);
  Questions questions = FourQuestions();
  questions[2].no_answer_probability = NAN;
  try {
    SummarizeSquadV2(questions);
    FAIL() << "no error";
  } catch (const MetricError& error) {
    EXPECT_THAT(error.what(), HasSubstr("question 2: no_answer_probability is NaN"));
  }
  questions = FourQuestions();
  questions[1].golds.push_back("a\xFF");
  try {
    SummarizeSquadV2(questions);
    FAIL() << "no error";
  } catch (const MetricError& error) {
    EXPECT_THAT(error.what(), HasSubstr("question 1 gold: ill-formed UTF-8 at byte offset 1"));
  }
}

}  // namespace
}  // namespace meval
