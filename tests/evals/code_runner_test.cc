// Tasks whose completions are run as programs, from the model's answer to pass@k. Where this
// machine has no sandbox, what needs one says SKIPPED.

#include "evals/code_runner.h"

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "evals/aggregate_task.h"
#include "evals/flags.h"
#include "evals/rescore_report.h"
#include "evals/rescore_run.h"
#include "evals/run_outcomes.h"
#include "metrics/pass_at_k.h"
#include "reports/console_report.h"
#include "reports/read_report.h"
#include "reports/summary.h"
#include "tasks/error.h"
#include "tests/evals/eval_fixture.h"
#include "tests/evals/run_program.h"
#include "tests/support/sandbox_or_skip.h"
#include "tests/support/shared_data.h"

namespace meval {
namespace {

using testing::Answer;
using testing::Answering;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Evaluated;
using testing::FakeLanguageModel;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using testing::TempDirectory;
using ::testing::ThrowsMessage;
using testing::WriteRun;

constexpr CodeOptions kAllowed = {.is_allowed = true, .timeout_seconds = 20};

RunOptions FixtureRun(const std::string& tasks) {
  RunOptions options;
  options.tasks = tasks;
  options.data.data_dir = std::string(MEVAL_SOURCE_DIR) + "/tests/fixtures/tasks/data";
  options.data.allow_count_mismatch = true;
  return options;
}

std::string Right(const Document& document, std::int64_t) { return document.answer; }

// `code` null: nothing is run.
Evaluated Evaluate(const EvalPlan& plan, const Answer& answer, const CodeRunner* code) {
  std::ostringstream ignored;
  Progress progress(ignored, {.quiet = true});
  FakeLanguageModel model = Answering(plan, answer);
  const JournalContents finished;
  const EvalEnvironment environment = {model, finished, nullptr, progress, {}, code};
  Evaluated evaluated;
  bool is_complete = false;
  evaluated.result = RunTask(plan, EncodeTask(plan, model, 2), environment,
                             evaluated.outcome.samples, is_complete);
  EXPECT_TRUE(is_complete);
  return evaluated;
}

EvalPlan PlanOf(const PlannedTasks& planned, std::int64_t num_samples = 1) {
  EvalPlan plan = planned.plans().at(0);
  plan.generation.max_new_tokens = 4000;  // the fake's tokens are bytes
  plan.generation.num_samples = num_samples;
  plan.generation.temperature = num_samples > 1 ? 0.8 : 0;
  return plan;
}

TEST(CodeRun, GivesGoldSolutionsFullMarks) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  const CodeRunner code(kAllowed, 2);
  for (const char* task : {"humaneval", "humaneval_stripped", "mbpp", "mbpp_sanitized"}) {
    const PlannedTasks planned(FixtureRun(task));
    const Evaluated evaluated = Evaluate(PlanOf(planned), Right, &code);
    EXPECT_EQ(testing::ValueOf(evaluated, "pass@1"), 1) << task;
    EXPECT_THAT(evaluated.result.verdicts, ElementsAre(Pair("passed", 3))) << task;
    EXPECT_EQ(evaluated.result.metrics.size(), 1U) << task;  // one sample: no pass@10
    EXPECT_THAT(evaluated.result.settings.at("code_execution"),
                HasSubstr(sandbox.description() + "; 20 s, 1024 MiB, 16 processes"));
    for (const SampleResult& sample : evaluated.outcome.samples) {
      EXPECT_EQ(sample.completions.at(0).verdict, kPassed);
      EXPECT_EQ(sample.completions.at(0).extracted.at("pass@1"), sample.completions.at(0).text);
    }
  }
}

TEST(CodeRun, TellsHowEachProgramEnded) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  const CodeRunner code({.is_allowed = true, .timeout_seconds = 2}, 1);
  const PlannedTasks planned(FixtureRun("mbpp"));
  const std::string answers[] = {"import sys\nsys.exit(0)", "while True:\n    pass", ""};
  const Evaluated evaluated = Evaluate(
      PlanOf(planned), [&](const Document& document, auto) { return answers[document.index]; },
      &code);
  const auto& samples = evaluated.outcome.samples;
  EXPECT_EQ(samples[0].completions[0].verdict, "failed");
  EXPECT_EQ(samples[0].completions[0].verdict_detail, "SystemExit: 0");
  EXPECT_EQ(samples[1].completions[0].verdict, "timed out");
  EXPECT_EQ(samples[2].completions[0].verdict, kNotExtracted);
  for (const SampleResult& sample : samples) EXPECT_EQ(sample.metrics.at("pass@1"), 0);
  EXPECT_EQ(evaluated.result.counters.invalid_answers, 1);
  EXPECT_THAT(
      NoteSentences(evaluated.result),
      ::testing::Contains("3 completions as programs: 1 failed, 1 timed out, 1 not extracted."));
}

