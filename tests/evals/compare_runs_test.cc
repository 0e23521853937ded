#include "evals/compare_runs.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/flags.h"
#include "metrics/mcnemar.h"
#include "metrics/numpy_random.h"
#include "metrics/sign_flip.h"
#include "tests/evals/outcome_builder.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::RunOf;
using testing::TaskOf;

CompareOptions Few() {
  CompareOptions options;
  options.pair.num_resamples = 1000;
  options.pair.num_trials = 1000;
  return options;
}

// n answers of which `right` are right; then the first `lost` are turned, and the last `won`.
std::vector<double> Answers(std::size_t n, std::size_t right) {
  std::vector<double> scores(n, 0);
  for (std::size_t i = 0; i < right; ++i) scores[i] = 1;
  return scores;
}
std::vector<double> Turned(std::vector<double> scores, std::size_t lost, std::size_t won) {
  for (std::size_t i = 0; i < lost; ++i) scores[i] = 0;
  for (std::size_t i = 0; i < won; ++i) scores[scores.size() - 1 - i] = 1;
  return scores;
}

Comparison Compare(const std::vector<std::vector<double>>& scores,
                   const CompareOptions& options = Few(), const std::string& unit = "fraction") {
  std::vector<RunOutcomes> runs;
  for (const auto& of_run : scores) {
    runs.push_back(RunOf("run" + std::to_string(runs.size()), {TaskOf("mmlu", of_run, unit)}));
  }
  return CompareRuns(runs, options);
}

Verdict VerdictOf(const std::vector<double>& baseline, const std::vector<double>& run,
                  const CompareOptions& options = Few()) {
  return Compare({baseline, run}, options).tasks[0].pairs[0].verdict;
}

TEST(CompareRuns, SayWhatAStatisticianWould) {
  const std::vector<double> base = Answers(2000, 1200);
  EXPECT_EQ(VerdictOf(base, base), Verdict::kIdentical);
  EXPECT_EQ(VerdictOf(base, Turned(base, 5, 6)), Verdict::kEquivalent);
  EXPECT_EQ(VerdictOf(base, Turned(base, 80, 20)), Verdict::kRegressed);
  EXPECT_EQ(VerdictOf(base, Turned(base, 20, 80)), Verdict::kImproved);
  EXPECT_EQ(VerdictOf(base, Turned(base, 100, 110)), Verdict::kInconclusive);
  // Twenty records can neither show a small difference nor that there is none.
  EXPECT_EQ(VerdictOf(Answers(20, 10), Turned(Answers(20, 10), 1, 0)), Verdict::kInconclusive);
}

TEST(CompareRuns, HoldEqualScoresFromOtherAnswersForNoIdentity) {
  std::vector<RunOutcomes> runs = {RunOf("a", {TaskOf("mmlu", Answers(30, 20))}),
                                   RunOf("b", {TaskOf("mmlu", Answers(30, 20))})};
  runs[1].tasks[0].records[7].answers_digest = "another";
  const PairComparison pair = CompareRuns(runs, Few()).tasks[0].pairs[0];
  EXPECT_EQ(pair.num_answers_changed, 1);
  EXPECT_EQ(pair.verdict, Verdict::kInconclusive);  // 30 records show little
  CompareOptions wide = Few();
  wide.margin = 15;
  EXPECT_EQ(CompareRuns(runs, wide).tasks[0].pairs[0].verdict, Verdict::kEquivalent);
}

TEST(CompareRuns, KeepNumbersAndIntervalsOfTheRuns) {
  std::vector<RunOutcomes> runs = {RunOf("a", {TaskOf("mmlu", Answers(30, 20))}),
                                   RunOf("b", {TaskOf("mmlu", Answers(30, 21))})};
  runs[0].numbers = {{"parameters", 1000}, {"training_samples", 5}};
  runs[1].numbers = {{"parameters", 2000}};
  MetricValue& score = runs[1].tasks[0].metrics[0].value;
  score.ci_low = 0.5;
  score.ci_high = 0.85;
  CompareOptions options = Few();
  options.against = "parameters";
  const Comparison comparison = CompareRuns(runs, options);
  EXPECT_EQ(comparison.against, "parameters");
  EXPECT_EQ(comparison.runs[0].numbers, runs[0].numbers);
  EXPECT_EQ(comparison.runs[1].numbers.at("parameters"), 2000);
  const auto& intervals = comparison.tasks[0].intervals;
  ASSERT_EQ(intervals.size(), 2U);
  EXPECT_FALSE(intervals[0]);
  ASSERT_TRUE(intervals[1]);
  EXPECT_EQ(intervals[1]->low, 0.5);
  EXPECT_EQ(intervals[1]->high, 0.85);
  // What a run says of its score does not hold for a part of its records.
  runs[0].tasks[0].records.pop_back();
  options.common = true;
  EXPECT_FALSE(CompareRuns(runs, options).tasks[0].intervals[1]);
}

