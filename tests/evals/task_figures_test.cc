#include "evals/task_figures.h"

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/aggregate.h"
#include "metrics/calibration.h"
#include "reports/summary.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;

// Log-probabilities so that the likeliest of two choices has `probability`.
SampleResult Choice(double probability, std::size_t likeliest, std::int64_t gold) {
  SampleResult sample;
  sample.choices = {{"A", std::log(1 - probability), 1, false},
                    {"B", std::log(1 - probability), 1, false}};
  sample.choices[likeliest].logprob = std::log(probability);
  sample.gold = {gold};
  return sample;
}

SampleResult Completion(std::int64_t num_tokens, const std::string& stop_reason) {
  SampleResult sample;
  sample.completions = {{"text", stop_reason, num_tokens, {}}};
  return sample;
}

MetricValue Accuracy(double value) {
  MetricValue metric;
  metric.name = "acc";
  metric.value = value;
  metric.ci_low = value - 0.1;
  metric.ci_high = value + 0.1;
  metric.n = 10;
  metric.is_headline = true;
  return metric;
}

TaskResult Task() {
  TaskResult task;
  task.task = "mmlu";
  task.metrics = {Accuracy(0.5)};
  return task;
}

const Figure* Find(const std::vector<Figure>& figures, const std::string& name) {
  for (const Figure& figure : figures) {
    if (figure.name == name) return &figure;
  }
  return nullptr;
}

TEST(TaskFigures, CalibrationPutsEachChoiceIntoItsBin) {
  const std::vector<SampleResult> samples = {Choice(0.75, 0, 0), Choice(0.78, 1, 0),
                                             Choice(0.72, 1, 1), Choice(0.95, 0, 0)};
  const std::vector<Figure> figures = TaskFigures(Task(), samples);
  const Figure* figure = Find(figures, "calibration");
  ASSERT_NE(figure, nullptr);
  ASSERT_EQ(figure->labels.size(), 10U);
  EXPECT_EQ(figure->labels[7], "70\u201380 (n = 3)");
  const FigureSeries& right = figure->series[0];
  const FigureSeries& expected = figure->series[1];
  EXPECT_NEAR(*right.values[7], 200.0 / 3, 1e-9);
  EXPECT_NEAR(*expected.values[7], 75, 1e-9);
  EXPECT_NEAR(*right.low[7], 100 * WilsonInterval(2.0 / 3, 3).low, 1e-9);
  EXPECT_NEAR(*right.values[9], 100, 1e-9);
  EXPECT_FALSE(right.values[0].has_value());
  const std::vector<Forecast> forecasts = {{0.75, true}, {0.78, false}, {0.72, true}, {0.95, true}};
  EXPECT_THAT(figure->caption, HasSubstr(Fixed(ExpectedCalibrationError(forecasts, 10), 4)));
}

TEST(TaskFigures, ChoiceBiasCountsWhatIsRightAndWhatIsChosen) {
  const std::vector<SampleResult> samples = {Choice(0.7, 0, 0), Choice(0.7, 0, 1),
                                             Choice(0.7, 0, 1), Choice(0.7, 1, 1)};
  const std::vector<Figure> figures = TaskFigures(Task(), samples);
  const Figure* figure = Find(figures, "choices");
  ASSERT_NE(figure, nullptr);
  EXPECT_THAT(figure->labels, ElementsAre("A", "B"));
  EXPECT_THAT(figure->series[0].values, ElementsAre(Optional(25.0), Optional(75.0)));
  EXPECT_THAT(figure->series[1].values, ElementsAre(Optional(75.0), Optional(25.0)));
}

TEST(TaskFigures, ChoicesThatAreTextsHavePlaces) {
  std::vector<SampleResult> samples = {Choice(0.7, 0, 0), Choice(0.7, 0, 1)};
  samples[1].choices[1].text = "a whole sentence";
  const std::vector<Figure> figures = TaskFigures(Task(), samples);
  EXPECT_THAT(Find(figures, "choices")->labels, ElementsAre("A", "2"));
}

TaskResult Classification() {
  TaskResult task = Task();
  task.metrics.push_back(Accuracy(0.5));
  task.metrics.back().name = "macro_f1";
  return task;
}

TEST(TaskFigures, ConfusionCountsGivenLabelsForEachRightOne) {
  const std::vector<SampleResult> samples = {Choice(0.7, 0, 0), Choice(0.7, 1, 0),
                                             Choice(0.7, 1, 0)};
  EXPECT_EQ(Find(TaskFigures(Task(), samples), "confusion"), nullptr);
  const std::vector<Figure> figures = TaskFigures(Classification(), samples);
  const Figure* figure = Find(figures, "confusion");
  ASSERT_NE(figure, nullptr);
  EXPECT_EQ(figure->kind, FigureKind::kTable);
  EXPECT_THAT(figure->labels, ElementsAre("A"));  // B is right nowhere
  ASSERT_EQ(figure->series.size(), 2U);
  EXPECT_EQ(figure->series[1].name, "B");
  EXPECT_THAT(figure->series[0].values, ElementsAre(Optional(1.0)));
  EXPECT_THAT(figure->series[1].values, ElementsAre(Optional(2.0)));
}

