#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/selftest.h"
#include "evals/flags.h"
#include "evals/selftest_report.h"
#include "tests/evals/run_program.h"

namespace meval::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(SelftestCommand, PassesOnThisMachineAndSaysOnWhat) {
  const ProgramResult result = RunMain({"selftest", "--quick", "--threads", "1"});
  EXPECT_EQ(result.code, 0) << result.out << result.err;
  for (const char* part : {"cpu  ", "path  ", "matmul  ", "sentencepiece ", "numerics  ",
                           "seed       1234", "all passed"}) {
    EXPECT_THAT(result.out, HasSubstr(part));
  }
  for (const std::string& name : SelftestNames()) EXPECT_THAT(result.out, HasSubstr("\n" + name));
  EXPECT_THAT(result.out, Not(HasSubstr("FAILED")));
  EXPECT_THAT(result.err, HasSubstr("trying kernel.gemm_bf16"));
  EXPECT_THAT(result.err, HasSubstr("trying model seed 1235, bf16"));
}

TEST(SelftestCommand, TriesTheUsersModel) {
  const ProgramResult result =
      RunMain({"selftest", "--quick", "--threads", "1", "--model", "tiny", "--dtype", "bf16",
               "--kv-memory", "32M", "--only", "score", "--quiet"});
  EXPECT_EQ(result.code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("model      tiny"));
  EXPECT_THAT(result.out, Not(HasSubstr("kernel.")));
  EXPECT_THAT(result.err, IsEmpty());
}

TEST(SelftestCommand, WritesJson) {
  const ProgramResult result = RunMain({"selftest", "--quick", "--threads", "1", "--only",
                                        "kernel.rmsnorm", "--format", "json", "--quiet"});
  EXPECT_EQ(result.code, 0);
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json.at("passed"), true);
  EXPECT_EQ(json.at("num_checks"), 1);
  EXPECT_EQ(json.at("checks").at(0).at("name"), "kernel.rmsnorm");
  EXPECT_TRUE(json.at("machine").contains("cpu"));
}

TEST(SelftestCommand, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(RunMain({"selftest", "--quick", "--full"}).code, 2);
  EXPECT_EQ(RunMain({"selftest", "--format", "xml"}).code, 2);
  const ProgramResult result = RunMain({"selftest", "--only", "kernel.gem_rows"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("kernel.gemm_rows"));
}

// A device is proved by another command: without a word this one would prove the wrong thing.
TEST(SelftestCommand, IsTheCpusAndNamesTheCheckOfADevice) {
  for (const char* flag : {"--backend", "--device"}) {
    const ProgramResult result = RunMain({"selftest", "--quick", flag, "cuda"});
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, HasSubstr("selftest checks the cpu"));
    EXPECT_THAT(result.err, HasSubstr("mistral-eval gpu-check"));
    EXPECT_THAT(result.out, IsEmpty());
  }
  EXPECT_EQ(RunMain({"selftest", "--quick", "--backend", "gpu"}).code, 2);
  const ProgramResult cpu = RunMain({"selftest", "--quick", "--threads", "1", "--backend", "cpu",
                                     "--only", "kernel.rmsnorm", "--quiet"});
  EXPECT_EQ(cpu.code, 0) << cpu.err;
  EXPECT_THAT(RunMain({"selftest", "--help"}).out, Not(HasSubstr("auto, cpu or cuda")));
}

TEST(SelftestCommand, IsInTheHelp) {
  EXPECT_THAT(RunMain({"--help"}).out, HasSubstr("selftest"));
  EXPECT_THAT(RunMain({"selftest", "--help"}).out, HasSubstr("--only"));
}

SelftestReport ReportOfEveryKind() {
  SelftestReport report;
  report.machine = {{"cpu", "a processor"}};
  report.checks.resize(3);
  report.checks[0].name = "fine";
  report.checks[0].num_cases = 3;
  report.checks[1].name = "broken";
  report.checks[1].num_cases = 5;
  report.checks[1].num_failures = 2;
  report.checks[1].first_failure = "expected 1, found \xff";
  report.checks[2].name = "elsewhere";
  report.checks[2].why_skipped = "not here";
  report.repeat = {"", "mistral-eval selftest --only broken", ""};
  return report;
}

TEST(SelftestReport, CountsItsChecks) {
  const SelftestReport report = ReportOfEveryKind();
  EXPECT_EQ(report.num_cases(), 8);
  EXPECT_EQ(report.num_failed(), 1);
  EXPECT_EQ(report.num_skipped(), 1);
}

TEST(SelftestReport, SaysInJsonWhatFailedAndHowToRepeatIt) {
  std::ostringstream out;
  WriteJson(ReportOfEveryKind(), out);
  const auto json = nlohmann::json::parse(out.str());
  EXPECT_EQ(json.at("passed"), false);
  EXPECT_EQ(json.at("num_failed"), 1);
  EXPECT_EQ(json.at("checks").at(0).at("status"), "ok");
  EXPECT_FALSE(json.at("checks").at(0).contains("repeat"));
  EXPECT_EQ(json.at("checks").at(1).at("status"), "failed");
  EXPECT_THAT(json.at("checks").at(1).at("first_failure").get<std::string>(),
              HasSubstr("expected 1, found "));
  EXPECT_EQ(json.at("checks").at(1).at("repeat"), "mistral-eval selftest --only broken");
  EXPECT_EQ(json.at("checks").at(2).at("status"), "skipped");
  EXPECT_EQ(json.at("checks").at(2).at("why_skipped"), "not here");
}

}  // namespace
}  // namespace meval::testing
