#include "reports/summary.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reports/example_report.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

RunReport WithMetric(const MetricValue& metric) {
  RunReport run;
  run.tasks.resize(1);
  run.tasks[0].task = "t";
  run.tasks[0].metrics = {metric};
  return run;
}

ScoreRow RowOf(const MetricValue& metric) {
  return BuildScoreTable(WithMetric(metric), SubsetRows::kAll).rows.at(0);
}

TEST(Grouped, PutsACommaBeforeEveryThreeDigits) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1000), "1,000");
  EXPECT_EQ(Grouped(14042), "14,042");
  EXPECT_EQ(Grouped(1234567), "1,234,567");
  EXPECT_EQ(Grouped(-123), "-123");
  EXPECT_EQ(Grouped(-1234), "-1,234");
  EXPECT_EQ(Grouped(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

TEST(Fixed, HasSoManyDigitsAndNoNegativeZero) {
  EXPECT_EQ(Fixed(1.005, 1), "1.0");
  EXPECT_EQ(Fixed(-0.001, 2), "0.00");
  EXPECT_EQ(Fixed(-0.01, 2), "-0.01");
}

TEST(ShownInUnit, ShowsFractionsAsPercent) {
  EXPECT_EQ(ShownInUnit("fraction", 0.5671), "56.71");
  EXPECT_EQ(ShownInUnit("percent", 56.71), "56.71");
  EXPECT_EQ(ShownInUnit("ppl", 8.12345), "8.1235");
}

// A fraction of 0.67 and a percent of 67 are the same score and look the same.
TEST(ScoreTable, ShowsFractionsAndPercentsAlike) {
  MetricValue fraction;
  fraction.name = "m";
  fraction.value = 0.67;
  fraction.standard_error = 0.0125;
  fraction.ci_low = 0.64;
  fraction.ci_high = 0.7;
  MetricValue percent = fraction;
  percent.unit = "percent";
  percent.value = 67;
  percent.standard_error = 1.25;
  percent.ci_low = 64;
  percent.ci_high = 70;
  for (const ScoreRow& row : {RowOf(fraction), RowOf(percent)}) {
    EXPECT_EQ(row.metric, "m");
    EXPECT_EQ(row.value, "67.00");
    EXPECT_EQ(row.error, "1.25");
    EXPECT_EQ(row.interval, "64.00 \u2013 70.00");
  }
}

TEST(ScoreTable, NamesEveryOtherUnit) {
  MetricValue metric;
  metric.name = "length";
  metric.unit = "tokens";
  metric.value = 0.67;
  EXPECT_EQ(RowOf(metric).metric, "length (tokens)");
  EXPECT_EQ(RowOf(metric).value, "0.67");
}

TEST(ScoreTable, LeavesAbsentErrorsEmptyAndNeverShowsMinusZero) {
  MetricValue metric;
  metric.value = -0.000001;
  const ScoreRow row = RowOf(metric);
  EXPECT_EQ(row.value, "0.00");
  EXPECT_EQ(row.error, "");
  EXPECT_EQ(row.interval, "");
  metric.value = -0.01;
  EXPECT_EQ(RowOf(metric).value, "-1.00");
  metric.value = 1;
  EXPECT_EQ(RowOf(metric).value, "100.00");
  metric.value = 0;
  EXPECT_EQ(RowOf(metric).value, "0.00");
}

TEST(ScoreTable, SurvivesTheLargestDouble) {
  MetricValue metric;
  metric.unit = "percent";
  metric.value = -std::numeric_limits<double>::max();
  EXPECT_EQ(RowOf(metric).value.size(), 1U + 309 + 3);
}

TEST(ScoreTable, ChoosesTheSubsetsAskedFor) {
  const RunReport run = testing::ExampleReport();
  const auto names = [&](SubsetRows subsets) {
    std::vector<std::string> out;
    for (const ScoreRow& row : BuildScoreTable(run, subsets).rows) {
      out.push_back(row.subset.empty() ? row.metric : row.subset);
    }
    return out;
  };
  const std::string long_name = "high_school_government_and_politics";
  EXPECT_THAT(names(SubsetRows::kNone),
              ElementsAre("acc", "maj@8", "maj@1", "pass@8", "rougeL", "bleu", "length (tokens)",
                          "macro mean", "micro mean"));
  EXPECT_THAT(
      names(SubsetRows::kCategories),
      ElementsAre("acc", "stem", "social sciences", "micro", "macro", "maj@8", "maj@1", "pass@8",
                  "rougeL", "bleu", "length (tokens)", "macro mean", "micro mean"));
  EXPECT_THAT(names(SubsetRows::kAll),
              ElementsAre("acc", "abstract_algebra", "anatomy", long_name, "stem",
                          "social sciences", "micro", "macro", "maj@8", "maj@1", "pass@8", "rougeL",
                          "bleu", "length (tokens)", "macro mean", "micro mean"));
  EXPECT_THAT(names(SubsetRows::kGroups), ElementsAre("abstract_algebra", "anatomy", long_name));
}

TEST(ScoreTable, PutsPublishedScoresBesideTheirMetricOnly) {
  RunReport run = testing::ExampleReport();
  run.tasks[0].published.push_back({"Other-13B", "5-shot", "acc", 55.6, "somewhere"});
  const ScoreTable table = BuildScoreTable(run, SubsetRows::kCategories);
  EXPECT_EQ(table.rows[0].published, "62.50 [1]");
  EXPECT_EQ(table.rows[1].published, "");
  EXPECT_EQ(table.rows[5].metric, "maj@8");
  EXPECT_EQ(table.rows[5].published, "52.10 [2]");
  EXPECT_EQ(table.rows[6].published, "");
  EXPECT_THAT(
      table.footnotes,
      ElementsAre("[1] mmlu acc, published: 62.50 (Mistral-7B-v0.1, 5-shot, arXiv:2310.06825, "
                  "Table 2); 55.60 (Other-13B, 5-shot, somewhere)",
                  "[2] gsm8k_cot_maj8 maj@8, published: 52.10 (Mistral-7B-v0.1, 8-shot, maj@8, "
                  "arXiv:2310.06825, Table 2)"));
}

TEST(ScoreTable, SharesAFootnoteThatIsNeededTwice) {
  RunReport run = testing::PlainReport();
  run.tasks.push_back(run.tasks[0]);
  const ScoreTable table = BuildScoreTable(run, SubsetRows::kNone);
  EXPECT_EQ(table.rows[1].published, "52.10 [1]");
  EXPECT_EQ(table.footnotes.size(), 1U);
}

TEST(Banner, NamesDemonstrationModelAndDataAndIsAbsentOtherwise) {
  RunReport run = testing::ExampleReport();
  EXPECT_THAT(BannerSentences(run),
              ElementsAre(HasSubstr("scores mean nothing"), HasSubstr("(mmlu, samsum)")));
  run.identity.model = "tiny";
  EXPECT_THAT(BannerSentences(run),
              ElementsAre(HasSubstr("small invented world"), HasSubstr("(mmlu, samsum)")));
  run.is_demonstration_model = false;
  EXPECT_THAT(BannerSentences(run), ElementsAre(HasSubstr("shipped sample records")));
  EXPECT_THAT(BannerSentences(testing::PlainReport()), IsEmpty());
}

TEST(Notes, AreAbsentWhereThereIsNothingToSay) {
  EXPECT_THAT(NoteSentences(testing::PlainReport().tasks[0]), IsEmpty());
}

TEST(Notes, SayEveryCounterThatIsNotZero) {
  TaskResult task;
  task.num_documents = 819;
  task.num_documents_total = 819;
  std::int64_t TaskCounters::*const counters[] = {
      &TaskCounters::truncated_prompts, &TaskCounters::boundary_merges,
      &TaskCounters::invalid_answers,   &TaskCounters::empty_completions,
      &TaskCounters::length_stops,      &TaskCounters::duplicate_questions,
      &TaskCounters::unscored};
  static_assert(sizeof(TaskCounters) == sizeof counters / sizeof counters[0] * sizeof(std::int64_t),
                "a counter without a sentence");
  for (const auto counter : counters) {
    task.counters = {};
    task.counters.*counter = 1;
    EXPECT_THAT(NoteSentences(task), ElementsAre(HasSubstr("1 ")));
    task.counters.*counter = 4321;
    EXPECT_THAT(NoteSentences(task), ElementsAre(HasSubstr("4,321 ")));
  }
  task.counters = {};
  task.counters.truncated_prompts = 12;
  EXPECT_THAT(NoteSentences(task),
              ElementsAre("12 of 819 prompts were truncated to fit the model's context."));
}

TEST(Notes, SayThatASubsetIsASubset) {
  TaskResult task;
  task.num_documents = 240;
  task.num_documents_total = 14042;
  EXPECT_THAT(NoteSentences(task),
              ElementsAre("A subset: 240 of 14,042 documents were evaluated."));
}

TEST(Cost, SaysWhatPrefixSharingSaved) {
  EXPECT_EQ(CostSentence({.seconds = 12.5, .tokens_requested = 1234567, .tokens_fed = 234567}),
            "1,234,567 tokens asked for, 234,567 fed, 1,000,000 avoided (\u00d7"
            "5.26); 12.5 seconds, 18765 fed tokens/s");
  EXPECT_THAT(CostSentence({.seconds = 3, .tokens_requested = 10, .tokens_fed = 10}),
              HasSubstr("3.0 seconds, 3.3 fed tokens/s"));
}

TEST(Cost, ClaimsNoSavingAfterAResumeNorWhereThereIsNone) {
  EXPECT_THAT(
      CostSentence(
          {.seconds = 1, .tokens_requested = 10, .tokens_fed = 5, .requests_from_journal = 1}),
      ::testing::AllOf(Not(HasSubstr("avoided")), HasSubstr("1 request was finished")));
  EXPECT_THAT(CostSentence({.seconds = 1, .tokens_requested = 5, .tokens_fed = 5}),
              Not(HasSubstr("avoided")));
  EXPECT_EQ(CostSentence({}), "0 tokens asked for, 0 fed; 0.0 seconds");
}

TEST(Cost, SaysWhatATokenAndARightAnswerTookOfEnergy) {
  Timing timing = {.seconds = 1, .tokens_requested = 5, .tokens_fed = 4};
  EXPECT_THAT(CostSentence(timing), Not(HasSubstr("J")));
  timing.joules = 1.5;
  EXPECT_THAT(CostSentence(timing), ::testing::EndsWith("; 1.50 J, 375 mJ a token fed"));
  timing.correct_answers = 0;
  EXPECT_THAT(CostSentence(timing), ::testing::EndsWith("; 1.50 J, 375 mJ a token fed"));
  timing.correct_answers = 3;
  EXPECT_THAT(CostSentence(timing), ::testing::EndsWith(" a token fed, 500 mJ a right answer"));
  timing.tokens_fed = 0;
  EXPECT_THAT(CostSentence(timing), ::testing::EndsWith("; 1.50 J, 500 mJ a right answer"));
}

TEST(Cost, OfSeveralTasksHasEnergyWhereEachOfThemHas) {
  std::vector<TaskResult> tasks(2);
  tasks[0].timing.joules = 1.5;
  tasks[0].timing.correct_answers = 3;
  EXPECT_FALSE(Total(tasks).joules.has_value());
  tasks[1].timing.joules = 2;
  EXPECT_EQ(Total(tasks).joules, 3.5);
  EXPECT_FALSE(Total(tasks).correct_answers.has_value());
}

TEST(Cost, OfSeveralTasksIsTheirSum) {
  const Timing total = Total(testing::ExampleReport().tasks);
  EXPECT_DOUBLE_EQ(total.seconds, 12.5 + 360 + 99.96);
  EXPECT_EQ(total.tokens_requested, 1234567 + 11000000 + 200000);
  EXPECT_EQ(total.tokens_fed, 234567 + 2000000 + 200000);
  EXPECT_EQ(total.tokens_generated, 1055200 + 19165);
  EXPECT_EQ(total.requests_from_journal, 552);
}

}  // namespace
}  // namespace meval
