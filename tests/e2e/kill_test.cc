// kill -9 at any moment loses nothing: the real program, killed at random points of its run and
// continued until it ends, again and again, leaves the files of an uninterrupted run.
//
// MEVAL_KILL_SEED repeats a failure's draws; the moments of the kills follow from them and the
// speed of the machine.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/child.h"
#include "tests/e2e/run_files.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;
using testing::Child;
using testing::ComparableResults;
using testing::ReadWholeFile;
using testing::SampleFiles;
using testing::TempDirectory;
using Seconds = std::chrono::duration<double>;

constexpr int kKills = 200;

std::uint64_t Seed() {
  const char* seed = std::getenv("MEVAL_KILL_SEED");
  return seed != nullptr ? std::strtoull(seed, nullptr, 10) : std::random_device()();
}

// Small runs of each kind of request; one of several tasks, so that kills fall between them, too.
const std::vector<std::vector<std::string>> kRuns = {
    {"--task", "mmlu", "--shots", "1"},
    {"--task", "gsm8k_cot_maj8", "--shots", "1", "--samples", "4", "--max-new-tokens", "6",
     "--limit", "20"},
    {"--task", "hellaswag,samsum,mmlu", "--shots", "0", "--limit", "10", "--max-new-tokens", "5"}};

class KillTest : public ::testing::Test {
 protected:
  // The same run, whatever its batch and threads.
  std::vector<std::string> Command(std::size_t run, const std::string& out,
                                   const std::vector<std::string>& schedule) const {
    std::vector<std::string> command = kRuns[run];
    for (const std::string& more :
         {std::string("--data"), std::string(MEVAL_SOURCE_DIR "/tasks/samples"),
          std::string("--kv-memory"), std::string("16M"), std::string("--max-length"),
          std::string("1024"), std::string("--out"), (directory / out).string()}) {
      command.push_back(more);
    }
    command.insert(command.end(), schedule.begin(), schedule.end());
    return command;
  }

  std::vector<std::string> RandomSchedule() {
    const std::vector<std::string> batches = {"1", "2", "7", "16", "64"};
    return {"--batch-tokens", batches[random() % batches.size()], "--threads",
            random() % 2 == 0 ? "1" : "2"};
  }

  // Lets `child` run for a random part of `length`, then kills it. False: it ended before.
  bool Kill(Child& child, Seconds length) {
    const Seconds delay = length * std::uniform_real_distribution<>(0, 1)(random);
    std::this_thread::sleep_for(delay);
    child.Signal(SIGKILL);
    return WIFSIGNALED(child.Wait());
  }

  TempDirectory directory;
  std::mt19937_64 random;
};

std::size_t NumLines(const fs::path& path) {
  std::error_code absent;
  if (!fs::exists(path, absent)) return 0;
  const std::string text = ReadWholeFile(path);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST_F(KillTest, TwoHundredKillsLoseAndDoubleNothing) {
  const std::uint64_t seed = Seed();
  SCOPED_TRACE("MEVAL_KILL_SEED=" + std::to_string(seed));
  random.seed(seed);
  struct Reference {
    Seconds length{};
    std::string results;
    std::map<std::string, std::string> samples;
    std::size_t lines = 0;  // of its journal
  };
  std::vector<Reference> references(kRuns.size());
  for (std::size_t run = 0; run < kRuns.size(); ++run) {
    const std::string out = "whole" + std::to_string(run);
    const auto begin = steady_clock::now();
    Child child(Command(run, out, {"--batch-tokens", "16", "--threads", "1"}), directory / "log");
    ASSERT_EQ(child.Wait(), 0) << ReadWholeFile(directory / "log");
    references[run] = {steady_clock::now() - begin, ComparableResults(directory / out),
                       SampleFiles(directory / out), NumLines(directory / out / "journal.jsonl")};
  }
  int kills = 0;
  int kills_in_the_middle = 0;  // with some requests finished, and some not
  for (int finished = 0; kills < kKills || finished < 3; ++finished) {
    const std::size_t run = static_cast<std::size_t>(finished) % kRuns.size();
    const Reference& whole = references[run];
    const std::string out = "killed" + std::to_string(finished);
    const fs::path journal = directory / out / "journal.jsonl";
    // Later attempts get longer, so that a machine that has become slower still lets the run end.
    for (Seconds length = whole.length;; length *= 1.1) {
      Child child(Command(run, out, RandomSchedule()), directory / "log");
      if (!Kill(child, length)) {
        ASSERT_EQ(child.Wait(), 0) << ReadWholeFile(directory / "log");
        break;
      }
      ++kills;
      const std::size_t lines = NumLines(journal);
      kills_in_the_middle += lines > 1 && lines < whole.lines ? 1 : 0;
    }
    ASSERT_EQ(ComparableResults(directory / out), whole.results) << "after kill " << kills;
    ASSERT_EQ(SampleFiles(directory / out), whole.samples) << "after kill " << kills;
    fs::remove_all(directory / out);
  }
  RecordProperty("kills", kills);
  RecordProperty("kills_in_the_middle", kills_in_the_middle);
  RecordProperty("seed", std::to_string(seed));
  // The rest fell while the model was loaded or after the last request.
  EXPECT_GE(kills_in_the_middle, kKills / 20) << "of " << kills;
}

}  // namespace
}  // namespace meval
