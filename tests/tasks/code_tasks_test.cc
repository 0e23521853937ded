// Tasks whose completions are run as programs: their definitions, the programs, and sets that share
// a file with others.

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/error.h"
#include "tasks/task_registry.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TempDirectory;
using ::testing::ThrowsMessage;

const std::filesystem::path kFixtures =
    std::filesystem::path(MEVAL_SOURCE_DIR) / "tests/fixtures/tasks/data";

DataOptions In(const std::filesystem::path& directory, bool of_any_size = false) {
  DataOptions options;
  options.data_dirs = {directory};
  options.allow_count_mismatch = of_any_size;
  return options;
}

TaskData LoadFixture(const std::string& name) {
  return TaskRegistry().Find(name)->Load(In(kFixtures, true));
}

std::vector<std::string> Ids(const std::vector<Document>& documents) {
  std::vector<std::string> ids;
  for (const Document& document : documents) ids.push_back(document.id);
  return ids;
}

// A task over records of one's own.
Task OwnTask(const std::string& execution, const std::string& scores,
             const std::string& more_of_test = "") {
  return Task::Parse(R"({"task": "own", "title": "own", "request": "generation",
      "data": {"test": {"files": ["own.jsonl"])" +
                         more_of_test + R"(}},
      "question": "{q}", "references": ["{a}"], "generation": {"until": ["#"]})" +
                         execution + R"(, "scores": )" + scores + "}",
                     "own.json");
}

constexpr char kExecution[] = R"(, "execution": {"program": "{q}{completion}\n{t}"})";
constexpr char kScores[] = R"([{"name": "pass@1", "metric": "pass_at_k", "k": 1}])";

TEST(CodeTasks, OfHumanEvalRunPromptCompletionTestAndCall) {
  const Document document = LoadFixture("humaneval").documents.at(0);
  EXPECT_EQ(document.id, "HumanEval/0");
  EXPECT_EQ(document.program_before, document.question);
  EXPECT_THAT(document.program_after, ::testing::StartsWith("\n\n\nMETADATA = {"));
  EXPECT_THAT(document.program_after, ::testing::EndsWith("\ncheck(second_largest)"));
  EXPECT_THAT(document.references, ElementsAre(document.answer));
}

TEST(CodeTasks, OfHumanEvalStrippedAskWithoutWhiteSpaceAround) {
  const Document document = LoadFixture("humaneval_stripped").documents.at(1);
  EXPECT_THAT(document.question, ::testing::StartsWith("def is_mirrored"));
  EXPECT_THAT(document.question, ::testing::EndsWith("\"\"\""));
  EXPECT_EQ(document.program_before, document.question);
}

TEST(CodeTasks, OfMbppAreTheRecordsOfTheirSetAlone) {
  const TaskData data = LoadFixture("mbpp");
  EXPECT_THAT(Ids(data.documents), ElementsAre("11", "12", "510"));
  EXPECT_THAT(Ids(data.exemplars), ElementsAre("2", "3", "4"));
  EXPECT_THAT(Ids(LoadFixture("mbpp_sanitized").documents), ElementsAre("11", "17", "510"));
}

TEST(CodeTasks, OfMbppRunSetupBeforeTests) {
  const Document document = LoadFixture("mbpp").documents.at(1);
  EXPECT_EQ(document.program_before, "");
  EXPECT_EQ(document.program_after,
            "\nroot = Node(1)\r\nroot.left = Node(2)\nassert height(root) == 2\nassert "
            "height(root.left) == 1\nassert height(root.right) == 0");
}

TEST(CodeTasks, OfMbppSanitizedRunImportsFirst) {
  const Document document = LoadFixture("mbpp_sanitized").documents.at(1);
  EXPECT_EQ(document.program_before, "import math\n");
  EXPECT_THAT(document.question, HasSubstr("circumference(2) < 13\n[BEGIN]\n"));  // a fourth test
}

TEST(CodeTasks, HaveAProgramInTheirDigest) {
  TempDirectory directory;
  directory.Write("own.jsonl", R"({"q": "a", "a": "b", "t": "c"})"
                               "\n");
  const Task with = OwnTask(kExecution, kScores);
  const Task other = OwnTask(R"(, "execution": {"program": "{completion}\n{t}{q}"})", kScores);
  const DataOptions options = In(directory.path());
  EXPECT_NE(with.Load(options).documents.at(0).digest, other.Load(options).documents.at(0).digest);
}

TEST(CodeTasks, RefuseAProgramWithoutItsPlaceForTheCompletion) {
  for (const char* program : {"{q}{t}", "{completion}{completion}{t}"}) {
    EXPECT_THAT(
        [&] { OwnTask(R"(, "execution": {"program": ")" + std::string(program) + "\"}", kScores); },
        ThrowsMessage<DataError>(
            HasSubstr("execution.program: expected {completion} exactly once")));
  }
}

