// Loading: what is found where, what is refused, what is recorded.

#include "tasks/task.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/digest.h"
#include "tasks/error.h"
#include "tests/tasks/edited.h"
#include "tests/tasks/scratch_directory.h"

namespace meval {
namespace {

using ::testing::AllOf;
using testing::Edited;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ScratchDirectory;
using ::testing::ThrowsMessage;

constexpr char kChoiceTask[] = R"({
  "task": "mine",
  "title": "A task of one's own",
  "request": "loglikelihood",
  "upstream": "example.org",
  "data": {
    "test": { "files": ["mine/test.jsonl", "mine/*.csv"], "records": 2 },
    "exemplars": { "files": "mine/train.jsonl", "records": 1 }
  },
  "question": "Q: {question}\nA:",
  "choices": "{options}",
  "gold": { "index": "{label}" },
  "scores": ["acc"]
})";

constexpr char kTwoRecords[] =
    "{\"question\": \"one?\", \"options\": [\"a\", \"b\"], \"label\": 1}\n"
    "{\"question\": \"two?\", \"options\": [\"c\", \"d\", \"e\"], \"label\": \"0\"}\n";
constexpr char kOneExemplar[] =
    "{\"question\": \"zero?\", \"options\": [\"x\", \"y\"], \"label\": 0}\n";

class TaskLoad : public ::testing::Test {
 protected:
  TaskLoad() {
    scratch_.Write("data/mine/test.jsonl", kTwoRecords);
    scratch_.Write("data/mine/train.jsonl", kOneExemplar);
    options_.data_dirs = {scratch_.path() / "nothing", scratch_.path() / "data"};
  }
  Task Parse(const std::string& json = kChoiceTask) const {
    return Task::Parse(json, (scratch_.path() / "own" / "mine.json").string());
  }
  TaskData Load(const std::string& json = kChoiceTask) const { return Parse(json).Load(options_); }
  // Loads one record in place of the two.
  TaskData LoadRecord(const std::string& record, const std::string& json = kChoiceTask) {
    scratch_.Write("data/mine/test.jsonl", record + "\n");
    options_.allow_count_mismatch = true;
    options_.needs_exemplars = false;
    return Load(json);
  }
  void ExpectRefused(const std::string& record, const std::string& message,
                     const std::string& json = kChoiceTask) {
    EXPECT_THAT(
        [&] { LoadRecord(record, json); },
        ThrowsMessage<DataError>(AllOf(HasSubstr("data/mine/test.jsonl:1: "), HasSubstr(message))))
        << record;
  }

  ScratchDirectory scratch_;
  DataOptions options_;
};

TEST_F(TaskLoad, RendersDocumentsAndExemplars) {
  const TaskData data = Load();
  ASSERT_EQ(data.documents.size(), 2U);
  const Document& document = data.documents[1];
  EXPECT_EQ(document.index, 1);
  EXPECT_EQ(document.id, "test:2");
  EXPECT_EQ(document.source, "mine/test.jsonl:2");
  EXPECT_EQ(document.question, "Q: two?\nA:");
  EXPECT_EQ(document.cut_begin, document.cut_end);
  EXPECT_THAT(document.choices, ElementsAre("c", "d", "e"));
  EXPECT_THAT(document.gold, ElementsAre(0));
  EXPECT_EQ(document.answer, "c");
  EXPECT_THAT(document.references, IsEmpty());
  EXPECT_EQ(document.digest.size(), 64U);
  EXPECT_NE(document.digest, data.documents[0].digest);
  ASSERT_EQ(data.exemplars.size(), 1U);
  EXPECT_EQ(data.exemplars[0].answer, "x");
  EXPECT_THAT(data.warnings, IsEmpty());
  EXPECT_EQ(data.duplicate_questions, 0);
}

TEST_F(TaskLoad, RecordsWhatItRead) {
  const TaskData data = Load();
  EXPECT_EQ(data.data_dir, scratch_.path() / "data");
  ASSERT_EQ(data.files.size(), 2U);
  EXPECT_EQ(data.files[0].role, "test");
  EXPECT_EQ(data.files[0].path, scratch_.path() / "data/mine/test.jsonl");
  EXPECT_EQ(data.files[0].records, 2);
  EXPECT_EQ(data.files[0].sha256, Sha256(kTwoRecords));
  EXPECT_EQ(data.files[0].shape, "plain");
  EXPECT_EQ(data.files[1].role, "exemplars");
  EXPECT_EQ(data.data_digest, DigestBuilder().Add(Sha256(kTwoRecords)).Finish());
  EXPECT_EQ(data.exemplar_digest, DigestBuilder().Add(Sha256(kOneExemplar)).Finish());
}

