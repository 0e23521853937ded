// The formats that other programs and people read, of runs as the whole program leaves them.

#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/run_files.h"
#include "tests/evals/run_program.h"
#include "tests/reports/json_schema.h"
#include "tests/support/environment.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using testing::Environment;
using testing::ExpectValid;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;
using testing::SmallRun;
using testing::TempDirectory;
using Json = nlohmann::ordered_json;

// "base", and "other" of other weights, compared with it: worse on none by more than chance.
class Formats : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = new TempDirectory;
    Run("base", {});
    Run("other", {"--model", "random:tiny,seed=7", "--baseline", Path("base")});
  }
  static void TearDownTestSuite() {
    delete directory_;
    directory_ = nullptr;
  }
  static ProgramResult Run(const std::string& out, std::vector<std::string> flags) {
    flags.insert(flags.end(), {"--task", "mmlu,hellaswag,gsm8k,wikitext2", "--shots", "0",
                               "--limit", "12", "--max-new-tokens", "12", "--out", Path(out)});
    ProgramResult result = RunMain(SmallRun(flags));
    EXPECT_EQ(result.code, kExitOk) << result.err;
    return result;
  }
  static std::string Path(const std::string& name) { return *directory_ / name; }

  static TempDirectory* directory_;
};

TempDirectory* Formats::directory_ = nullptr;

TEST_F(Formats, EveryFileOfARunDirectoryFollowsItsSchema) {
  std::set<std::string> kinds;
  for (const fs::directory_entry& entry : fs::directory_iterator(Path("other"))) {
    const std::string name = entry.path().filename().string();
    const std::string extension = entry.path().extension().string();
    if (extension != ".json" && extension != ".jsonl") continue;
    const std::string kind = name.substr(0, name.find_first_of("_."));
    ExpectValid(kind, ReadWholeFile(entry.path()), extension == ".jsonl");
    kinds.insert(kind);
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"comparison", "journal", "prompts", "results", "run",
                                          "samples"}));
  const std::string baseline = Path("baseline.jsonl");
  ASSERT_EQ(RunMain({"compare", Path("base"), "--write-baseline", baseline}).code, kExitOk);
  ExpectValid("baseline", ReadWholeFile(baseline), true);
  const ProgramResult history =
      RunMain({"history", directory_->path().string(), "--format", "json"});
  ASSERT_EQ(history.code, kExitOk) << history.err;
  ExpectValid("history", history.out, false);
}

// What is written for the other harness is read as what it is.
TEST_F(Formats, TheLmEvalExportOfARunIsABaselineWithItsScores) {
  const ProgramResult exported = RunMain({"report", Path("base"), "--format", "lm-eval"});
  ASSERT_EQ(exported.code, kExitOk) << exported.err;
  const fs::path results = exported.err.substr(0, exported.err.find('\n'));
  EXPECT_EQ(Json::parse(ReadWholeFile(results))["config"]["model"], "mistral-eval");
  for (const auto& [task, metric] :
       {std::pair<const char*, const char*>{"mmlu", "acc"}, {"hellaswag", "acc_norm"}}) {
    const ProgramResult compared =
        RunMain({"compare", results.parent_path().string(), Path("base"), "--task", task,
                 "--format", "json", "--resamples", "200"});
    ASSERT_EQ(compared.code, kExitOk) << compared.err;
    const Json report = Json::parse(compared.out);
    EXPECT_EQ(report["runs"][0]["source"], "lm-eval");
    EXPECT_EQ(report["tasks"][0]["n"], 12);
    EXPECT_EQ(report["tasks"][0]["metric"], metric);
    EXPECT_EQ(report["tasks"][0]["pairs"][0]["num_scores_changed"], 0);
  }
}

TEST_F(Formats, ARunWritesTheExportBesideItself) {
  const ProgramResult run = Run("exported", {"--format", "lm-eval,benchmark"});
  EXPECT_TRUE(fs::is_directory(Path("exported") + "/lm-eval"));
  const Json entries = Json::parse(run.out);  // nothing but the benchmark's array
  EXPECT_EQ(entries[0]["unit"], "%");
}