TEST(CodeTasks, RefuseWhatDoesNotFitTogether) {
  const struct {
    std::string execution;
    std::string scores;
    const char* message;
  } cases[] = {
      {"", kScores, "there is no \"execution\""},
      {kExecution, R"(["pass_at_k"])", "expected an object with \"name\" and \"k\""},
      {kExecution, R"([{"name": "pass@1", "metric": "pass_at_k"}])", "\"k\""},
      {kExecution, R"([{"name": "pass@0", "metric": "pass_at_k", "k": 0}])", "k"},
      {kExecution, R"([{"name": "p", "metric": "pass_at_k", "k": 1, "filters": ["strip"]}])",
       "stands in \"execution\""},
      {R"(, "execution": {"program": "{completion}{t}", "timeout_seconds": 0})", kScores,
       "above 0 and at most 3600"},
      {R"(, "execution": {"program": "{completion}{t}", "memory_mib": 1})", kScores, "memory_mib"},
      {R"(, "execution": {"program": "{completion}{t}", "timeout": 3})", kScores,
       "did you mean \"timeout_seconds\""},
      {R"(, "execution": {"program": "{completion}{t"})", kScores, "execution.program"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT([&] { OwnTask(c.execution, c.scores); },
                ThrowsMessage<DataError>(HasSubstr(c.message)))
        << c.execution << ' ' << c.scores;
  }
}

TEST(CodeTasks, RefuseARecordThatNothingTests) {
  TempDirectory directory;
  directory.Write("own.jsonl", R"({"q": "a", "a": "b", "t": ""})"
                               "\n");
  const Task task = OwnTask(R"(, "execution": {"program": "{q}{completion}{t}"})", kScores);
  EXPECT_THAT([&] { task.Load(In(directory.path())); },
              ThrowsMessage<DataError>(HasSubstr("own.jsonl:1: nothing tests the program")));
}

TEST(RecordRange, KeepsBothEndsAndTheLineNumbers) {
  TempDirectory directory;
  std::string records;
  for (int n = 1; n <= 5; ++n) {
    records += R"({"q": "q)" + std::to_string(n) + R"(", "a": "b", "t": "c", "n": )" +
               std::to_string(n) + "}\n";
  }
  directory.Write("own.jsonl", records);
  const DataOptions options = In(directory.path());
  const auto only = [](const std::string& range) {
    return OwnTask(kExecution, kScores, R"(, "only": )" + range);
  };
  const TaskData data = only(R"({"field": "n", "from": 2, "to": 4})").Load(options);
  ASSERT_EQ(data.documents.size(), 3U);
  EXPECT_EQ(data.documents[0].question, "q2");
  EXPECT_EQ(data.documents[0].source, "own.jsonl:2");
  EXPECT_EQ(data.documents[2].question, "q4");
  EXPECT_EQ(data.files[0].records, 3);
  EXPECT_THAT([&] { only(R"({"field": "n", "from": 6, "to": 9})").Load(options); },
              ThrowsMessage<DataError>(
                  HasSubstr("expected records with a n from 6 to 9, found none among 5")));
  EXPECT_THAT([&] { only(R"({"field": "q", "from": 1, "to": 2})").Load(options); },
              ThrowsMessage<DataError>(
                  HasSubstr("own.jsonl:1: field \"q\": expected an integer, found \"q1\"")));
  EXPECT_THAT(
      [&] { only(R"({"field": "m", "from": 1, "to": 2})").Load(options); },
      ThrowsMessage<DataError>(HasSubstr("field \"m\": expected an integer, found nothing")));
  EXPECT_THAT([&] { only(R"({"field": "n", "from": 3, "to": 2})"); },
              ThrowsMessage<DataError>(HasSubstr("only.to")));
}

TEST(CodeTasks, ReadTheRealFiles) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  const TaskRegistry registry;
  const struct {
    const char* task;
    std::size_t documents;
    std::size_t exemplars;
  } cases[] = {{"humaneval", 164, 0},
               {"humaneval_stripped", 164, 0},
               {"mbpp", 500, 3},
               {"mbpp_sanitized", 257, 3}};
  for (const auto& c : cases) {
    const TaskData data = registry.Find(c.task)->Load(In(data_dir));
    EXPECT_EQ(data.documents.size(), c.documents) << c.task;
    EXPECT_EQ(data.exemplars.size(), c.exemplars) << c.task;
    EXPECT_EQ(data.has_known_digest, true) << c.task;
  }
}

}  // namespace
}  // namespace meval
