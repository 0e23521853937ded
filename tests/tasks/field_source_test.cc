// Where the fields of a shape come from: paths that gather lists, texts that are lists, texts made
// of several fields, and lines of a file beside the records.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/digest.h"
#include "tasks/error.h"
#include "tasks/records/json_parser.h"
#include "tasks/render/field_path.h"
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

std::string Gathered(const std::string& path, const std::string& record) {
  const auto parsed = tasks::FieldPath::Parse("r." + path);
  return tasks::WriteJson(parsed.Read(tasks::ParseJson(record)));
}

TEST(FieldPath, GathersOfEveryElementAndOfObjects) {
  const std::string record = R"({"c": [{"t": "x", "l": ["p", "q"]}, {"t": "y", "l": ["r"]}],
                                 "o": {"b": 1, "a": 0}})";
  EXPECT_EQ(Gathered("c[*].t", record), R"(["x","y"])");
  EXPECT_EQ(Gathered("c[*].l[0]", record), R"(["p","r"])");
  EXPECT_EQ(Gathered("c[*].l[*]", record), R"([["p","q"],["r"]])");
  EXPECT_EQ(Gathered("o[keys]", record), R"(["b","a"])");
  EXPECT_EQ(Gathered("o[values]", record), "[1,0]");
  EXPECT_EQ(Gathered("c[1].t", record), "\"y\"");
}

TEST(FieldPath, SaysWhatCannotBeGathered) {
  EXPECT_THAT([] { Gathered("c[*].t", R"({"c": {"t": "x"}})"); },
              ThrowsMessage<tasks::FieldError>("field \"r.c\": expected a list, found an object"));
  EXPECT_THAT([] { Gathered("c[*].t", R"({"c": [{"t": "x"}, {"u": "y"}]})"); },
              ThrowsMessage<tasks::FieldError>(HasSubstr("expected an object with \"t\"")));
  EXPECT_THAT([] { Gathered("c[keys]", R"({"c": [1]})"); },
              ThrowsMessage<tasks::FieldError>(HasSubstr("expected an object, found a list of 1")));
  EXPECT_THAT([] { tasks::FieldPath::Parse("c[each]"); },
              ThrowsMessage<tasks::FieldError>(
                  HasSubstr("expected a number, *, keys or values in brackets")));
}

TEST(FieldSource, ZipsListsOfOneLength) {
  const auto joined = [](const std::string& record) {
    const ScratchDirectory scratch;
    scratch.Write("data.jsonl", record + "\n");
    DataOptions options;
    options.data_dirs = {scratch.path()};
    return Task::Parse(R"({"task": "t", "title": "t", "request": "generation",
      "data": {"test": {"files": ["data.jsonl"]}},
      "shapes": [{"name": "s", "fields": {"x": {"join": "; ", "each": "{n}={t}",
                                                "zip": {"n": "c.names", "t": "texts"}}}}],
      "question": "{x}", "references": ["r"], "generation": {"until": ["."]},
      "scores": [{"name": "exact_match"}]})",
                       "built-in")
        .Load(options)
        .documents.at(0)
        .question;
  };
  EXPECT_EQ(joined(R"({"c": {"names": ["a", "b"]}, "texts": ["x", "y"]})"), "a=x; b=y");
  EXPECT_THAT([&] { joined(R"({"c": {"names": ["a", "b"]}, "texts": ["x"]})"); },
              ThrowsMessage<DataError>(HasSubstr("\"texts\": expected a list of 2, found a list")));
  EXPECT_THAT([&] { joined(R"({"c": {"names": ["a"]}})"); },
              ThrowsMessage<DataError>(HasSubstr("\"s\" lacks texts")));
}

// The shape's name for what it reads is `x`, which the question shows as far as it is a text.
constexpr char kTask[] = R"({
  "task": "mine", "title": "t", "request": "generation",
  "data": { "test": { "files": ["data.jsonl"] } },
  "shapes": [{ "name": "s", "fields": { "q": "q", "x": SOURCE } }],
  "question": "{q}", "references": REFERENCES,
  "generation": { "until": ["\n"] }, "scores": ["exact_match"]
})";

