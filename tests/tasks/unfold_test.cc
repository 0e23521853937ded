// Records that hold several questions, and questions that are numbered in their prompt.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/error.h"
#include "tasks/task.h"
#include "tests/tasks/edited.h"
#include "tests/tasks/scratch_directory.h"

namespace meval {
namespace {

using testing::Edited;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScratchDirectory;
using ::testing::ThrowsMessage;

constexpr char kDialogue[] = R"({
  "task": "mine", "title": "t", "request": "generation",
  "data": { "test": { "files": ["data.jsonl"], "unfold": "talk.turns" } },
  "shapes": [{ "name": "s", "fields": {
    "place": "talk.place", "q": "item.q", "a": "item.a",
    "said": { "join": "", "path": "earlier", "each": "Q: {q}\nA: {a|lower}\n" } } }],
  "question": "In {place}.\n{said}Q: {q}\nA:", "references": ["{a}"],
  "generation": { "until": ["\n"] }, "scores": ["exact_match"]
})";

TaskData Load(const std::string& json, const std::string& records) {
  const ScratchDirectory scratch;
  scratch.Write("data.jsonl", records);
  DataOptions options;
  options.data_dirs = {scratch.path()};
  return Task::Parse(json, "mine.json").Load(options);
}

constexpr char kRecords[] =
    R"({"talk": {"place": "Alden", "turns": [{"q": "one?", "a": "Yes"}, {"q": "two?", "a": "No"}]}})"
    "\n"
    R"({"talk": {"place": "Birk", "turns": [{"q": "three?", "a": "Yes"}]}})"
    "\n";

TEST(Unfold, MakesARecordOfEachElementThatKnowsTheEarlierOnes) {
  const TaskData data = Load(kDialogue, kRecords);
  ASSERT_EQ(data.documents.size(), 3U);
  EXPECT_EQ(data.documents[0].question, "In Alden.\nQ: one?\nA:");
  EXPECT_EQ(data.documents[1].question, "In Alden.\nQ: one?\nA: yes\nQ: two?\nA:");
  EXPECT_EQ(data.documents[2].question, "In Birk.\nQ: three?\nA:");
  EXPECT_EQ(data.documents[1].id, "data:2");
  EXPECT_EQ(data.documents[1].source, "data.jsonl:1");  // the line of its dialogue
  EXPECT_EQ(data.documents[2].source, "data.jsonl:2");
  EXPECT_NE(data.documents[0].record_digest, data.documents[1].record_digest);
}

TEST(Unfold, SaysWhichRecordHasNoSuchList) {
  const auto expect = [](const std::string& records, const char* message) {
    EXPECT_THAT([&] { Load(kDialogue, records); }, ThrowsMessage<DataError>(HasSubstr(message)))
        << records;
  };
  expect(std::string(kRecords) + "{\"talk\": {\"place\": \"Corm\"}}\n",
         "data.jsonl:3: field \"talk\": expected an object with \"turns\"");
  expect("{\"talk\": {\"place\": \"Corm\", \"turns\": 3}}\n",
         "data.jsonl:1: field \"talk.turns\": expected a list, found the integer 3");
  expect("{\"speech\": 1}\n", "data.jsonl:1: field \"talk\" is missing");
  expect("{\"talk\": {\"place\": \"Corm\", \"turns\": []}}\n", "expected at least one record");
  expect("{\"item\": 1, \"talk\": {\"place\": \"Corm\", \"turns\": [{\"q\": \"a\"}]}}\n",
         "field \"item\": a record that is unfolded may not have one");
  expect(std::string(kRecords) + "{\"talk\": {\"place\": \"C\", \"turns\": [{\"q\": \"a\"}]}}\n",
         "data.jsonl:3: field \"item\": expected an object with \"a\"");
}

constexpr char kNumbered[] = R"({
  "task": "mine", "title": "t", "request": "loglikelihood", "shots": 3, "sampler": "first_n",
  "allows_fewer_shots": true, "number_mark": "{#}",
  "data": { "test": { "files": ["data.jsonl"] }, "exemplars": { "files": ["shown.jsonl"] } },
  "group_by": "{g}",
  "question": "Problem {{#}}. {q}\nSo", "choices": ["a", "b"], "gold": { "index": "{k}" },
  "scores": ["acc"]
})";

