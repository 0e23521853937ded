#include "evals/aggregate_task.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/evals/eval_fixture.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using testing::FindMetric;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kZ = 1.959963984540054;

constexpr char kChoiceTask[] = R"({
  "task": "mine",
  "title": "Mine",
  "request": "loglikelihood",
  "data": { "test": { "files": ["mine.jsonl"], "records": 9 } },
  "question": "{question}",
  "choices": ["{a}", "{b}"],
  "gold": { "index": "{label}" },
  "group_by": "{group}",
  "scores": ["acc"],
  "categories": { "letters": ["a", "b"], "digits": ["1"] },
  "published": {
    "Some-Model": [
      { "score": "acc", "value": 60.1, "shots": 5, "variant": "5-shot", "source": "A paper" },
      { "score": "acc", "value": 55.5, "shots": 0, "variant": "0-shot", "source": "A paper" }
    ]
  }
})";

constexpr char kTextTask[] = R"({
  "task": "mine",
  "title": "Mine",
  "request": "generation",
  "data": { "test": { "files": ["mine.jsonl"] } },
  "question": "{question}",
  "references": ["{answer}"],
  "generation": { "until": ["\n"] },
  "scores": [{ "name": "rougeL", "headline": true }, "bleu"]
})";

// A plan and an outcome made by hand: what AggregateTask sees and nothing else.
struct AggregateTest : ::testing::Test {
  void Use(const char* json) {
    task.emplace(Task::Parse(json, "mine.json"));
    plan.task = &*task;
    plan.data = &data;
    plan.generation = task->definition().generation;
  }
  // A scored sample with one metric.
  SampleResult& Add(const std::string& group, double value, const std::string& metric = "acc") {
    SampleResult sample;
    sample.group = group;
    sample.metrics[metric] = value;
    data.documents.emplace_back();
    plan.selected.push_back(plan.selected.size());
    outcome.samples.push_back(std::move(sample));
    return outcome.samples.back();
  }
  TaskResult Aggregate() const { return AggregateTask(plan, outcome); }
  static const MetricValue& Of(const TaskResult& result, const std::string& subset) {
    for (const SubsetResult& candidate : result.subsets) {
      if (candidate.name == subset) return candidate.metrics.at(0);
    }
    throw std::logic_error("no subset " + subset);
  }
  // Three groups: a 1 1 0 1, b 0 1, 1: 0 0 1.
  void AddGroups() {
    for (const double value : {1, 1, 0, 1}) Add("a", value);
    for (const double value : {0, 1}) Add("b", value);
    for (const double value : {0, 0, 1}) Add("1", value);
  }

  std::optional<Task> task;
  TaskData data;
  EvalPlan plan;
  EvalOutcome outcome;
};

TEST_F(AggregateTest, AMeanOfZerosAndOnesHasWilsonsInterval) {
  Use(kChoiceTask);
  for (const double value : {1, 1, 0, 1}) Add("", value);
  const MetricValue acc = Aggregate().metrics.at(0);
  EXPECT_EQ(acc.name, "acc");
  EXPECT_EQ(acc.value, 0.75);
  EXPECT_EQ(acc.n, 4);
  EXPECT_EQ(acc.unit, "fraction");
  EXPECT_TRUE(acc.is_headline);
  // Deviations 1/4, 1/4, -3/4, 1/4: variance 0.75 / 3, standard error sqrt(0.25 / 4).
  EXPECT_NEAR(acc.standard_error.value(), 0.25, 1e-15);
  EXPECT_EQ(acc.standard_error_method, "sample");
  EXPECT_EQ(acc.ci_method, "wilson");
  // (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n) with p = 3/4, n = 4.
  const double centre = (0.75 + kZ * kZ / 8) / (1 + kZ * kZ / 4);
  const double half = kZ * std::sqrt(0.1875 / 4 + kZ * kZ / 64) / (1 + kZ * kZ / 4);
  EXPECT_NEAR(acc.ci_low.value(), centre - half, 1e-12);
  EXPECT_NEAR(acc.ci_high.value(), centre + half, 1e-12);
}

