// What the public copies of the data sets do that their formats do not promise, on records of our
// own: other shapes, line ends, marks and damage that every reader of them meets.

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/error.h"
#include "tasks/records/text_reader.h"
#include "tasks/task.h"
#include "tasks/task_registry.h"
#include "tests/support/shared_data.h"
#include "tests/tasks/scratch_directory.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScratchDirectory;
using ::testing::ThrowsMessage;

TaskData LoadWith(const Task& task, const std::filesystem::path& file) {
  DataOptions options;
  options.file_overrides["test"] = file;
  options.allow_count_mismatch = true;
  options.needs_exemplars = false;
  return task.Load(options);
}

TaskData LoadBuiltIn(const std::string& name, const std::filesystem::path& file) {
  static const TaskRegistry registry;
  return LoadWith(*registry.Find(name), file);
}

// A multiple-choice task over one file; `more` stands in its data set and in the task.
Task Choices(const std::string& set, const std::string& more) {
  return Task::Parse(R"({"task": "t", "title": "t", "request": "loglikelihood",
    "data": {"test": {"files": ["x"], )" +
                         set + "}}, " + more + R"(, "scores": ["acc"]})",
                     "built-in");
}

// HellaSwag's validation set circulates as text: six lines a record, the first with lower-cased
// second sentences, and no empty line between.
constexpr char kSixLines[] =
    R"("format": "text", "blocks": {"lines": ["query", "label", "a", "b", "c", "d"]})";
constexpr char kSixLineTask[] =
    R"("question": "{query}", "choices": ["{a}", "{b}", "{c}", "{d}"], "gold": {"index": "{label}"})";

TEST(SourceQuirks, HellaSwagAsTextHasSixLinesARecord) {
  const ScratchDirectory scratch;
  const Task task = Choices(kSixLines, kSixLineTask);
  const auto file =
      scratch.Write("x.txt",
                    "Sailing: A boat leaves. it\n3\nsinks.\nsings.\nfalls.\nturns.\n"
                    "Baking: A cake rises. she\n0\nsmiles.\nswims.\nsleeps.\nsinks.\n");
  const TaskData data = LoadWith(task, file);
  ASSERT_EQ(data.documents.size(), 2U);
  EXPECT_EQ(data.documents[1].question, "Baking: A cake rises. she");
  EXPECT_EQ(data.documents[1].source, "x.txt:7");
  EXPECT_THAT(data.documents[0].gold, ElementsAre(3));
  EXPECT_EQ(data.documents[0].choices[3], "turns.");
  const auto cut = scratch.Write("y.txt", "a\n1\nb\nc\nd\ne\nf\n2\n");
  EXPECT_THAT([&] { LoadWith(task, cut); },
              ThrowsMessage<DataError>(HasSubstr("y.txt:7: expected records of 6 lines each, found "
                                                 "only 2 in the last one")));
}

TEST(SourceQuirks, HellaSwagAsTextAsksWhatItsConvertedFormAsks) {
  MEVAL_SHARED_OR_SKIP(directory, "data/hellaswag");
  const TaskData text =
      LoadWith(Choices(kSixLines, kSixLineTask), directory / "hellaswag_val_full.txt");
  const Task converted = Choices(R"("format": "jsonl")",
                                 R"("question": "{activity_label}: {ctx}", "choices": "{endings}",
                 "gold": {"index": "{label}"})");
  const TaskData json = LoadWith(converted, directory / "hellaswag_val.converted.jsonl");
  ASSERT_EQ(text.documents.size(), 10042U);
  ASSERT_EQ(json.documents.size(), text.documents.size());
  for (std::size_t i = 0; i < text.documents.size(); ++i) {
    ASSERT_EQ(text.documents[i].digest, json.documents[i].digest) << i;
  }
}

// AbstainQA's copy: one object with two lists, choices by letter, marks of WikiHow kept, and no
// line end behind the last brace.
TEST(SourceQuirks, AbstainQaKeepsMarksAndNamesChoicesByLetters) {
  const ScratchDirectory scratch;
  const auto file = scratch.Write(
      "x.json",
      R"({"dataset": "hellaswag", "dev": [{"question": "not this", "choices": {"A": "a", "B": "b"},
      "answer": "A"}], "test": [{"question": "[header] How to tie a knot [title] Take a rope.",
      "choices": {"A": "[substeps] Cut it.", "B": "Pull it."}, "answer": "B", "id": 7}]})");
  const Task task = Choices(R"("format": "json", "records_at": "test")",
                            R"("id": "{id|text}", "filters": {"clean": ["strip",
        {"replace": [" [title]", ". "]}, {"delete_regex": "\\[.*?\\]"}, {"replace": ["  ", " "]}]},
      "question": "{question|clean}", "choices": ["{choices.A|clean}", "{choices.B|clean}"],
      "gold": {"letter": "{answer}"})");
  const TaskData data = LoadWith(task, file);
  ASSERT_EQ(data.documents.size(), 1U);
  EXPECT_EQ(data.documents[0].question, " How to tie a knot. Take a rope.");
  EXPECT_THAT(data.documents[0].choices, ElementsAre(" Cut it.", "Pull it."));
  EXPECT_THAT(data.documents[0].gold, ElementsAre(1));
}