TEST(CodeRun, EstimatesPassAtKFromItsSamples) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  const CodeRunner code(kAllowed, 2);
  const PlannedTasks planned(FixtureRun("humaneval"));
  // Of 12 samples the first 1, 5 and 9 are right.
  const Evaluated evaluated = Evaluate(
      PlanOf(planned, 12),
      [](const Document& document, std::int64_t sample) {
        return sample <= 4 * document.index ? document.answer : "    return None\n";
      },
      &code);
  for (const std::int64_t k : {1, 10}) {
    const std::string name = "pass@" + std::to_string(k);
    double mean = 0;
    for (const std::int64_t right : {1, 5, 9}) mean += PassAtK(12, right, k) / 3;
    EXPECT_NEAR(testing::ValueOf(evaluated, name), mean, 1e-12) << name;
  }
  EXPECT_EQ(evaluated.result.metrics.size(), 2U);  // 100 samples are not there
  EXPECT_EQ(evaluated.result.metrics[0].name, "pass@1");
  EXPECT_TRUE(evaluated.result.metrics[0].is_headline);
  EXPECT_EQ(evaluated.result.metrics[1].signature.find("samples:12|k:10|filter:none"), 0U);
}

TEST(CodeRun, DoesNotDependOnThreads) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  const PlannedTasks planned(FixtureRun("mbpp_sanitized"));
  const auto answer = [](const Document& document, std::int64_t sample) {
    return sample % 2 == 0 ? document.answer : "raise KeyError({'a', 'b', 'c'}, object())";
  };
  std::string first;
  for (const int threads : {1, 3}) {
    const CodeRunner code(kAllowed, threads);
    const Evaluated evaluated = Evaluate(PlanOf(planned, 4), answer, &code);
    std::ostringstream log;
    WriteSamplesJsonl(evaluated.outcome.samples, log);
    if (first.empty()) first = log.str();
    EXPECT_EQ(log.str(), first);
  }
  EXPECT_THAT(first, HasSubstr("object at 0x..."));
}

TEST(CodeRun, KeepsCompletionsAndGivesNoScoreWhereItIsNotAllowed) {
  const PlannedTasks planned(FixtureRun("humaneval"));
  const EvalPlan plan = PlanOf(planned);
  Evaluated evaluated = Evaluate(plan, Right, nullptr);
  EXPECT_THAT(evaluated.result.metrics, IsEmpty());
  EXPECT_THAT(evaluated.result.verdicts, IsEmpty());
  EXPECT_EQ(evaluated.result.settings.at("code_execution"), "no");
  EXPECT_THAT(evaluated.result.warnings,
              ::testing::Contains(HasSubstr("the programs were not all run")));
  EXPECT_EQ(evaluated.result.counters.unscored, 0);
  for (const SampleResult& sample : evaluated.outcome.samples) {
    EXPECT_NE(sample.completions[0].text, "");
    EXPECT_THAT(sample.metrics, IsEmpty());
  }
  RunReport report;
  report.tasks = {evaluated.result};
  std::ostringstream console;
  WriteConsoleReport(report, {}, console);
  EXPECT_THAT(console.str(), HasSubstr("the programs were not all run"));
  EXPECT_THAT(console.str(), Not(HasSubstr("0.00")));
  // Nor is there anything to compare.
  EXPECT_THAT(
      [&] { OutcomesOfTask(evaluated.result, plan.definition(), evaluated.outcome.samples); },
      ThrowsMessage<DataError>(HasSubstr("its programs were not run")));
}

