#include "metrics/quac.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"

namespace meval {
namespace {

using Texts = std::vector<std::string>;

TEST(QuacF1, IsTheBestOverAllReferences) {
  EXPECT_EQ(QuacF1("in the winter", Texts{"winter", "spring"}), 2 * 0.5 * 1 / 1.5);
  EXPECT_EQ(QuacF1("The winter!", Texts{"winter"}), 1);
  EXPECT_EQ(QuacF1("summer", Texts{"winter", "spring"}), 0);
  EXPECT_EQ(QuacF1("", Texts{"winter"}), 0);
}

TEST(QuacF1, TakesIDontKnowForNoAnswerAndNothingElse) {
  for (const char* text : {"I don't know", "i don't know.", " I DON'T KNOW. ", "CANNOTANSWER"}) {
    EXPECT_EQ(QuacF1(text, Texts{"CANNOTANSWER"}), 1) << text;
    EXPECT_EQ(QuacF1(text, Texts{"the mill"}), 0) << text;
  }
  EXPECT_EQ(QuacF1("I don't know it", Texts{"CANNOTANSWER"}), 0);
  EXPECT_EQ(QuacF1("cannotanswer", Texts{"CANNOTANSWER"}), 0);
}

TEST(QuacDialogue, IsWhatAQuestionsIdBeginsWith) {
  EXPECT_EQ(QuacDialogue("C_ec86_1_q#0"), "C_ec86_1");
  EXPECT_EQ(QuacDialogue("C_ec86_1_q#12"), "C_ec86_1");
  EXPECT_EQ(QuacDialogue("val:7"), "val:7");
  EXPECT_EQ(QuacDialogue(""), "");
}

TEST(QuacOfficial, LeavesOutEachReferenceOnce) {
  // Against {b c}, {b d}, ... the best of two is averaged over the three that may be left out.
  const Texts references = {"red house", "red barn", "green barn"};
  const auto score = ScoreQuacOfficially("red house", references);
  ASSERT_TRUE(score);
  EXPECT_DOUBLE_EQ(score->f1, (0.5 + 1 + 1) / 3);  // without the first only "red" is common
  // A person: 0.5 for the first (with the second), 0.5 for the second, 0.5 for the third.
  EXPECT_TRUE(score->equals_human);
  const auto worse = ScoreQuacOfficially("green", references);
  ASSERT_TRUE(worse);
  EXPECT_DOUBLE_EQ(worse->f1, (2.0 / 3 + 2.0 / 3 + 0) / 3);
  EXPECT_FALSE(worse->equals_human);
}

TEST(QuacOfficial, LeavesOutQuestionsOnWhichPeopleDisagree) {
  EXPECT_FALSE(ScoreQuacOfficially("red", Texts{"red house", "green barn", "old mill"}));
  EXPECT_TRUE(ScoreQuacOfficially("red", Texts{"red house"}));  // one person agrees with himself
}

TEST(QuacOfficial, HasNoAnswerWhereHalfOfThePeopleSaySo) {
  const Texts half = {"CANNOTANSWER", "red house"};
  EXPECT_EQ(ScoreQuacOfficially("I don't know.", half)->f1, 1);
  EXPECT_EQ(ScoreQuacOfficially("red house", half)->f1, 0);
  const Texts fewer = {"CANNOTANSWER", "red house", "red house"};
  EXPECT_EQ(ScoreQuacOfficially("red house", fewer)->f1, 1);
  EXPECT_EQ(ScoreQuacOfficially("CANNOTANSWER", fewer)->f1, 0);
}

TEST(QuacOfficial, RefusesAQuestionWithoutReferences) {
  EXPECT_THROW(ScoreQuacOfficially("red", Texts{}), MetricError);
  EXPECT_THROW(QuacF1("red", Texts{}), MetricError);
  EXPECT_THROW(QuacF1("\xFF", Texts{"red"}), MetricError);
}

}  // namespace
}  // namespace meval
