#include "evals/aggregate_groups.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

MetricValue Score(const std::string& name, double value, double error, std::int64_t n,
                  const std::string& unit = "fraction") {
  MetricValue metric;
  metric.name = name;
  metric.value = value;
  metric.standard_error = error;
  metric.n = n;
  metric.unit = unit;
  return metric;
}

TaskResult Result(const std::string& name, std::vector<MetricValue> metrics) {
  TaskResult result;
  result.task = name;
  result.metrics = std::move(metrics);
  result.metrics.front().is_headline = true;
  result.num_documents = result.num_documents_total = result.metrics.front().n;
  return result;
}

TaskGroup Pair() {
  TaskGroup group;
  group.name = "pair";
  group.title = "Two of them";
  group.members = {{"one", "", ""}, {"two", "acc_norm", ""}};
  group.has_mean = true;
  return group;
}

std::vector<TaskResult> TwoResults() {
  return {Result("one", {Score("acc", 0.5, 0.03, 100)}),
          Result("two", {Score("acc", 0.1, 0.01, 300), Score("acc_norm", 0.9, 0.04, 300)})};
}

TEST(AggregateGroups, WeighsTasksAlikeInTheMacroMeanAndDocumentsInTheMicroMean) {
  const auto results = AggregateGroups(std::vector{Pair()}, TwoResults());
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_THAT(results[0].members, ElementsAre("one acc", "two acc_norm"));
  ASSERT_THAT(results[0].metrics, SizeIs(2));
  const MetricValue& macro = results[0].metrics[0];
  EXPECT_EQ(macro.name, "macro");
  EXPECT_TRUE(macro.is_headline);
  EXPECT_DOUBLE_EQ(macro.value, 0.7);
  EXPECT_DOUBLE_EQ(*macro.standard_error, 0.025);  // sqrt(0.03^2 + 0.04^2) / 2
  EXPECT_EQ(macro.standard_error_method, "independent");
  EXPECT_EQ(macro.n, 400);
  const MetricValue& micro = results[0].metrics[1];
  EXPECT_DOUBLE_EQ(micro.value, (0.5 * 100 + 0.9 * 300) / 400);
  // The reference's formula, written out.
  const double pooled =
      std::sqrt((99.0 * 100 * 0.03 * 0.03 + 299.0 * 300 * 0.04 * 0.04) / (400 - 2) / 400);
  EXPECT_NEAR(*micro.standard_error, pooled, 1e-15);
}

TEST(AggregateGroups, TakesPercentsAsFractionsAndSubsetsByName) {
  TaskGroup group = Pair();
  group.members = {{"one", "acc", "macro"}, {"two", "", ""}};
  std::vector<TaskResult> tasks = {Result("one", {Score("acc", 0.9, 0.1, 10)}),
                                   Result("two", {Score("rougeL", 30, 2, 10, "percent")})};
  tasks[0].subsets = {{"macro", "macro", 10, {Score("acc", 0.5, 0.1, 10)}}};
  const auto results = AggregateGroups(std::vector{group}, tasks);
  ASSERT_THAT(results[0].metrics, SizeIs(2));
  EXPECT_DOUBLE_EQ(results[0].metrics[0].value, 0.4);
  EXPECT_THAT(results[0].members, ElementsAre("one acc, macro", "two rougeL"));
}

TEST(AggregateGroups, HasNoMeanWhileAMemberHasNoShareOfSomething) {
  std::vector<TaskResult> tasks = {TwoResults()[0]};
  EXPECT_THAT(AggregateGroups(std::vector{Pair()}, tasks)[0].metrics, IsEmpty());
  tasks.push_back(Result("two", {Score("acc_norm", 12, 1, 5, "ppl")}));
  EXPECT_THAT(AggregateGroups(std::vector{Pair()}, tasks)[0].metrics, IsEmpty());
  TaskGroup unpooled = Pair();
  unpooled.has_mean = false;
  EXPECT_THAT(AggregateGroups(std::vector{unpooled}, TwoResults())[0].metrics, IsEmpty());
}

TaskGroup WithTable() {
  TaskGroup group = Pair();
  group.published = {"Table", "Model", "Paper", {}};
  group.published->rows = {{"One", "one", "acc", 60.1, 5, "5-shot"},
                           {"Two", "two", "acc_norm", 81.3, 0, "0-shot"},
                           {"Three", "three", "acc", 50, 0, "0-shot"},
                           {"Code", "", "", 30.5, 0, "0-shot"}};
  return group;
}

TEST(AggregateGroups, SetsOurScoresBesideThePublishedOnesAndSaysWhyTheyDoNotCompare) {
  std::vector<TaskResult> tasks = TwoResults();
  tasks[0].shots = 5;
  tasks[0].published = {{"Model", "5-shot", "acc", 60.1, "Paper"}};
  tasks[1].num_documents_total = 10042;
  const auto results = AggregateGroups(std::vector{WithTable()}, tasks);
  ASSERT_TRUE(results[0].published);
  const auto& rows = results[0].published->rows;
  ASSERT_THAT(rows, SizeIs(4));
  EXPECT_DOUBLE_EQ(*rows[0].value, 50);
  EXPECT_DOUBLE_EQ(*rows[0].standard_error, 3);
  EXPECT_EQ(rows[0].note, "");  // they compare
  EXPECT_EQ(rows[0].published, 60.1);
  EXPECT_DOUBLE_EQ(*rows[1].value, 90);
  EXPECT_EQ(rows[1].note, "here 300 of 10042 documents");
  EXPECT_FALSE(rows[2].value);
  EXPECT_EQ(rows[2].note, "not run");
  EXPECT_FALSE(rows[3].value);
  EXPECT_EQ(rows[3].note, "no task here");
}

TEST(AggregateGroups, NamesOtherShotsAndSampleRecords) {
  std::vector<TaskResult> tasks = TwoResults();
  tasks[0].shots = 0;
  tasks[1].is_demonstration = true;
  const auto results = AggregateGroups(std::vector{WithTable()}, tasks);
  EXPECT_EQ(results[0].published->rows[0].note, "here 0-shot");
  EXPECT_EQ(results[0].published->rows[1].note, "here the shipped sample records");
}

}  // namespace
}  // namespace meval