TEST_F(TaskLoad, LeavesTheExemplarsWhereNobodyNeedsThem) {
  std::filesystem::remove(scratch_.path() / "data/mine/train.jsonl");
  EXPECT_THAT([&] { Load(); }, ThrowsMessage<DataError>(
                                   AllOf(HasSubstr("the exemplars were not found"),
                                         HasSubstr("mine/train.jsonl"), HasSubstr("--shots 0"))));
  options_.needs_exemplars = false;
  const TaskData data = Load();
  EXPECT_THAT(data.exemplars, IsEmpty());
  EXPECT_EQ(data.exemplar_digest, "");
}

TEST_F(TaskLoad, SaysWhatItLookedForAndWhere) {
  options_.data_dirs = {scratch_.path() / "nothing"};
  EXPECT_THAT([&] { Load(); }, ThrowsMessage<DataError>(AllOf(
                                   HasSubstr("task \"mine\": the evaluated set was not found"),
                                   HasSubstr("mine/test.jsonl or mine/*.csv"), HasSubstr("nothing"),
                                   HasSubstr("to get it: example.org"), HasSubstr("--data"))));
  const DataStatus status = Parse().Locate(options_);
  EXPECT_FALSE(status.found);
  EXPECT_THAT(status.missing, HasSubstr("example.org"));
}

TEST_F(TaskLoad, LocatesWithoutReading) {
  scratch_.Write("data/mine/test.jsonl", "not JSON");
  const DataStatus status = Parse().Locate(options_);
  EXPECT_TRUE(status.found);
  EXPECT_EQ(status.data_dir, scratch_.path() / "data");
  EXPECT_EQ(status.files.size(), 2U);
  EXPECT_EQ(status.missing, "");
  std::filesystem::remove(scratch_.path() / "data/mine/train.jsonl");
  EXPECT_THAT(Parse().Locate(options_).missing, HasSubstr("the exemplars were not found"));
}

TEST_F(TaskLoad, TakesTheFirstDirectoryAndTheFirstPatternThatHoldTheSet) {
  scratch_.Write("data/mine/a.csv", "question,options,label\n");
  scratch_.Write("later/mine/test.jsonl", kTwoRecords);
  scratch_.Write("later/mine/train.jsonl", kOneExemplar);
  options_.data_dirs.push_back(scratch_.path() / "later");
  EXPECT_EQ(Load().data_dir, scratch_.path() / "data");
  std::filesystem::remove_all(scratch_.path() / "data");
  EXPECT_EQ(Load().data_dir, scratch_.path() / "later");
}

TEST_F(TaskLoad, DoesNotMixExemplarsOfAnotherDirectoryIn) {
  std::filesystem::remove(scratch_.path() / "data/mine/train.jsonl");
  scratch_.Write("later/mine/train.jsonl", kOneExemplar);
  options_.data_dirs.push_back(scratch_.path() / "later");
  EXPECT_THAT([&] { Load(); }, ThrowsMessage<DataError>(HasSubstr("must lie beside")));
}

TEST_F(TaskLoad, FindsFilesBesideTheDefinition) {
  scratch_.Write("own/mine/test.jsonl", kTwoRecords);
  scratch_.Write("own/mine/train.jsonl", kOneExemplar);
  options_.data_dirs.clear();
  EXPECT_EQ(Load().data_dir, scratch_.path() / "own");
}

TEST_F(TaskLoad, ReadsAbsolutePaths) {
  const auto file = scratch_.Write("elsewhere/x.jsonl", kTwoRecords);
  options_.needs_exemplars = false;
  const TaskData data = Load(Edited(kChoiceTask, "mine/test.jsonl", file.string()));
  EXPECT_EQ(data.files[0].path, file);
}

