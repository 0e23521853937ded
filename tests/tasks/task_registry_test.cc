#include "tasks/task_registry.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/error.h"
#include "tests/tasks/edited.h"
#include "tests/tasks/scratch_directory.h"

namespace meval {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using testing::Edited;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScratchDirectory;
using ::testing::ThrowsMessage;

constexpr char kMine[] = R"({
  "task": "mine", "title": "t", "request": "loglikelihood",
  "data": { "test": { "files": ["x.jsonl"] } },
  "question": "{q}", "choices": ["a", "b"], "gold": { "index": "{g}" }, "scores": ["acc"]
})";

std::vector<std::string> Names(const std::vector<Task>& tasks) {
  std::vector<std::string> names;
  for (const Task& task : tasks) names.push_back(task.name());
  return names;
}

TEST(TaskRegistry, KnowsTheBuiltInTasksByName) {
  const TaskRegistry registry;
  const auto names = Names(registry.tasks());
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  for (const char* name : {"hellaswag", "mmlu", "gsm8k", "gsm8k_cot", "gsm8k_cot_maj8", "samsum"}) {
    EXPECT_THAT(names, Contains(name));
    ASSERT_NE(registry.Find(name), nullptr);
    EXPECT_EQ(registry.Find(name)->definition().source, "built-in");
  }
  EXPECT_EQ(registry.Find("nothing"), nullptr);
}

TEST(TaskRegistry, ResolvesNamesGroupsGlobsAndPathsEachOnce) {
  const TaskRegistry registry;
  const ScratchDirectory scratch;
  const std::string path = scratch.Write("mine.json", kMine).string();
  EXPECT_THAT(Names(registry.Resolve("samsum, mmlu")), ElementsAre("samsum", "mmlu"));
  EXPECT_THAT(Names(registry.Resolve("mmlu,mmlu")), ElementsAre("mmlu"));
  EXPECT_THAT(Names(registry.Resolve("gsm8k_cot*")),
              ElementsAre("gsm8k_cot", "gsm8k_cot_maj8", "gsm8k_cot_maj8_reference"));
  EXPECT_THAT(Names(registry.Resolve("gsm8k_all")),
              ElementsAre("gsm8k", "gsm8k_cot", "gsm8k_cot_maj8"));
  EXPECT_THAT(Names(registry.Resolve(path + ",mmlu," + path)), ElementsAre("mine", "mmlu"));
  EXPECT_EQ(registry.Resolve(path)[0].definition().source, path);
}

TEST(TaskRegistry, NamesTheNearestForAnUnknownOne) {
  const TaskRegistry registry;
  const auto expect = [&](const char* selection, const char* message) {
    EXPECT_THAT([&] { registry.Resolve(selection); },
                ThrowsMessage<UnknownTaskError>(HasSubstr(message)))
        << selection;
  };
  expect("mmul", "there is no task or group \"mmul\"; the nearest names are: mmlu");
  expect("mmlu,hellswag", "\"hellswag\"; the nearest names are: hellaswag");
  expect("gsm8k_al", "gsm8k_all");
  expect("zzzzzzzz", "there is no task or group \"zzzzzzzz\". `mistral-eval tasks` lists");
  expect("", "there is no task or group \"\"");
  expect("mmlu,", "there is no task or group \"\"");
  expect("zz*", "there is no task or group \"zz*\"");
  expect("\xFF", "there is no task or group");
  EXPECT_THAT([&] { registry.Resolve("absent.json"); },
              ThrowsMessage<DataError>(HasSubstr("absent.json: cannot be read")));
}

TEST(TaskRegistry, RefusesTwoTasksOfOneNameInASelection) {
  const TaskRegistry registry;
  const ScratchDirectory scratch;
  const auto path = scratch.Write("my_mmlu.json", Edited(kMine, "mine", "mmlu"));
  EXPECT_THAT([&] { registry.Resolve("mmlu," + path.string()); },
              ThrowsMessage<DataError>(HasSubstr("the task \"mmlu\" is selected already")));
  EXPECT_EQ(registry.Resolve(path.string()).size(), 1U);  // alone it may have the name
}

TEST(TaskRegistry, AddsTasksAndGroupsOfFurtherDirectories) {
  const ScratchDirectory scratch;
  scratch.Write("mine.json", kMine);
  scratch.Write("groups.json",
                R"({"groups": [{"name": "both", "title": "t", "members": ["mine", "mmlu"]}]})");
  scratch.Write("notes.txt", "not a task");
  const TaskRegistry registry({scratch.path()});
  EXPECT_NE(registry.Find("mine"), nullptr);
  EXPECT_THAT(Names(registry.Resolve("both")), ElementsAre("mine", "mmlu"));
}