TEST(CompareRuns, RefuseToPlotOverANumberThatARunLacks) {
  std::vector<RunOutcomes> runs = {RunOf("a", {TaskOf("mmlu", Answers(30, 20))}),
                                   RunOf("b", {TaskOf("mmlu", Answers(30, 21))})};
  runs[0].numbers = {{"training_samples", 5}};
  runs[1].numbers = {{"training_sample", 5}};
  CompareOptions options = Few();
  options.against = "training_samples";
  try {
    CompareRuns(runs, options);
    FAIL() << "b has no such number";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--against: b has no number \"training_samples\""));
    EXPECT_THAT(error.what(), HasSubstr("did you mean \"training_sample\""));
    EXPECT_THAT(error.what(), HasSubstr("run --number training_samples=VALUE"));
  }
  runs[1].numbers = {};
  EXPECT_THROW(CompareRuns(runs, options), UsageError);
}

TEST(CompareRuns, UseTheTestsOfRightAndWrong) {
  const std::vector<double> base = Answers(500, 300);
  const PairComparison pair = Compare({base, Turned(base, 20, 8)}).tasks[0].pairs[0];
  const PairedCounts counts = {
      .both_right = 280, .only_baseline = 20, .only_system = 8, .both_wrong = 192};
  EXPECT_EQ(pair.test, "exact McNemar");
  EXPECT_EQ(pair.p_value, ExactMcNemar(counts));
  EXPECT_EQ(*pair.ci_low, PairedDifferenceInterval(counts).low);
  EXPECT_EQ(*pair.inner_high, PairedDifferenceInterval(counts, 0.9).high);
  EXPECT_NEAR(pair.difference, -12.0 / 500, 1e-15);
  ASSERT_TRUE(pair.counts);
  EXPECT_EQ(pair.counts->both_right, 280);
  EXPECT_EQ(pair.num_scores_changed, 28);
  ASSERT_EQ(pair.flips.size(), 28U);
  EXPECT_EQ(pair.flips[0].system_score, 0);  // losses first
  EXPECT_EQ(pair.flips[27].system_score, 1);
  EXPECT_GT(*pair.minimum_detectable, 0.01);
}

TEST(CompareRuns, UseTheTestsOfGradedScores) {
  NumpyRandom random(3);
  std::vector<double> base;
  std::vector<double> better;
  std::vector<double> differences;
  for (int i = 0; i < 300; ++i) {
    base.push_back(100 * random.Random());
    better.push_back(std::min(100.0, base.back() + 6 * random.Random() - 2));
    differences.push_back(better.back() - base.back());
  }
  const PairComparison pair = Compare({base, better}, Few(), "percent").tasks[0].pairs[0];
  EXPECT_EQ(pair.test, "sign-flip randomisation");
  EXPECT_EQ(pair.p_value, SignFlipTest(differences, {.num_trials = 1000}));
  EXPECT_EQ(pair.interval_method, "bootstrap");
  EXPECT_LT(*pair.ci_low, pair.difference);
  EXPECT_LT(*pair.inner_high, *pair.ci_high);
  EXPECT_EQ(pair.verdict, Verdict::kImproved);
  EXPECT_FALSE(pair.counts);
}

TEST(CompareRuns, AreNotSureOfGradedScoresThatAllStayed) {
  std::vector<RunOutcomes> runs = {
      RunOf("a", {TaskOf("s", std::vector<double>(20, 31.5), "percent")}),
      RunOf("b", {TaskOf("s", std::vector<double>(20, 31.5), "percent")})};
  runs[1].tasks[0].records[0].answers_digest = "another";
  const PairComparison pair = CompareRuns(runs, Few()).tasks[0].pairs[0];
  EXPECT_EQ(pair.difference, 0);
  EXPECT_GT(*pair.ci_high, 10);  // of 100
  EXPECT_EQ(pair.verdict, Verdict::kInconclusive);
}