TEST_F(TaskLoad, PutsOverridesFirst) {
  options_.file_overrides["test"] = scratch_.Write("one.jsonl", kOneExemplar);
  options_.allow_count_mismatch = true;
  const TaskData data = Load();
  EXPECT_EQ(data.documents.size(), 1U);
  EXPECT_EQ(data.documents[0].source, "one.jsonl:1");
  EXPECT_EQ(data.exemplars.size(), 1U);  // still found among the data
  EXPECT_THAT(data.warnings, ElementsAre(HasSubstr("expected 2 records, found 1")));
}

TEST_F(TaskLoad, RefusesOverridesThatNameNothing) {
  const auto expect = [&](const char* role, const std::filesystem::path& path,
                          const char* message) {
    options_.file_overrides = {{role, path}};
    EXPECT_THAT([&] { Load(); }, ThrowsMessage<DataError>(HasSubstr(message)));
  };
  expect("train", "x", "the roles are \"test\" and \"exemplars\"");
  expect("test", scratch_.path() / "absent.jsonl", "there is no such file for the role \"test\"");
  expect("exemplars", scratch_.path() / "*.none", "there is no such file");
  expect("test", scratch_.path(), "found a directory");
}

TEST_F(TaskLoad, RefusesAnotherNumberOfRecords) {
  const std::string json = Edited(kChoiceTask, "\"records\": 2", "\"records\": 10042");
  EXPECT_THAT([&] { Load(json); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("expected 10042 records, found 2"),
                                             HasSubstr("--allow-count-mismatch"))));
  options_.allow_count_mismatch = true;
  EXPECT_THAT(Load(json).warnings, ElementsAre(HasSubstr("expected 10042 records, found 2")));
}

TEST_F(TaskLoad, WarnsOfAnotherExemplarPool) {
  scratch_.Write("data/mine/train.jsonl", std::string(kOneExemplar) + kOneExemplar);
  EXPECT_THAT(Load().warnings,
              ElementsAre(AllOf(HasSubstr("mine/train.jsonl holds 2 records, the reference's 1"),
                                HasSubstr("differ from the reference's"))));
}

TEST_F(TaskLoad, RefusesEmptyFiles) {
  for (const char* empty : {"", "\n", "\xEF\xBB\xBF"}) {
    scratch_.Write("data/mine/test.jsonl", empty);
    EXPECT_THAT([&] { Load(); },
                ThrowsMessage<DataError>(HasSubstr("expected at least one record, found none")));
  }
}

TEST_F(TaskLoad, RefusesRecordsThatAreWrong) {
  ExpectRefused(R"({"qestion": "x", "options": ["a", "b"], "label": 0})",
                "field \"question\" is missing; did you mean \"qestion\"?; the record has: "
                "qestion, options, label");
  ExpectRefused("{}", "field \"question\" is missing; the record has: nothing");
  ExpectRefused(R"({"question": 5, "options": ["a", "b"], "label": 0})",
                "field \"question\": expected a string, found the integer 5");
  ExpectRefused(R"({"question": null, "options": ["a", "b"], "label": 0})",
                "field \"question\": expected a string, found null");
  ExpectRefused(R"({"question": "x", "options": "ab", "label": 0})",
                "field \"options\": expected a list, found \"ab\"");
  ExpectRefused(R"({"question": "x", "options": ["a", null], "label": 0})",
                "field \"options\": expected a string, found null");
  ExpectRefused(R"({"question": "x", "options": ["a"], "label": 0})",
                "expected at least two choices, found 1");
  ExpectRefused("{\"question\": \"x\", \"options\": [\"a\", \"\xFF\"], \"label\": 0}",
                "byte 37: not valid UTF-8");
  ExpectRefused(R"({"question": "x", "options": ["a", "b"], "label": 0)", "byte 52: ");
}

TEST_F(TaskLoad, ChecksTheNumberOfChoices) {
  ExpectRefused(R"({"question": "x", "options": ["a", "b"], "label": 0})",
                "expected 3 choices, found 2",
                Edited(kChoiceTask, "\"gold\"", "\"num_choices\": 3, \"gold\""));
}

TEST_F(TaskLoad, RefusesGoldOutsideTheChoices) {
  ExpectRefused(R"({"question": "x", "options": ["a", "b"], "label": 2})",
                "field \"label\": expected an integer 0..1, found the integer 2");
}

