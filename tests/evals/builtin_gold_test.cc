// Every built-in task scores its own gold answers with full marks, through stop strings, extraction
// and metric; says nothing and it scores nothing and is counted invalid; takes a wrong choice and
// it scores nothing. Known exceptions are named below, with their reason.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/check_task.h"
#include "tasks/task_registry.h"
#include "tests/support/shared_data.h"

namespace meval {
namespace {

using ::testing::IsEmpty;

const TaskRegistry& Registry() {
  static const TaskRegistry registry;
  return registry;
}

// Some answers of these hold a stop string (specification: "nq_open and triviaqa answers that
// contain a stop character"): the text is cut there, as in the reference.
bool MayBeCut(const std::string& task) {
  return std::set<std::string>{"nq_open", "triviaqa", "triviaqa_rc"}.contains(task);
}

// Every `stride`-th document.
void Check(const Task& task, const TaskData& data, std::size_t stride) {
  std::vector<const Document*> documents;
  for (std::size_t i = 0; i < data.documents.size(); i += stride) {
    documents.push_back(&data.documents[i]);
  }
  const TaskCheck check = CheckAnswers(task.definition(), documents, 2);
  EXPECT_THAT(check.problems, IsEmpty()) << task.name();
  const TaskDefinition& definition = task.definition();
  const bool has_answers =
      definition.request != RequestKind::kRolling && definition.headline().metric != "perplexity";
  EXPECT_EQ(check.num_checked, has_answers ? static_cast<std::int64_t>(documents.size()) : 0)
      << task.name();
  if (!MayBeCut(task.name())) {
    EXPECT_EQ(check.num_cut, 0) << task.name();
  }
}

TEST(BuiltInGold, AnswersOfOurOwnRecordsScoreFullMarks) {
  for (const Task& task : Registry().tasks()) {
    DataOptions options;
    options.data_dirs = {std::filesystem::path(MEVAL_SOURCE_DIR) / "tests/fixtures/tasks/data"};
    options.allow_count_mismatch = true;
    ASSERT_TRUE(task.Locate(options).found) << task.name() << " has no records of our own";
    Check(task, task.Load(options), 1);
  }
}

TEST(BuiltInGold, AnswersOfTheRealRecordsScoreFullMarks) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  std::vector<std::string> checked;
  for (const Task& task : Registry().tasks()) {
    DataOptions options;
    options.data_dirs = {data_dir};
    options.needs_exemplars = false;
    if (!task.Locate(options).found) continue;
    checked.push_back(task.name());
    const TaskData data = task.Load(options);
    // Some three hundred of each set, spread over all of it; all of them take a minute or two, and
    // MEVAL_ALL_RECORDS asks for that.
    const bool all = std::getenv("MEVAL_ALL_RECORDS") != nullptr;
    Check(task, data, all ? 1 : std::max<std::size_t>(data.documents.size() / 300, 1));
  }
  EXPECT_GE(checked.size(), 20U);
}

}  // namespace
}  // namespace meval
