// `mistral-eval report`: the report of a run, again, from its directory.

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/evals/run_program.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;

class ReportTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = new testing::TempDirectory();
    const ProgramResult run =
        RunMain(testing::SmallRun({"--task", "mmlu,gsm8k_cot,samsum", "--limit", "3",
                                   "--max-new-tokens", "8", "--out", Run()}));
    ASSERT_EQ(run.code, kExitOk) << run.err;
  }
  static void TearDownTestSuite() { delete directory_; }
  static std::string Run() { return (*directory_ / "run").string(); }

  static testing::TempDirectory* directory_;
};
testing::TempDirectory* ReportTest::directory_ = nullptr;

TEST_F(ReportTest, WritesThePageOfTheRunAgainByteForByte) {
  const std::string page = ReadWholeFile(Run() + "/report.html");
  EXPECT_THAT(page, HasSubstr("<h1>random:tiny,seed=1234</h1>"));
  const ProgramResult result = RunMain({"report", Run(), "--format", "html", "--out", "-"});
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_TRUE(result.out == page) << "the two pages differ";
  fs::remove(Run() + "/report.html");
  const ProgramResult again = RunMain({"report", Run()});
  EXPECT_EQ(again.code, kExitOk) << again.err;
  EXPECT_THAT(again.err, HasSubstr("report.html: 0."));
  EXPECT_TRUE(ReadWholeFile(Run() + "/report.html") == page) << "the two pages differ";
}

TEST_F(ReportTest, HoldsTheWholePromptWithEveryExemplarOnce) {
  const std::string page = ReadWholeFile(Run() + "/report.html");
  const std::string parts = ReadWholeFile(Run() + "/prompts_gsm8k_cot.jsonl");
  EXPECT_THAT(parts, HasSubstr(R"({"exemplar":"gsm8k_cot_8shot:8","text":"Q: )"));
  const std::string text = "Otto is 31 years old.";
  const std::size_t first = page.find(text);
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(page.find(text, first + 1), std::string::npos);
}

TEST_F(ReportTest, PrintsTheTablesOfTheRunAgain) {
  const ProgramResult markdown = RunMain({"report", Run(), "--format", "markdown"});
  EXPECT_EQ(markdown.code, kExitOk) << markdown.err;
  EXPECT_EQ(markdown.out, ReadWholeFile(Run() + "/report.md"));
  EXPECT_THAT(RunMain({"report", Run(), "--format", "console"}).out, HasSubstr("95 % interval"));
  EXPECT_THAT(RunMain({"report", Run(), "--format", "csv"}).out, HasSubstr("samsum,1,0,"));
}

TEST_F(ReportTest, ShowsExemplarsByNameWhereTheirTextsWereNotKept) {
  const std::string copy = Run() + "-old";
  fs::copy(Run(), copy);
  fs::remove(copy + "/prompts_gsm8k_cot.jsonl");
  const ProgramResult result = RunMain({"report", copy, "--out", "-"});
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_THAT(result.out, HasSubstr("[\"gsm8k_cot_8shot:8\"]"));
}

TEST_F(ReportTest, SaysWhatIsMissingOrDamaged) {
  EXPECT_EQ(RunMain({"report", "/nowhere"}).code, kExitData);
  EXPECT_THAT(RunMain({"report", "/nowhere"}).err, HasSubstr("/nowhere/results.json"));
  const std::string copy = Run() + "-damaged";
  fs::copy(Run(), copy);
  std::ofstream(copy + "/samples_mmlu.jsonl", std::ios::app) << "{";
  const ProgramResult damaged = RunMain({"report", copy});
  EXPECT_EQ(damaged.code, kExitData);
  EXPECT_THAT(damaged.err, HasSubstr("samples_mmlu.jsonl:4"));
  EXPECT_EQ(RunMain({"report"}).code, kExitUsage);
  const ProgramResult format = RunMain({"report", Run(), "--format", "htm"});
  EXPECT_EQ(format.code, kExitUsage);
  EXPECT_THAT(format.err, HasSubstr("html"));
}

}  // namespace
}  // namespace meval