TEST_F(TaskLoad, RefusesIdsThatOccurTwice) {
  scratch_.Write("data/mine/test.jsonl",
                 "{\"id\": 7, \"question\": \"a\", \"options\": [\"a\", \"b\"], \"label\": 1}\n"
                 "{\"id\": 7, \"question\": \"b\", \"options\": [\"a\", \"b\"], \"label\": 1}\n");
  options_.needs_exemplars = false;
  EXPECT_THAT(
      [&] { Load(Edited(kChoiceTask, "\"gold\"", "\"id\": \"{id|text}\", \"gold\"")); },
      ThrowsMessage<DataError>(HasSubstr("mine/test.jsonl:2: the id \"7\" occurs twice, first at "
                                         "mine/test.jsonl:1")));
  EXPECT_EQ(Load().documents[1].id, "test:2");
}

TEST_F(TaskLoad, CountsQuestionsThatOccurAgain) {
  const std::string record = "{\"question\": \"a\", \"options\": [\"a\", \"b\"], \"label\": 1}\n";
  scratch_.Write("data/mine/test.jsonl", record + record);
  const TaskData data = Load();
  EXPECT_EQ(data.duplicate_questions, 1);
  EXPECT_EQ(data.documents[0].record_digest, data.documents[1].record_digest);
}

TEST_F(TaskLoad, WarnsOfEmptyChoices) {
  const TaskData data = LoadRecord(R"({"question": "x", "options": ["", "b"], "label": 0})");
  EXPECT_THAT(data.warnings, ::testing::Contains(HasSubstr("1 choices are empty texts")));
}

TEST_F(TaskLoad, ChoosesTheShapeByTheFieldsThereAre) {
  const std::string json =
      Edited(kChoiceTask, "\"gold\": { \"index\": \"{label}\" }", R"("shapes": [
    { "name": "native", "fields": { "question": "question", "options": "options",
                                    "label": "label" },
      "gold": { "index": "{label}" } },
    { "name": "hub", "fields": { "question": "q.stem", "options": "choices.text",
                                 "label": "answerKey" },
      "gold": { "letter": "{label}" } }])");
  const TaskData hub = LoadRecord(
      R"({"q": {"stem": "x"}, "choices": {"text": ["a", "b"]}, "answerKey": "B"})", json);
  EXPECT_EQ(hub.files[0].shape, "hub");
  EXPECT_THAT(hub.documents[0].gold, ElementsAre(1));
  EXPECT_EQ(
      LoadRecord(R"({"question": "x", "options": ["a", "b"], "label": 1})", json).files[0].shape,
      "native");
  ExpectRefused(R"({"question": "x", "options": ["a", "b"]})",
                "none of the known shapes: found the fields question, options; \"native\" lacks "
                "label; \"hub\" lacks q.stem, choices.text, answerKey",
                json);
  // The first record decides; the others must keep to it.
  scratch_.Write("data/mine/test.jsonl",
                 R"({"question": "x", "options": ["a", "b"], "label": 1})"
                 "\n"
                 R"({"q": {"stem": "x"}, "choices": {"text": ["a", "b"]}, "answerKey": "B"})");
  EXPECT_THAT([&] { Load(json); },
              ThrowsMessage<DataError>(HasSubstr("test.jsonl:2: field \"question\" is missing")));
}

