// What goes wrong around a run: a full disk, a second process, a journal that is not its own. Each
// time the program says what to do, and doing it ends in the files of an undisturbed run.

#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/child.h"
#include "tests/e2e/run_files.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;

using testing::Child;
using testing::ChildOptions;
using testing::ComparableResults;
using ::testing::HasSubstr;
using testing::ReadWholeFile;
using testing::SampleFiles;
using testing::TempDirectory;
using Json = nlohmann::json;

class RobustnessTest : public ::testing::Test {
 protected:
  RobustnessTest() { EXPECT_EQ(Run("whole"), 0) << Log("whole"); }

  std::vector<std::string> Command(const std::string& out,
                                   const std::vector<std::string>& flags = {}) const {
    std::vector<std::string> command = {"--task",
                                        "mmlu,gsm8k",
                                        "--shots",
                                        "0",
                                        "--max-new-tokens",
                                        "4",
                                        "--limit",
                                        "36",
                                        "--kv-memory",
                                        "16M",
                                        "--max-length",
                                        "1024",
                                        "--data",
                                        MEVAL_SOURCE_DIR "/tasks/samples",
                                        "--out",
                                        directory / out};
    command.insert(command.end(), flags.begin(), flags.end());
    return command;
  }
  fs::path LogFile(const std::string& out) const { return directory / (out + ".log"); }
  std::string Log(const std::string& out) const { return ReadWholeFile(LogFile(out)); }
  // The exit code of a run that ends by itself; -1 for one that was ended by a signal.
  int Run(const std::string& out, const ChildOptions& options = {},
          const std::vector<std::string>& flags = {}) const {
    Child child(Command(out, flags), LogFile(out), options);
    const int status = child.Wait();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void ExpectWhole(const std::string& out) const {
    EXPECT_EQ(ComparableResults(directory / out), ComparableResults(directory / "whole"));
    EXPECT_EQ(SampleFiles(directory / out), SampleFiles(directory / "whole"));
  }
  Json Timing(const std::string& out) const {
    return Json::parse(ReadWholeFile(directory / out / "results.json")).at("timing").at("tasks");
  }
  std::string Journal(const std::string& out) const {
    return ReadWholeFile(directory / out / "journal.jsonl");
  }
  TempDirectory directory;
};

// Wherever the disk fills up, from the first file to the last.
TEST_F(RobustnessTest, AFullDiskStopsTheRunAndRoomContinuesIt) {
  rlim_t largest = 0;
  for (const auto& entry : fs::directory_iterator(directory / "whole")) {
    largest = std::max<rlim_t>(largest, entry.file_size());
  }
  // Room for run.json and for part of what the journal has by the end of the first task, when that
  // task's samples are written, the largest file of all.
  const auto run_bytes = static_cast<double>(fs::file_size(directory / "whole" / "run.json"));
  const auto journal_bytes = static_cast<double>(Journal("whole").size());
  ASSERT_GT(journal_bytes, 1.5 * run_bytes);
  std::vector<double> limits = {run_bytes + 0.1 * (journal_bytes - run_bytes),
                                run_bytes + 0.3 * (journal_bytes - run_bytes)};
  constexpr rlim_t kLog = 600;  // the program's message is in a file, too
  for (const double share : {0.0, 0.03, 0.1, 0.2, 0.95}) {
    limits.push_back(kLog + share * static_cast<double>(largest - kLog));
  }
  int stopped_in_the_journal = 0;
  for (const double limit : limits) {
    SCOPED_TRACE(limit);
    const std::string out = "full" + std::to_string(limit);
    const ChildOptions full = {.file_size = static_cast<rlim_t>(limit)};
    EXPECT_EQ(Run(out, full, {"--batch-tokens", "64", "--quiet"}), 2);
    EXPECT_THAT(Log(out),
                AllOf(HasSubstr(directory / out), HasSubstr("cannot be written: "),
                      HasSubstr("make room, then repeat the command with the same --out")));
    stopped_in_the_journal +=
        Log(out).find("journal.jsonl: cannot be written") != std::string::npos ? 1 : 0;
    // The last line may be torn; what is before it is kept and not asked again.
    EXPECT_EQ(Run(out), 0) << Log(out);
    ExpectWhole(out);
  }
  EXPECT_GE(stopped_in_the_journal, 2);
}

TEST_F(RobustnessTest, ASecondProcessIsRefusedWhileTheFirstRuns) {
  Child first(Command("run", {"--batch-tokens", "1", "--threads", "1"}), LogFile("run"));
  while (first.IsRunning() && !fs::exists(directory / "run" / "journal.jsonl")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  Child second(Command("run"), LogFile("second"));
  const int status = second.Wait();
  if (first.IsRunning()) {
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 2);
    EXPECT_THAT(Log("second"), HasSubstr("another process is working in it; wait for that run"));
  }
  EXPECT_EQ(first.Wait(), 0) << Log("run");
  ExpectWhole("run");
}

// Both want to create the directory at the same moment: one does, and the other says so or, where
// it came later than it seems, continues the finished run.
TEST_F(RobustnessTest, TwoProcessesThatBeginTogetherLeaveOneRun) {
  for (int round = 0; round < 5; ++round) {
    const std::string out = "pair" + std::to_string(round);
    Child first(Command(out), LogFile("first"));
    Child second(Command(out), LogFile("second"));
    const int one = first.Wait();
    const int other = second.Wait();
    EXPECT_TRUE(one == 0 || other == 0) << Log("first") << Log("second");
    for (const auto& [status, log] : {std::pair(one, "first"), {other, "second"}}) {
      if (status == 0) continue;
      EXPECT_THAT(Log(log), HasSubstr("another process is working in it"));
    }
    ExpectWhole(out);
  }
}

TEST_F(RobustnessTest, ADoubledJournalDoublesNothing) {
  fs::copy(directory / "whole", directory / "run");
  const std::string journal = Journal("whole");
  const std::size_t first = journal.find('\n') + 1;
  testing::WriteFile(directory / "run" / "journal.jsonl", journal + journal.substr(first));
  EXPECT_EQ(Run("run"), 0) << Log("run");
  ExpectWhole("run");
  const Json timing = Timing("run");
  EXPECT_EQ(timing[0].at("requests_from_journal"), 144);
  EXPECT_EQ(timing[1].at("requests_from_journal"), 36);
  EXPECT_EQ(timing[0].at("tokens_fed"), 0);
}

TEST_F(RobustnessTest, AJournalOfAnotherRunIsRefused) {
  ASSERT_EQ(Run("other", {}, {"--seed", "7"}), 0) << Log("other");
  fs::copy(directory / "whole", directory / "run");
  fs::copy_file(directory / "other" / "journal.jsonl", directory / "run" / "journal.jsonl",
                fs::copy_options::overwrite_existing);
  EXPECT_EQ(Run("run"), 2);
  EXPECT_THAT(Log("run"), AllOf(HasSubstr("journal.jsonl:1: expected the journal of the run whose "
                                          "record is beside it"),
                                HasSubstr("put the right one back, or choose another --out")));
  EXPECT_EQ(Journal("run"), Journal("other"));
}

TEST_F(RobustnessTest, ADamagedLineIsNamedAndItsRemovalContinuesTheRun) {
  fs::copy(directory / "whole", directory / "run");
  std::string journal = Journal("whole");
  const std::size_t begin = journal.find('\n', journal.find('\n') + 1) + 1;  // of line 3
  const std::size_t digit = journal.find("\"logprob\":-", begin) + 11;
  journal[digit] = journal[digit] == '9' ? '8' : '9';
  testing::WriteFile(directory / "run" / "journal.jsonl", journal);
  EXPECT_EQ(Run("run"), 2);
  EXPECT_THAT(Log("run"), AllOf(HasSubstr("journal.jsonl:3: the line is damaged: its checksum is "),
                                HasSubstr("delete the line to have its request asked again")));
  journal.erase(begin, journal.find('\n', begin) + 1 - begin);
  testing::WriteFile(directory / "run" / "journal.jsonl", journal);
  EXPECT_EQ(Run("run"), 0) << Log("run");
  ExpectWhole("run");
  EXPECT_EQ(Timing("run")[0].at("requests_from_journal"), 143);
}

}  // namespace
}  // namespace meval
