#include "evals/draw_sheet.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace meval {
namespace {

SampleResult Completion(int number) {
  SampleResult sample;
  sample.index = number;
  sample.id = std::to_string(number);
  sample.digest = "digest " + sample.id;
  sample.group = "a";
  sample.question = "question " + sample.id;
  sample.references = {"one", "two"};
  sample.completions.resize(2);
  sample.completions[0].text = "answer " + sample.id;
  sample.completions[1].text = "another";
  return sample;
}

// A task whose headline is this score.
TaskDefinition TaskWith(const std::string& metric) {
  TaskDefinition task;
  task.name = "a_task";
  ScoreDefinition& score = task.scores.emplace_back();
  score.name = score.metric = metric;
  score.is_headline = true;
  return task;
}

std::vector<SampleResult> Completions(int count) {
  std::vector<SampleResult> samples;
  for (int i = 0; i < count; ++i) samples.push_back(Completion(i));
  return samples;
}

std::vector<std::string> Ids(const std::vector<SheetRow>& rows) {
  std::vector<std::string> ids;
  for (const SheetRow& row : rows) ids.push_back(row.record);
  return ids;
}

TEST(DrawSheet, TakesContextQuestionAnswerAndReferencesOfARecord) {
  const PromptParts parts = {.descriptions = {{"a", "context of a"}}, .exemplars = {}};
  const std::vector<SheetRow> rows = DrawSheet(TaskWith("rougeL"), Completions(1), parts, 5, 1);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].task, "a_task");
  EXPECT_EQ(rows[0].record, "0");
  EXPECT_EQ(rows[0].digest, "digest 0");
  EXPECT_EQ(rows[0].context, "context of a");
  EXPECT_EQ(rows[0].question, "question 0");
  EXPECT_EQ(rows[0].answer, "answer 0");
  EXPECT_EQ(rows[0].reference, "one\ntwo");
}

TEST(DrawSheet, ShowsTheLikeliestChoiceAndTheRightOnes) {
  SampleResult sample;
  sample.choices = {
      {.text = "A", .logprob = -2}, {.text = "B", .logprob = -1}, {.text = "C", .logprob = -3}};
  sample.gold = {0, 2};
  const std::vector<SheetRow> rows = DrawSheet(TaskWith("acc"), std::vector{sample}, {}, 1, 1);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].answer, "B");
  EXPECT_EQ(rows[0].reference, "A\nC");
}

// The answer on the sheet is the one that the score and `compare` speak of.
TEST(DrawSheet, ShowsTheChoiceThatTheHeadlineTakes) {
  SampleResult sample;
  sample.choices = {{.text = "yes", .logprob = -2}, {.text = "certainly not", .logprob = -3}};
  sample.gold = {0};
  EXPECT_EQ(DrawSheet(TaskWith("acc"), std::vector{sample}, {}, 1, 1)[0].answer, "yes");
  EXPECT_EQ(DrawSheet(TaskWith("acc_norm"), std::vector{sample}, {}, 1, 1)[0].answer,
            "certainly not");
}

TEST(DrawSheet, LeavesOutGoldsThatNoChoiceHas) {
  SampleResult sample;
  sample.choices = {{.text = "A", .logprob = -2}, {.text = "B", .logprob = -1}};
  sample.gold = {1, 7};
  EXPECT_EQ(DrawSheet(TaskWith("acc"), std::vector{sample}, {}, 1, 1)[0].reference, "B");
}

TEST(DrawSheet, DrawsWithoutReplacementBySeed) {
  const std::vector<SampleResult> samples = Completions(100);
  const std::vector<std::string> drawn = Ids(DrawSheet(TaskWith("rougeL"), samples, {}, 40, 7));
  EXPECT_EQ(std::set<std::string>(drawn.begin(), drawn.end()).size(), 40U);
  EXPECT_EQ(drawn, Ids(DrawSheet(TaskWith("rougeL"), samples, {}, 40, 7)));
  EXPECT_NE(drawn, Ids(DrawSheet(TaskWith("rougeL"), samples, {}, 40, 8)));
  // A shorter sheet is the beginning of a longer one, and the longest holds everything.
  const std::vector<std::string> all = Ids(DrawSheet(TaskWith("rougeL"), samples, {}, 1000, 7));
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 100U);
  EXPECT_TRUE(std::equal(drawn.begin(), drawn.end(), all.begin()));
}

// Each record is as likely as any other to be among the drawn: 2000 draws of 1 of 4, whose counts
// stay within five standard deviations (19.4) of 500.
TEST(DrawSheet, FavoursNoRecord) {
  const std::vector<SampleResult> samples = Completions(4);
  std::map<std::string, int> counts;
  for (int seed = 0; seed < 2000; ++seed)
    ++counts[Ids(DrawSheet(TaskWith("rougeL"), samples, {}, 1, seed))[0]];
  ASSERT_EQ(counts.size(), 4U);
  for (const auto& [id, count] : counts) EXPECT_NEAR(count, 500, 5 * 19.4) << id;
}

TEST(DrawSheet, PassesOverRecordsWithoutAnAnswer) {
  std::vector<SampleResult> samples = Completions(2);
  samples[0].scored = false;
  samples.emplace_back().rolling = RollingResult{};
  EXPECT_EQ(Ids(DrawSheet(TaskWith("rougeL"), samples, {}, 10, 1)), std::vector<std::string>{"1"});
  // One continuation that is scored is the record's own.
  SampleResult continuation;
  continuation.choices = {{.text = "door", .logprob = -2}};
  TaskDefinition task = TaskWith("greedy");
  task.scores_one_continuation = true;
  EXPECT_TRUE(DrawSheet(task, std::vector{continuation}, {}, 10, 1).empty());
}

}  // namespace
}  // namespace meval
