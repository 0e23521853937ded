// Promise 3 of docs/scoring.md: stopped and continued gives the report of an uninterrupted run.
// The real program in a process of its own, stopped by real signals.

#include <chrono>
#include <map>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/child.h"
#include "tests/e2e/run_files.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using testing::Child;
using testing::ComparableResults;
using ::testing::HasSubstr;
using testing::ReadWholeFile;
using testing::SampleFiles;
using testing::TempDirectory;
using Json = nlohmann::json;
using std::chrono::steady_clock;

class InterruptTest : public ::testing::Test {
 protected:
  InterruptTest() {
    // Every line of the exemplars and records as it is; the whole vote, so that there is much to
    // do.
    Child whole(Command("whole", {}), directory / "whole.log");
    EXPECT_EQ(whole.Wait(), 0) << ReadWholeFile(directory / "whole.log");
  }
  std::vector<std::string> Command(const std::string& out,
                                   const std::vector<std::string>& flags) const {
    std::vector<std::string> command = {"--task",
                                        "mmlu,gsm8k_cot_maj8",
                                        "--max-new-tokens",
                                        "48",
                                        "--data",
                                        MEVAL_SOURCE_DIR "/tasks/samples",
                                        "--out",
                                        directory / out};
    command.insert(command.end(), flags.begin(), flags.end());
    return command;
  }
  // Whether a journal holds all eight answers to some question.
  static bool HoldsAWholeVote(const fs::path& journal) {
    std::error_code absent;
    if (!fs::exists(journal, absent)) return false;
    std::map<std::string, int> answers;
    std::istringstream lines(ReadWholeFile(journal));
    for (std::string line; std::getline(lines, line);) {
      const Json json = Json::parse(line, nullptr, false);  // the last may be half written
      if (json.is_object() && json.contains("sample") && ++answers[json.at("key")] == 8) {
        return true;
      }
    }
    return false;
  }
  // Starts a slow run and sends the signal once some of the vote is in the journal.
  int StopInTheMiddle(const std::string& out, int signal) const {
    Child child(Command(out, {"--batch-tokens", "2", "--threads", "1"}), directory / "stopped.log");
    const auto deadline = steady_clock::now() + std::chrono::seconds(120);
    const fs::path journal = directory / (out + "/journal.jsonl");
    while (child.IsRunning() && steady_clock::now() < deadline && !HoldsAWholeVote(journal)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    child.Signal(signal);
    return child.Wait();
  }
  void ContinueAndCompare(const std::string& out) const {
    Child child(Command(out, {}), directory / "continued.log");
    ASSERT_EQ(child.Wait(), 0) << ReadWholeFile(directory / "continued.log");
    EXPECT_THAT(ReadWholeFile(directory / "continued.log"), HasSubstr("continuing "));
    EXPECT_EQ(ComparableResults(directory / out), ComparableResults(directory / "whole"));
    EXPECT_EQ(SampleFiles(directory / out), SampleFiles(directory / "whole"));
    const Json results = Json::parse(ReadWholeFile(directory / (out + "/results.json")));
    const Json& vote = results.at("timing").at("tasks").at(1);
    EXPECT_GT(vote.at("requests_from_journal"), 0);
    EXPECT_LT(vote.at("requests_from_journal"), 200 * 8);
  }
  TempDirectory directory;
};

TEST_F(InterruptTest, StoppedByCtrlCAndContinuedGivesTheSameReport) {
  const int status = StopInTheMiddle("run", SIGINT);
  ASSERT_TRUE(WIFEXITED(status));
  ASSERT_EQ(WEXITSTATUS(status), 130) << ReadWholeFile(directory / "stopped.log");
  EXPECT_THAT(
      ReadWholeFile(directory / "stopped.log"),
      HasSubstr("the same command with --out " + (directory / "run").string() + " continues it"));
  // What is there is whole: every line is JSON, and what is unfinished says so.
  const Json results = Json::parse(ReadWholeFile(directory / "run/results.json"));
  EXPECT_GT(results.at("tasks").at(1).at("counters").at("unscored"), 0);
  std::istringstream samples(ReadWholeFile(directory / "run/samples_gsm8k_cot_maj8.jsonl"));
  std::int64_t unscored = 0;
  std::int64_t lines = 0;
  for (std::string line; std::getline(samples, line); ++lines) {
    unscored += Json::parse(line).at("scored") == false ? 1 : 0;
  }
  EXPECT_EQ(lines, 200);
  EXPECT_EQ(results.at("tasks").at(1).at("counters").at("unscored"), unscored);
  std::istringstream journal(ReadWholeFile(directory / "run/journal.jsonl"));
  for (std::string line; std::getline(journal, line);) EXPECT_TRUE(Json::accept(line)) << line;
  ContinueAndCompare("run");
}

TEST_F(InterruptTest, KilledAndContinuedGivesTheSameReport) {
  const int status = StopInTheMiddle("run", SIGKILL);
  ASSERT_TRUE(WIFSIGNALED(status));
  // As if the last write had been torn.
  std::ofstream(directory / "run/journal.jsonl", std::ios::app) << "{\"key\":\"0123";
  ContinueAndCompare("run");
}

}  // namespace
}  // namespace meval
