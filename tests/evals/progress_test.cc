#include "evals/progress.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/summary.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(FormatDuration, RoundsToWhatAPersonReads) {
  EXPECT_EQ(FormatDuration(-3), "0 s");
  EXPECT_EQ(FormatDuration(0.4), "0 s");
  EXPECT_EQ(FormatDuration(59.4), "59 s");
  EXPECT_EQ(FormatDuration(59.6), "1 min 00 s");
  EXPECT_EQ(FormatDuration(185), "3 min 05 s");
  EXPECT_EQ(FormatDuration(3600), "1 h 00 min");
  EXPECT_EQ(FormatDuration(7800), "2 h 10 min");
}

TEST(Grouped, GroupsByThousands) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1000), "1,000");
  EXPECT_EQ(Grouped(-1234567), "-1,234,567");
}

TEST(Progress, WritesPlainLinesWhereThereIsNoTerminal) {
  std::ostringstream out;
  Progress progress(out, {});
  progress.Begin("mmlu", 4, "acc");
  for (const double value : {1.0, 0.0, 1.0, 1.0}) progress.Advance(value, 100);
  progress.End();
  EXPECT_EQ(out.str(), "mmlu 4/4 (100%)  acc 75.0%  in 0 s\n");
}

TEST(Progress, DrawsABarOnATerminal) {
  std::ostringstream out;
  Progress progress(out, {.is_terminal = true, .width = 60});
  progress.Begin("mmlu", 2, "acc");
  EXPECT_EQ(out.str(), "\r\033[Kmmlu [........................] 0/2 (0%)");
  progress.Advance(1, 10);
  progress.End();
  EXPECT_THAT(out.str(),
              HasSubstr("\r\033[Kmmlu [############............] 1/2 (50%)  acc 100.0%"));
  EXPECT_TRUE(out.str().ends_with("\n"));
}

TEST(Progress, FitsTheTerminal) {
  std::ostringstream out;
  Progress progress(out, {.is_terminal = true, .width = 20});
  progress.Begin("a_task_with_a_long_name", 2, "acc");
  progress.End();
  std::istringstream parts(out.str());
  for (std::string part; std::getline(parts, part, '\r');) {
    if (part.starts_with("\033[K")) part.erase(0, 3);
    if (part.ends_with('\n')) part.pop_back();
    EXPECT_LT(part.size(), 20U) << part;
  }
}

TEST(Progress, CountsWhatAnEarlierAttemptFinished) {
  std::ostringstream out;
  Progress progress(out, {});
  progress.Begin("mmlu", 3, "acc");
  progress.Resume(1);
  progress.Resume(0);
  progress.Advance(1, 5);
  progress.End();
  EXPECT_THAT(out.str(), HasSubstr("3/3 (100%)  acc 66.7%"));
}

TEST(Progress, StartsAnewForEveryTask) {
  std::ostringstream out;
  Progress progress(out, {});
  progress.Begin("a", 1, "acc");
  progress.Advance(1, 5);
  progress.End();
  progress.Begin("b", 1, "f1");
  progress.Advance(0, 5);
  progress.End();
  progress.End();  // twice is once
  EXPECT_EQ(out.str(), "a 1/1 (100%)  acc 100.0%  in 0 s\nb 1/1 (100%)  f1 0.0%  in 0 s\n");
}

TEST(Progress, IsSilentWhenAskedToBe) {
  std::ostringstream out;
  for (const bool is_terminal : {false, true}) {
    Progress progress(out, {.quiet = true, .is_terminal = is_terminal});
    progress.Begin("mmlu", 1, "acc");
    progress.Advance(1, 5);
    progress.Note("a note");
    progress.End();
  }
  EXPECT_EQ(out.str(), "");
}

TEST(Progress, PutsNotesOnLinesOfTheirOwn) {
  std::ostringstream out;
  Progress progress(out, {.is_terminal = true});
  progress.Begin("mmlu", 2, "acc");
  progress.Note("a note");
  EXPECT_TRUE(out.str().ends_with("\r\033[Ka note\n"));
  std::ostringstream plain;
  Progress quiet_start(plain, {});
  quiet_start.Note("a note");
  EXPECT_EQ(plain.str(), "a note\n");
  EXPECT_THAT(plain.str(), Not(HasSubstr("\033")));
}

}  // namespace
}  // namespace meval