// Perplexities: exp of minus the mean of log-likelihoods, of rows {log-likelihood, tokens}.
TEST(CompareRuns, UseTheTestsOfCorpora) {
  NumpyRandom random(8);
  std::vector<RunOutcomes> runs;
  for (const double loss : {2.0, 2.05}) {
    TaskOutcomes task = TaskOf("wikitext2", std::vector<double>(60, 0));
    task.metrics[0].value.name = "word_perplexity";
    task.metrics[0].value.unit = "ppl";
    task.metrics[0].value.higher_is_better = false;
    task.metrics[0].aggregate = Aggregate::kPerplexity;
    NumpyRandom same(5);
    for (RecordOutcome& record : task.records) {
      const double tokens = 100 + 400 * same.Random();
      record.scores["word_perplexity"] = std::exp(loss);
      record.rows["word_perplexity"] = {-tokens * (loss + 0.1 * same.Random()), tokens};
      record.answers_digest += std::to_string(loss);
    }
    runs.push_back(RunOf("run", {task}));
  }
  const TaskComparison task = CompareRuns(runs, Few()).tasks[0];
  EXPECT_NEAR(task.scores[0], std::exp(2.05), 0.1);
  const PairComparison& pair = task.pairs[0];
  EXPECT_EQ(pair.test, "approximate randomisation");
  EXPECT_EQ(pair.p_value, 1.0 / 1001);
  EXPECT_GT(*pair.ci_low, 0);
  EXPECT_NEAR(pair.margin, task.scores[0] / 100, 1e-12);
  EXPECT_EQ(pair.verdict, Verdict::kRegressed);  // a higher perplexity is worse
  // Another cut of the same text: the records are the segments then.
  for (RecordOutcome& record : runs[1].tasks[0].records) {
    std::vector<double>& rows = record.rows["word_perplexity"];
    rows = {rows[0] / 2, rows[1] / 2, rows[0] / 2, rows[1] / 2};
  }
  EXPECT_NEAR(CompareRuns(runs, Few()).tasks[0].pairs[0].difference, pair.difference, 1e-9);
}

TEST(CompareRuns, AdjustPValuesOverTasksThatAreNotIdentical) {
  const std::vector<double> base = Answers(400, 240);
  const std::vector<TaskOutcomes> before = {TaskOf("a", base), TaskOf("b", base),
                                            TaskOf("c", base)};
  const std::vector<TaskOutcomes> after = {TaskOf("a", Turned(base, 12, 2)),
                                           TaskOf("b", Turned(base, 5, 5)), TaskOf("c", base)};
  const std::vector<RunOutcomes> runs = {RunOf("x", before), RunOf("y", after)};
  const Comparison comparison = CompareRuns(runs, Few());
  EXPECT_EQ(comparison.tasks[0].pairs[0].adjusted_p, 2 * comparison.tasks[0].pairs[0].p_value);
  EXPECT_EQ(comparison.tasks[1].pairs[0].adjusted_p, 1);
  EXPECT_EQ(comparison.tasks[2].pairs[0].verdict, Verdict::kIdentical);
}

TEST(CompareRuns, TakeMarginsByTaskInPoints) {
  const std::vector<double> base = Answers(2000, 1200);
  const std::vector<double> worse = Turned(base, 60, 30);
  CompareOptions options = Few();
  options.margin = 5;
  EXPECT_EQ(VerdictOf(base, worse, options), Verdict::kEquivalent);
  options.task_margins["mmlu"] = 0;
  EXPECT_EQ(VerdictOf(base, worse, options), Verdict::kRegressed);
  EXPECT_EQ(Compare({base, worse}, options).tasks[0].pairs[0].margin, 0);
  options.task_margins["mmul"] = 1;
  EXPECT_THROW(Compare({base, worse}, options), UsageError);
}

TEST(CompareRuns, MarkTheBestOfSeveral) {
  const std::vector<double> base = Answers(1000, 600);
  const Comparison comparison = Compare({base, Turned(base, 0, 50), Turned(base, 0, 45)});
  const TaskComparison& task = comparison.tasks[0];
  EXPECT_THAT(task.scores, ElementsAre(0.6, 0.65, 0.645));
  ASSERT_TRUE(task.best);
  EXPECT_EQ(task.best->run, 1U);
  EXPECT_EQ(task.best->runner_up, 2U);
  EXPECT_NEAR(task.best->difference, 0.005, 1e-12);
  EXPECT_NEAR(task.best->p_value, 2 / 32.0, 1e-12);  // five records, all one way
  EXPECT_EQ(task.pairs.size(), 2U);
  EXPECT_FALSE(Compare({base, base}).tasks[0].best);
}

TEST(CompareRuns, CompareSpeedsOfWholeRuns) {
  std::vector<RunOutcomes> runs = {RunOf("a", {TaskOf("mmlu", Answers(30, 20))}),
                                   RunOf("b", {TaskOf("mmlu", Answers(30, 20))})};
  EXPECT_FALSE(CompareRuns(runs, Few()).tasks[0].pairs[0].speed);
  runs[0].tasks[0].model_seconds = {10, 10.2, 9.8};
  runs[1].tasks[0].model_seconds = {5, 5.1, 4.9};
  const auto speed = CompareRuns(runs, Few()).tasks[0].pairs[0].speed;
  ASSERT_TRUE(speed);
  EXPECT_NEAR(speed->ratio, 2, 1e-9);
  EXPECT_LT(*speed->ci_low, 2);
  EXPECT_NEAR(speed->system_seconds, 5, 0.01);
  runs[1].tasks[0].records.pop_back();
  CompareOptions common = Few();
  common.common = true;
  EXPECT_FALSE(CompareRuns(runs, common).tasks[0].pairs[0].speed);
}