// QuAC's own sample has neither background nor section title, and ends like the full file.
TEST(SourceQuirks, QuacsSampleHasNoBackground) {
  const ScratchDirectory scratch;
  const auto file = scratch.Write("x.json", R"({"data": [{"title": "The pier", "paragraphs": [{
    "id": "C_0", "context": "The pier is long. CANNOTANSWER", "qas": [{"id": "C_0_q#0",
    "question": "How is it?", "orig_answer": {"text": "long", "answer_start": 12},
    "answers": [{"text": "long", "answer_start": 12}], "followup": "n", "yesno": "x"}]}]}]})");
  const TaskData data = LoadBuiltIn("quac", file);
  ASSERT_EQ(data.documents.size(), 1U);
  EXPECT_EQ(data.documents[0].question,
            "Title: The pier\nBackground: \nSection: \nPassage: The pier is long.\n\nQ: How is "
            "it?\nA:");
}

// An export without headers has no subject to ask about, and its first paragraph is none.
TEST(SourceQuirks, NewsgroupsWithoutHeadersAreNoMessages) {
  const ScratchDirectory scratch;
  const auto file = scratch.Write(
      "x.jsonl", R"({"text": "Mine lasted two winters.\n\nThen it broke.", "label": 7,)"
                 R"( "label_text": "rec.autos", "id": 3})"
                 "\n");
  EXPECT_THAT([&] { LoadBuiltIn("twenty_newsgroups", file); },
              ThrowsMessage<DataError>(HasSubstr("expected a match of ")));
  const TaskData stripped = LoadBuiltIn("twenty_newsgroups_stripped", file);
  EXPECT_EQ(stripped.documents[0].question,
            "Mine lasted two winters.\n\nThis message was posted to the newsgroup about");
  EXPECT_EQ(stripped.documents[0].answer, "cars");
}

// AGIEval's cloze set has the fields of the others, but no options: none of its records is asked by
// letter.
TEST(SourceQuirks, AgievalsClozeQuestionsHaveNoOptions) {
  const ScratchDirectory scratch;
  const auto file = scratch.Write(
      "aqua-rat.jsonl", R"({"passage": null, "question": "2 + 2?", "options": null, "label": null,)"
                        R"( "answer": "4", "other": null})"
                        "\n");
  EXPECT_THAT([&] { LoadBuiltIn("agieval_en", file); },
              ThrowsMessage<DataError>(HasSubstr("aqua-rat.jsonl:1: ")));
}

// Damage of a copy of MMLU's worked examples: \frac was read as an escape, so a form feed stands
// there. It is a character like others, and no line ends at it.
TEST(SourceQuirks, AFormFeedInATextIsKept) {
  const ScratchDirectory scratch;
  const auto file = scratch.Write("x.jsonl",
                                  "{\"q\": \"What is \\frac{1}{2}?\", \"a\": \"half\", \"b\": "
                                  "\"two\", \"label\": 0}\n");
  const Task task = Choices(R"("format": "jsonl")",
                            R"("question": "{q}", "choices": ["{a}", "{b}"],
                               "gold": {"index": "{label}"})");
  EXPECT_EQ(LoadWith(task, file).documents[0].question, "What is \frac{1}{2}?");
  const auto lines = tasks::ReadText("one\ftwo\nthree", "x.txt", tasks::TextSplit::kLines);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].fields.Find("text")->text, "one\ftwo");
}

// SuperGLUE's labels as words, and TruthfulQA's table behind a byte order mark.
TEST(SourceQuirks, BoolqsLabelsMayBeWords) {
  const ScratchDirectory scratch;
  const auto file = scratch.Write(
      "x.jsonl", R"({"question": "is it so", "passage": "P -- p", "idx": 0, "label": "true"})"
                 "\n"
                 R"({"question": "is it not", "passage": "P -- p", "idx": 1, "label": "false"})"
                 "\n");
  const TaskData data = LoadBuiltIn("boolq", file);
  EXPECT_THAT(data.documents[0].gold, ElementsAre(1));
  EXPECT_THAT(data.documents[1].gold, ElementsAre(0));
}

TEST(SourceQuirks, ATableMayBeginWithAByteOrderMarkAndEndLinesWithCrLf) {
  const ScratchDirectory scratch;
  const auto file = scratch.Write(
      "x.csv", "\xEF\xBB\xBFquestion,answer,other\r\nWho?,\"Ada; Ada B., smith\",\"no\nbody\"\r\n");
  const Task task = Task::Parse(R"({"task": "t", "title": "t", "request": "generation",
    "data": {"test": {"files": ["x.csv"]}},
    "shapes": [{"name": "s", "fields": {"q": "question", "other": "other",
                                        "all": {"split": "; ", "path": "answer"}}}],
    "question": "{q} {other}", "references": "{all}", "generation": {"until": ["\n"]},
    "scores": [{"name": "exact_match"}]})",
                                "built-in");
  const TaskData data = LoadWith(task, file);
  EXPECT_EQ(data.documents[0].question, "Who? no\nbody");
  EXPECT_THAT(data.documents[0].references, ElementsAre("Ada", "Ada B., smith"));
}

}  // namespace
}  // namespace meval
