#include "evals/rescore_run.h"

#include <cmath>
#include <functional>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "evals/flags.h"
#include "evals/sample_log.h"
#include "tasks/error.h"
#include "tests/evals/eval_fixture.h"

namespace meval {
namespace {

using testing::Evaluate;
using testing::Evaluated;
using testing::FakeLanguageModel;
using ::testing::HasSubstr;
using testing::OwnTask;
using testing::ReadWholeFile;
using testing::SampleRun;
using testing::TempDirectory;
using ::testing::ThrowsMessage;
using Json = nlohmann::ordered_json;

// Scores that no two choices share, and completions that are right now and then.
FakeLanguageModel VariedModel() {
  FakeLanguageModel model;
  model.score = [](const std::string& context, const std::string& continuation) {
    const std::size_t mixed = std::hash<std::string>()(context + "|" + continuation) % 100'003;
    return -static_cast<double>(mixed) / 7919;
  };
  model.complete = [](const std::string& prompt, std::int64_t sample) -> std::string {
    if (prompt.size() % 5 == 0) return "";
    return " I think so. The answer is " + std::to_string((prompt.size() + 3 * sample) % 7) +
           ".\n#### " + std::to_string(prompt.size() % 11);
  };
  return model;
}

void WriteRun(const PlannedTasks& planned, const std::filesystem::path& path,
              std::int64_t answers_before_stop = -1) {
  testing::WriteRun(path, planned.plans(), [&](const EvalPlan& plan) {
    FakeLanguageModel model = VariedModel();
    model.answers_before_stop = answers_before_stop;
    return Evaluate(plan, model);
  });
}

class RescoreRunTest : public ::testing::Test {
 protected:
  void Write(const std::string& tasks) { WriteRun(PlannedTasks(SampleRun(tasks)), run_); }
  RescoredRun Rescore() const { return RescoreRun(run_, 2); }

  Json Read(const std::string& name) const { return Json::parse(ReadWholeFile(run_ / name)); }
  void Write(const std::string& name, const Json& json) const {
    testing::WriteFile(run_ / name, json.dump(2) + "\n");
  }
  // Changes one line of a sample log.
  void ChangeLine(const std::string& name, std::size_t line,
                  const std::function<void(Json&)>& change) const {
    std::istringstream lines(ReadWholeFile(run_ / name));
    std::string text;
    std::size_t number = 0;
    for (std::string record; std::getline(lines, record);) {
      if (++number == line) {
        Json json = Json::parse(record);
        change(json);
        record = json.dump();
      }
      text += record + "\n";
    }
    testing::WriteFile(run_ / name, text);
  }
  // So that a test of what scores say is not met by the digest first.
  void ForgetDigest() const {
    Json results = Read("results.json");
    for (Json& task : results["tasks"]) task.erase("samples_digest");
    Write("results.json", results);
  }
  static const RescoredMetric& Of(const RescoredTask& task, const std::string& name) {
    for (const RescoredMetric& metric : task.metrics) {
      if (metric.name() == name && metric.subset.empty()) return metric;
    }
    throw std::logic_error("no metric " + name);
  }