TEST(CodeRun, IsRunLaterFromItsSampleLogAlone) {
  TempDirectory directory;
  const std::filesystem::path path = directory / "run";
  const PlannedTasks planned(FixtureRun("mbpp"));
  Evaluated evaluated = Evaluate(
      PlanOf(planned),
      [](const Document& document, auto) {
        return document.index == 1 ? "def height(node): return 7" : document.answer;
      },
      nullptr);
  WriteRun(path, planned.plans(), [&](const EvalPlan&) { return evaluated; });

  const RescoredTask untouched = RescoreRun(path, 2).tasks.at(0);
  EXPECT_TRUE(untouched.IsEqual()) << ::testing::PrintToString(untouched.problems);
  EXPECT_THAT(untouched.metrics, IsEmpty());
  EXPECT_THAT(untouched.notes, ElementsAre(HasSubstr("--allow-code-execution runs them")));

  MEVAL_SANDBOX_OR_SKIP(sandbox);
  const CodeRunner code(kAllowed, 2);
  const RescoredRun run = RescoreRun(path, 2, &code);
  EXPECT_TRUE(run.IsEqual());
  const RescoredMetric& metric = run.tasks.at(0).metrics.at(0);
  EXPECT_TRUE(metric.is_new);
  EXPECT_FALSE(metric.reported);
  EXPECT_EQ(metric.recomputed->name, "pass@1");
  EXPECT_DOUBLE_EQ(metric.recomputed->value, 2.0 / 3);
  EXPECT_THAT(run.tasks.at(0).notes, ElementsAre(HasSubstr("1 failed, 2 passed")));
  std::ostringstream console;
  WriteConsole(run, "run", console);
  EXPECT_THAT(console.str(), HasSubstr("new"));
  EXPECT_THAT(console.str(), HasSubstr("0 of 0 metrics are equal"));
}

// What `score --samples` adds to the files of a run, and what it leaves alone.
TEST(CodeRun, ThatIsRunLaterHasItsVerdictsInItsFiles) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  TempDirectory directory;
  const std::filesystem::path path = directory / "run";
  const PlannedTasks planned(FixtureRun("mbpp"));
  Evaluated evaluated = Evaluate(
      PlanOf(planned),
      [](const Document& document, auto) {
        return document.index == 1 ? "def height(node): return 7" : document.answer;
      },
      nullptr);
  WriteRun(path, planned.plans(), [&](const EvalPlan&) { return evaluated; });
  const std::string before = testing::ReadWholeFile(path / "samples_mbpp.jsonl");
  const std::vector<std::string> score = {"score", "--samples", path.string(), "--threads", "2"};
  const testing::ProgramResult without = testing::RunMain(score);
  EXPECT_EQ(without.code, kExitOk) << without.err;
  EXPECT_EQ(testing::ReadWholeFile(path / "samples_mbpp.jsonl"), before);

  std::vector<std::string> allowed = score;
  allowed.emplace_back("--allow-code-execution");
  const testing::ProgramResult with = testing::RunMain(allowed);
  EXPECT_EQ(with.code, kExitOk) << with.out << with.err;
  EXPECT_THAT(with.out, HasSubstr("now in the run"));
  const auto task =
      nlohmann::json::parse(testing::ReadWholeFile(path / "results.json"))["tasks"][0];
  EXPECT_EQ(task["metrics"][0]["name"], "pass@1");
  EXPECT_DOUBLE_EQ(task["metrics"][0]["value"], 2.0 / 3);
  EXPECT_EQ(task["verdicts"]["passed"], 2);
  EXPECT_THAT(task["warnings"].get<std::vector<std::string>>(), Not(Contains(kProgramsNotRun)));
  EXPECT_THAT(testing::ReadWholeFile(path / "report.html"), HasSubstr("pass@1"));
  // The log says what it said, and the verdicts.
  std::istringstream old_lines(before);
  std::istringstream new_lines(testing::ReadWholeFile(path / "samples_mbpp.jsonl"));
  std::string old_line;
  std::string new_line;
  while (std::getline(old_lines, old_line)) {
    ASSERT_TRUE(std::getline(new_lines, new_line));
    nlohmann::json sample = nlohmann::json::parse(new_line);
    for (auto& completion : sample["completions"]) {
      EXPECT_FALSE(completion["verdict"].empty());
      completion.erase("verdict");
      completion.erase("verdict_detail");
    }
    sample["metrics"] = nlohmann::json::object();
    nlohmann::json old = nlohmann::json::parse(old_line);
    for (auto& completion : old["completions"]) completion.erase("verdict");
    old["metrics"] = nlohmann::json::object();
    EXPECT_EQ(sample, old);
  }
  // From here on it is a run like any other.
  const testing::ProgramResult again = testing::RunMain(score);
  EXPECT_EQ(again.code, kExitOk) << again.out << again.err;
  EXPECT_THAT(again.out, HasSubstr("Everything is equal"));
}

