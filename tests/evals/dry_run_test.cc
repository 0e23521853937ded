#include "evals/dry_run.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/evals/run_program.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using testing::ReadWholeFile;
using testing::RunMain;
using testing::SmallRun;
using testing::TempDirectory;
using Json = nlohmann::json;

// The tasks of a dry run's JSON by name.
std::map<std::string, Json> TasksOf(const std::string& text) {
  std::map<std::string, Json> tasks;
  const Json report = Json::parse(text);
  for (const Json& task : report.at("tasks")) tasks[task.at("task")] = task;
  return tasks;
}

std::vector<Json> Lines(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  return lines;
}

TEST(DryRun, SaysWhatTheRunThenFeeds) {
  const TempDirectory directory;
  const std::string out = (directory.path() / "run").string();
  const auto dry = RunMain(
      SmallRun({"--task", "mmlu,hellaswag,wikitext2_stride", "--dry-run", "--format", "json"}));
  ASSERT_EQ(dry.code, kExitOk) << dry.err;
  const auto run = RunMain(SmallRun({"--task", "mmlu,hellaswag,wikitext2_stride", "--out", out}));
  ASSERT_EQ(run.code, kExitOk) << run.err;
  const std::map<std::string, Json> planned = TasksOf(dry.out);
  const Json results = Json::parse(ReadWholeFile(directory.path() / "run/results.json"));
  ASSERT_EQ(results.at("timing").at("tasks").size(), 3U);
  for (const Json& timing : results.at("timing").at("tasks")) {
    const Json& plan = planned.at(timing.at("task"));
    for (const char* key : {"tokens_requested", "tokens_fed", "rows_scored", "steps"}) {
      EXPECT_EQ(plan.at(key), timing.at(key)) << timing.at("task") << " " << key;
    }
    EXPECT_EQ(plan.at("kv_pages"), timing.at("peak_kv_pages")) << timing.at("task");
    EXPECT_EQ(plan.at("flops"), timing.at("flops")) << timing.at("task");
  }
}

TEST(DryRun, LeavesNoRunDirectoryAndReadsNoWeights) {
  const TempDirectory directory;
  const testing::WorkingDirectory inside(directory.path());
  const auto dry = RunMain(SmallRun({"--task", "gsm8k_cot_maj8", "--dry-run"}));
  EXPECT_EQ(dry.code, kExitOk) << dry.err;
  EXPECT_THAT(dry.out, HasSubstr("Nothing was computed."));
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(DryRun, BoundsGenerationByItsLimits) {
  const auto dry = RunMain(SmallRun({"--task", "gsm8k_cot_maj8", "--dry-run", "--format", "json",
                                     "--max-new-tokens", "7", "--samples", "3", "--limit", "4"}));
  ASSERT_EQ(dry.code, kExitOk) << dry.err;
  const Json task = TasksOf(dry.out).at("gsm8k_cot_maj8");
  EXPECT_EQ(task.at("requests"), 12);
  EXPECT_EQ(task.at("most_new_tokens"), 4 * 3 * 7);
  EXPECT_LT(task.at("tokens_fed"), task.at("tokens_requested"));
}

TEST(DumpPlan, WritesTheSamePlanDryAndWet) {
  const TempDirectory directory;
  const std::string dry_plan = (directory.path() / "dry.jsonl").string();
  const std::string wet_plan = (directory.path() / "wet.jsonl").string();
  const std::string out = (directory.path() / "run").string();
  ASSERT_EQ(RunMain(SmallRun({"--task", "mmlu,samsum", "--dry-run", "--dump-plan", dry_plan})).code,
            kExitOk);
  ASSERT_EQ(
      RunMain(SmallRun({"--task", "mmlu,samsum", "--dump-plan", wet_plan, "--out", out})).code,
      kExitOk);
  const std::string plan = ReadWholeFile(dry_plan);
  EXPECT_EQ(plan, ReadWholeFile(wet_plan));

  std::vector<std::string> heads;
  std::int64_t rows = 0;
  std::int64_t node_tokens = 0;
  Json head;
  for (const Json& line : Lines(plan)) {
    if (line.contains("plan")) {
      heads.push_back(line.at("plan").get<std::string>() + " " +
                      line.at("name").get<std::string>());
      if (heads.size() == 1) head = line;
    }
    if (heads.size() > 1) continue;
    if (line.contains("step")) rows += line.at("rows").get<std::int64_t>();
    if (line.contains("node")) {
      node_tokens += line.at("end").get<std::int64_t>() - line.at("begin").get<std::int64_t>();
    }
  }
  EXPECT_EQ(heads, (std::vector<std::string>{"score mmlu", "generation samsum"}));
  EXPECT_EQ(rows, head.at("tokens_fed"));
  EXPECT_EQ(node_tokens, head.at("tokens_fed"));
}

TEST(DumpPlan, RefusesAFileThatCannotBeWritten) {
  const auto run = RunMain(
      SmallRun({"--task", "mmlu", "--dry-run", "--dump-plan", "/no/such/folder/plan.jsonl"}));
  EXPECT_EQ(run.code, kExitUsage);
  EXPECT_THAT(run.err, HasSubstr("--dump-plan: /no/such/folder/plan.jsonl: cannot be written"));
}

// Distinct prefixes of these sets with Mistral's tokenizer. HellaSwag's were counted independently:
// a set of hashes of all prefixes but the whole texts, in a few lines of Python over SentencePiece.
TEST(DryRun, CountsTheDistinctPrefixesOfTheRealSets) {
  MEVAL_SHARED_OR_SKIP(tokenizer, "tokenizers/Mistral-7B-v0.1/tokenizer.model");
  MEVAL_SHARED_OR_SKIP(data, "data/mmlu");
  const std::string converted = MEVAL_SOURCE_DIR "/docs/examples/hellaswag_converted.json";
  const auto dry =
      RunMain({"--task", "mmlu,gsm8k_cot_maj8," + converted, "--model", "random:mistral-7b-v0.1",
               "--tokenizer", tokenizer.string(), "--data", data.parent_path().string(),
               "--kv-memory", "1G", "--threads", "1", "--dry-run", "--format", "json", "--quiet"});
  ASSERT_EQ(dry.code, kExitOk) << dry.err;
  const std::map<std::string, Json> tasks = TasksOf(dry.out);
  EXPECT_EQ(tasks.at("mmlu").at("tokens_requested"), 44163064);
  EXPECT_EQ(tasks.at("mmlu").at("tokens_fed"), 1504124);
  EXPECT_EQ(tasks.at("gsm8k_cot_maj8").at("tokens_requested"), 8514368);
  EXPECT_EQ(tasks.at("gsm8k_cot_maj8").at("tokens_fed"), 89016);
  EXPECT_EQ(tasks.at("hellaswag_converted").at("tokens_fed"), 1665449);
}

}  // namespace
}  // namespace meval