TEST(TaskFigures, ConfusionOfTextsTakesWhatWasReadFromThem) {
  std::vector<SampleResult> samples(3, Completion(3, "stop"));
  const char* const given[] = {"cars", "[invalid]", "space"};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i].references = {i < 2 ? "cars" : "space"};
    samples[i].completions[0].extracted["macro_f1"] = given[i];
  }
  samples.push_back(samples[0]);
  samples.back().scored = false;
  const std::vector<Figure> figures = TaskFigures(Classification(), samples);
  const Figure* figure = Find(figures, "confusion");
  ASSERT_NE(figure, nullptr);
  EXPECT_THAT(figure->labels, ElementsAre("cars", "space"));
  ASSERT_EQ(figure->series.size(), 3U);
  EXPECT_EQ(figure->series[0].name, "[invalid]");
  EXPECT_THAT(figure->series[0].values, ElementsAre(Optional(1.0), Optional(0.0)));
  EXPECT_THAT(figure->series[1].values, ElementsAre(Optional(1.0), Optional(0.0)));
  EXPECT_THAT(figure->series[2].values, ElementsAre(Optional(0.0), Optional(1.0)));
}

TEST(TaskFigures, LengthsAndStopsCountEveryCompletion) {
  const std::vector<SampleResult> samples = {Completion(0, "eos"), Completion(3, "stop"),
                                             Completion(64, "length"), Completion(65, "length")};
  const std::vector<Figure> figures = TaskFigures(Task(), samples);
  const Figure* stops = Find(figures, "stops");
  ASSERT_NE(stops, nullptr);
  EXPECT_THAT(stops->series[0].values, ElementsAre(Optional(1.0), Optional(1.0), Optional(2.0)));
  const Figure* lengths = Find(figures, "lengths");
  ASSERT_NE(lengths, nullptr);
  EXPECT_LE(lengths->labels.size(), 32U);
  double sum = 0;
  for (const FigureSeries& series : lengths->series) {
    ASSERT_EQ(series.values.size(), lengths->labels.size());
    for (const std::optional<double>& value : series.values) sum += *value;
  }
  EXPECT_EQ(sum, 4);
  // Bins of five: 60 to 64 and 65 to 69 hold one each.
  EXPECT_EQ(*lengths->series[2].values.back(), 1);
  EXPECT_EQ(**(lengths->series[2].values.end() - 2), 1);
}

TEST(TaskFigures, SubsetsStandBestFirst) {
  TaskResult task = Task();
  task.subsets = {{"law", "group", 10, {Accuracy(0.25)}},
                  {"anatomy", "group", 10, {Accuracy(0.75)}},
                  {"micro", "micro", 20, {Accuracy(0.5)}}};
  const std::vector<Figure> figures = TaskFigures(task, {});
  const Figure* groups = Find(figures, "groups");
  ASSERT_NE(groups, nullptr);
  EXPECT_THAT(groups->labels, ElementsAre("anatomy (n = 10)", "law (n = 10)"));
  EXPECT_THAT(groups->series[0].values, ElementsAre(Optional(75.0), Optional(25.0)));
  EXPECT_THAT(Find(figures, "categories")->labels, ElementsAre("micro (n = 20)"));
}

TEST(TaskFigures, AreNoneWithoutAnythingToShow) {
  EXPECT_THAT(TaskFigures(Task(), {}), IsEmpty());
  SampleResult unscored = Choice(0.7, 0, 0);
  unscored.scored = false;
  EXPECT_THAT(TaskFigures(Task(), {&unscored, 1}), IsEmpty());
}

TEST(TaskFigures, TextsFallIntoBinsOfBitsPerByte) {
  SampleResult text;
  text.rolling = RollingResult{-std::log(2.0) * 2.15 * 100, 20, 100, 30, {}};
  const std::vector<SampleResult> samples = {text, text};
  const std::vector<Figure> figures = TaskFigures(Task(), samples);
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_EQ(figures[0].name, "bits");
  EXPECT_THAT(figures[0].labels, ElementsAre("2.1"));
  EXPECT_THAT(figures[0].series[0].values, ElementsAre(Optional(2.0)));
}

TEST(RunFigures, StandBesidePublishedScores) {
  RunReport run;
  run.tasks = {Task(), Task()};
  run.tasks[1].task = "hellaswag";
  run.tasks[1].published = {{"Mistral-7B-v0.1", "5-shot", "acc", 62.5, "a paper"}};
  MetricValue perplexity = Accuracy(12);
  perplexity.unit = "ppl";
  run.tasks.push_back(Task());
  run.tasks[2].metrics = {perplexity};
  const std::vector<Figure> figures = RunFigures(run);
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_THAT(figures[0].labels, ElementsAre("mmlu acc", "hellaswag acc"));
  ASSERT_EQ(figures[0].series.size(), 2U);
  EXPECT_THAT(figures[0].series[1].values, ElementsAre(std::nullopt, Optional(62.5)));
}

}  // namespace
}  // namespace meval