TEST_F(AggregateTest, OtherMeansHaveTheNormalInterval) {
  Use(kTextTask);
  for (const double value : {10.0, 20.0, 60.0}) {
    SampleResult& sample = Add("", value, "rougeL");
    sample.references = {"a"};
    sample.completions.resize(1);
    sample.completions[0].extracted["prediction"] = "a";
  }
  const MetricValue rouge = FindMetric(Aggregate().metrics, "rougeL");
  EXPECT_EQ(rouge.value, 30);
  EXPECT_EQ(rouge.unit, "percent");
  // Variance (400 + 100 + 900) / 2 = 700.
  const double error = std::sqrt(700.0 / 3);
  EXPECT_NEAR(rouge.standard_error.value(), error, 1e-12);
  EXPECT_EQ(rouge.ci_method, "normal");
  EXPECT_NEAR(rouge.ci_low.value(), 30 - kZ * error, 1e-9);
  EXPECT_NEAR(rouge.ci_high.value(), 30 + kZ * error, 1e-9);
}

TEST_F(AggregateTest, OneDocumentHasNoStandardError) {
  Use(kChoiceTask);
  Add("", 1);
  const MetricValue acc = Aggregate().metrics.at(0);
  EXPECT_EQ(acc.value, 1);
  EXPECT_EQ(acc.n, 1);
  EXPECT_FALSE(acc.standard_error.has_value());
  EXPECT_EQ(acc.standard_error_method, "");
  EXPECT_EQ(acc.ci_method, "wilson");  // which holds for one document too
}

TEST_F(AggregateTest, OneTextHasNoErrorAtAll) {
  Use(kTextTask);
  SampleResult& sample = Add("", 12.5, "rougeL");
  sample.references = {"one two three four"};
  sample.completions.resize(1);
  sample.completions[0].extracted["prediction"] = "one two three four";
  const TaskResult result = Aggregate();
  for (const MetricValue& metric : result.metrics) {
    EXPECT_FALSE(metric.standard_error.has_value()) << metric.name;
    EXPECT_FALSE(metric.ci_low.has_value()) << metric.name;
    EXPECT_EQ(metric.ci_method, "") << metric.name;
  }
}

TEST_F(AggregateTest, BleuIsOfTheCorpusWithABootstrapError) {
  Use(kTextTask);
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"the cat sat on the mat", "the cat sat on the mat"},
      {"a dog ran in the park today", "a dog ran to the park today"},
      {"birds sing at dawn in may", "birds sang at dawn"},
      {"nothing in common here at all", "quite another sentence altogether"}};
  for (const auto& [prediction, reference] : pairs) {
    SampleResult& sample = Add("", 0, "rougeL");
    sample.references = {reference};
    sample.completions.resize(1);
    sample.completions[0].extracted["prediction"] = prediction;
  }
  const MetricValue bleu = FindMetric(Aggregate().metrics, "bleu");
  EXPECT_EQ(bleu.unit, "percent");
  EXPECT_EQ(bleu.n, 4);
  EXPECT_EQ(bleu.standard_error_method, "bootstrap");
  EXPECT_EQ(bleu.ci_method, "bootstrap");
  EXPECT_GT(bleu.standard_error.value(), 0);
  EXPECT_GE(bleu.ci_low.value(), 0);
  EXPECT_LE(bleu.ci_high.value(), 100);
  EXPECT_THAT(bleu.signature, HasSubstr("tok:13a"));
  // Matches of orders 1 to 4: 6+6+3, 5+4+1, 4+2, 3 of 25, 21, 17, 13; 25 tokens stand against 21:
  // no brevity penalty.
  const double expected = 100 * std::pow(15.0 / 25 * (10.0 / 21) * (6.0 / 17) * (3.0 / 13), 0.25);
  EXPECT_NEAR(bleu.value, expected, 1e-9);
}

TEST_F(AggregateTest, MicroWeighsDocumentsAndMacroGroups) {
  Use(kChoiceTask);
  AddGroups();
  const TaskResult result = Aggregate();
  EXPECT_NEAR(result.metrics.at(0).value, 5.0 / 9, 1e-15);
  EXPECT_EQ(Of(result, "a").value, 0.75);
  EXPECT_EQ(Of(result, "b").value, 0.5);
  EXPECT_NEAR(Of(result, "1").value, 1.0 / 3, 1e-15);
  EXPECT_NEAR(Of(result, "micro").value, 5.0 / 9, 1e-15);
  EXPECT_NEAR(Of(result, "macro").value, (0.75 + 0.5 + 1.0 / 3) / 3, 1e-15);
  EXPECT_EQ(Of(result, "micro").n, 9);
  EXPECT_NEAR(Of(result, "letters").value, 4.0 / 6, 1e-15);
  EXPECT_NEAR(Of(result, "digits").value, 1.0 / 3, 1e-15);
  std::vector<std::string> kinds;
  for (const SubsetResult& subset : result.subsets) kinds.push_back(subset.kind);
  EXPECT_THAT(kinds,
              ElementsAre("micro", "macro", "category", "category", "group", "group", "group"));
}

