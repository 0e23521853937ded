#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "evals/bench_options.h"
#include "evals/flags.h"
#include "tests/evals/run_program.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ProgramResult;
using testing::RunMain;
using ::testing::SizeIs;
using testing::TempDirectory;
using Json = nlohmann::json;

BenchOptions ParsedBench(const std::vector<std::string>& arguments) {
  return ParseBench(arguments);
}

std::string Refusal(const std::vector<std::string>& arguments) {
  try {
    ParseBench(arguments);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

// A small model, little memory, few repetitions.
ProgramResult RunBenchOf(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "bench");
  for (const char* more : {"--model", "random:tiny,layers=1", "--max-length", "256", "--kv-memory",
                           "16M", "--threads", "1", "--repetitions", "2", "--warmup", "0"}) {
    arguments.emplace_back(more);
  }
  return RunMain(arguments);
}

TEST(BenchFlags, CombineTestsDepthsAndBatches) {
  const BenchOptions options =
      ParsedBench({"-p", "16,32", "-n", "8", "--mixed", "16+4", "-d", "0,64", "-b", "1,2"});
  ASSERT_THAT(options.throughput, SizeIs(4 * 2 * 2));
  EXPECT_EQ(options.throughput[0].prompt_tokens, 16);
  EXPECT_EQ(options.throughput[3].prompt_tokens, 16);
  EXPECT_EQ(options.throughput[3].new_tokens, 4);
  EXPECT_EQ(options.throughput[15].depth, 64);
  EXPECT_EQ(options.throughput[15].batch, 2);
}

TEST(BenchFlags, MeasurePrefillAndDecodingWhereNothingIsAskedFor) {
  EXPECT_THAT(ParsedBench({}).throughput, SizeIs(2));
  EXPECT_THAT(ParsedBench({"--prefix", "64"}).throughput, IsEmpty());
  EXPECT_THAT(ParsedBench({"--workload", "mmlu"}).scenarios, ::testing::ElementsAre("offline"));
  EXPECT_DOUBLE_EQ(ParsedBench({"--ttft-limit", "250"}).limits.ttft.value(), 0.25);
}

TEST(BenchFlags, RefuseWhatCannotBeObeyed) {
  EXPECT_THAT(Refusal({"--mixed", "16"}), HasSubstr("--mixed: expected P+N"));
  EXPECT_THAT(Refusal({"--scenario", "sever", "--rate", "1"}), HasSubstr("server"));
  EXPECT_THAT(Refusal({"--scenario", "server"}), HasSubstr("--rate"));
  EXPECT_THAT(Refusal({"--find-rate"}), HasSubstr("--ttft-limit"));
  EXPECT_THAT(Refusal({"--format", "xml"}), HasSubstr("llama-bench"));
  EXPECT_THAT(Refusal({"-p", "0"}), HasSubstr("--prompt"));
}

TEST(BenchCommand, WritesEveryFormat) {
  const TempDirectory directory;
  const std::filesystem::path out = directory / "bench";
  const ProgramResult result = RunBenchOf({"-p",
                                           "24",
                                           "-n",
                                           "3",
                                           "-b",
                                           "1,2",
                                           "--scenario",
                                           "server,single-stream,multi-stream,offline",
                                           "--rate",
                                           "1000",
                                           "--requests",
                                           "6",
                                           "--input-len",
                                           "12",
                                           "--output-len",
                                           "3",
                                           "--query-size",
                                           "2",
                                           "--prefix",
                                           "70",
                                           "--suffix",
                                           "4",
                                           "--e2e-limit",
                                           "100000",
                                           "--find-rate",
                                           "--label",
                                           "mine",
                                           "--price-per-hour",
                                           "2",
                                           "--out",
                                           out.string()});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("pp24"));
  for (const char* name : {"bench.json", "bench.md", "bench.csv", "bench.html", "llama-bench.jsonl",
                           "vllm-results.json", "vllm-1-server.json", "vllm-4-offline.json"}) {
    EXPECT_TRUE(std::filesystem::exists(out / name)) << name;
  }
  const Json json = Json::parse(testing::ReadWholeFile(out / "bench.json"));
  EXPECT_EQ(json["model"]["name"], "random:tiny,layers=1,seed=1234");
  EXPECT_EQ(json["label"], "mine");
  ASSERT_EQ(json["throughput"].size(), 4U);
  EXPECT_EQ(json["throughput"][2]["name"], "pp24 x2");
  EXPECT_EQ(json["throughput"][2]["rows"], 48);
  EXPECT_EQ(json["throughput"][0]["seconds"].size(), 2U);
  EXPECT_EQ(json["throughput"][0]["unstable"], "2 of 5 repetitions");
  EXPECT_GT(json["ceilings"]["copy_bytes_per_second"].get<double>(), 0);
  ASSERT_EQ(json["serving"].size(), 4U);
  for (const Json& test : json["serving"]) {
    EXPECT_EQ(test["requests"].size(), 6U);
    EXPECT_EQ(test["input_tokens"], 72);
    EXPECT_EQ(test["output_tokens"], 18);
    EXPECT_EQ(test["kept"], 6);
  }
  EXPECT_EQ(json["prefixes"][0]["cold_rows"], 74);
  EXPECT_EQ(json["prefixes"][0]["warm_rows"], 4);
  EXPECT_EQ(json["searches"].size(), 1U);
}

TEST(BenchCommand, ReplaysTheLengthsOfTasks) {
  const ProgramResult result =
      RunMain({"bench", "--model", "tiny", "--threads", "1", "--kv-memory", "32M", "--workload",
               "gsm8k_cot", "--data", MEVAL_SOURCE_DIR "/tasks/samples", "--requests", "2",
               "--warmup", "0", "--format", "json", "--quiet"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json json = Json::parse(result.out);
  EXPECT_EQ(json["workloads"][0]["task"], "gsm8k_cot");
  EXPECT_EQ(json["serving"][0]["workload"], "gsm8k_cot");
  EXPECT_EQ(json["serving"][0]["requests"].size(), 2U);
}

TEST(BenchCommand, RefusesTestsThatDoNotFitTheModel) {
  const ProgramResult result = RunBenchOf({"-p", "200", "-d", "100"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("pp200 @ d100: 300 positions"));
  EXPECT_EQ(RunBenchOf({"-p", "8", "--out", "/proc/none"}).code, 2);
}

}  // namespace
}  // namespace meval