std::string Refusal(const std::vector<RunOutcomes>& runs, const CompareOptions& options = Few()) {
  try {
    CompareRuns(runs, options);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "not refused";
}

TEST(CompareRuns, RefuseScoresThatWereComputedOtherwise) {
  std::vector<RunOutcomes> runs = {RunOf("a", {TaskOf("mmlu", Answers(30, 20))}),
                                   RunOf("b", {TaskOf("mmlu", Answers(30, 20))})};
  std::string& signature = runs[1].tasks[0].metrics[0].value.signature;
  signature = "norm:chars|version:1";
  EXPECT_THAT(Refusal(runs), HasSubstr("acc was computed otherwise in a than in b: "
                                       "norm:none|version:1 and norm:chars|version:1"));
  signature = "norm:none|resampled:3 documents|resamples:1000|version:1";
  EXPECT_EQ(Refusal(runs), "not refused");
  runs[1].tasks[0].metrics[0].value.name = "acc_norm";
  EXPECT_THAT(Refusal(runs), HasSubstr("no metric in common"));
}

TEST(CompareRuns, JudgeAnotherMetricWhereTheMainOneIsNotEverywhere) {
  std::vector<RunOutcomes> runs = {RunOf("a", {TaskOf("mmlu", Answers(30, 20))}),
                                   RunOf("b", {TaskOf("mmlu", Answers(30, 20))})};
  ComparedMetric other = runs[0].tasks[0].metrics[0];
  other.value.name = "acc_norm";
  TaskOutcomes& first = runs[0].tasks[0];
  first.metrics.insert(first.metrics.begin(), other);
  for (RecordOutcome& record : first.records) record.scores["acc_norm"] = 1;
  const TaskComparison task = CompareRuns(runs, Few()).tasks[0];
  EXPECT_EQ(task.metric, "acc");
  EXPECT_THAT(task.notes, ElementsAre(HasSubstr("not every run has acc_norm")));
  CompareOptions options = Few();
  options.metrics["mmlu"] = "acc_norm";
  EXPECT_THAT(Refusal(runs, options), HasSubstr("--metric: mmlu: expected a metric of every run"));
  options.metrics["mmlu"] = "acc";
  EXPECT_TRUE(CompareRuns(runs, options).tasks[0].notes.empty());
}

TEST(CompareRuns, SayWhatIsNotCompared) {
  std::vector<RunOutcomes> runs = {
      RunOf("a", {TaskOf("mmlu", Answers(30, 20))}),
      RunOf("b", {TaskOf("mmlu", Answers(30, 20)), TaskOf("gsm8k", Answers(9, 3))})};
  runs[0].is_demonstration_model = runs[1].is_demonstration_model = true;
  runs[0].model = "random:tiny";
  runs[1].model = "tiny";
  runs[0].machine = "one";
  runs[1].machine = "another";
  runs[1].tasks[0].settings["temperature"] = "0.7";
  runs[0].tasks[0].settings["temperature"] = "0";
  runs[0].tasks[0].is_demonstration = true;
  const Comparison comparison = CompareRuns(runs, Few());
  EXPECT_EQ(comparison.tasks.size(), 1U);
  EXPECT_THAT(
      comparison.notes,
      ElementsAre(HasSubstr("a: random weights, whose scores mean nothing"),
                  HasSubstr("b: the shipped model"), HasSubstr("a ran on one and b on another"),
                  HasSubstr("not in a, so not compared: gsm8k")));
  EXPECT_THAT(comparison.tasks[0].notes,
              ElementsAre(HasSubstr("shipped sample records"),
                          HasSubstr("temperature is 0 in a and 0.7 in b")));
  EXPECT_THAT(Refusal({runs[1], runs[0]}), HasSubstr("a has no task \"gsm8k\""));
  CompareOptions options = Few();
  options.tasks = {"mmlu"};
  EXPECT_EQ(Refusal({runs[1], runs[0]}, options), "not refused");
}

TEST(Gate, FailsOnWhatItIsToldTo) {
  const std::vector<double> base = Answers(2000, 1200);
  const Comparison regressed = Compare({base, Turned(base, 80, 20)});
  const Comparison inconclusive = Compare({base, Turned(base, 100, 110)});
  EXPECT_TRUE(Passes({.is_on = false}, regressed));
  EXPECT_FALSE(Passes({.is_on = true}, regressed));
  EXPECT_TRUE(Passes({.is_on = true}, inconclusive));
  EXPECT_FALSE(Passes({.is_on = true, .fail_on = "inconclusive"}, inconclusive));
  EXPECT_TRUE(Passes({.is_on = true, .fail_on = "inconclusive"}, Compare({base, base})));
}

}  // namespace
}  // namespace meval