class FieldSources : public ::testing::Test {
 protected:
  Task Parse(const std::string& source, const std::string& references = "[\"{x}\"]") const {
    return Task::Parse(Edited(Edited(kTask, "SOURCE", source), "REFERENCES", references),
                       (scratch_.path() / "mine.json").string());
  }
  TaskData Load(const std::string& source, const std::string& references,
                const std::string& records) const {
    scratch_.Write("data.jsonl", records);
    return Parse(source, references).Load({});
  }
  std::vector<std::string> References(const std::string& source, const std::string& references,
                                      const std::string& record) const {
    return Load(source, references, record + "\n").documents[0].references;
  }

  ScratchDirectory scratch_;
};

TEST_F(FieldSources, AShapeNamesAGatheredList) {
  EXPECT_THAT(References(R"("a[*].t")", R"("{x}")", R"({"q": "?", "a": [{"t": "1"}, {"t": "2"}]})"),
              ElementsAre("1", "2"));
  EXPECT_THAT([&] { Parse(R"("a")", R"(["{x[*].t}"])"); },
              ThrowsMessage<DataError>(HasSubstr("only the fields of a shape may")));
}

TEST_F(FieldSources, AShapeSplitsATextThatIsAList) {
  const std::string source = R"({ "split": "; ", "path": "a" })";
  EXPECT_THAT(References(source, R"("{x}")", R"({"q": "?", "a": "one; two;three; "})"),
              ElementsAre("one", "two;three", ""));
  EXPECT_THAT(References(source, R"("{x}")", R"({"q": "?", "a": "one"})"), ElementsAre("one"));
  EXPECT_THAT([&] { References(source, R"("{x}")", R"({"q": "?", "a": 1})"); },
              ThrowsMessage<DataError>(HasSubstr("field \"a\": expected a string")));
}

TEST_F(FieldSources, AShapeMakesATextOfSeveralFields) {
  EXPECT_THAT(References(R"({ "text": "{t} -- {p}" })", R"(["{x}"])",
                         R"({"q": "?", "t": "Title", "p": "text"})"),
              ElementsAre("Title -- text"));
  EXPECT_THAT(
      [&] { References(R"({ "text": "{t} -- {p}" })", R"(["{x}"])", R"({"q": "?", "t": "T"})"); },
      ThrowsMessage<DataError>(HasSubstr("\"s\" lacks p")));
}

TEST_F(FieldSources, MistakesInASourceAreFoundWhenItIsRead) {
  const struct {
    const char* source;
    const char* message;
  } cases[] = {
      {"{}",
       "expected a path, or an object with file_name, text, split and path, or join and path"},
      {R"({ "split": "", "path": "a" })", "expected a text that is not empty"},
      {R"({ "split": ";" })", "the key \"path\" is missing"},
      {R"({ "split": ";", "path": "a[*]" })", "the path gathers a list"},
      {R"({ "text": "{q|nothing}" })", "unknown filter \"nothing\""},
      {R"({ "text": "{q}", "path": "q" })", "unknown key \"path\""},
  };
  for (const auto& c : cases) {
    EXPECT_THAT([&] { Parse(c.source); }, ThrowsMessage<DataError>(HasSubstr(c.message)))
        << c.source;
  }
}

class LineFiles : public FieldSources {
 protected:
  TaskData LoadBeside(const std::string& lines, const std::string& records) const {
    if (!lines.empty()) scratch_.Write("data-labels.lst", lines);
    scratch_.Write("data.jsonl", records);
    const std::string json =
        Edited(Edited(Edited(kTask, "SOURCE", "\"label\""), "REFERENCES", "[\"{x}\"]"),
               R"("files": ["data.jsonl"])",
               R"("files": ["data.jsonl"], "line_files": { "label": "*-labels.lst" })");
    return Task::Parse(json, (scratch_.path() / "mine.json").string()).Load({});
  }
};

