#include "tasks/files/glob.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tasks/scratch_directory.h"

namespace meval::tasks {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MatchesGlob, KnowsStarsAndQuestionMarks) {
  const struct {
    const char* pattern;
    const char* text;
    bool matches;
  } cases[] = {
      {"mmlu", "mmlu", true},
      {"mmlu", "mmlu_pro", false},
      {"mmlu*", "mmlu", true},
      {"mmlu*", "mmlu_pro", true},
      {"*k", "gsm8k", true},
      {"*k", "gsm8k_cot", false},
      {"g*m*k", "gsm8k", true},
      {"a?c", "abc", true},
      {"a?c", "ac", false},
      {"*", "", true},
      {"?", "", false},
      {"**a**", "bab", true},
      {"*ab*ab", "ababa", false},
      {"*ab*ab", "abab", true},
      {"", "", true},
      {"[a]", "a", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(MatchesGlob(c.pattern, c.text), c.matches) << c.pattern << " " << c.text;
  }
}

TEST(ExpandGlob, FindsFilesInByteOrderOfTheirNames) {
  const testing::ScratchDirectory scratch;
  for (const char* name : {"t/b_test.csv", "t/a_test.csv", "t/B_test.csv", "t/a_dev.csv",
                           "t/.hidden_test.csv", "u/c_test.csv"}) {
    scratch.Write(name, "x");
  }
  std::filesystem::create_directories(scratch.path() / "t" / "dir_test.csv");
  const auto names = [&](const std::string& pattern) {
    std::vector<std::string> found;
    for (const auto& path : ExpandGlob(scratch.path(), pattern)) {
      found.push_back(path.lexically_relative(scratch.path()).string());
    }
    return found;
  };
  EXPECT_THAT(names("t/*_test.csv"), ElementsAre("t/B_test.csv", "t/a_test.csv", "t/b_test.csv"));
  EXPECT_THAT(names("?/c_test.csv"), ElementsAre("u/c_test.csv"));
  EXPECT_THAT(names("t/a_dev.csv"), ElementsAre("t/a_dev.csv"));
  EXPECT_THAT(names("*/a_*"), ElementsAre("t/a_dev.csv", "t/a_test.csv"));
  EXPECT_THAT(names("t/absent.csv"), IsEmpty());
  EXPECT_THAT(names("absent/*.csv"), IsEmpty());
  EXPECT_THAT(names("t"), IsEmpty());  // a directory is no data file
}

TEST(ExpandGlob, TakesAbsolutePathsAsTheyAre) {
  const testing::ScratchDirectory scratch;
  const auto file = scratch.Write("a.jsonl", "x");
  EXPECT_THAT(ExpandGlob("/nowhere", file.string()), ElementsAre(file));
}

}  // namespace
}  // namespace meval::tasks
