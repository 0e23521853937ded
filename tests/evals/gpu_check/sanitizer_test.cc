#include "evals/gpu_check/sanitizer.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/evals/run_program.h"
#include "tests/support/environment.h"
#include "tests/support/temp_directory.h"

namespace meval::gpu_check {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;
using ::testing::SizeIs;

// A program of that name that does what a shell script says.
fs::path Stand(const fs::path& directory, const std::string& script) {
  const fs::path file = directory / "compute-sanitizer";
  std::ofstream(file) << "#!/bin/sh\n" << script << '\n';
  fs::permissions(file, fs::perms::owner_all);
  return file;
}

std::vector<SanitizerRun> RunsOf(const std::string& script, double seconds = 60) {
  const testing::TempDirectory directory;
  return RunSanitizer(Stand(directory.path(), script), "/bin/it's", 7, seconds,
                      [](const std::string&) {});
}

TEST(Sanitizer, IsLookedForOnThePath) {
  const testing::TempDirectory directory;
  const testing::Environment path("PATH", (directory.path().string() + ":/nowhere").c_str());
  EXPECT_EQ(FindSanitizer(), fs::path());
  const fs::path file = Stand(directory.path(), "");
  EXPECT_EQ(FindSanitizer(), file);
}

TEST(Sanitizer, RunsTheQuickProofUnderEveryTool) {
  const auto runs = RunsOf("echo \"========= ERROR SUMMARY: 0 errors, $*\"; echo behind it");
  ASSERT_THAT(runs, SizeIs(3));
  EXPECT_EQ(runs[0].tool, "memcheck");
  EXPECT_EQ(runs[1].tool, "racecheck");
  EXPECT_EQ(runs[2].tool, "synccheck");
  for (const SanitizerRun& run : runs) {
    EXPECT_EQ(run.status, "ok");
    EXPECT_THAT(run.summary, HasSubstr("0 errors, --tool " + run.tool +
                                       " --error-exitcode 99 "
                                       "/bin/it's gpu-check --quick --only device --quiet "
                                       "--seed 7"));
  }
}

TEST(Sanitizer, TellsErrorsFromAProgramThatFails) {
  const auto found = RunsOf("echo 'ERROR SUMMARY: 3 errors'; exit 99");
  EXPECT_EQ(found[0].status, "failed");
  EXPECT_EQ(found[0].summary, "ERROR SUMMARY: 3 errors");
  const auto failed = RunsOf("echo 'no device' >&2; exit 5");
  EXPECT_EQ(failed[0].status, "failed");
  EXPECT_EQ(failed[0].summary, "exit code 5: no device");
}

TEST(Sanitizer, LeavesOutWhatTakesTooLong) {
  EXPECT_EQ(RunsOf("exit 124")[0].status, "skipped") << "what timeout(1) says";
  const auto none = RunsOf("exit 1", 3);
  EXPECT_EQ(none[0].status, "skipped");
  EXPECT_EQ(none[0].summary, "no time was left");
}

}  // namespace
}  // namespace meval::gpu_check