std::vector<std::string> NumberedPrompts(const std::string& json, std::int64_t shots) {
  const ScratchDirectory scratch;
  scratch.Write("data.jsonl",
                "{\"g\": \"x\", \"q\": \"what?\", \"k\": 0}\n"
                "{\"g\": \"y\", \"q\": \"who?\", \"k\": 1}\n");
  scratch.Write("shown.jsonl",
                "{\"g\": \"x\", \"q\": \"first?\", \"k\": 1}\n"
                "{\"g\": \"y\", \"q\": \"other?\", \"k\": 0}\n"
                "{\"g\": \"x\", \"q\": \"second?\", \"k\": 0}\n");
  DataOptions options;
  options.data_dirs = {scratch.path()};
  const Task task = Task::Parse(json, "mine.json");
  PromptOptions prompt_options;
  prompt_options.shots = shots;
  std::vector<std::string> texts;
  for (const Prompt& prompt : BuildPrompts(task, task.Load(options), prompt_options)) {
    texts.push_back(prompt.Text());
  }
  return texts;
}

TEST(NumberMark, StandsForTheNumberOfAQuestionInItsPrompt) {
  EXPECT_THAT(
      NumberedPrompts(kNumbered, 2),
      ElementsAre("Problem 1. first?\nSo b\n\nProblem 2. second?\nSo a\n\nProblem 3. what?\nSo",
                  "Problem 1. other?\nSo a\n\nProblem 2. who?\nSo"));
  EXPECT_THAT(NumberedPrompts(kNumbered, 0),
              ElementsAre("Problem 1. what?\nSo", "Problem 1. who?\nSo"));
}

// The later ones go first, so that numbers begin at 1.
TEST(NumberMark, LeavesOutTheLaterExemplarsWhereAPromptIsTooLong) {
  Prompt prompt;
  prompt.description = "D\n";
  prompt.shots = {"1. a\n", "2. b\n", "3. c\n"};
  prompt.question = "{#}. q";
  EXPECT_EQ(prompt.Text(2), "D\n3. c\n{#}. q");
  prompt.number_mark = "{#}";
  EXPECT_EQ(prompt.Text(), "D\n1. a\n2. b\n3. c\n4. q");
  EXPECT_EQ(prompt.Text(2), "D\n1. a\n2. q");
  EXPECT_EQ(prompt.Text(3), "D\n1. q");
  EXPECT_EQ(prompt.NumberedQuestion(3), "4. q");
}

TEST(NumberMark, FewerShotsThanAskedAreAnErrorUnlessAllowed) {
  EXPECT_THAT(NumberedPrompts(kNumbered, 3)[1], HasSubstr("Problem 2. who?"));
  EXPECT_THAT([] { NumberedPrompts(Edited(kNumbered, "\"allows_fewer_shots\": true, ", ""), 2); },
              ThrowsMessage<DataError>(HasSubstr("the exemplar pool of \"y\" holds 1 records")));
  EXPECT_THAT([] { Task::Parse(Edited(kNumbered, "first_n", "reference"), "mine.json"); },
              ThrowsMessage<DataError>(HasSubstr("only the sampler \"first_n\" may show fewer")));
  EXPECT_THAT(
      [] {
        Task::Parse(Edited(kNumbered, "\"group_by\"", "\"document_field\": \"q\", \"group_by\""),
                    "mine.json");
      },
      ThrowsMessage<DataError>(HasSubstr("cannot be cut")));
}

TEST(JsonFilter, WritesAnyValueOnOneLine) {
  constexpr char kJson[] = R"({
    "task": "mine", "title": "t", "request": "generation",
    "data": { "test": { "files": ["data.jsonl"] } },
    "question": "{q}", "references": ["{{\"list\": {list|json}, \"text\": {q|json}}}"],
    "generation": { "until": [] }, "scores": ["exact_match"]
  })";
  const TaskData data =
      Load(kJson, "{\"q\": \"a \\\"b\\\"\", \"list\": [1.50, null, {\"k\": true}]}\n");
  EXPECT_THAT(data.documents[0].references,
              ElementsAre("{\"list\": [1.50,null,{\"k\":true}], \"text\": \"a \\\"b\\\"\"}"));
}

}  // namespace
}  // namespace meval
