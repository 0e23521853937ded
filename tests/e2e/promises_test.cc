// The promises of docs/scoring.md, kept by the whole program.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/run_files.h"
#include "tests/evals/run_program.h"

namespace meval {
namespace {

using testing::ComparableResults;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;
using testing::SampleFiles;
using testing::TempDirectory;
using Json = nlohmann::json;

class Promises : public ::testing::Test {
 protected:
  // One choice task, one greedy and one sampled generation task.
  std::vector<std::string> Command(const std::string& out,
                                   const std::vector<std::string>& flags = {}) const {
    std::vector<std::string> command = {"--task",           "hellaswag,mmlu,samsum,gsm8k_cot_maj8",
                                        "--shots",          "2",
                                        "--limit",          "6",
                                        "--max-new-tokens", "24",
                                        "--data",           MEVAL_SOURCE_DIR "/tasks/samples",
                                        "--quiet",          "--out",
                                        directory / out};
    command.insert(command.end(), flags.begin(), flags.end());
    return command;
  }
  void Run(const std::string& out, const std::vector<std::string>& flags = {}) const {
    const ProgramResult result = RunMain(Command(out, flags));
    ASSERT_EQ(result.code, kExitOk) << result.err;
  }
  TempDirectory directory;
};

TEST_F(Promises, TheSameCommandGivesTheSameReportByteForByteOutsideTimingAndHost) {
  Run("a");
  Run("b");
  EXPECT_EQ(ComparableResults(directory / "a"), ComparableResults(directory / "b"));
  EXPECT_EQ(SampleFiles(directory / "a"), SampleFiles(directory / "b"));
  EXPECT_EQ(SampleFiles(directory / "a").size(), 4U);
}

TEST_F(Promises, AScoreDoesNotDependOnBatchThreadsOrMemory) {
  Run("plain", {"--threads", "1"});
  const std::vector<std::vector<std::string>> others = {
      {"--threads", "2"},
      {"--batch-tokens", "7", "--threads", "1"},
      {"--batch-tokens", "64", "--threads", "2"},
      {"--batch-tokens", "512"},
      {"--kv-memory", "2M", "--batch-tokens", "96"}};
  for (std::size_t i = 0; i < others.size(); ++i) {
    const std::string out = "other" + std::to_string(i);
    Run(out, others[i]);
    EXPECT_EQ(SampleFiles(directory / "plain"), SampleFiles(directory / out)) << others[i][0];
    EXPECT_EQ(ComparableResults(directory / "plain"), ComparableResults(directory / out))
        << others[i][0];
  }
}

// The lines of samples_<task>.jsonl by document id.
std::map<std::string, std::string> SampleLines(const std::filesystem::path& file) {
  std::map<std::string, std::string> lines;
  std::istringstream text(ReadWholeFile(file));
  for (std::string line; std::getline(text, line);) lines[Json::parse(line).at("id")] = line;
  return lines;
}

TEST_F(Promises, AScoreDoesNotDependOnWhatElseIsAskedOrInWhichOrder) {
  for (const char* task : {"mmlu", "gsm8k", "gsm8k_cot_maj8"}) {
    const auto run = [&](const std::string& out, std::vector<std::string> flags) {
      flags.insert(flags.end(), {"--task", task, "--max-new-tokens", "16", "--quiet", "--data",
                                 MEVAL_SOURCE_DIR "/tasks/samples", "--out", directory / out});
      const ProgramResult result = RunMain(flags);
      ASSERT_EQ(result.code, kExitOk) << result.err;
    };
    const std::string file = std::string("/samples_") + task + ".jsonl";
    run(std::string(task) + "-all", {});
    const auto all = SampleLines(directory / (std::string(task) + "-all" + file));
    // Every fifth document, named in reverse.
    std::string ids;
    std::size_t number = 0;
    for (const auto& [id, line] : all) {
      if (number++ % 5 == 0) ids = id + "\n" + ids;
    }
    directory.Write("ids.txt", ids);
    run(std::string(task) + "-ids", {"--ids", directory / "ids.txt"});
    run(std::string(task) + "-limit", {"--limit", "3"});
    for (const char* subset : {"-ids", "-limit"}) {
      const auto some = SampleLines(directory / (task + (subset + file)));
      EXPECT_GE(some.size(), 3U);
      EXPECT_LT(some.size(), all.size());
      for (const auto& [id, line] : some) EXPECT_EQ(line, all.at(id)) << task << subset;
    }
  }
}

TEST_F(Promises, NothingIsSilent) {
  // 240 positions: few-shot prompts do not fit, generations are cut.
  const ProgramResult result = RunMain(
      {"--task", "mmlu,gsm8k,samsum", "--max-length", "240", "--max-new-tokens", "20", "--limit",
       "8", "--data", MEVAL_SOURCE_DIR "/tasks/samples", "--quiet", "--out", directory / "run"});
  ASSERT_EQ(result.code, kExitOk) << result.err;
  const Json results = Json::parse(ReadWholeFile(directory / "run/results.json"));
  for (const Json& task : results.at("tasks")) {
    const std::string name = task.at("task");
    const Json& counters = task.at("counters");
    std::int64_t truncated = 0;
    std::int64_t merged = 0;
    std::int64_t cut = 0;
    for (const auto& [id, line] : SampleLines(directory / ("run/samples_" + name + ".jsonl"))) {
      const Json sample = Json::parse(line);
      truncated += sample.contains("truncated") && !sample.at("truncated").is_null() ? 1 : 0;
      merged += sample.value("boundary_merge", false) ? 1 : 0;
      for (const Json& completion : sample.value("completions", Json::array())) {
        cut += completion.at("stop_reason") == "length" ? 1 : 0;
      }
    }
    EXPECT_EQ(counters.at("truncated_prompts"), truncated) << name;
    EXPECT_EQ(counters.at("boundary_merges"), merged) << name;
    EXPECT_EQ(counters.at("length_stops"), cut) << name;
    EXPECT_EQ(task.at("metrics")[0].at("n"), 8) << name;
    EXPECT_EQ(truncated > 0, name != "samsum") << name;
    EXPECT_EQ(cut > 0, name != "mmlu") << name;
  }
  for (const char* said :
       {"prompts were truncated", "completions were cut at the limit", "hold no answer"}) {
    EXPECT_THAT(result.out, ::testing::HasSubstr(said));
  }
}

TEST_F(Promises, NIsAlwaysTheWholeSetOrTheSubsetThatWasAskedFor) {
  directory.Write("mine.json", R"({
    "task": "mine", "title": "Mine", "request": "loglikelihood",
    "data": { "test": { "files": ["mine.jsonl"] } },
    "id": "{id}", "question": "{q}", "choices": ["yes", "no"], "gold": { "index": "{label}" },
    "scores": ["acc"]
  })");
  std::string records;
  for (int i = 0; i < 5; ++i) {
    records += Json({{"id", "r" + std::to_string(i)}, {"q", "Well?"}, {"label", i % 2}}).dump();
    records += '\n';
  }
  directory.Write("mine.jsonl", records);
  directory.Write("ids.txt", "r3\nr0\n");
  const auto run = [&](const std::string& out, std::vector<std::string> flags) {
    flags.insert(flags.end(), {"--task", directory / "mine.json", "--data", directory.path(),
                               "--quiet", "--out", directory / out});
    return RunMain(flags);
  };
  const auto n_of = [&](const std::string& out) {
    const Json task =
        Json::parse(ReadWholeFile(directory / (out + "/results.json"))).at("tasks")[0];
    EXPECT_EQ(task.at("metrics")[0].at("n"), task.at("num_documents"));
    EXPECT_EQ(task.at("num_documents_total"), 5);
    EXPECT_EQ(task.at("counters").at("unscored"), 0);
    return task.at("num_documents").get<int>();
  };
  EXPECT_EQ(run("all", {}).code, kExitOk);
  EXPECT_EQ(n_of("all"), 5);
  EXPECT_EQ(run("limit", {"--limit", "3"}).code, kExitOk);
  EXPECT_EQ(n_of("limit"), 3);
  EXPECT_EQ(run("ids", {"--ids", directory / "ids.txt"}).code, kExitOk);
  EXPECT_EQ(n_of("ids"), 2);
  // A record that cannot be used is not left out, not even beyond the limit.
  directory.Write("mine.jsonl", records + "{\"id\": \"r5\", \"q\": \"Well?\"}\n");
  const ProgramResult broken = run("broken", {"--limit", "3"});
  EXPECT_EQ(broken.code, kExitData);
  EXPECT_THAT(broken.err, ::testing::HasSubstr("mine.jsonl:6"));
}

}  // namespace
}  // namespace meval