TEST_F(TaskLoad, TakesGroupsFromFileNamesAndChecksThemAgainstTheCategories) {
  const std::string json =
      Edited(Edited(Edited(kChoiceTask, "\"gold\"", R"("shapes": [{ "name": "s", "fields": {
                      "g": { "file_name": ["*_test.csv", "*.csv"] }, "question": "question",
                      "a": "a", "b": "b", "label": "label" } }],
                    "group_by": "{g}", "categories": { "all": ["first", "second"] },
                    "description": "About {g}.\n\n", "gold")"),
                    "\"{options}\"", R"(["{a}", "{b}"])"),
             R"("mine/*.csv"])", R"("mine/*.csv"], "columns": ["question", "a", "b", "label"])");
  std::filesystem::remove(scratch_.path() / "data/mine/test.jsonl");
  scratch_.Write("data/mine/second.csv", "two?,a,b,0\r\n");
  scratch_.Write("data/mine/first_test.csv", "one?,a,\"b\nc\",1\n");
  options_.needs_exemplars = false;
  const TaskData data = Load(json);
  ASSERT_EQ(data.documents.size(), 2U);
  EXPECT_EQ(data.documents[0].group, "first");
  EXPECT_EQ(data.documents[0].description, "About first.\n\n");
  EXPECT_EQ(data.documents[0].id, "first_test:1");
  EXPECT_THAT(data.documents[0].choices, ElementsAre("a", "b\nc"));
  EXPECT_EQ(data.documents[1].group, "second");

  std::filesystem::rename(scratch_.path() / "data/mine/second.csv",
                          scratch_.path() / "data/mine/secnod.csv");
  EXPECT_THAT([&] { Load(json); },
              ThrowsMessage<DataError>(HasSubstr("mine/secnod.csv:1: the group \"secnod\" is in "
                                                 "none of the task's categories; did you mean "
                                                 "\"second\"?")));
}

TEST_F(TaskLoad, NumbersRecordsByPathWhereFilesShareAName) {
  std::filesystem::remove(scratch_.path() / "data/mine/test.jsonl");
  const std::string record = R"({"question": "x", "options": ["a", "b"], "label": 1})";
  scratch_.Write("data/mine/a/test.jsonl", record);
  scratch_.Write("data/mine/b/test.jsonl", record);
  options_.needs_exemplars = false;
  const TaskData data = Load(Edited(kChoiceTask, "mine/test.jsonl", "mine/*/test.jsonl"));
  EXPECT_EQ(data.documents[0].id, "mine/a/test.jsonl:1");
  EXPECT_EQ(data.documents[1].id, "mine/b/test.jsonl:1");
}

TEST_F(TaskLoad, KnowsWhatTruncationMayCut) {
  const std::string json =
      Edited(Edited(kChoiceTask, "Q: {question}", "Read: {passage|strip}\\nQ: {question}"),
             "\"gold\"", "\"document_field\": \"passage\", \"gold\"");
  const TaskData data = LoadRecord(
      R"({"question": "x", "passage": " long é ", "options": ["a", "b"], "label": 0})", json);
  const Document& document = data.documents[0];
  EXPECT_EQ(document.question.substr(document.cut_begin, document.cut_end - document.cut_begin),
            "long \u00e9");
}

constexpr char kGenerationTask[] = R"({
  "task": "mine",
  "title": "A task of one's own",
  "request": "generation",
  "data": { "test": { "files": ["mine/test.jsonl"] },
            "exemplars": { "files": ["mine/train.jsonl"],
                           "shapes": [{ "name": "worked", "fields": { "question": "q",
                                                                      "steps": "s" } }],
                           "question": "Example: {question}", "answer": "{steps}!" } },
  "question": "{question}",
  "references": "{answers}",
  "generation": { "until": ["\n"] },
  "scores": ["exact_match"]
})";

TEST_F(TaskLoad, RendersReferencesAndAnswersOfItsOwnForExemplars) {
  scratch_.Write("data/mine/test.jsonl", "{\"question\": \"x\", \"answers\": [\"a\", \"b\"]}");
  scratch_.Write("data/mine/train.jsonl", "{\"q\": \"y\", \"s\": \"because\"}");
  const TaskData data = Load(kGenerationTask);
  EXPECT_THAT(data.documents[0].references, ElementsAre("a", "b"));
  EXPECT_EQ(data.documents[0].answer, "a");  // a list shows its first entry
  EXPECT_EQ(data.exemplars[0].question, "Example: y");
  EXPECT_EQ(data.exemplars[0].answer, "because!");
  EXPECT_EQ(data.files[1].shape, "worked");
}

TEST_F(TaskLoad, RefusesADocumentWithoutReferences) {
  ExpectRefused("{\"question\": \"x\", \"answers\": []}", "expected at least one reference",
                kGenerationTask);
  ExpectRefused("{\"question\": \"x\", \"answers\": 3}", "expected a list", kGenerationTask);
}

// Records cut off anywhere are refused as data, never anything else.
TEST_F(TaskLoad, NoTruncationCrashes) {
  const std::string record =
      R"({"question": "x\n\u00e9", "options": ["a", "b"], "label": 1, "more": {"a": [1, 2.5]}})";
  for (std::size_t size = 1; size < record.size(); ++size) {
    EXPECT_THROW(LoadRecord(record.substr(0, size)), DataError) << size;
  }
}

}  // namespace
}  // namespace meval