  TempDirectory directory_;
  std::filesystem::path run_ = directory_ / "run";
};

TEST_F(RescoreRunTest, FindsEveryBuiltInTaskEqualBitByBit) {
  std::string tasks;
  for (const RequestKind kind :
       {RequestKind::kLoglikelihood, RequestKind::kGeneration, RequestKind::kRolling}) {
    for (const std::string& name : testing::BuiltInTasks(kind)) tasks += name + ",";
  }
  Write(tasks + "lambada_openai");
  const RescoredRun rescored = Rescore();
  EXPECT_TRUE(rescored.IsEqual());
  EXPECT_EQ(rescored.version, "test");
  EXPECT_GE(rescored.tasks.size(), 10U);
  for (const RescoredTask& task : rescored.tasks) {
    EXPECT_TRUE(task.IsEqual()) << task.task << ' ' << ::testing::PrintToString(task.problems);
    EXPECT_EQ(task.num_samples_changed, 0) << task.task;
    EXPECT_GT(task.num_samples, 0) << task.task;
    // Programs that are not run are told of.
    const bool is_code = task.task.starts_with("humaneval") || task.task.starts_with("mbpp");
    EXPECT_EQ(task.notes.empty(), !is_code) << task.task;
    for (const RescoredMetric& metric : task.metrics) {
      ASSERT_TRUE(metric.reported && metric.recomputed) << task.task << ' ' << metric.name();
      EXPECT_EQ(metric.reported->value, metric.recomputed->value);
    }
  }
}

TEST_F(RescoreRunTest, ComparesGroupsCategoriesAndMeansOfMeans) {
  Write("mmlu");
  const RescoredTask task = Rescore().tasks.at(0);
  std::map<std::string, int> kinds;
  for (const RescoredMetric& metric : task.metrics) ++kinds[metric.subset_kind];
  EXPECT_EQ(kinds["micro"], 1);
  EXPECT_EQ(kinds["macro"], 1);
  EXPECT_GE(kinds["category"], 2);
  EXPECT_GE(kinds["group"], 2);
}

TEST_F(RescoreRunTest, FindsAnInterruptedRunEqual) {
  WriteRun(PlannedTasks(SampleRun("hellaswag,gsm8k_cot_maj8")), run_, 21);
  const RescoredRun rescored = Rescore();
  EXPECT_TRUE(rescored.IsEqual());
  EXPECT_GT(Read("results.json")["tasks"][0]["counters"]["unscored"], 0);
}

TEST_F(RescoreRunTest, NoticesAChangedReport) {
  Write("hellaswag");
  Json results = Read("results.json");
  Json& metric = results["tasks"][0]["metrics"][0];
  metric["value"] = std::nextafter(metric["value"].get<double>(), 2);
  Write("results.json", results);
  const RescoredRun rescored = Rescore();
  EXPECT_FALSE(rescored.IsEqual());
  EXPECT_THAT(Of(rescored.tasks[0], metric["name"]).differences, ::testing::ElementsAre("value"));
  EXPECT_TRUE(rescored.tasks[0].problems.empty());  // the log is the run's
}

TEST_F(RescoreRunTest, NoticesAMetricTooManyAndOneTooFew) {
  Write("hellaswag");
  Json results = Read("results.json");
  results["tasks"][0]["metrics"][0]["name"] = "another";
  Write("results.json", results);
  const RescoredTask task = Rescore().tasks.at(0);
  EXPECT_FALSE(task.IsEqual());
  EXPECT_FALSE(Of(task, "another").recomputed.has_value());
  EXPECT_FALSE(Of(task, "acc_norm").reported.has_value());
}

TEST_F(RescoreRunTest, NoticesAnyChangedByteOfALog) {
  Write("gsm8k_cot");
  // A text that changes no answer and no score.
  ChangeLine("samples_gsm8k_cot.jsonl", 1, [](Json& sample) { sample["question"] = "Q: ?"; });
  const RescoredTask task = Rescore().tasks.at(0);
  EXPECT_EQ(task.num_samples_changed, 0);
  EXPECT_FALSE(task.IsEqual());
  EXPECT_THAT(task.problems,
              ::testing::ElementsAre(HasSubstr("is not the file that the run wrote")));
}

TEST_F(RescoreRunTest, NoticesAChangedLogprobByTheScoresThemselves) {
  Write("hellaswag");
  ForgetDigest();
  EXPECT_TRUE(Rescore().IsEqual());
  // The right choice of a document becomes the likeliest: its scores and the task's change.
  std::size_t line = 0;
  for (bool is_right = true; is_right;) {
    ChangeLine("samples_hellaswag.jsonl", ++line, [&](Json& sample) {
      is_right = sample["metrics"]["acc"] == 1.0;
      if (!is_right) sample["choices"][sample["gold"][0].get<std::size_t>()]["logprob"] = -1e-3;
    });
  }
  const RescoredTask task = Rescore().tasks.at(0);
  EXPECT_FALSE(task.IsEqual());
  EXPECT_EQ(task.num_samples_changed, 1);
  EXPECT_THAT(task.problems, ::testing::Contains(HasSubstr("samples_hellaswag.jsonl:" +
                                                           std::to_string(line) + ": document")));
  EXPECT_FALSE(Of(task, "acc").differences.empty());
}

TEST_F(RescoreRunTest, NoticesALogprobThatChangesNoChoice) {
  Write("hellaswag");
  ForgetDigest();
  ChangeLine("samples_hellaswag.jsonl", 2, [&](Json& sample) {
    const double logprob = sample["choices"][0]["logprob"];
    sample["choices"][0]["logprob"] = std::nextafter(logprob, 0);
  });
  const RescoredTask task = Rescore().tasks.at(0);
  EXPECT_EQ(task.num_samples_changed, 1);  // by its margin or the probability of its gold
  EXPECT_TRUE(Of(task, "acc").differences.empty());
}

TEST_F(RescoreRunTest, NoticesAChangedScoreCompletionAndWindow) {
  Write("hellaswag,gsm8k_cot_maj8,samsum,wikitext2");
  ForgetDigest();
  ChangeLine("samples_hellaswag.jsonl", 1, [](Json& sample) { sample["metrics"]["acc"] = 0.5; });
  ChangeLine("samples_gsm8k_cot_maj8.jsonl", 3, [](Json& sample) {
    for (Json& completion : sample["completions"]) {
      completion["text"] = "The answer is " + sample["references"][0].get<std::string>() + ".";
    }
  });
  ChangeLine("samples_samsum.jsonl", 2,
             [](Json& sample) { sample["completions"][0]["text"] = sample["references"][0]; });
  ChangeLine("samples_wikitext2.jsonl", 1, [](Json& sample) {
    Json& logprob = sample["rolling"]["windows"][0]["logprob"];
    logprob = logprob.get<double>() + 1;
  });
  for (const RescoredTask& task : Rescore().tasks) {
    EXPECT_EQ(task.num_samples_changed, 1) << task.task;
    EXPECT_FALSE(task.IsEqual()) << task.task;
  }
}

TEST_F(RescoreRunTest, NoticesALineTooFewAndLinesInAnotherOrder) {
  Write("hellaswag,gsm8k");
  ForgetDigest();
  std::string text = ReadWholeFile(run_ / "samples_hellaswag.jsonl");
  testing::WriteFile(run_ / "samples_hellaswag.jsonl", text.substr(text.find('\n') + 1));
  text = ReadWholeFile(run_ / "samples_gsm8k.jsonl");
  const std::size_t end = text.find('\n') + 1;
  testing::WriteFile(run_ / "samples_gsm8k.jsonl", text.substr(end) + text.substr(0, end));
  const RescoredRun rescored = Rescore();
  EXPECT_THAT(rescored.tasks.at(0).problems,
              ::testing::Contains(HasSubstr("documents, the report")));
  EXPECT_THAT(rescored.tasks.at(1).problems,
              ::testing::Contains(HasSubstr("prompts of the log are not those of the report")));
}

TEST_F(RescoreRunTest, NoticesAChangedCounter) {
  Write("gsm8k");
  Json results = Read("results.json");
  results["tasks"][0]["counters"]["invalid_answers"] = 0;
  Write("results.json", results);
  EXPECT_THAT(Rescore().tasks.at(0).problems,
              ::testing::Contains(HasSubstr("the counter invalid_answers is 0 in the report and")));
}

TEST_F(RescoreRunTest, NoticesAnotherDefinitionAndAnotherRun) {
  Write("gsm8k");
  Json run = Read("run.json");
  run["definitions"]["gsm8k"] = run["definitions"]["gsm8k"].get<std::string>() + "\n";
  run["identity"]["seed"] = 5;
  Write("run.json", run);
  const RescoredRun rescored = Rescore();
  EXPECT_THAT(rescored.problems, ::testing::ElementsAre(HasSubstr("not of the same run")));
  EXPECT_THAT(rescored.tasks.at(0).problems,
              ::testing::ElementsAre(HasSubstr("the definition in run.json is not the one")));
}

TEST_F(RescoreRunTest, TakesABuiltInDefinitionWhereAnOlderBuildKeptNone) {
  Write("gsm8k");
  Json run = Read("run.json");
  run.erase("definitions");
  Write("run.json", run);
  ForgetDigest();
  const RescoredRun rescored = Rescore();
  EXPECT_TRUE(rescored.IsEqual());
  EXPECT_THAT(rescored.tasks.at(0).notes, ::testing::ElementsAre(HasSubstr("older build")));
  Json results = Read("results.json");
  results["tasks"][0]["definition_digest"] = "0123";
  Write("results.json", results);
  EXPECT_THAT([&] { Rescore(); }, ThrowsMessage<DataError>(HasSubstr("\"definitions.gsm8k\"")));
}

constexpr char kOwnTask[] = R"json({
  "task": "mine",
  "title": "Mine",
  "request": "generation",
  "data": { "test": { "files": ["mine.jsonl"] } },
  "question": "{q}",
  "references": ["{a}"],
  "generation": { "until": ["\n"] },
  "scores": [{ "name": "exact_match", "filters": [{ "regex": "is ([0-9])" }] }]
})json";

