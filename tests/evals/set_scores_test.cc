// Scores of a set that is more, or other, than a mean over documents; and scores of the catalogue.

#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/aggregate_samples.h"
#include "evals/score_choices.h"
#include "evals/score_completions.h"
#include "metrics/chrf.h"
#include "tasks/task.h"

namespace meval {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;

TaskDefinition Choosing(const std::string& scores) {
  return Task::Parse(R"({"task": "t", "title": "t", "request": "loglikelihood",
      "data": {"test": {"files": "x.jsonl"}}, "question": "q", "choices": ["a", "b", "c"],
      "gold": {"index": "{g}"}, "scores": )" +
                         scores + "}",
                     "t.json")
      .definition();
}

TaskDefinition Writing(const std::string& scores) {
  return Task::Parse(R"({"task": "t", "title": "t", "request": "generation",
      "data": {"test": {"files": "x.jsonl"}}, "question": "q", "references": ["{r}"],
      "generation": {"until": []}, "scores": )" +
                         scores + "}",
                     "t.json")
      .definition();
}

SampleResult Chosen(const TaskDefinition& task, const std::vector<double>& logprobs,
                    const std::vector<std::int64_t>& gold) {
  SampleResult sample;
  sample.gold = gold;
  for (const double logprob : logprobs) sample.choices.push_back({.text = "x", .logprob = logprob});
  ScoreChoices(task, sample);
  return sample;
}

SampleResult Written(const TaskDefinition& task, const std::string& text,
                     const std::vector<std::string>& references) {
  SampleResult sample;
  sample.references = references;
  sample.completions.emplace_back();
  sample.completions.back().text = text;
  CompletionScorer(task).Score(sample);
  return sample;
}

const MetricValue& Find(const SetScores& scores, const std::string& name) {
  for (const MetricValue& metric : scores.metrics) {
    if (metric.name == name) return metric;
  }
  throw std::logic_error("no metric " + name);
}

TEST(SetScores, Mc2IsTheShareOfProbabilityThatRightChoicesHave) {
  const TaskDefinition task = Choosing(R"(["mc2"])");
  const std::vector<double> p = {0.1, 0.2, 0.5};  // need not add up to 1
  const SampleResult sample =
      Chosen(task, {std::log(p[0]), std::log(p[1]), std::log(p[2])}, {0, 2});
  EXPECT_THAT(sample.metrics.at("mc2"), DoubleNear(0.6 / 0.8, 1e-12));
  // Where every probability underflows there still is a share.
  const SampleResult tiny = Chosen(task, {-5000, -5000, -6000}, {0});
  EXPECT_THAT(tiny.metrics.at("mc2"), DoubleNear(0.5, 1e-12));
}

TEST(SetScores, MacroF1CountsEveryLabelThatOccursEqually) {
  const TaskDefinition task = Choosing(R"([{"name": "acc", "headline": true}, "macro_f1"])");
  const std::vector<SampleResult> samples = {
      Chosen(task, {-1, -2, -3}, {0}), Chosen(task, {-1, -2, -3}, {1}),
      Chosen(task, {-2, -1, -3}, {1}), Chosen(task, {-3, -2, -1}, {1})};
  const SetScores scores = AggregateSamples(task, 1, samples);
  const MetricValue& f1 = Find(scores, "macro_f1");
  // a: 1 of 2 predicted, 1 of 1 gold; b: 1 of 1, 1 of 3; c: 0 of 1, none.
  EXPECT_THAT(f1.value, DoubleNear((2.0 / 3 + 0.5 + 0) / 3, 1e-12));
  EXPECT_EQ(f1.unit, "fraction");
  EXPECT_EQ(f1.standard_error_method, "bootstrap");
  EXPECT_EQ(scores.metrics.front().name, "acc");
  EXPECT_EQ(samples[0].metrics.count("macro_f1"), 0U);
}

TEST(CompletionScores, NothingIsNoAnswerEvenWhereTheReferenceIsPunctuationAlone) {
  const TaskDefinition task = Writing(R"([{"name": "exact_match", "ignore_punctuation": true}])");
  EXPECT_EQ(Written(task, "---", {"---"}).metrics.at("exact_match"), 1);
  EXPECT_EQ(Written(task, "", {"---"}).metrics.at("exact_match"), 0);
  EXPECT_EQ(Written(task, "", {"a", ")"}).metrics.at("exact_match"), 0);
}