TEST_F(AggregateTest, WarnsOfAnotherSetOfTheSameSize) {
  Use(kChoiceTask);
  AddGroups();
  data.data_digest = "0123456789abcdef0123";
  data.has_known_digest = true;
  data.exemplars_have_known_digest = true;
  EXPECT_THAT(Aggregate().warnings, ::testing::IsEmpty());
  data.has_known_digest = false;
  data.exemplars_have_known_digest = false;
  EXPECT_THAT(Aggregate().warnings,
              ElementsAre(HasSubstr("not, byte for byte, those this task was checked with (data "
                                    "0123456789abcdef)"),
                          HasSubstr("the exemplars are not, byte for byte")));
  plan.is_demonstration = true;
  EXPECT_THAT(Aggregate().warnings, ::testing::IsEmpty());
}

TEST_F(AggregateTest, WarnsOfSamplesThatAreAllTheSame) {
  Use(kTextTask);
  plan.generation.num_samples = 3;
  EXPECT_THAT(Aggregate().warnings, ElementsAre(HasSubstr("3 samples at temperature 0")));
  plan.generation.temperature = 0.5;
  EXPECT_THAT(Aggregate().warnings, ::testing::IsEmpty());
}

TEST_F(AggregateTest, SlicesStandBetweenMeansAndGroups) {
  Use(kChoiceTask);
  AddGroups();
  for (std::size_t i = 0; i < 4; ++i) {
    outcome.samples[i].slices = {{"level", i < 3 ? "1" : "2"}, {"source", "exam"}};
  }
  const TaskResult result = Aggregate();
  EXPECT_NEAR(Of(result, "level 1").value, 2.0 / 3, 1e-15);
  EXPECT_EQ(Of(result, "level 2").value, 1);
  EXPECT_EQ(Of(result, "level 2").n, 1);
  EXPECT_EQ(Of(result, "source exam").value, 0.75);
  std::vector<std::string> kinds;
  for (const SubsetResult& subset : result.subsets) kinds.push_back(subset.kind);
  EXPECT_THAT(kinds, ElementsAre("micro", "macro", "category", "category", "slice", "slice",
                                 "slice", "group", "group", "group"));
}

TEST_F(AggregateTest, AGroupOfGroupsHasThePooledError) {
  Use(kChoiceTask);
  AddGroups();
  const TaskResult result = Aggregate();
  // se^2: a 1/16, b (1/2) / 2 = 1/4, 1: (1/3) / 3 = 1/9.
  // sqrt(sum((n - 1) n se^2) / (N - groups) / N).
  const double a = 3 * 4.0 / 16;
  const double b = 1 * 2.0 / 4;
  const double one = 2 * 3.0 / 9;
  const MetricValue& micro = Of(result, "micro");
  EXPECT_NEAR(micro.standard_error.value(), std::sqrt((a + b + one) / 6 / 9), 1e-15);
  EXPECT_EQ(micro.standard_error_method, "pooled");
  const MetricValue& letters = Of(result, "letters");
  EXPECT_NEAR(letters.standard_error.value(), std::sqrt((a + b) / 4 / 6), 1e-15);
  EXPECT_EQ(letters.ci_method, "normal");
  EXPECT_GE(letters.ci_low.value(), 0);
  EXPECT_LE(letters.ci_high.value(), 1);
}

TEST_F(AggregateTest, AGroupOfOneDocumentLeavesThePooledErrorOut) {
  Use(kChoiceTask);
  AddGroups();
  Add("c", 1);
  const TaskResult result = Aggregate();
  EXPECT_FALSE(Of(result, "c").standard_error.has_value());
  EXPECT_FALSE(Of(result, "micro").standard_error.has_value());
  EXPECT_FALSE(Of(result, "micro").ci_low.has_value());
  EXPECT_TRUE(Of(result, "letters").standard_error.has_value());
}

