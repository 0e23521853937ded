#include "evals/gpu_check/report.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "evals/flags.h"
#include "evals/gpu_check/parts.h"
#include "tests/support/temp_directory.h"

namespace meval::gpu_check {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

GpuCheckReport Full() {
  GpuCheckReport report;
  report.proof.machine = {{"device", "a device"}, {"libraries", LibraryVersions()}};
  SelftestCheck check;
  check.name = "device.gemm";
  check.claim = "products";
  check.num_cases = 3;
  check.worst = 0.25;
  report.proof.checks = {check};
  report.proof.repeat = {"mistral-eval gpu-check"};
  report.model = ModelAgreement{.checks = {},
                                .largest_difference = 0.03,
                                .documents = 120,
                                .choices_differing = 2,
                                .generations = 30,
                                .generations_differing = 4};
  report.speed.emplace();
  report.speed->model = "random:mistral-7b-v0.1";
  report.device = "NVIDIA H200";
  report.loading = {"2 of 32 layers of random:mistral-7b-v0.1", "/dev/shm", 1'448'000'000, 0.1};
  report.modes = {{"pp2048", false, 40000, 41000}};
  report.workload_model = "random:mistral-7b-v0.1,seed=1234";
  report.workloads = {{.name = "mmlu",
                       .title = "MMLU, 5 shots",
                       .documents = 7000,
                       .of_documents = 14042,
                       .requests = 28000,
                       .requests_done = 28000,
                       .tokens_fed = 750000,
                       .seconds = 40,
                       .floor_seconds = 30}};
  report.algorithms = {"qkv: algorithm 6"};
  report.sanitizer = {{"memcheck", "ok", "ERROR SUMMARY: 0 errors", 12}};
  report.left_out = {"racecheck did not run"};
  report.proof.seconds = 100;
  return report;
}

std::string Markdown(const GpuCheckReport& report) {
  std::ostringstream out;
  WriteMarkdown(report, out);
  return out.str();
}

TEST(GpuCheckReport, SaysEverythingInMarkdown) {
  const std::string text = Markdown(Full());
  for (const char* part :
       {"| libraries |", "| device.gemm | products | 3 | 0.25 | ok |",
        "2 of 120 answers and 4 of 30 generations differ", "by 0.0300 at most",
        "| MMLU, 5 shots | 7,000 of 14,042 | 28,000 of 28,000 | 750,000 | 0 | 40.0 | 30.0 | 75 % |",
        "qkv: algorithm 6", "| memcheck | ok | ERROR SUMMARY: 0 errors | 12.0 |",
        "racecheck did not run", "random:mistral-7b-v0.1"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(GpuCheckReport, LeavesOutOfMarkdownWhatDidNotRun) {
  GpuCheckReport report;
  report.proof = Full().proof;
  const std::string text = Markdown(report);
  EXPECT_THAT(text, Not(HasSubstr("MMLU")));
  EXPECT_THAT(text, Not(HasSubstr("sanitizer")));
  EXPECT_THAT(text, Not(HasSubstr("shipped model")));
}

TEST(GpuCheckReport, SaysEverythingInJson) {
  std::ostringstream out;
  WriteJson(Full(), out);
  const auto json = nlohmann::json::parse(out.str());
  EXPECT_EQ(json.at("passed"), true);
  EXPECT_EQ(json.at("seconds"), 100);
  EXPECT_EQ(json.at("machine").at("libraries"), LibraryVersions());
  EXPECT_EQ(json.at("checks").at(0).at("worst_error"), 0.25);
  EXPECT_EQ(json.at("model").at("choices_differing"), 2);
  EXPECT_EQ(json.at("workloads").at(0).at("floor_seconds"), 30);
  EXPECT_EQ(json.at("targets").size(), 10U);
  EXPECT_EQ(json.at("targets").at(0).at("verdict"), "not measured");
  EXPECT_EQ(json.at("targets").at(4).at("verdict"), "missed");
  EXPECT_NEAR(json.at("modes").at(0).at("cost").get<double>(), 0.025, 1e-12);
  EXPECT_NEAR(json.at("loading").at("seconds_of_7b").get<double>(), 1, 1e-12);
  EXPECT_EQ(json.at("sanitizer").at(0).at("tool"), "memcheck");
  EXPECT_EQ(json.at("algorithms").at(0), "qkv: algorithm 6");
  EXPECT_EQ(json.at("left_out").at(0), "racecheck did not run");
}

TEST(GpuCheckReport, HasEachFigureBesideItsTarget) {
  const std::string text = Markdown(Full());
  EXPECT_THAT(text, HasSubstr("| MMLU, 5 shots | s | <= 40.0 | 60.2 | 80.2 | missed |"));
  EXPECT_THAT(text, HasSubstr("| loading from the page cache | s | <= 2.0 |  | 1.0 | kept |"));
  EXPECT_THAT(text, HasSubstr("| pp2048 | 40000.0 | 41000.0 | 2.5 % |"));
  EXPECT_THAT(text, HasSubstr("would take 1.00 s at that rate"));
  EXPECT_THAT(Markdown({}), ::testing::Not(HasSubstr("## Targets")));
}

TEST(GpuCheckReport, FailsWhereATestOrAToolDoes) {
  EXPECT_TRUE(Full().passed());
  GpuCheckReport report = Full();
  report.proof.checks[0].num_failures = 1;
  EXPECT_FALSE(report.passed());
  report = Full();
  report.sanitizer[0].status = "failed";
  EXPECT_FALSE(report.passed());
  report.sanitizer[0].status = "skipped";
  EXPECT_TRUE(report.passed());
}

// As it is saved after each part: what ends the run then has proved nothing of the rest.
TEST(GpuCheckReport, HasNotPassedWhileAPartIsMissing) {
  GpuCheckReport report = Full();
  report.not_reached = {"speed", "workloads"};
  EXPECT_FALSE(report.passed());
  EXPECT_THAT(Markdown(report), HasSubstr("Not reached: speed, workloads."));
  std::ostringstream out;
  WriteJson(report, out);
  const auto json = nlohmann::json::parse(out.str());
  EXPECT_EQ(json.at("passed"), false);
  EXPECT_EQ(json.at("not_reached").size(), 2U);
}

TEST(GpuCheckParts, EndWithinEightMinutesAndTheLastTakesTheRest) {
  std::vector<std::string> all;
  double before = 0;
  for (const Part& part : kParts) {
    all.emplace_back(part.name);
    EXPECT_GT(part.ends, before) << part.name;
    before = part.ends;
  }
  EXPECT_EQ(before, 480);
  EXPECT_EQ(EndOf("device", all), 60);
  EXPECT_EQ(EndOf("workloads", all), 420);
  EXPECT_EQ(EndOf("engine", {"device", "engine"}), 480);
}

TEST(GpuCheckReport, WritesItsFiles) {
  const testing::TempDirectory directory;
  WriteFiles(Full(), directory.path() / "report");
  for (const char* name : {"report.json", "report.md", "bench.json"}) {
    EXPECT_TRUE(std::filesystem::exists(directory.path() / "report" / name)) << name;
  }
  std::ofstream(directory.path() / "file") << "in the way";
  EXPECT_THROW(WriteFiles(Full(), directory.path() / "file"), UsageError);
  EXPECT_THROW(RequireWritable(directory.path() / "file"), UsageError);
  RequireWritable(directory.path() / "other/new");
  EXPECT_TRUE(std::filesystem::is_empty(directory.path() / "other/new"));
}

TEST(GpuCheckFlags, NameParts) {
  const std::vector<std::string> arguments = {"--only", "model,workloads", "--limit",
                                              "5",      "--model",         "random:tiny"};
  const GpuCheckOptions options = ParseGpuCheck(arguments);
  EXPECT_THAT(options.only, ::testing::ElementsAre("model", "workloads"));
  EXPECT_EQ(options.limit, 5);
  EXPECT_EQ(options.model, "random:tiny");
  EXPECT_TRUE(ParseGpuCheck(std::vector<std::string>{"--no-speed"}).no_speed);
  const std::vector<std::string> unknown = {"--only", "modle"};
  EXPECT_THROW(ParseGpuCheck(unknown), UsageError);
}

}  // namespace
}  // namespace meval::gpu_check
