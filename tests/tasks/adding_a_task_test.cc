// docs/adding-a-task.md is a promise: the files it shows are those of docs/examples, they load, and
// they give the prompts it prints.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/exact_match.h"
#include "metrics/numeric_match.h"
#include "tasks/answer_filter.h"
#include "tasks/task_registry.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::filesystem::path kDocs = std::filesystem::path(MEVAL_SOURCE_DIR) / "docs";

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.is_open()) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string Guide() { return ReadAll(kDocs / "adding-a-task.md"); }

Task Example(const std::string& name) {
  return TaskRegistry().Resolve((kDocs / "examples" / name).string()).front();
}

TEST(AddingATask, ShowsTheExamplesAsTheyAre) {
  for (const char* name :
       {"capitals.json", "capitals.csv", "errands.json", "errands.jsonl", "errands_shown.jsonl",
        "letters.json", "letters.jsonl", "hellaswag_converted.json", "notes.json", "notes.jsonl",
        "gsm8k_cot_short.json"}) {
    const std::string shown = "\n" + ReadAll(kDocs / "examples" / name) + "```\n";
    EXPECT_TRUE(Guide().find(shown) != std::string::npos) << name;
  }
}

TEST(AddingATask, CapitalsLoadsBesideItsFileAndGivesThePromptShown) {
  const Task task = Example("capitals.json");
  const TaskData data = task.Load({});
  ASSERT_EQ(data.documents.size(), 4U);
  EXPECT_EQ(data.documents[0].id, "1");
  EXPECT_EQ(data.documents[3].question,
            "Which of these, \"the white city\", is the capital of Serbia?\nA. Belgrade\nB. "
            "Nis\nC. Novi Sad\nAnswer:");
  std::vector<std::int64_t> gold;
  for (const Document& document : data.documents) gold.push_back(document.gold.at(0));
  EXPECT_THAT(gold, ElementsAre(1, 0, 2, 0));
  const auto prompts = BuildPrompts(
      task, data, {.shots = task.definition().default_shots, .seed = 1234, .system = ""});
  EXPECT_THAT(prompts[0].exemplars, ElementsAre("a1", "a2"));
  EXPECT_THAT(prompts[2].exemplars, ElementsAre("e1", "e2"));
  EXPECT_THAT(Guide(), HasSubstr("```text\n" + prompts[0].Text() + "\n```\n"));
}

TEST(AddingATask, AVariantHasWhatItDoesNotChange) {
  const TaskDefinition variant = Example("gsm8k_cot_short.json").definition();
  const TaskDefinition original = TaskRegistry().Find("gsm8k_cot")->definition();
  EXPECT_EQ(variant.default_shots, 4);
  EXPECT_EQ(variant.generation.max_new_tokens, 96);
  EXPECT_EQ(variant.generation.until, original.generation.until);
  EXPECT_EQ(variant.scores.size(), original.scores.size());
  EXPECT_TRUE(variant.published.empty());
}

TEST(AddingATask, ErrandsReadsBothShapesAndItsGoldAnswersAreRight) {
  const Task task = Example("errands.json");
  const TaskData data = task.Load({});
  EXPECT_EQ(data.files[0].shape, "flat");
  EXPECT_EQ(data.files[1].shape, "ours");
  EXPECT_EQ(data.exemplars[0].answer, "5 + 4 = 9 things need a stamp. The result is 9.");
  const auto& scores = task.definition().scores;
  for (const Document& document : data.documents) {
    const std::string strict = AnswerFilter(scores[0].filters).Apply(document.answer).text;
    EXPECT_TRUE(ExactMatch().MatchesAny(strict, document.references)) << strict;
    const std::string last = AnswerFilter(scores[1].filters).Apply(document.answer).text;
    EXPECT_TRUE(NumericMatch(last, document.references[0])) << last;
  }
}

TEST(AddingATask, LettersTurnsLabelsIntoTheClassesThatAreScored) {
  const Task task = Example("letters.json");
  const TaskData data = task.Load({});
  std::vector<std::int64_t> gold;
  for (const Document& document : data.documents) gold.push_back(document.gold.at(0));
  EXPECT_THAT(gold, ElementsAre(0, 1, 2, 0));
  EXPECT_THAT(data.documents[1].choices, ElementsAre("a complaint", "an order", "a question"));
  EXPECT_EQ(data.documents[2].question, "Letter: Is the shop open on Sundays?\nThis letter is");
}

// Each key that the definition reader knows is described, by name.
TEST(AddingATask, DescribesEveryKey) {
  const std::string guide = Guide();
  try {
    Task::Parse(R"({"task": "t", "title": "t", "request": "generation", "question": "q",
                    "data": {"test": {"files": "x.jsonl"}}, "references": ["r"],
                    "generation": {"until": []}, "scores": ["bleu"], "nonsense": 1})",
                "t.json");
    FAIL() << "the unknown key was accepted";
  } catch (const std::exception& error) {
    std::string keys = error.what();
    keys.erase(0, keys.find("Known keys: ") + std::string("Known keys: ").size());
    std::istringstream in(keys);
    std::int64_t count = 0;
    for (std::string key; std::getline(in >> std::ws, key, ',');) {
      EXPECT_THAT(guide, HasSubstr("`" + key + "`"));
      ++count;
    }
    EXPECT_GT(count, 20);
  }
}

}  // namespace
}  // namespace meval