// A run that is not what its log says is told of, and left as it is.
TEST(CodeRun, ThatDoesNotFitItsLogIsNotWritten) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  TempDirectory directory;
  const std::filesystem::path path = directory / "run";
  const PlannedTasks planned(FixtureRun("mbpp"));
  Evaluated evaluated = Evaluate(PlanOf(planned), Right, nullptr);
  WriteRun(path, planned.plans(), [&](const EvalPlan&) { return evaluated; });
  std::string log = testing::ReadWholeFile(path / "samples_mbpp.jsonl");
  log.insert(log.find("\"question\":\"") + 12, "x");  // another digest
  testing::WriteFile(path / "samples_mbpp.jsonl", log);
  const testing::ProgramResult result =
      testing::RunMain({"score", "--samples", path.string(), "--allow-code-execution"});
  EXPECT_EQ(result.code, kExitRegression) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("not written into the run"));
  EXPECT_EQ(testing::ReadWholeFile(path / "samples_mbpp.jsonl"), log);
}

TEST(CodeRun, IsFoundEqualAgainAndEveryChangedVerdictIsNoticed) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  TempDirectory directory;
  const CodeRunner code(kAllowed, 2);
  const PlannedTasks planned(FixtureRun("mbpp"));
  Evaluated evaluated = Evaluate(PlanOf(planned), Right, &code);
  WriteRun(directory / "right", planned.plans(), [&](const EvalPlan&) { return evaluated; });
  for (const CodeRunner* again : {static_cast<const CodeRunner*>(nullptr), &code}) {
    const RescoredRun rescored = RescoreRun(directory / "right", 2, again);
    EXPECT_TRUE(rescored.IsEqual());
    EXPECT_FALSE(rescored.tasks.at(0).metrics.at(0).is_new);
    EXPECT_EQ(rescored.tasks.at(0).metrics.at(0).recomputed->value, 1);
  }
  // A log that says otherwise than its programs do.
  evaluated.outcome.samples[1].completions[0].verdict = "failed";
  evaluated.outcome.samples[1].metrics["pass@1"] = 0;
  WriteRun(directory / "wrong", planned.plans(), [&](const EvalPlan&) { return evaluated; });
  const RescoredTask trusted = RescoreRun(directory / "wrong", 2).tasks.at(0);
  EXPECT_EQ(trusted.num_samples_changed, 0);
  const RescoredTask run = RescoreRun(directory / "wrong", 2, &code).tasks.at(0);
  EXPECT_FALSE(run.IsEqual());
  EXPECT_THAT(run.problems,
              ::testing::Contains(HasSubstr("completion 0 failed in the log and passed now")));
}

TEST(CodeRun, LogsWhatItIsReadBackFrom) {
  SampleResult sample;
  sample.id = "HumanEval/0";
  sample.references = {"    return 1\n"};
  sample.program = {.before = "def f():\n", .after = "\nassert f() == 1"};
  sample.completions = {
      {.text = "    return 2",
       .stop_reason = "eos",
       .num_tokens = 3,
       .extracted = {},
       .verdict = "failed",
       .verdict_detail = "AssertionError: "},
      {.text = "not run", .stop_reason = "eos", .num_tokens = 1, .extracted = {}}};
  std::ostringstream out;
  WriteSamplesJsonl(std::vector<SampleResult>{sample}, out);
  const std::vector<SampleResult> read = ReadSamplesJsonl(out.str(), "samples");
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].program->before, sample.program->before);
  EXPECT_EQ(read[0].program->after, sample.program->after);
  EXPECT_EQ(read[0].completions[0].verdict, "failed");
  EXPECT_EQ(read[0].completions[0].verdict_detail, "AssertionError: ");
  EXPECT_EQ(read[0].completions[1].verdict, "");
}

