// Definitions that say only how they differ from another one.

#include "tasks/define/inherit.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/digest.h"
#include "tasks/error.h"
#include "tasks/records/json_parser.h"
#include "tasks/task_registry.h"
#include "tests/tasks/scratch_directory.h"

namespace meval {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::ScratchDirectory;
using ::testing::ThrowsMessage;

std::string Merged(const std::string& child, const std::string& parent) {
  return tasks::WriteJson(tasks::Inherit(tasks::ParseJson(child), tasks::ParseJson(parent), 0));
}

TEST(Inherit, MergesObjectsAtAnyDepthAndReplacesEverythingElse) {
  EXPECT_EQ(Merged(R"({"extends": "p", "b": {"y": {"s": 9}}, "c": [3], "d": "new"})",
                   R"({"a": 1, "b": {"x": 1, "y": {"r": 1, "s": 2}}, "c": [1, 2]})"),
            R"({"a":1,"b":{"x":1,"y":{"r":1,"s":9}},"c":[3],"d":"new"})");
  EXPECT_EQ(Merged(R"({"b": 1, "c": {"x": 1}})", R"({"b": {"x": 1}, "c": 2})"),
            R"({"b":1,"c":{"x":1}})");
}

TEST(Inherit, NullTakesAMemberAwayOnlyWhereItIsInherited) {
  EXPECT_EQ(Merged(R"({"a": null, "b": {"x": null}, "n": null, "l": [{"id": null}]})",
                   R"({"a": 1, "b": {"x": 1, "y": 2}, "l": []})"),
            R"({"b":{"y":2},"l":[{"id":null}],"n":null})");
}

TEST(Inherit, KeepsTheSpellingOfNumbersAndTheEscapesOfTexts) {
  EXPECT_EQ(Merged(R"({"t": "\"\n\u00e9\\"})", R"({"n": 1.50, "e": -7})"),
            "{\"n\":1.50,\"e\":-7,\"t\":\"\\\"\\né\\\\\"}");
}

constexpr char kParent[] = R"({
  "task": "parent", "title": "p", "version": 3, "request": "loglikelihood",
  "data": { "test": { "files": ["x.jsonl"], "records": 2 } },
  "question": "Q: {q}", "choices": ["a", "b"], "gold": { "index": "{g}" },
  "scores": ["acc"]
})";

class Family : public ::testing::Test {
 protected:
  // The registry of a directory with the parent and a child that sorts before it.
  TaskRegistry With(const std::string& child) const {
    scratch_.Write("a_child.json", child);
    scratch_.Write("parent.json", kParent);
    return TaskRegistry({scratch_.path()});
  }
  std::string Message(const std::string& child) const {
    try {
      With(child);
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  }

  ScratchDirectory scratch_;
};

TEST_F(Family, AChildDiffersWhereItSaysSo) {
  const TaskRegistry registry = With(
      R"({"extends": "parent", "task": "child", "data": { "test": { "records": 5 } }, "shots": 0})");
  const TaskDefinition child = registry.Find("child")->definition();
  EXPECT_EQ(child.title, "p");
  EXPECT_EQ(child.version, 3);
  EXPECT_EQ(child.expected_records, 5);
  EXPECT_THAT(child.source, HasSubstr("a_child.json"));
}

// Reports keep a definition as text, so that scores can be computed again without the registry.
TEST_F(Family, TheTextOfAChildIsWholeAndItsDigestChangesWithTheParent) {
  const TaskRegistry registry = With(R"({"extends": "parent", "task": "child"})");
  const TaskDefinition child = registry.Find("child")->definition();
  const TaskDefinition again = Task::Parse(child.json, "report.json").definition();
  EXPECT_EQ(again.digest, child.digest);
  EXPECT_EQ(again.title, "p");
  EXPECT_EQ(child.digest, Sha256(child.json));
  EXPECT_NE(child.digest, registry.Find("parent")->definition().digest);
}

TEST_F(Family, ABuiltInTaskCanBeExtended) {
  const auto path = scratch_.Write(
      "mine.json", R"({"extends": "gsm8k", "task": "mine", "generation": {"max_new_tokens": 7}})");
  const TaskDefinition mine = TaskRegistry().Resolve(path.string())[0].definition();
  EXPECT_EQ(mine.generation.max_new_tokens, 7);
  EXPECT_EQ(mine.generation.until.size(), 3U);
}

TEST_F(Family, MistakesAreFoundWhereTheyStand) {
  EXPECT_THAT(Message("{\"extends\": \"parent\",\n \"task\": \"child\",\n \"scorse\": 1}"),
              AllOf(HasSubstr("a_child.json:3: unknown key \"scorse\""),
                    HasSubstr("did you mean \"scores\"?")));
  // The choice "b" is the parent's, on its fourth line; that it is one too many is the child's
  // doing.
  EXPECT_THAT(Message(R"({"extends": "parent", "task": "child", "choice_prefixes": ["x"]})"),
              HasSubstr("a_child.json:1: choice_prefixes: expected a list as long as"));
  EXPECT_THAT(Message(R"({"extends": "parent", "task": "child", "request": "generation"})"),
              HasSubstr("the key \"references\" is missing"));
  EXPECT_THAT(Message(R"({"extends": "parent", "task": "child", "gold":
                         { "index": null, "text": "{q}", "label": "x" }})"),
              HasSubstr("gold: expected exactly one of index, number"));
  EXPECT_THAT(
      Message(R"({"extends": "parent", "task": "child", "request": "rolling", "choices": null})"),
      HasSubstr("a_child.json: inherited from "));
}

TEST_F(Family, AParentThatIsNotThereOrWaitsForItsChildIsAnError) {
  EXPECT_THAT(Message(R"({"extends": "parrent", "task": "child"})"),
              HasSubstr("a_child.json:1: extends: there is no task \"parrent\" to extend"));
  EXPECT_THAT(Message(R"({"extends": "child", "task": "child"})"),
              HasSubstr("there is no task \"child\" to extend"));
  EXPECT_THAT(Message(R"({"extends": 5, "task": "child"})"), HasSubstr("expected a string"));
  EXPECT_THAT([] { Task::Parse(R"({"extends": "gsm8k", "task": "x"})", "mine.json"); },
              ThrowsMessage<DataError>(HasSubstr("there is no task \"gsm8k\" to extend")));
}

}  // namespace
}  // namespace meval