TEST(SetScores, AMeanOfTheCatalogueIsScoredDocumentByDocument) {
  const TaskDefinition task = Writing(
      R"([{"name": "em", "metric": "triviaqa_em", "filters": ["strip"], "headline": true},
          {"name": "f1", "metric": "triviaqa_f1", "filters": ["strip"]}])");
  const std::vector<SampleResult> samples = {Written(task, " The Red Sea", {"red sea", "x"}),
                                             Written(task, "red lake", {"red sea"})};
  EXPECT_EQ(samples[0].metrics.at("em"), 1);
  EXPECT_EQ(samples[1].metrics.at("em"), 0);
  EXPECT_THAT(samples[1].metrics.at("f1"), DoubleNear(0.5, 1e-12));
  EXPECT_EQ(samples[1].completions[0].extracted.at("f1"), "red lake");
  const SetScores scores = AggregateSamples(task, 1, samples);
  EXPECT_THAT(Find(scores, "f1").value, DoubleNear(0.75, 1e-12));
  EXPECT_THAT(Find(scores, "f1").signature, HasSubstr("filter:strip|"));
  EXPECT_THAT(Find(scores, "f1").signature, HasSubstr("rules:triviaqa"));
  EXPECT_EQ(CompletionScorer(task).HeadlineFraction(samples[0]), 1);
}

TEST(SetScores, ASetsScoreOfTheCatalogueIsThatOfAllTextsTogether) {
  const TaskDefinition task = Writing(R"([{"name": "chrf", "filters": ["strip"]}])");
  const std::vector<std::string> texts = {" the cat sat", " on a mat"};
  const std::vector<ChrfReferences> references = {{"a cat sat"}, {"on the mat"}};
  std::vector<SampleResult> samples;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    samples.push_back(Written(task, texts[i], references[i]));
    EXPECT_TRUE(samples.back().metrics.empty());
  }
  const SetScores scores = AggregateSamples(task, 1, samples);
  const std::vector<std::string> stripped = {"the cat sat", "on a mat"};
  EXPECT_THAT(Find(scores, "chrf").value, DoubleNear(CorpusChrf(stripped, references), 1e-9));
  EXPECT_EQ(Find(scores, "chrf").unit, "percent");
  EXPECT_TRUE(Find(scores, "chrf").is_headline);
}

// A dialogue is as good as people's if each of its questions that counts is.
TEST(SetScores, ADialogueCountsIfNoneOfItsAnswersIsWorseThanPeoples) {
  const TaskDefinition task = Writing(
      R"([{"name": "heq_q", "metric": "quac_heq", "headline": true},
          {"name": "heq_d", "metric": "quac_heq_d"}])");
  const std::vector<std::string> agreed = {"the mill", "the mill"};
  const std::vector<std::string> disputed = {"red", "blue", "green"};
  const std::vector<std::tuple<const char*, const char*, std::vector<std::string>>> asked = {
      {"a_q#0", "the mill", agreed}, {"b_q#0", "the barn", agreed}, {"a_q#1", "mill", agreed},
      {"b_q#1", "the mill", agreed}, {"c_q#0", "none", disputed},   {"a_q#2", "none", disputed}};
  std::vector<SampleResult> samples;
  for (const auto& [id, answer, references] : asked) {
    samples.push_back(Written(task, answer, references));
    samples.back().id = id;
  }
  const SetScores scores = AggregateSamples(task, 1, samples);
  EXPECT_DOUBLE_EQ(Find(scores, "heq_q").value, 3.0 / 4);  // nobody agrees on the other two
  const MetricValue& dialogues = Find(scores, "heq_d");
  EXPECT_DOUBLE_EQ(dialogues.value, 2.0 / 3);  // a and c
  EXPECT_EQ(dialogues.n, 3);
  EXPECT_EQ(dialogues.unit, "fraction");
  EXPECT_THAT(dialogues.signature, HasSubstr("per:dialogue"));
  EXPECT_EQ(samples[0].metrics.count("heq_d"), 0U);
}

TEST(SetScores, VotesOnMathematicsCountEqualAnswersTogether) {
  TaskDefinition task = Writing(R"([{"name": "em", "metric": "exact_match", "headline": true}])");
  task.generation.num_samples = 3;
  task.scores[0].metric = "maj_at_k";
  task.scores[0].votes_on_math = true;
  SampleResult sample;
  sample.references = {"\\frac{1}{2}"};
  for (const char* text : {"7", "\\frac12", "$\\frac{1}{2}$"}) {
    sample.completions.emplace_back();
    sample.completions.back().text = text;
  }
  CompletionScorer(task).Score(sample);
  EXPECT_EQ(sample.metrics.at("maj@3"), 1);
  EXPECT_EQ(sample.metrics.at("maj@1"), 0);
  EXPECT_EQ(sample.metrics.at("pass@3"), 1);
}

}  // namespace
}  // namespace meval
