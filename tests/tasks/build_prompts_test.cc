#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/digest.h"
#include "tasks/error.h"
#include "tasks/task.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Task MakeTask() {
  return Task::Parse(R"({
    "task": "mine", "title": "t", "request": "generation", "sampler": "first_n",
    "data": { "test": { "files": ["x.jsonl"] }, "exemplars": { "files": ["y.jsonl"] } },
    "question": "{q}", "references": ["{a}"], "generation": { "until": [] },
    "target_delimiter": " ", "fewshot_delimiter": "\n\n", "scores": ["exact_match"]
  })",
                     "built-in");
}

TaskData MakeData(const std::string& description) {
  TaskData data;
  const auto make = [](const char* id, const char* question, const char* answer) {
    Document document;
    document.id = id;
    document.question = question;
    document.answer = answer;
    return document;
  };
  data.documents = {make("d1", "Q1:", "A1")};
  data.documents[0].description = description;
  data.exemplars = {make("e1", "E1: ", "X1"), make("e2", "E2:", "X2\n")};
  return data;
}

std::string Text(const std::string& description, const std::string& system,
                 std::int64_t shots = 0) {
  const TaskData data = MakeData(description);
  const auto prompts =
      BuildPrompts(MakeTask(), data,
                   {.shots = shots, .seed = 1234, .mode = FewShotMode::kTask, .system = system});
  return prompts.at(0).Text();
}

TEST(BuildPrompts, JoinsDescriptionShotsAndQuestionWithNothingElse) {
  EXPECT_EQ(Text("", ""), "Q1:");
  EXPECT_EQ(Text("D.\n\n", ""), "D.\n\nQ1:");
  EXPECT_EQ(Text("D.", ""), "D.Q1:");  // a description carries its own blank line
  // The delimiter is added even behind whitespace, and answers keep their bytes.
  EXPECT_EQ(Text("D.\n\n", "", 2), "D.\n\nE1:  X1\n\nE2: X2\n\n\nQ1:");
}

TEST(BuildPrompts, JoinsASystemInstructionByTheSeamRule) {
  EXPECT_EQ(Text("D.\n\n", "S."), "S.\n\nD.\n\nQ1:");
  EXPECT_EQ(Text("D.\n\n", "S. "), "S. D.\n\nQ1:");
  EXPECT_EQ(Text(" D.\n\n", "S."), "S. D.\n\nQ1:");
  EXPECT_EQ(Text("\u3000D.", "S."), "S.\u3000D.Q1:");  // Unicode whitespace counts
  EXPECT_EQ(Text("\n", "S."), "S.\nQ1:");
}

TEST(BuildPrompts, PartsALoneSystemInstructionFromTheQuestion) {
  EXPECT_EQ(Text("", "S."), "S.\n\nQ1:");
  EXPECT_EQ(Text("", "S.\n"), "S.\nQ1:");
}

TEST(BuildPrompts, NamesItsExemplarsAndDropsThemFromTheFront) {
  const TaskData data = MakeData("D.\n\n");
  const auto prompts = BuildPrompts(
      MakeTask(), data, {.shots = 2, .seed = 1234, .mode = FewShotMode::kTask, .system = ""});
  ASSERT_EQ(prompts.size(), 1U);
  EXPECT_THAT(prompts[0].exemplars, ElementsAre("e1", "e2"));
  EXPECT_THAT(prompts[0].shots, ElementsAre("E1:  X1\n\n", "E2: X2\n\n\n"));
  EXPECT_EQ(prompts[0].Text(1), "D.\n\nE2: X2\n\n\nQ1:");
  EXPECT_EQ(prompts[0].Text(2), "D.\n\nQ1:");
  EXPECT_EQ(prompts[0].Text(9), "D.\n\nQ1:");
}

TEST(BuildPrompts, RefusesImpossibleOptions) {
  EXPECT_THROW(Text("", "", -1), std::invalid_argument);
  EXPECT_THROW(Text("", "", 3), DataError);
  EXPECT_THROW(Text("", "\xFF"), std::invalid_argument);
}

TEST(PromptDigest, DependsOnThePromptAndTheChoicesWithTheirDelimiter) {
  TaskDefinition task;
  task.target_delimiter = " ";
  Document document;
  Prompt prompt;
  prompt.question = "Q";
  EXPECT_EQ(PromptDigest(task, document, prompt), Sha256("1:Q"));
  document.choices = {"A", "BC"};
  EXPECT_EQ(PromptDigest(task, document, prompt), Sha256("1:Q2: A3: BC"));
  prompt.shots = {"x"};
  EXPECT_EQ(PromptDigest(task, document, prompt), Sha256("2:xQ2: A3: BC"));
  task.target_delimiter = "";
  EXPECT_EQ(PromptDigest(task, document, prompt), Sha256("2:xQ1:A2:BC"));
}

TEST(PromptsDigest, IsOverEveryDocumentInOrder) {
  const std::vector<std::string> digests = {"ab", "c"};
  EXPECT_EQ(PromptsDigest(digests), Sha256("2:ab1:c"));
  EXPECT_EQ(PromptsDigest({}), Sha256(""));
}

}  // namespace
}  // namespace meval
