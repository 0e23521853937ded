#include "reports/bench_report.h"

#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/bench_plots.h"
#include "reports/bench_tables.h"
#include "reports/error.h"
#include "reports/quantity_text.h"
#include "tests/reports/example_bench.h"
#include "tests/reports/golden.h"

namespace meval {
namespace {

using testing::BareBench;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using testing::ExampleBench;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Text;
using Json = nlohmann::json;

std::string Console(const BenchReport& report, int width = 200) {
  std::ostringstream out;
  WriteBenchConsole(report, width, false, out);
  return out.str();
}

TEST(BenchJson, ReadsBackToTheSameText) {
  for (BenchReport report : {ExampleBench(), BareBench()}) {
    report.label = "a label";
    const std::string text = Text(WriteBenchJson, report);
    std::istringstream in(text);
    EXPECT_EQ(Text(WriteBenchJson, ReadBenchJson(in, "bench.json")), text);
  }
}

TEST(BenchJson, SaysWhatIsWrongWithAFile) {
  const auto message = [](const std::string& text) {
    std::istringstream in(text);
    try {
      ReadBenchJson(in, "x/bench.json");
    } catch (const ReportError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(message("{"), HasSubstr("x/bench.json"));
  EXPECT_THAT(message(R"({"kind": "results"})"), HasSubstr("field \"kind\": expected "
                                                           "\"mistral-eval bench\""));
  EXPECT_THAT(message(R"({"kind": "mistral-eval bench", "schema_version": 2})"),
              HasSubstr("field \"schema_version\": expected 1, found 2"));
  std::string text = Text(WriteBenchJson, ExampleBench());
  text.replace(text.find("\"flops\": 1024"), 8, "\"flxps\":");
  EXPECT_THAT(message(text), HasSubstr("flops"));
}

TEST(ThroughputTable, ShowsRatesShareOfCeilingAndLabels) {
  const std::string text = Console(ExampleBench());
  EXPECT_THAT(text, HasSubstr("pp512"));
  EXPECT_THAT(text, HasSubstr("4.04 \u00b1 0.080"));
  EXPECT_THAT(text, HasSubstr("50.0 %"));  // 64 s at the ceiling, 128 s measured
  EXPECT_THAT(text, HasSubstr("unstable: 3 of 5 repetitions"));
  EXPECT_THAT(text, HasSubstr("Clock 3000 MHz to 2950 MHz of 4100 MHz"));
  EXPECT_THAT(Console(BareBench()), HasSubstr("governor not readable"));
}

TEST(ThroughputTest, ReachesTheShareOfItsLeastTime) {
  EXPECT_DOUBLE_EQ(ExampleBench().throughput[0].ShareOfCeiling(), 0.5);
}

TEST(PricePerMillionTokens, FollowsFromTheRate) {
  // 3.6 an hour are 0.001 a second, in which 4 tokens are made.
  EXPECT_DOUBLE_EQ(PricePerMillionTokens(3.6, 4).value(), 250);
  EXPECT_FALSE(PricePerMillionTokens(std::nullopt, 4).has_value());
  EXPECT_FALSE(PricePerMillionTokens(3.6, 0).has_value());
  EXPECT_THAT(Console(ExampleBench()), HasSubstr("Per 1M tok"));
  EXPECT_THAT(Console(BareBench()), Not(HasSubstr("Per 1M tok")));
}

TEST(BenchEnergy, IsDividedByTimeAndTokens) {
  const BenchEnergy energy = {.joules = 12, .seconds = 4, .tokens = 6};
  EXPECT_DOUBLE_EQ(energy.Watts(), 3);
  EXPECT_DOUBLE_EQ(energy.JoulesPerToken(), 2);
  EXPECT_EQ(BenchEnergy{}.Watts(), 0);
  EXPECT_EQ(BenchEnergy{}.JoulesPerToken(), 0);
}

TEST(BenchEnergy, HasColumnsOnlyWhereItWasRead) {
  const std::string text = Console(ExampleBench());
  EXPECT_THAT(text, HasSubstr("Energy/tok"));
  EXPECT_THAT(text, ::testing::ContainsRegex("pp512 .* 100 +25\\.0 J"));
  EXPECT_THAT(text, HasSubstr("Energy: 1,200 J at 120 W, 200 J an output token."));
  EXPECT_THAT(text, HasSubstr("Energy: by NVML, driver 580.65.06."));
  const std::string bare = Console(BareBench());
  EXPECT_THAT(bare, HasSubstr("Energy: not readable."));
  EXPECT_THAT(bare, Not(HasSubstr("Energy/tok")));
  EXPECT_THAT(bare, Not(HasSubstr("an output token")));
  const std::string csv = Text(WriteBenchCsv, ExampleBench());
  EXPECT_THAT(csv, HasSubstr("throughput,pp512,energy_per_token,J/token,1,25"));
  EXPECT_THAT(csv, HasSubstr("energy,J,1,1200"));
  EXPECT_THAT(Text(WriteBenchCsv, BareBench()), Not(HasSubstr("energy")));
}

TEST(BenchFacts, SayWhatTheCardSaysOfItself) {
  BenchReport report = ExampleBench();
  EXPECT_THAT(BenchFacts(report),
              ::testing::Contains("Card: SM clock 1980 MHz to 1755 MHz, memory clock 3201 MHz, "
                                  "temperature 38 \u00b0C to 64 \u00b0C, power 90 W to 120 W."));
  // A processor's meter counts energy alone.
  report.device = {.source = "RAPL, package-0", .reads_energy = true};
  EXPECT_THAT(BenchFacts(report), ::testing::Contains("Energy: by RAPL, package-0."));
  EXPECT_THAT(BenchFacts(report), Not(::testing::Contains(HasSubstr("Card"))));
  // A card of an old driver says everything but that.
  report.device = {.source = "NVML", .temperature_c = 38};
  EXPECT_THAT(BenchFacts(report), ::testing::Contains("Energy: not readable."));
  EXPECT_THAT(BenchFacts(report), ::testing::Contains(HasSubstr("temperature 38 \u00b0C, power")));
}

TEST(LatencyTable, SaysWhereASampleIsTooSmall) {
  const std::string text = Console(ExampleBench());
  EXPECT_THAT(text, HasSubstr("n < 299"));
  EXPECT_THAT(text, HasSubstr("n < 2,995"));
  EXPECT_THAT(text, HasSubstr("500 ms"));
  EXPECT_THAT(text, HasSubstr("arrival error"));
  EXPECT_THAT(Console(BareBench()), Not(HasSubstr("arrival error")));  // all at once
}

TEST(ShownSeconds, HasThreeDigitsAndAUnit) {
  EXPECT_EQ(ShownSeconds(12.345), "12.3 s");
  EXPECT_EQ(ShownSeconds(0.012345), "12.3 ms");
  EXPECT_EQ(ShownSeconds(0.0000012), "1.20 \u00b5s");
  EXPECT_EQ(ShownSeconds(0), "0 \u00b5s");
  EXPECT_EQ(ShownJoules(12345), "12,345 J");
  EXPECT_EQ(ShownJoules(0.0512), "51.2 mJ");
}

TEST(BenchMarkdown, HasATableForEachKindOfTest) {
  const std::string text = Text(WriteBenchMarkdown, ExampleBench());
  for (const char* title : {"## Throughput", "## Latency: 8+3", "## Highest rate",
                            "## Shared prefix", "## Lengths of mmlu"}) {
    EXPECT_THAT(text, HasSubstr(title));
  }
  EXPECT_THAT(text, HasSubstr("| pp512 | **4.00** |"));
}

TEST(BenchCsv, HasARowForEachFigure) {
  std::istringstream in(Text(WriteBenchCsv, ExampleBench()));
  std::string line;
  std::getline(in, line);
  EXPECT_EQ(line, "kind,test,metric,unit,n,median,mean,stddev,ci_low,ci_high,note");
  const std::string rest = in.str();
  for (const char* figure :
       {"rate", "flops", "share_of_ceiling", "ttft", "e2el_p99.9", "goodput", "cold_ttft"}) {
    EXPECT_THAT(rest, HasSubstr(std::string(",") + figure + ","));
  }
}

// The keys that llama.cpp's scripts/compare-llama-bench.py of 2025 and of 2026 ask for.
TEST(LlamaBenchJsonl, HasEveryKeyThatItsComparisonNeeds) {
  std::istringstream in(Text(WriteLlamaBenchJsonl, ExampleBench()));
  std::vector<Json> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  ASSERT_EQ(lines.size(), 2U);  // llama-bench has no batch of sequences
  for (const char* key : {"build_commit",
                          "cpu_info",
                          "gpu_info",
                          "backends",
                          "n_gpu_layers",
                          "n_cpu_moe",
                          "tensor_buft_overrides",
                          "model_filename",
                          "model_type",
                          "n_batch",
                          "n_ubatch",
                          "embeddings",
                          "cpu_mask",
                          "cpu_strict",
                          "poll",
                          "n_threads",
                          "type_k",
                          "type_v",
                          "use_mmap",
                          "load_mode",
                          "no_kv_offload",
                          "split_mode",
                          "main_gpu",
                          "tensor_split",
                          "flash_attn",
                          "n_prompt",
                          "n_gen",
                          "n_depth",
                          "fit_target",
                          "fit_min_ctx",
                          "test_time",
                          "avg_ts"}) {
    EXPECT_TRUE(lines[0].contains(key)) << key;
  }
  EXPECT_EQ(lines[0]["build_commit"], "abcdef12");
  EXPECT_EQ(lines[0]["n_prompt"], 512);
  EXPECT_EQ(lines[0]["n_gen"], 0);
  EXPECT_EQ(lines[0]["avg_ns"], 128'000'000'000);
  EXPECT_EQ(lines[0]["stddev_ns"], 1'000'000'000);
  EXPECT_EQ(lines[0]["samples_ns"].size(), 3U);
  EXPECT_THAT(lines[0]["samples_ts"][0].get<double>(), DoubleEq(4));
  EXPECT_EQ(lines[1]["n_depth"], 128);
  EXPECT_EQ(lines[0]["backends"], "CPU");
  EXPECT_EQ(lines[0]["gpu_info"], "");
  EXPECT_EQ(lines[0]["n_gpu_layers"], 0);
}

TEST(LlamaBenchJsonl, SaysWhichGpuComputed) {
  BenchReport report = ExampleBench();
  report.host.cpu_path = "cuda: NVIDIA H200";
  std::istringstream text(Text(WriteLlamaBenchJsonl, report));
  std::string line;
  ASSERT_TRUE(std::getline(text, line));
  const Json json = Json::parse(line);
  EXPECT_EQ(json["backends"], "CUDA");
  EXPECT_EQ(json["gpu_info"], "NVIDIA H200");
  EXPECT_EQ(json["n_gpu_layers"], -1);
  EXPECT_EQ(json["devices"], "auto");
  EXPECT_EQ(json["cpu_info"], report.host.cpu);
}

TEST(VllmJson, HasTheKeysOfItsServingBenchmark) {
  std::ostringstream out;
  const BenchReport report = ExampleBench();
  WriteVllmJson(report, report.serving[0], out);
  const Json json = Json::parse(out.str());
  for (const char* key : {"date",
                          "backend",
                          "model_id",
                          "tokenizer_id",
                          "num_prompts",
                          "request_rate",
                          "burstiness",
                          "max_concurrency",
                          "duration",
                          "completed",
                          "total_input_tokens",
                          "total_output_tokens",
                          "request_throughput",
                          "request_goodput",
                          "output_throughput",
                          "total_token_throughput",
                          "input_lens",
                          "output_lens",
                          "ttfts",
                          "itls",
                          "mean_ttft_ms",
                          "median_ttft_ms",
                          "std_ttft_ms",
                          "p99_ttft_ms",
                          "mean_tpot_ms",
                          "median_itl_ms",
                          "p99_e2el_ms"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(json["median_ttft_ms"], 500);
  EXPECT_EQ(json["p90_ttft_ms"], 1000);
  EXPECT_TRUE(json["p99.9_ttft_ms"].is_null());
  EXPECT_EQ(json["ttfts"], Json({0.5, 1.25}));
  EXPECT_EQ(json["itls"][0], Json({0.25, 0.5}));
  EXPECT_EQ(json["max_concurrent_requests"], 2);
}

TEST(VllmResults, HasTheColumnsOfItsComparison) {
  const Json records = Json::parse(Text(WriteVllmResults, ExampleBench()));
  ASSERT_EQ(records.size(), 1U);
  for (const char* column :
       {"Test name", "Model", "Dataset Name", "Input Len", "Output Len", "TP Size", "PP Size",
        "# of max concurrency.", "qps", "Output Tput (tok/s)", "Median TTFT (ms)", "Median",
        "P99 TTFT (ms)", "P99"}) {
    EXPECT_TRUE(records[0].contains(column)) << column;
  }
  EXPECT_THAT(records[0]["Test name"].get<std::string>(), HasSubstr("serving"));
}

// What was asked for, so that rows of two runs stand beside each other however they went.
TEST(VllmResults, AlignsRowsByTheBoundOnRequestsAtOnce) {
  BenchReport report = ExampleBench();
  report.serving.resize(4, report.serving[0]);
  report.serving[1].name = "offline";
  report.serving[2].name = "multi-stream";
  report.serving[2].queries_at_once = 8;
  report.serving[3].name = "single-stream";
  // The server scenario again, with one request after the other.
  report.serving.push_back(report.serving[0]);
  report.serving[4].requests[1].issued = 1.875;
  const Json records = Json::parse(Text(WriteVllmResults, report));
  std::vector<int> bounds;
  for (const Json& record : records) bounds.push_back(record["# of max concurrency."]);
  EXPECT_THAT(bounds, ElementsAre(2, 2, 8, 1, 2));
  std::ostringstream multi_stream;
  WriteVllmJson(report, report.serving[2], multi_stream);
  EXPECT_EQ(Json::parse(multi_stream.str())["max_concurrency"], 8);
}

TEST(VllmResults, AreStrictJsonWhateverAModelIsCalled) {
  BenchReport report = ExampleBench();
  report.model = "\xFF<b>";
  const Json records = Json::parse(Text(WriteVllmResults, report));
  EXPECT_EQ(records[0]["Model"], "\uFFFD<b>");
}

TEST(BenchPlots, DrawRooflineBatchesAndPercentiles) {
  const std::vector<Plot> plots = BenchPlots(ExampleBench());
  ASSERT_EQ(plots.size(), 4U);
  EXPECT_EQ(plots[0].title, "Roofline");
  ASSERT_EQ(plots[0].series.size(), 2U);
  // The roof bends at 16 GFLOP/s by 16 GB/s.
  ASSERT_EQ(plots[0].series[0].points.size(), 3U);
  EXPECT_DOUBLE_EQ(plots[0].series[0].points[1].first, 1);
  EXPECT_DOUBLE_EQ(plots[0].series[0].points[1].second, 16);
  EXPECT_EQ(plots[0].series[1].points.size(), 3U);
  EXPECT_DOUBLE_EQ(plots[0].series[1].points.back().second, 8);  // prefill, of 256 FLOP a byte
  EXPECT_EQ(plots[1].title, "Throughput by batch");
  ASSERT_EQ(plots[1].series.size(), 1U);  // prefill ran with one batch only
  EXPECT_EQ(plots[1].series[0].points.size(), 2U);
  EXPECT_EQ(plots[2].title, "Latency by batch");
  EXPECT_DOUBLE_EQ(plots[2].series[0].points[0].second, 500);
  EXPECT_EQ(plots[3].series.size(), 3U);
}

TEST(BenchHtml, LoadsNothingAndEscapesEverything) {
  for (const BenchReport& report : {ExampleBench(), BareBench()}) {
    const std::string page = Text(WriteBenchHtml, report);
    EXPECT_THAT(page, HasSubstr("<svg"));
    EXPECT_THAT(page, HasSubstr("A chip &lt;b&gt;"));
    EXPECT_THAT(page, Not(HasSubstr("<b>")));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("http:")));
    EXPECT_THAT(page, Not(::testing::ContainsRegex("[^a-z](nan|inf)[^a-z]")));
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  }
}

}  // namespace
}  // namespace meval
