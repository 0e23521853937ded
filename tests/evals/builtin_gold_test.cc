// Every built-in task scores its own gold answers with full marks, through stop strings, extraction
// and metric; says nothing and it scores nothing and is counted invalid; takes a wrong choice and
// it scores nothing. Known exceptions are named below, with their reason.

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/aggregate_samples.h"
#include "evals/score_choices.h"
#include "evals/score_completions.h"
#include "tasks/task_registry.h"
#include "tests/support/shared_data.h"

namespace meval {
namespace {

const TaskRegistry& Registry() {
  static const TaskRegistry registry;
  return registry;
}

// Documents whose gold answer its own task cannot find right.
bool IsKnownException(const std::string& task, const Document& document) {
  // Every answer holds a stop string (specification: "nq_open and triviaqa answers that contain a
  // stop character"): the text is cut there, as in the reference.
  const std::set<std::string> cut_at_full_stops = {"nq_open", "triviaqa", "triviaqa_rc"};
  return cut_at_full_stops.contains(task) &&
         document.answer.find_first_of(".,\n") != std::string::npos;
}

std::string Stopped(const std::string& text, const std::vector<std::string>& until) {
  std::size_t end = text.size();
  for (const std::string& stop : until) end = std::min(end, text.find(stop));
  return text.substr(0, end);
}

SampleResult Asked(const Document& document) {
  SampleResult sample;
  sample.id = document.id;
  sample.group = document.group;
  sample.gold = document.gold;
  sample.references = document.references;
  return sample;
}

// What comes of a document whose choices get these log-likelihoods.
double HeadlineOfChoice(const TaskDefinition& task, const Document& document,
                        const std::vector<double>& logprobs) {
  SampleResult sample = Asked(document);
  for (std::size_t i = 0; i < document.choices.size(); ++i) {
    sample.choices.push_back(
        {.text = document.choices[i], .logprob = logprobs[i], .is_greedy = logprobs[i] == 0});
  }
  ScoreChoices(task, sample);
  return sample.metrics.at(task.headline().name);
}

void CheckChoices(const TaskDefinition& task, const Document& document) {
  if (task.headline().metric == "perplexity") return;
  // A gold choice that is certain, others that are impossible; and the other way round.
  std::vector<double> right(document.choices.size(), -1e4);
  std::vector<double> wrong(document.choices.size(), -1);
  for (const std::int64_t gold : document.gold) {
    right[static_cast<std::size_t>(gold)] = 0;
    wrong[static_cast<std::size_t>(gold)] = -1e4;
  }
  EXPECT_DOUBLE_EQ(HeadlineOfChoice(task, document, right), 1) << task.name << document.source;
  EXPECT_DOUBLE_EQ(HeadlineOfChoice(task, document, wrong), 0) << task.name << document.source;
}

// A sample whose completions are all that text, scored.
SampleResult Answered(const TaskDefinition& task, const CompletionScorer& scorer,
                      const Document& document, const std::string& text) {
  SampleResult sample = Asked(document);
  sample.completions.assign(static_cast<std::size_t>(task.generation.num_samples), {});
  for (CompletionResult& completion : sample.completions) completion.text = text;
  scorer.Score(sample);
  EXPECT_EQ(scorer.IsInvalid(sample.completions[0]), text.empty())
      << task.name << " " << document.source << ": " << text;
  return sample;
}

// The headline of these samples as a report has it, 0..1.
double HeadlineOf(const TaskDefinition& task, const std::vector<SampleResult>& samples) {
  const SetScores scores = AggregateSamples(task, task.generation.num_samples, samples);
  const MetricValue& headline = scores.metrics.front();
  EXPECT_TRUE(headline.is_headline) << task.name;
  return headline.unit == "percent" ? headline.value / 100 : headline.value;
}

// The documents' gold answers, as a model writes them that has learned the exemplars' form and goes
// on with the next question; and no answers at all.
void CheckGeneration(const TaskDefinition& task, const std::vector<const Document*>& documents) {
  const CompletionScorer scorer(task);
  const GenerationDefinition& generation = task.generation;
  const auto& until = task.default_shots == 0 ? generation.until_zero_shot : generation.until;
  std::vector<SampleResult> right;
  std::vector<SampleResult> empty;
  for (const Document* document : documents) {
    empty.push_back(Answered(task, scorer, *document, ""));
    if (IsKnownException(task.name, *document)) continue;
    const std::string text =
        task.target_delimiter + document->answer + task.fewshot_delimiter + document->question;
    right.push_back(Answered(task, scorer, *document, Stopped(text, until)));
    const auto own = right.back().metrics.find(task.headline().name);
    if (own == right.back().metrics.end()) continue;  // only the set has a score
    EXPECT_DOUBLE_EQ(scorer.HeadlineFraction(right.back()), 1)
        << task.name << " " << document->source << ": " << document->answer;
  }
  EXPECT_NEAR(HeadlineOf(task, right), 1, 1e-12) << task.name;
  EXPECT_DOUBLE_EQ(HeadlineOf(task, empty), 0) << task.name;
}

// Every `stride`-th document.
void CheckTask(const Task& task, const TaskData& data, std::size_t stride) {
  const TaskDefinition& definition = task.definition();
  if (definition.request == RequestKind::kRolling) return;
  std::vector<const Document*> documents;
  for (std::size_t i = 0; i < data.documents.size(); i += stride) {
    documents.push_back(&data.documents[i]);
  }
  if (definition.request == RequestKind::kGeneration) {
    CheckGeneration(definition, documents);
  } else {
    for (const Document* document : documents) CheckChoices(definition, *document);
  }
}

TEST(BuiltInGold, AnswersOfOurOwnRecordsScoreFullMarks) {
  for (const Task& task : Registry().tasks()) {
    DataOptions options;
    options.data_dirs = {std::filesystem::path(MEVAL_SOURCE_DIR) / "tests/fixtures/tasks/data"};
    options.allow_count_mismatch = true;
    ASSERT_TRUE(task.Locate(options).found) << task.name() << " has no records of our own";
    CheckTask(task, task.Load(options), 1);
  }
}

TEST(BuiltInGold, AnswersOfTheRealRecordsScoreFullMarks) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  std::vector<std::string> checked;
  for (const Task& task : Registry().tasks()) {
    DataOptions options;
    options.data_dirs = {data_dir};
    options.needs_exemplars = false;
    if (!task.Locate(options).found) continue;
    checked.push_back(task.name());
    const TaskData data = task.Load(options);
    // Some three hundred of each set, spread over all of it.
    CheckTask(task, data, std::max<std::size_t>(data.documents.size() / 300, 1));
  }
  EXPECT_GE(checked.size(), 20U);
}

}  // namespace
}  // namespace meval
