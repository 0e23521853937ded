// `mistral-eval history` on run directories as the whole program leaves them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/run_files.h"
#include "tests/evals/run_program.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;
using testing::SmallRun;
using testing::TempDirectory;
using Json = nlohmann::ordered_json;

class HistoryCommand : public ::testing::Test {
 protected:
  void Run(const std::string& out, std::vector<std::string> flags) const {
    flags.insert(flags.begin(), {"--task", "mmlu,samsum", "--limit", "10", "--max-new-tokens", "8",
                                 "--out", directory_ / out});
    const ProgramResult result = RunMain(SmallRun(flags));
    ASSERT_EQ(result.code, kExitOk) << result.err;
    // Runs of one second have one time; the test's own order is that of the names.
    const std::filesystem::path file = directory_ / out / "results.json";
    Json results = Json::parse(ReadWholeFile(file));
    results["timing"]["started_at"] = "2026-01-0" + out.substr(out.size() - 1) + "T00:00:00Z";
    testing::WriteFile(file, results.dump(2) + "\n");
  }
  ProgramResult History(std::vector<std::string> flags) const {
    flags.insert(flags.begin(), {"history", directory_.path(), "--resamples", "200"});
    return RunMain(flags);
  }

  TempDirectory directory_;
};

TEST_F(HistoryCommand, FollowsEachTaskFromRunToRun) {
  Run("week/3", {"--model", "random:tiny,seed=7"});
  Run("1", {});
  Run("2", {"--baseline", directory_ / "1", "--batch-tokens", "64"});
  Run("week/4", {"--shots", "1"});
  const ProgramResult result = History({"--format", "json", "--html", directory_ / "history.html"});
  ASSERT_EQ(result.code, kExitOk) << result.err;
  const Json history = Json::parse(result.out);
  ASSERT_EQ(history["lines"].size(), 4U);  // two tasks, asked in two ways
  const Json& mmlu = history["lines"][0];
  EXPECT_EQ(mmlu["task"], "mmlu");
  ASSERT_EQ(mmlu["points"].size(), 3U);
  EXPECT_EQ(mmlu["points"][0]["run"], "1");
  EXPECT_EQ(mmlu["points"][0]["since_previous"], "");
  EXPECT_EQ(mmlu["points"][1]["since_previous"], "identical");
  EXPECT_EQ(mmlu["points"][1]["gate"], "identical");
  EXPECT_EQ(mmlu["points"][2]["run"], "week/3");
  EXPECT_NE(mmlu["points"][2]["since_previous"], "identical");
  EXPECT_EQ(mmlu["points"][2]["gate"], "");
  EXPECT_EQ(history["lines"][2]["points"].size(), 1U);
  EXPECT_EQ(history["notes"], Json::array());
  EXPECT_THAT(ReadWholeFile(directory_ / "history.html"), HasSubstr("mmlu, version"));
  EXPECT_THAT(History({"--task", "samsum"}).out, HasSubstr("samsum, version"));
  EXPECT_THAT(History({"--task", "samsum"}).out, Not(HasSubstr("mmlu")));
}

TEST_F(HistoryCommand, PassesOverWhatItCannotReadWithANote) {
  Run("1", {});
  Run("2", {});
  std::filesystem::create_directories(directory_ / "3");
  testing::WriteFile(directory_ / "3" / "results.json", "{}");
  std::filesystem::remove(directory_ / "2" / "samples_mmlu.jsonl");
  const ProgramResult result = History({});
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_THAT(result.out, HasSubstr("passed over: "));
  EXPECT_THAT(result.out, HasSubstr("not compared: "));
}

TEST_F(HistoryCommand, SaysWhatIsWrongWithTheCommandLine) {
  EXPECT_EQ(RunMain({"history"}).code, kExitUsage);
  EXPECT_THAT(RunMain({"history", directory_ / "absent"}).err, HasSubstr("found nothing there"));
  EXPECT_THAT(RunMain({"history", directory_.path()}).err,
              HasSubstr("run directories or benchmarks below it"));
  Run("1", {});
  EXPECT_EQ(History({"--format", "xml"}).code, kExitUsage);
}

}  // namespace
}  // namespace meval
