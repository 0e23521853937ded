#include "sandbox/process/launcher.h"

#include <set>

#include <gtest/gtest.h>

namespace meval::sandbox {
namespace {

TEST(LauncherReport, SaysThatAProgramStartedAndFinished) {
  EXPECT_FALSE(ReadLauncherReport("", "s").has_started);
  const LauncherReport started = ReadLauncherReport("started\n", "s");
  EXPECT_TRUE(started.has_started);
  EXPECT_FALSE(started.has_finished);
  EXPECT_TRUE(ReadLauncherReport("started\nfinished s\n", "s").has_finished);
}

TEST(LauncherReport, BelievesNoOtherWords) {
  for (const char* lines : {"finished s\n", "started\nfinished \n", "started\nfinished t\n",
                            "started\nfinished s", "started\nfinished s\nfinished s\n",
                            "started\nx\nfinished s\n", "started\nstarted\nfinished s\n",
                            "started\nraised X\nfinished s\n", "started\r\nfinished s\n"}) {
    EXPECT_FALSE(ReadLauncherReport(lines, "s").has_finished) << lines;
  }
}

TEST(LauncherReport, NamesTheExceptionThatLeftTheProgram) {
  EXPECT_EQ(ReadLauncherReport("started\nraised KeyError: 'x'\n", "s").raised, "KeyError: 'x'");
  EXPECT_EQ(ReadLauncherReport("started\n", "s").raised, "");
  EXPECT_EQ(ReadLauncherReport("raised KeyError: 'x'\n", "s").raised, "");
}

TEST(LauncherSecret, IsAnotherOneEachTime) {
  std::set<std::string> secrets;
  for (int i = 0; i < 100; ++i) secrets.insert(MakeSecret());
  EXPECT_EQ(secrets.size(), 100U);
  EXPECT_EQ(secrets.begin()->size(), 32U);
}

}  // namespace
}  // namespace meval::sandbox