TEST_F(RescoreRunTest, ScoresATaskOfTheUsersOwnWithoutItsFile) {
  {
    const OwnTask task(kOwnTask,
                       "{\"q\": \"one\", \"a\": \"3\"}\n{\"q\": \"four\", \"a\": \"4\"}\n");
    WriteRun(PlannedTasks(task.Run()), run_);
  }  // the task's files are gone
  EXPECT_TRUE(Rescore().IsEqual());
}

TEST_F(RescoreRunTest, ScoresWhatAChoiceGainsAndNamesTheOneThatLacksIt) {
  {
    const OwnTask task(R"json({
      "task": "informed",
      "title": "Two choices",
      "request": "loglikelihood",
      "data": { "test": { "files": ["mine.jsonl"] } },
      "question": "{q}",
      "choices": ["yes", "no"],
      "gold": { "index": "{a}" },
      "unconditional_context": "So:",
      "scores": ["acc_pmi"]
    })json",
                       "{\"q\": \"one\", \"a\": 1}\n{\"q\": \"four\", \"a\": 0}\n");
    WriteRun(PlannedTasks(task.Run()), run_);
  }
  EXPECT_TRUE(Rescore().IsEqual());
  ChangeLine("samples_informed.jsonl", 2,
             [](Json& sample) { sample["choices"][1].erase("unconditional_logprob"); });
  EXPECT_THAT([&] { Rescore(); },
              ThrowsMessage<DataError>(HasSubstr(
                  "samples_informed.jsonl:2: the choice \"no\", field \"unconditional_logprob\": "
                  "acc_pmi needs a number")));
}