// What was left for later is made up for by the same command with one flag more; the model is not
// asked again.
TEST(CodeRun, OfTheWholeProgramContinuesWithTheFlag) {
  TempDirectory directory;
  const std::string out = (directory / "run").string();
  std::vector<std::string> command = {"--task",
                                      "humaneval",
                                      "--data",
                                      FixtureRun("").data.data_dir,
                                      "--allow-count-mismatch",
                                      "--limit",
                                      "2",
                                      "--out",
                                      out,
                                      "--max-new-tokens",
                                      "4",
                                      "--model",
                                      "random:tiny",
                                      "--kv-memory",
                                      "32M",
                                      "--threads",
                                      "1",
                                      "--quiet"};
  const testing::ProgramResult without = testing::RunMain(command);
  EXPECT_EQ(without.code, kExitOk) << without.err;
  EXPECT_THAT(without.out, HasSubstr("the programs were not all run"));
  const auto task = [&] {
    return nlohmann::json::parse(
        testing::ReadWholeFile(directory / "run/results.json"))["tasks"][0];
  };
  EXPECT_TRUE(task()["metrics"].empty());

  MEVAL_SANDBOX_OR_SKIP(sandbox);
  command.emplace_back("--allow-code-execution");
  const testing::ProgramResult with = testing::RunMain(command);
  EXPECT_EQ(with.code, kExitOk) << with.err;
  EXPECT_EQ(task()["metrics"][0]["name"], "pass@1");
  EXPECT_EQ(task()["metrics"][0]["n"], 2);
  EXPECT_FALSE(task()["verdicts"].empty());
  EXPECT_THAT(with.out, HasSubstr("2 completions as programs"));
  const testing::ProgramResult again =
      testing::RunMain({"score", "--samples", out, "--allow-code-execution", "--threads", "1"});
  EXPECT_EQ(again.code, kExitOk) << again.out << again.err;
}

TEST(CodeRun, RefusesALimitOnAScoreThatCannotCome) {
  const testing::ProgramResult result =
      testing::RunMain({"--task", "humaneval", "--data", FixtureRun("").data.data_dir,
                        "--allow-count-mismatch", "--fail-under", "humaneval:pass@1=0.3"});
  EXPECT_EQ(result.code, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("expected --allow-code-execution with it"));
}

TEST(CodeFlags, AreRefusedWhereNothingIsRun) {
  using Arguments = std::vector<std::string>;
  EXPECT_THAT(
      [] {
        ParseScore(Arguments{"--list", "--allow-code-execution"});
      },
      ThrowsMessage<UsageError>(HasSubstr("expected --samples RUN")));
  EXPECT_THAT(
      [] {
        ParseRun(Arguments{"--task", "humaneval", "--code-timeout", "0"});
      },
      ThrowsMessage<UsageError>(HasSubstr("--code-timeout")));
  EXPECT_FALSE(ParseRun(Arguments{"--task", "humaneval"}).code.is_allowed);
  EXPECT_TRUE(ParseRun(Arguments{"--task", "mmlu", "--allow-code-execution"}).code.is_allowed);
}

// The real sets: gold solutions, written as an exemplar writes them and passed through stop
// strings, extraction and sandbox.
class RealCode : public ::testing::Test {
 protected:
  static std::vector<std::string> NotPassed(const std::string& task,
                                            const std::filesystem::path& data,
                                            std::int64_t& num_documents) {
    RunOptions options;
    options.tasks = task;
    options.data.data_dir = data.string();
    const PlannedTasks planned(options);
    const CodeRunner code(kAllowed, 2);
    const EvalPlan plan = PlanOf(planned);
    const Evaluated evaluated = Evaluate(
        plan,
        [&](const Document& document, auto) {
          return document.answer + plan.definition().fewshot_delimiter + document.question;
        },
        &code);
    num_documents = evaluated.result.num_documents;
    std::vector<std::string> ids;
    for (const SampleResult& sample : evaluated.outcome.samples) {
      const CompletionResult& completion = sample.completions.at(0);
      if (completion.verdict == kPassed) continue;
      ids.push_back(sample.id);
      std::cout << task << ' ' << sample.id << ": " << completion.verdict << ": "
                << completion.verdict_detail << '\n';
    }
    return ids;
  }
};

TEST_F(RealCode, OfHumanEvalPassesWhole) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  std::int64_t num_documents = 0;
  EXPECT_THAT(NotPassed("humaneval", data_dir, num_documents), IsEmpty());
  EXPECT_EQ(num_documents, 164);
}

TEST_F(RealCode, OfMbppPassesWhole) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  std::int64_t num_documents = 0;
  EXPECT_THAT(NotPassed("mbpp", data_dir, num_documents), IsEmpty());
  EXPECT_EQ(num_documents, 500);
}

TEST_F(RealCode, OfMbppSanitizedPassesWhole) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  std::int64_t num_documents = 0;
  EXPECT_THAT(NotPassed("mbpp_sanitized", data_dir, num_documents), IsEmpty());
  EXPECT_EQ(num_documents, 257);
}

}  // namespace
}  // namespace meval