TEST_F(AggregateTest, SamplesWithoutGroupsHaveNoSubsets) {
  Use(kChoiceTask);
  Add("", 1);
  Add("", 0);
  EXPECT_THAT(Aggregate().subsets, IsEmpty());
}

TEST_F(AggregateTest, UnscoredSamplesAreNotZeros) {
  Use(kChoiceTask);
  Add("", 1);
  Add("", 1);
  Add("", 0).scored = false;
  const TaskResult result = Aggregate();
  EXPECT_EQ(result.metrics.at(0).value, 1);
  EXPECT_EQ(result.metrics.at(0).n, 2);
  EXPECT_EQ(result.num_documents, 3);
  for (SampleResult& sample : outcome.samples) sample.scored = false;
  EXPECT_THAT(Aggregate().metrics, IsEmpty());
  EXPECT_THAT(Aggregate().subsets, IsEmpty());
}

TEST_F(AggregateTest, PublishedScoresStandBesideTheSameShotsAndTheWholeSetOnly) {
  Use(kChoiceTask);
  AddGroups();  // nine, as the task expects
  plan.shots = 5;
  const TaskResult five = Aggregate();
  ASSERT_EQ(five.published.size(), 1U);
  EXPECT_EQ(five.published[0].model, "Some-Model");
  EXPECT_EQ(five.published[0].variant, "5-shot");
  EXPECT_EQ(five.published[0].metric, "acc");
  EXPECT_EQ(five.published[0].value, 60.1);
  plan.shots = 0;
  EXPECT_EQ(Aggregate().published.at(0).value, 55.5);
  plan.shots = 1;
  EXPECT_THAT(Aggregate().published, IsEmpty());

  plan.shots = 5;
  plan.is_demonstration = true;
  EXPECT_THAT(Aggregate().published, IsEmpty());
  plan.is_demonstration = false;
  data.documents.emplace_back();  // nine of ten
  EXPECT_THAT(Aggregate().published, IsEmpty());
  data.documents.resize(8);  // a set of eight, complete, is not the benchmark's
  plan.selected.resize(8);
  outcome.samples.resize(8);
  EXPECT_THAT(Aggregate().published, IsEmpty());
}

TEST_F(AggregateTest, PublishedVotesStandBesideTheSameNumberOfVotesOnly) {
  RunOptions options = testing::SampleRun("gsm8k_cot_maj8");
  options.limit = 1;
  const PlannedTasks planned(options);
  plan = planned.plans().at(0);
  TaskData whole = *plan.data;
  whole.documents.assign(1319, plan.data->documents.front());
  plan.data = &whole;
  plan.selected.assign(1319, 0);
  plan.is_demonstration = false;
  EXPECT_EQ(Aggregate().published.size(), 2U);
  plan.generation.num_samples = 4;
  EXPECT_THAT(Aggregate().published, IsEmpty());
}

TEST_F(AggregateTest, SaysWhereTheRecordsCameFrom) {
  Use(kChoiceTask);
  Add("", 1);
  data.files = {{"test", "/d/mine.jsonl", 1, "abc", "plain"}};
  data.data_digest = "d1";
  data.exemplar_digest = "d2";
  data.duplicate_questions = 3;
  data.warnings = {"careful"};
  outcome.prompt_digest = "d3";
  outcome.counters.boundary_merges = 7;
  TaskResult result = Aggregate();
  ASSERT_EQ(result.inputs.size(), 1U);
  EXPECT_EQ(result.inputs[0].path, "/d/mine.jsonl");
  EXPECT_EQ(result.inputs[0].sha256, "abc");
  EXPECT_EQ(result.data_digest, "d1");
  EXPECT_EQ(result.exemplar_digest, "d2");
  EXPECT_EQ(result.prompt_digest, "d3");
  EXPECT_EQ(result.definition_digest, plan.definition().digest);
  EXPECT_EQ(result.counters.duplicate_questions, 3);
  EXPECT_EQ(result.counters.boundary_merges, 7);
  EXPECT_THAT(result.warnings, ElementsAre("careful"));
}

}  // namespace
}  // namespace meval