TEST_F(RescoreRunTest, NamesTheFileThatIsMissing) {
  Write("gsm8k");
  EXPECT_THAT(
      [&] { RescoreRun(directory_ / "absent", 1); },
      ThrowsMessage<UsageError>(HasSubstr("absent: expected the directory of a run, found")));
  EXPECT_THAT([&] { RescoreRun(run_ / "run.json", 1); },
              ThrowsMessage<UsageError>(HasSubstr("found a file")));
  for (const char* name : {"samples_gsm8k.jsonl", "results.json", "run.json"}) {
    std::filesystem::remove(run_ / name);
    EXPECT_THAT([&] { Rescore(); }, ThrowsMessage<DataError>(HasSubstr(name))) << name;
  }
}

TEST_F(RescoreRunTest, NamesTheLineThatIsDamaged) {
  Write("hellaswag,gsm8k,wikitext2");
  const auto expect = [&](const std::string& name, const std::string& part,
                          const std::function<void(Json&)>& change) {
    const std::string whole = ReadWholeFile(run_ / name);
    ChangeLine(name, 2, change);
    EXPECT_THAT([&] { Rescore(); }, ThrowsMessage<DataError>(HasSubstr(name + ":2: " + part)));
    testing::WriteFile(run_ / name, whole);
  };
  expect("samples_hellaswag.jsonl", "field \"choices\": expected at least one",
         [](Json& sample) { sample.erase("choices"); });
  expect("samples_hellaswag.jsonl", "field \"gold\": expected at least one",
         [](Json& sample) { sample.erase("gold"); });
  expect("samples_hellaswag.jsonl",
         "field \"gold\": expected an index of one of 4 choices, found 4",
         [](Json& sample) { sample["gold"] = {4}; });
  expect("samples_hellaswag.jsonl", "field \"gold[]\": expected an integer",
         [](Json& sample) { sample["gold"] = {"1"}; });
  expect("samples_gsm8k.jsonl", "field \"completions\": expected 1, found 0",
         [](Json& sample) { sample.erase("completions"); });
  expect("samples_gsm8k.jsonl", "field \"references\": expected at least one",
         [](Json& sample) { sample.erase("references"); });
  expect("samples_wikitext2.jsonl", "field \"rolling\": expected an object",
         [](Json& sample) { sample.erase("rolling"); });
  expect("samples_wikitext2.jsonl", "word_perplexity",
         [](Json& sample) { sample["rolling"]["num_words"] = -1; });
  testing::WriteFile(run_ / "samples_gsm8k.jsonl", "{\"index\": 0");
  EXPECT_THAT([&] { Rescore(); },
              ThrowsMessage<DataError>(HasSubstr("samples_gsm8k.jsonl:1: expected a JSON object")));
}

}  // namespace
}  // namespace meval