TEST(TaskRegistry, RefusesDirectoriesThatAreWrong) {
  const auto expect = [](const std::string& json, const std::string& message) {
    const ScratchDirectory scratch;
    scratch.Write("mine.json", json);
    EXPECT_THAT([&] { TaskRegistry({scratch.path()}); },
                ThrowsMessage<DataError>(HasSubstr(message)));
  };
  expect("{", "mine.json:1: byte ");
  expect(Edited(kMine, "mine", "mmlu"), "there is a task \"mmlu\" already, from built-in");
  expect(R"({"groups": [{"name": "g", "title": "t", "members": ["nothing"]}]})",
         "the group \"g\" names an unknown task \"nothing\"");
  expect(R"({"groups": [{"name": "mmlu", "title": "t", "members": ["mmlu"]}]})",
         "the group \"mmlu\" has the name of a task");
  expect(R"({"groups": [{"name": "demo", "title": "t", "members": ["mmlu"]}]})",
         "there is a group \"demo\" already");
  expect(R"({"groups": [{"name": "g", "title": "t", "members": []}]})",
         "groups[0]: expected at least one member");
  expect(R"({"groups": [{"name": "g", "titel": "t", "members": ["mmlu"]}]})",
         "groups[0]: the key \"title\" is missing; is \"titel\" meant to be it?");
  EXPECT_THAT([] { TaskRegistry({"/nowhere/at/all"}); },
              ThrowsMessage<DataError>(HasSubstr("expected a directory")));
}

TEST(TaskRegistry, GroupsNameTasksThatExist) {
  const TaskRegistry registry;
  EXPECT_FALSE(registry.groups().empty());
  for (const TaskGroup& group : registry.groups()) {
    EXPECT_GE(registry.Resolve(group.name).size(), group.members.size()) << group.name;
    EXPECT_FALSE(group.title.empty());
  }
}

TEST(TaskRegistry, ResolvesGroupsOfGroupsEachTaskOnce) {
  const ScratchDirectory scratch;
  scratch.Write("mine.json", kMine);
  scratch.Write("groups.json", R"({"groups": [
    {"name": "outer", "title": "t", "members": ["inner", "samsum", "mine"]},
    {"name": "inner", "title": "t", "members": ["mine", {"name": "mmlu", "score": "acc"}]}]})");
  const TaskRegistry registry({scratch.path()});
  EXPECT_THAT(Names(registry.Resolve("outer")), ElementsAre("mine", "mmlu", "samsum"));
  std::vector<std::string> groups;
  for (const TaskGroup& group : registry.ResolveGroups("samsum,outer,inner")) {
    groups.push_back(group.name);
  }
  EXPECT_THAT(groups, ElementsAre("inner", "outer"));  // parts first
  EXPECT_TRUE(registry.ResolveGroups("samsum,mmlu*").empty());
}

TEST(TaskRegistry, ThePaperHasTwelvePublishedNumbers) {
  const TaskRegistry registry;
  const std::vector<TaskGroup> groups = registry.ResolveGroups("mistral_paper");
  const TaskGroup& paper = groups.back();
  ASSERT_EQ(paper.name, "mistral_paper");
  ASSERT_TRUE(paper.published);
  std::vector<double> values;
  for (const PublishedRow& row : paper.published->rows) {
    values.push_back(row.value);
    if (row.task.empty()) continue;
    // Each row's task is run with the group, at the shots of the paper.
    const std::vector<std::string> names = Names(registry.Resolve("mistral_paper"));
    EXPECT_THAT(names, Contains(row.task));
    EXPECT_EQ(registry.Find(row.task)->definition().default_shots, row.shots) << row.task;
  }
  // arXiv:2310.06825, Table 2, last line.
  EXPECT_THAT(values,
              ElementsAre(60.1, 81.3, 75.3, 83.0, 80.0, 55.5, 28.8, 69.9, 30.5, 47.5, 13.1, 52.2));
}

TEST(TaskRegistry, RefusesGroupsThatMakeNoSense) {
  const auto expect = [](const std::string& group, const std::string& message) {
    const ScratchDirectory scratch;
    scratch.Write("groups.json", R"({"groups": [{"name": "g", "title": "t", )" + group + "}]}");
    EXPECT_THAT([&] { TaskRegistry({scratch.path()}); },
                ThrowsMessage<DataError>(HasSubstr(message)))
        << group;
  };
  expect(R"("members": ["g"])", "the group \"g\" is made of itself");
  expect(R"("members": [{"name": "mmlu", "score": "ac"}])",
         "names an unknown score of mmlu, \"ac\"; did you mean \"acc\"?");
  expect(R"("members": ["demo"], "mean": true)", "are for groups of tasks");
  expect(R"("members": ["mmlu"], "documents": 0)", "groups[0].documents");
  expect(R"("members": [{"name": "mmlu", "groups": ["anatomy"]}])", "that has \"documents\"");
  expect(R"("members": ["mmlu"], "published": {"title": "t", "model": "m", "source": "s",
            "rows": [{"label": "MMLU", "task": "mmlu"}]})",
         "has no published score of m from s");
  expect(R"("members": ["mmlu"], "published": {"title": "t", "model": "m", "source": "s",
            "rows": [{"label": "X"}]})",
         "the key \"value\" is missing");
}

}  // namespace
}  // namespace meval
