#include "tasks/answer_filter.h"

#include <gtest/gtest.h>

#include "metrics/metric_error.h"
#include "tasks/task_registry.h"

namespace meval {
namespace {

FilterStep Regex(const std::string& pattern, std::int64_t select = 0) {
  FilterStep step;
  step.kind = FilterStep::Kind::kRegex;
  step.pattern = pattern;
  step.select = select;
  return step;
}

FilterStep Simple(FilterStep::Kind kind, const std::string& pattern = "") {
  FilterStep step;
  step.kind = kind;
  step.pattern = pattern;
  return step;
}

std::string Extract(const std::vector<FilterStep>& steps, const std::string& text) {
  return AnswerFilter(steps).Apply(text).text;
}

TEST(AnswerFilter, WithoutStepsIsTheCompletion) {
  const ExtractedAnswer answer = AnswerFilter({}).Apply(" as it is \n");
  EXPECT_EQ(answer.text, " as it is \n");
  EXPECT_TRUE(answer.is_valid);
}

TEST(AnswerFilter, DropsTheOneSpaceThatACompletionBeginsWith) {
  const std::vector<FilterStep> steps = {Simple(FilterStep::Kind::kDropSpace)};
  EXPECT_EQ(Extract(steps, " yes "), "yes ");
  EXPECT_EQ(Extract(steps, "  yes"), " yes");
  EXPECT_EQ(Extract(steps, "\nyes"), "\nyes");
  EXPECT_EQ(Extract(steps, ""), "");
}

TEST(AnswerFilter, RefusesACompletionThatIsNotUtf8WhateverTheSteps) {
  const std::vector<FilterStep> steps[] = {
      {},
      {Regex("a")},
      {Simple(FilterStep::Kind::kStrip)},
      {Simple(FilterStep::Kind::kTakeFirstLine)},
      {Simple(FilterStep::Kind::kTakeBefore, "b")},
  };
  for (const std::vector<FilterStep>& some : steps) {
    EXPECT_THROW(AnswerFilter(some).Apply("a\nb \xC3"), MetricError);
  }
}

TEST(AnswerFilter, TakesTheFirstOrTheLastMatch) {
  EXPECT_EQ(Extract({Regex("[0-9]+", 0)}, "1 22 333"), "1");
  EXPECT_EQ(Extract({Regex("[0-9]+", -1)}, "1 22 333"), "333");
  const ExtractedAnswer answer = AnswerFilter({Regex("[0-9]+", -1)}).Apply("none");
  EXPECT_EQ(answer.text, "[invalid]");
  EXPECT_FALSE(answer.is_valid);
}

TEST(AnswerFilter, TakesTheFirstGroupThatIsNotEmptyAndStripsIt) {
  EXPECT_EQ(Extract({Regex("(a+)|(b+)")}, "xbb"), "bb");
  EXPECT_EQ(Extract({Regex("is( *[a-z]+ *)")}, "it is fine "), "fine");
  EXPECT_EQ(Extract({Regex("is(.*)")}, "it is"), "");  // one group: an empty answer is an answer
  EXPECT_TRUE(AnswerFilter({Regex("is(.*)")}).Apply("it is").is_valid);
  EXPECT_EQ(Extract({Regex("is(.*)(x*)")}, "it is"), "[invalid]");
}

TEST(AnswerFilter, CarriesOutStepsInOrder) {
  using Kind = FilterStep::Kind;
  EXPECT_EQ(Extract({Simple(Kind::kStrip), Simple(Kind::kTakeFirstLine)}, "\n a\nb"), "a");
  EXPECT_EQ(Extract({Simple(Kind::kTakeFirstLine), Simple(Kind::kStrip)}, "\n a\nb"), "");
  EXPECT_EQ(Extract({Simple(Kind::kTakeBefore, "Q:"), Regex("[0-9]", -1)}, "1 2 Q: 3"), "2");
  EXPECT_EQ(Extract({Simple(Kind::kTakeBefore, "Q:")}, "nothing to cut"), "nothing to cut");
}

TEST(AnswerFilter, UsesTheStepsOwnFallback) {
  FilterStep step = Regex("[0-9]+");
  step.fallback = "none";
  const ExtractedAnswer answer = AnswerFilter({step}).Apply("no number");
  EXPECT_EQ(answer.text, "none");
  EXPECT_FALSE(answer.is_valid);
}

class Gsm8kFilters : public ::testing::Test {
 protected:
  // The filters of a built-in task's score.
  std::string Extracted(const char* task, const char* score, const std::string& text) const {
    for (const ScoreDefinition& candidate : registry_.Find(task)->definition().scores) {
      if (candidate.name == score) return AnswerFilter(candidate.filters).Apply(text).text;
    }
    throw std::logic_error("no such score");
  }
  TaskRegistry registry_;
};

TEST_F(Gsm8kFilters, StrictTakesTheFirstNumberAfterFourHashes) {
  const auto strict = [&](const std::string& text) {
    return Extracted("gsm8k", "exact_match,strict", text);
  };
  EXPECT_EQ(strict(" so 9 * 2 = $<<9*2=18>>18\n#### 18"), "18");
  EXPECT_EQ(strict("#### -1,450.5\n#### 7"), "-1,450.5");
  EXPECT_EQ(strict("#### $18"), "[invalid]");
  EXPECT_EQ(strict("####18"), "[invalid]");
  EXPECT_EQ(strict(""), "[invalid]");
}

TEST_F(Gsm8kFilters, FlexibleTakesTheLastNumberWithItsDollarAndDots) {
  const auto flexible = [&](const std::string& text) {
    return Extracted("gsm8k", "exact_match,flexible", text);
  };
  EXPECT_EQ(flexible("first 3, then $29.00."), "$29.00.");
  EXPECT_EQ(flexible("it is 5"), "5");
  EXPECT_EQ(flexible("it is -5"), "-5");
  EXPECT_EQ(flexible("well..."), "...");
  EXPECT_EQ(flexible("none"), "[invalid]");
}

TEST_F(Gsm8kFilters, ChainOfThoughtStrictLosesItsLastCharacterAtTheEndOfTheText) {
  const auto strict = [&](const std::string& text) {
    return Extracted("gsm8k_cot", "exact_match,strict", text);
  };
  EXPECT_EQ(strict("The answer is 18."), "18");
  EXPECT_EQ(strict("The answer is 18.\n"), "18");
  EXPECT_EQ(strict("The answer is 18"), "1");
  EXPECT_EQ(strict("The answer is 5"), "[invalid]");
  EXPECT_EQ(strict("The answer is $18."), "[invalid]");
  EXPECT_EQ(strict("The answer is 3. The answer is 4."), "3.");
}

TEST_F(Gsm8kFilters, ChainOfThoughtNumericTakesTheLastAnswerBeforeANewQuestion) {
  const auto numeric = [&](const std::string& text) {
    return Extracted("gsm8k_cot", "numeric", text);
  };
  EXPECT_EQ(numeric("The answer is 18"), "18");
  EXPECT_EQ(numeric("the ANSWER is: $1,234.50."), "1,234.50");
  EXPECT_EQ(numeric("The answer is 3. No, the answer is 4.\nQ: x\nA: The answer is 5."), "4");
  EXPECT_EQ(numeric("18"), "[invalid]");
}

TEST_F(Gsm8kFilters, VotingTakesTheFirstAnswerThatEndsInADigit) {
  const auto vote = [&](const std::string& text) {
    return Extracted("gsm8k_cot_maj8", "maj@8", text);
  };
  EXPECT_EQ(vote("The answer is 1,200."), "1,200");
  EXPECT_EQ(vote("The answer is -5"), "-5");
  EXPECT_EQ(vote("The answer is x"), "[invalid]");
}

}  // namespace
}  // namespace meval