TEST_F(Formats, JunitFailsWhereALimitOrTheGateDoes) {
  const ProgramResult open = RunMain({"report", Path("base"), "--format", "junit"});
  EXPECT_EQ(open.code, kExitOk);
  EXPECT_THAT(open.out, HasSubstr("<testsuite name=\"mmlu\""));
  EXPECT_THAT(open.out, Not(HasSubstr("<failure")));
  const ProgramResult shut =
      RunMain(SmallRun({"--task", "mmlu", "--shots", "0", "--limit", "12", "--out", Path("limit"),
                        "--fail-under", "mmlu:acc=1", "--format", "junit"}));
  EXPECT_EQ(shut.code, kExitRegression);
  EXPECT_THAT(shut.out, HasSubstr("<failure type=\"limit\" message=\"mmlu acc is"));
  const ProgramResult compared =
      RunMain({"compare", Path("base"), Path("other"), "--format", "junit", "--resamples", "200",
               "--fail-on", "inconclusive", "--gate"});
  EXPECT_EQ(compared.code, kExitRegression);
  EXPECT_THAT(compared.out, HasSubstr("<failure type=\"inconclusive\""));
}

TEST_F(Formats, GithubHasAnnotationsAndAStepSummary) {
  const std::string summary = Path("summary.md");
  directory_->Write("summary.md", "what an earlier step said\n");
  {
    const Environment variable("GITHUB_STEP_SUMMARY", summary.c_str());
    const ProgramResult report = RunMain({"report", Path("base"), "--format", "github"});
    EXPECT_THAT(report.out, HasSubstr("::notice title=mmlu acc::"));
    const ProgramResult compared = RunMain(
        {"compare", Path("base"), Path("base"), "--format", "github", "--resamples", "200"});
    EXPECT_THAT(compared.out, HasSubstr("::notice title=mmlu identical::mmlu: "));
    const Environment unwritable("GITHUB_STEP_SUMMARY", "/no/such/folder/summary.md");
    EXPECT_EQ(RunMain({"report", Path("base"), "--format", "github"}).code, kExitUsage);
  }
  const std::string text = ReadWholeFile(summary);
  EXPECT_TRUE(text.starts_with("what an earlier step said\n"));
  EXPECT_THAT(text, HasSubstr(ReadWholeFile(Path("base") + "/report.md")));
  EXPECT_THAT(text, HasSubstr("4 identical"));
}

TEST_F(Formats, SheetsGoOutEmptyAndComeBackFilled) {
  const std::string sheets = Path("sheets");
  const ProgramResult written = RunMain({"report", Path("base"), "--sheet", "5", "--out", sheets});
  ASSERT_EQ(written.code, kExitOk) << written.err;
  EXPECT_TRUE(fs::exists(sheets + "/sheet_gsm8k.html"));
  EXPECT_FALSE(fs::exists(sheets + "/sheet_wikitext2.csv"));  // texts have no answers
  std::istringstream rows(ReadWholeFile(sheets + "/sheet_mmlu.csv"));
  std::string filled;
  int number = 0;
  for (std::string row; std::getline(rows, row);) {
    const bool is_end = row.ends_with(",,");
    filled +=
        (is_end ? row.substr(0, row.size() - 2) + "," + std::to_string(1 + number++ % 5) + ",4"
                : row) +
        "\n";
  }
  ASSERT_EQ(number, 5);
  directory_->Write("ann.csv", filled);
  const ProgramResult scored = RunMain({"score", "--sheet", Path("ann.csv"), "--format", "json"});
  ASSERT_EQ(scored.code, kExitOk) << scored.err;
  const Json quality = Json::parse(scored.out)["tasks"][0]["qualities"][0];
  EXPECT_EQ(quality["num_records"], 5);
  EXPECT_EQ(quality["mean"], 3);
  EXPECT_EQ(RunMain({"score", "--sheet", Path("ann.csv"), Path("ann.csv")}).code, kExitOk);
  EXPECT_EQ(RunMain({"score", "--sheet", Path("none.csv")}).code, kExitData);
  EXPECT_EQ(RunMain({"score", "--sheet", Path("ann.csv"), "--metric", "bleu"}).code, kExitUsage);
}