TEST_F(LineFiles, GiveEachRecordItsLine) {
  const TaskData data = LoadBeside("7\r\neight\n", "{\"q\": \"a\"}\n{\"q\": \"b\"}\n");
  EXPECT_THAT(data.documents[0].references, ElementsAre("7"));
  EXPECT_THAT(data.documents[1].references, ElementsAre("eight"));
  ASSERT_EQ(data.files.size(), 2U);
  EXPECT_EQ(data.files[1].shape, "lines");
  EXPECT_EQ(data.files[1].sha256, Sha256("7\r\neight\n"));
  const TaskData other = LoadBeside("7\nnine\n", "{\"q\": \"a\"}\n{\"q\": \"b\"}\n");
  EXPECT_NE(other.data_digest, data.data_digest);
}

TEST_F(LineFiles, AreNotReadWhereTheRecordsHoldTheField) {
  const TaskData data = LoadBeside("", "{\"q\": \"a\", \"label\": \"own\"}\n");
  EXPECT_THAT(data.documents[0].references, ElementsAre("own"));
  EXPECT_EQ(data.files.size(), 1U);
}

TEST_F(LineFiles, ThatAreMissingOrTooShortAreRefused) {
  EXPECT_THAT([&] { LoadBeside("", "{\"q\": \"a\"}\n"); },
              ThrowsMessage<DataError>(HasSubstr("data-labels.lst, which would hold it")));
  EXPECT_THAT([&] { LoadBeside("1\n", "{\"q\": \"a\"}\n{\"q\": \"b\"}\n"); },
              ThrowsMessage<DataError>(
                  HasSubstr("expected a line for each of the 2 records beside it, found 1")));
  EXPECT_THAT([&] { LoadBeside("\xFF\n", "{\"q\": \"a\"}\n"); },
              ThrowsMessage<DataError>(HasSubstr("not valid UTF-8")));
}

TEST_F(FieldSources, RecordsMayStandInsideOneObject) {
  scratch_.Write("data.json",
                 R"({"about": "x", "examples": [{"q": "1", "a": "2"}, {"q": "3", "a": "4"}]})");
  const auto load = [&](const std::string& member) {
    const std::string json = Edited(
        Edited(Edited(kTask, "SOURCE", "\"a\""), "REFERENCES", "[\"{x}\"]"),
        R"("files": ["data.jsonl"])", R"("files": ["data.json"], "records_at": ")" + member + "\"");
    return Task::Parse(json, (scratch_.path() / "mine.json").string()).Load({});
  };
  EXPECT_EQ(load("examples").documents.size(), 2U);
  EXPECT_THAT(
      [&] { load("records"); },
      ThrowsMessage<DataError>(HasSubstr("expected an object with the member \"records\"")));
}

TEST_F(FieldSources, ADigestTellsTheKnownFileFromOthers) {
  const std::string bytes = "{\"q\": \"?\", \"a\": \"1\"}\n";
  scratch_.Write("data.jsonl", bytes);
  const auto load = [&](const std::string& digest) {
    const std::string json = Edited(
        Edited(Edited(kTask, "SOURCE", "\"a\""), "REFERENCES", "[\"{x}\"]"),
        R"("files": ["data.jsonl"])", R"("files": ["data.jsonl"], "sha256": [")" + digest + "\"]");
    return Task::Parse(json, (scratch_.path() / "mine.json").string()).Load({});
  };
  EXPECT_EQ(load(Sha256(bytes)).has_known_digest, true);
  EXPECT_EQ(load(Sha256("other")).has_known_digest, false);
  EXPECT_EQ(Load("\"a\"", R"(["{x}"])", bytes).has_known_digest, std::nullopt);
  EXPECT_THAT([&] { load("abc"); },
              ThrowsMessage<DataError>(HasSubstr("expected a SHA-256 of 64 digits")));
}

}  // namespace
}  // namespace meval
