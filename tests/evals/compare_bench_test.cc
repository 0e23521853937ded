#include "evals/compare_bench.h"

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "evals/bench_results.h"
#include "evals/history_of_runs.h"
#include "reports/bench_report.h"
#include "tests/evals/run_program.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using testing::RunMain;
using ::testing::SizeIs;
using testing::TempDirectory;

// A benchmark of one test of 100 tokens.
BenchReport Bench(const std::vector<double>& seconds,
                  const std::string& started_at = "2026-01-01") {
  BenchReport report;
  report.version = "0.1.0";
  report.started_at = started_at;
  report.model = "tiny";
  report.dtype = "f32";
  report.host.cpu = "a chip";
  ThroughputTest& test = report.throughput.emplace_back();
  test.name = "pp100";
  test.prompt_tokens = 100;
  test.tokens = 100;
  test.seconds = seconds;
  std::vector<double> rates;
  for (const double one : seconds) rates.push_back(100 / one);
  test.rate = ToSpread(rates);
  return report;
}

const std::vector<double> kBaseline = {1.00, 1.01, 0.99, 1.00, 1.00};

std::string VerdictOf(const std::vector<double>& seconds, double margin = 0.05) {
  const NamedBench both[] = {{"a", Bench(kBaseline)}, {"b", Bench(seconds)}};
  const BenchComparison comparison = CompareBench(both, margin);
  return comparison.pairs.at(0).differences.at(0).verdict;
}

void Write(const TempDirectory& directory, const std::string& name, const BenchReport& report) {
  std::filesystem::create_directories(directory / name);
  std::ofstream out(directory / name / "bench.json");
  WriteBenchJson(report, out);
}

TEST(CompareBench, JudgesByTheIntervalOfTheRatio) {
  EXPECT_EQ(VerdictOf({1.00, 1.01, 1.00, 0.99, 1.01}), "equivalent");
  EXPECT_EQ(VerdictOf({0.80, 0.81, 0.79, 0.80, 0.80}), "improved");
  EXPECT_EQ(VerdictOf({1.25, 1.24, 1.26, 1.25, 1.25}), "regressed");
  EXPECT_EQ(VerdictOf({0.7, 1.4, 1.0, 0.8, 1.3}), "inconclusive");
  EXPECT_EQ(VerdictOf({1.25}), "inconclusive");  // one measurement proves nothing
  // A difference may be sure and too small to matter.
  EXPECT_EQ(VerdictOf({1.03, 1.03, 1.031, 1.029, 1.03}), "equivalent");
  EXPECT_EQ(VerdictOf({1.03, 1.03, 1.031, 1.029, 1.03}, 0.01), "regressed");
}

TEST(CompareBench, GivesTimesFasterWithItsInterval) {
  const NamedBench both[] = {{"a", Bench(kBaseline)}, {"b", Bench({0.5, 0.5, 0.5, 0.5, 0.5})}};
  const BenchDifference difference = CompareBench(both, 0.05).pairs.at(0).differences.at(0);
  EXPECT_EQ(difference.test, "pp100");
  EXPECT_NEAR(difference.speedup, 2, 0.01);
  EXPECT_LT(difference.low.value(), 2);
  EXPECT_GT(difference.high.value(), 2);
}

TEST(CompareBench, NotesWhatDiffersBesidesSpeedAndWhatHasNoCounterpart) {
  BenchReport other = Bench(kBaseline);
  other.dtype = "bf16";
  other.host.num_threads = 2;
  other.throughput[0].name = "pp200";
  const NamedBench both[] = {{"a", Bench(kBaseline)}, {"b", other}};
  const BenchPair pair = CompareBench(both, 0.05).pairs.at(0);
  EXPECT_TRUE(pair.differences.empty());
  EXPECT_THAT(pair.notes,
              ::testing::ElementsAre(HasSubstr("another model"), HasSubstr("number of threads"),
                                     HasSubstr("pp100 ran in the baseline only"),
                                     HasSubstr("pp200 did not run")));
}

TEST(CompareCommand, TakesBenchmarksAndGates) {
  const TempDirectory directory;
  Write(directory, "a", Bench(kBaseline));
  Write(directory, "b", Bench({1.25, 1.24, 1.26, 1.25, 1.25}));
  const std::string a = (directory / "a").string();
  const std::string b = (directory / "b" / "bench.json").string();
  const auto shown = RunMain({"compare", a, b});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("regressed"));
  EXPECT_EQ(RunMain({"compare", a, b, "--gate"}).code, 1);
  EXPECT_EQ(RunMain({"compare", a, b, "--gate", "--margin", "40"}).code, 0);
  EXPECT_EQ(RunMain({"compare", b, a, "--gate"}).code, 0);
  const auto json = nlohmann::json::parse(RunMain({"compare", a, b, "--format", "json"}).out);
  EXPECT_NEAR(json["pairs"][0]["differences"][0]["speedup"].get<double>(), 0.8, 0.01);
  EXPECT_THAT(RunMain({"compare", a, b, "--format", "markdown"}).out, HasSubstr("| pp100 |"));
}

TEST(CompareCommand, RefusesHalfABenchmarkAndOneAlone) {
  const TempDirectory directory;
  Write(directory, "a", Bench(kBaseline));
  const std::string a = (directory / "a").string();
  EXPECT_EQ(RunMain({"compare", a, directory.path().string()}).code, 2);
  EXPECT_EQ(RunMain({"compare", a, a, "--html", (directory / "x").string()}).code, 2);
  directory.Write("damaged.json", "{\"kind\": \"mistral-eval bench\", \"schema_version\": 1}");
  const auto damaged = RunMain({"compare", a, (directory / "damaged.json").string()});
  EXPECT_EQ(damaged.code, 3);
  EXPECT_THAT(damaged.err, HasSubstr("damaged.json: field \"version\""));
}

TEST(History, ShowsBenchmarksOverTime) {
  const TempDirectory directory;
  Write(directory, "x/first", Bench(kBaseline, "2026-01-01T00:00:00Z"));
  Write(directory, "x/second", Bench({1.25, 1.24, 1.26, 1.25, 1.25}, "2026-01-02T00:00:00Z"));
  const History history = HistoryOfRuns(directory.path(), {});
  ASSERT_THAT(history.lines, SizeIs(1));
  ASSERT_THAT(history.lines[0].points, SizeIs(2));
  EXPECT_THAT(HistoryTitle(history.lines[0]), HasSubstr("pp100 of tiny, f32"));
  EXPECT_EQ(history.lines[0].points[0].run, "x/first");
  EXPECT_DOUBLE_EQ(history.lines[0].points[1].value, 80);
  EXPECT_EQ(history.lines[0].points[0].since_previous, "");
  EXPECT_EQ(history.lines[0].points[1].since_previous, "regressed");
}

}  // namespace
}  // namespace meval