TEST_F(Formats, ScoresArePlottedOverANumberOfTheRuns) {
  Run("few", {"--number", "training_samples=100", "--sheet", "2"});
  EXPECT_TRUE(fs::exists(Path("few") + "/sheet_mmlu.csv"));
  EXPECT_TRUE(fs::exists(Path("few") + "/sheet_gsm8k.html"));
  Run("many", {"--model", "random:tiny,seed=7", "--number", "training_samples=1000"});
  const Json numbers =
      Json::parse(ReadWholeFile(Path("few") + "/results.json"))["model"]["numbers"];
  EXPECT_EQ(numbers["training_samples"], 100);
  EXPECT_GT(numbers["parameters"], 0);
  EXPECT_EQ(numbers["bits_per_weight"], 32);
  // A baseline file remembers the numbers of its run.
  const std::string baseline = Path("few.jsonl");
  ASSERT_EQ(RunMain({"compare", Path("few"), "--write-baseline", baseline}).code, kExitOk);
  const ProgramResult compared =
      RunMain({"compare", baseline, Path("many"), "--resamples", "200", "--against",
               "training_samples", "--html", Path("plot.html"), "--format", "json"});
  ASSERT_EQ(compared.code, kExitOk) << compared.err;
  ExpectValid("comparison", compared.out, false);
  EXPECT_EQ(Json::parse(compared.out)["against"], "training_samples");
  const std::string page = ReadWholeFile(Path("plot.html"));
  EXPECT_THAT(page, HasSubstr("<h2>mmlu: acc against training_samples</h2>"));
  EXPECT_THAT(page, HasSubstr("B at 1,000: "));
  const ProgramResult refused = RunMain({"compare", Path("base"), Path("many"), "--against",
                                         "training_samples", "--html", Path("no.html")});
  EXPECT_EQ(refused.code, kExitUsage);
  EXPECT_THAT(refused.err, HasSubstr("has no number \"training_samples\""));
  EXPECT_FALSE(fs::exists(Path("no.html")));
}

TEST_F(Formats, ThePageMarksWhatFlipped) {
  const std::string page = ReadWholeFile(Path("other") + "/report.html");
  const ProgramResult again =
      RunMain({"report", Path("other"), "--baseline", Path("base"), "--out", "-"});
  ASSERT_EQ(again.code, kExitOk) << again.err;
  EXPECT_TRUE(again.out == page) << "the two pages differ";
  const Json comparison = Json::parse(ReadWholeFile(Path("other") + "/comparison.json"));
  std::size_t task = 0;  // the first with flips
  while (task < comparison["tasks"].size() &&
         comparison["tasks"][task]["pairs"][0]["flips"].empty()) {
    ++task;
  }
  ASSERT_LT(task, comparison["tasks"].size());
  const Json& pair = comparison["tasks"][task]["pairs"][0];
  const std::string mark = "id=\"flips-" + std::to_string(task) + "\">";
  const std::size_t begin = page.find(mark) + mark.size();
  const Json flips = Json::parse(page.substr(begin, page.find("</script>", begin) - begin));
  EXPECT_EQ(flips.size(), pair["flips"].size());
  EXPECT_TRUE(flips.contains(pair["flips"][0]["id"].get<std::string>()));
  EXPECT_EQ(RunMain({"report", Path("other"), "--baseline", Path("base"), "--format", "csv"}).code,
            kExitUsage);
}

}  // namespace
}  // namespace meval
