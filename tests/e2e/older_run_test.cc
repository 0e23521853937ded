// Run directories of earlier versions are read by this one: tests/golden/runs holds some as they
// were written, named by their date. (Paths of the machine that wrote them are other ones here.)

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/evals/run_program.h"
#include "tests/reports/json_schema.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;
using testing::TempDirectory;
using Json = nlohmann::json;

class OlderRun : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    fs::copy(fs::path(MEVAL_SOURCE_DIR "/tests/golden/runs") / GetParam(), run_);
  }

  TempDirectory directory_;
  std::string run_ = directory_ / "run";
};

TEST_P(OlderRun, FollowsTheSchemasOfToday) {
  int num_files = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(run_)) {
    const std::string name = entry.path().filename();
    const Json schema = testing::ReadSchema(name.substr(0, name.find_first_of("_.")));
    const bool is_lines = entry.path().extension() == ".jsonl";
    std::istringstream text(ReadWholeFile(entry.path()));
    for (std::string part; std::getline(text, part, is_lines ? '\n' : '\0');) {
      EXPECT_EQ(testing::SchemaProblems(schema, Json::parse(part)), "") << name;
    }
    ++num_files;
  }
  EXPECT_GE(num_files, 7);
}

TEST_P(OlderRun, IsScoredAgainFromItsSamples) {
  const ProgramResult scored = RunMain({"score", "--samples", run_});
  EXPECT_EQ(scored.code, kExitOk) << scored.err;
  EXPECT_THAT(scored.out, HasSubstr("Everything is equal."));
}

TEST_P(OlderRun, IsWrittenInEveryFormat) {
  for (const char* format :
       {"html", "lm-eval", "console", "json", "markdown", "csv", "junit", "github", "benchmark"}) {
    const ProgramResult written = RunMain({"report", run_, "--format", format});
    EXPECT_EQ(written.code, kExitOk) << format << written.err;
  }
}

TEST_P(OlderRun, IsABaselineAndPartOfAHistory) {
  const ProgramResult compared = RunMain({"compare", run_, run_});
  EXPECT_EQ(compared.code, kExitOk) << compared.err;
  EXPECT_THAT(compared.out, HasSubstr("mmlu: B is identical"));
  const ProgramResult history = RunMain({"history", directory_.path().string()});
  EXPECT_EQ(history.code, kExitOk) << history.err;
  EXPECT_THAT(history.out, HasSubstr("gsm8k, version 1, 0-shot"));
}

INSTANTIATE_TEST_SUITE_P(Versions, OlderRun, ::testing::Values("2026-11-28"));

}  // namespace
}  // namespace meval
