#include "evals/check_task.h"

#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/task_skeleton.h"
#include "tasks/error.h"
#include "tests/evals/run_program.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RunMain;
using testing::TempDirectory;

// A task that takes a number out of a completion by this pattern.
Task Sums(const std::string& pattern, const std::string& until) {
  return Task::Parse(R"({
    "task": "sums", "title": "t", "request": "generation",
    "data": { "test": { "files": ["x.jsonl"] } },
    "question": "{q}", "answer": "It is {a}.", "references": ["{a}"],
    "generation": { "until": [")" +
                         until + R"("] },
    "scores": [{ "name": "exact_match", "filters": [{ "regex": ")" +
                         pattern + R"(" }] }]
  })",
                     "built-in");
}

Document Sum(const std::string& answer) {
  Document document;
  document.source = "x.jsonl:1";
  document.question = "2 + 2?";
  document.answer = "It is " + answer + ".";
  document.references = {answer};
  return document;
}

TaskCheck Checked(const Task& task, const Document& document) {
  const std::vector<const Document*> documents = {&document};
  return CheckAnswers(task.definition(), documents);
}

TEST(CheckAnswers, AcceptsATaskThatFindsItsOwnAnswers) {
  const TaskCheck check = Checked(Sums("is ([0-9]+)", "\\n"), Sum("4"));
  EXPECT_THAT(check.problems, IsEmpty());
  EXPECT_EQ(check.num_checked, 1);
  EXPECT_EQ(check.num_cut, 0);
}

TEST(CheckAnswers, NamesTheRecordWhoseAnswerTheTaskDoesNotFind) {
  const TaskCheck check = Checked(Sums("is ([0-9]+)", "\\n"), Sum("four"));
  EXPECT_THAT(check.problems, ElementsAre(AllOf(HasSubstr("x.jsonl:1"), HasSubstr("scores 0")),
                                          HasSubstr("the gold answers score 0")));
}

TEST(CheckAnswers, NoAnswerIsWrongWhereAMetricLeavesNothingOfTheGoldEither) {
  const Task task = Task::Parse(R"({
    "task": "t", "title": "t", "request": "generation", "data": {"test": {"files": ["x.jsonl"]}},
    "question": "{q}", "references": ["{a}"], "generation": {"until": ["\n"]},
    "scores": [{"name": "em", "metric": "triviaqa_em", "filters": ["strip"], "headline": true}]
  })",
                                "built-in");
  Document the = Sum("");
  the.answer = "The";
  the.references = {"The"};
  const TaskCheck check = Checked(task, the);
  EXPECT_THAT(check.problems, IsEmpty());
}

TEST(CheckAnswers, FindsTheSameOnAnyNumberOfThreads) {
  const Task task = Sums("is ([0-9]+)", "\\n");
  std::vector<Document> documents;
  for (int i = 0; i < 50; ++i) documents.push_back(Sum(i % 7 == 0 ? "x" : std::to_string(i)));
  std::vector<const Document*> all;
  for (const Document& document : documents) all.push_back(&document);
  const TaskCheck one = CheckAnswers(task.definition(), all, 1);
  const TaskCheck four = CheckAnswers(task.definition(), all, 4);
  EXPECT_EQ(one.problems.size(), 9U);
  EXPECT_EQ(four.problems, one.problems);
  EXPECT_EQ(four.num_checked, one.num_checked);
}

TEST(CheckAnswers, CountsAnswersThatAStopStringCuts) {
  const TaskCheck check = Checked(Sums("is ([0-9]+)", "is"), Sum("4"));
  EXPECT_THAT(check.problems, IsEmpty());
  EXPECT_EQ(check.num_cut, 1);
}

TEST(TasksCheck, ShowsThreePromptsAndEndsWithAnErrorWhereAnAnswerIsNotFound) {
  const TempDirectory directory;
  directory.Write("mine.jsonl",
                  "{\"q\": \"one?\", \"a\": \"1\"}\n{\"q\": \"two?\", \"a\": \"2\"}\n"
                  "{\"q\": \"three?\", \"a\": \"3\"}\n{\"q\": \"four?\", \"a\": \"4\"}\n");
  const auto definition = [](const std::string& pattern) {
    return R"({"task": "mine", "comment": ["mine"], "title": "t", "request": "generation",
      "data": {"test": {"files": ["mine.jsonl"]}}, "question": "{q}", "references": ["{a}"],
      "generation": {"until": ["\n"]},
      "scores": [{"name": "exact_match", "filters": ["strip", {"regex": ")" +
           pattern + R"("}]}]})";
  };
  directory.Write("mine.json", definition("[0-9]+"));
  const std::string path = (directory / "mine.json").string();
  const auto fine = RunMain({"tasks", "--check", path});
  EXPECT_EQ(fine.code, 0) << fine.err;
  EXPECT_THAT(fine.out, AllOf(HasSubstr("prompt of document 3"),
                              HasSubstr("answers of 4 documents"), HasSubstr("fine")));
  EXPECT_THAT(fine.out, ::testing::Not(HasSubstr("prompt of document 4")));
  directory.Write("mine.json", definition("[1-3]+"));
  const auto broken = RunMain({"tasks", "--check", path});
  EXPECT_EQ(broken.code, 3);
  EXPECT_THAT(broken.out, HasSubstr("mine.jsonl:4"));
  EXPECT_EQ(RunMain({"tasks", "mmlu", "--check", path}).code, 2);
}

// A skeleton passes its own check, whatever kind of record it was made from.
TEST(TasksInit, MakesADefinitionThatPassesItsCheck) {
  const std::vector<std::string> records = {
      R"({"id": 7, "question": "Which?", "choices": ["red", "green"], "label": 1})",
      R"({"stem": "Which?", "options": ["red", "green", "blue"], "answer": "C"})",
      R"({"text": "Which?", "endings": ["red", "green"], "target": "green"})",
      R"({"problem": "2 + 2", "answer": 4})",
      R"({"dialogue": "A: hi", "summary": "A greets."})",
      R"({"passage": "Tea is hot.", "question": "is tea cold", "answer": false})"};
  for (const std::string& record : records) {
    const TempDirectory directory;
    directory.Write("my \u00fcn\u00ef file.jsonl", record + "\n");
    const auto skeleton =
        RunMain({"tasks", "--init", (directory / "my \u00fcn\u00ef file.jsonl").string()});
    ASSERT_EQ(skeleton.code, 0) << skeleton.err;
    directory.Write("mine.json", skeleton.out);
    const auto check = RunMain({"tasks", "--check", (directory / "mine.json").string()});
    EXPECT_EQ(check.code, 0) << record << check.err << check.out << skeleton.out;
  }
}

TEST(TasksInit, RefusesWhatHasNoQuestionOrNoAnswer) {
  for (const char* records : {"", "\n\n", "[1]\n", "{\"a\": 1}\n", "{\"q\": \"only\"}\n"}) {
    std::istringstream in(records);
    EXPECT_THROW(TaskSkeleton(in, "mine.jsonl"), DataError) << records;
  }
}

}  // namespace
}  // namespace meval
