// `mistral-eval compare` on runs, baselines and logs as the whole program leaves them.

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/run_files.h"
#include "tests/evals/run_program.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;
using testing::SmallRun;
using testing::TempDirectory;
using Json = nlohmann::ordered_json;

constexpr char kTasks[] = "hellaswag,mmlu,lambada_openai,wikitext2,samsum,gsm8k,gsm8k_cot_maj8";

class Compare : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = new TempDirectory;
    Run("base", {});
    Run("other_batch", {"--batch-tokens", "64"});
    Run("other_weights", {"--model", "random:tiny,seed=7"});
  }
  static void TearDownTestSuite() {
    delete directory_;
    directory_ = nullptr;
  }
  static void Run(const std::string& out, std::vector<std::string> flags,
                  const std::string& tasks = kTasks, const std::string& shots = "0") {
    flags.insert(flags.end(), {"--task", tasks, "--shots", shots, "--limit", "8",
                               "--max-new-tokens", "12", "--out", Path(out)});
    const ProgramResult result = RunMain(SmallRun(flags));
    ASSERT_EQ(result.code, kExitOk) << result.err;
  }
  static std::string Path(const std::string& name) { return *directory_ / name; }
  static ProgramResult Compared(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"compare", "--resamples", "200"});
    return RunMain(arguments);
  }
  static Json Report(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--format", "json"});
    const ProgramResult result = Compared(arguments);
    EXPECT_EQ(result.code, kExitOk) << result.err;
    return Json::parse(result.out);
  }

  static TempDirectory* directory_;
};

TempDirectory* Compare::directory_ = nullptr;

TEST_F(Compare, RunsOfTheSameModelInOtherBatchesAreIdentical) {
  const Json report = Report({Path("base"), Path("other_batch"), "--gate"});
  ASSERT_EQ(report["tasks"].size(), 7U);
  for (const Json& task : report["tasks"]) {
    const Json& pair = task["pairs"][0];
    EXPECT_EQ(pair["verdict"], "identical") << task["task"];
    EXPECT_EQ(pair["num_answers_changed"], 0);
    EXPECT_EQ(pair["difference"], 0);
    EXPECT_TRUE(pair["flips"].empty());
    EXPECT_FALSE(pair["speed"].is_null()) << task["task"];
  }
}

TEST_F(Compare, ScoresAreThoseOfTheReports) {
  const Json report = Report({Path("base"), Path("other_weights")});
  for (const char* run : {"base", "other_weights"}) {
    const Json results = Json::parse(ReadWholeFile(Path(run) + "/results.json"));
    const std::size_t index = std::string(run) == "base" ? 0 : 1;
    for (std::size_t t = 0; t < results["tasks"].size(); ++t) {
      const Json& headline = results["tasks"][t]["metrics"][0];
      EXPECT_EQ(report["tasks"][t]["metric"], headline["name"]);
      const double value = headline["value"];
      EXPECT_NEAR(report["tasks"][t]["scores"][index], value, 1e-12 * std::abs(value))
          << report["tasks"][t]["task"];
    }
  }
}

TEST_F(Compare, EveryChangedScoreIsAFlipWithBothAnswers) {
  const Json report = Report({Path("base"), Path("other_weights")});
  std::size_t flips = 0;
  for (const Json& task : report["tasks"]) {
    const Json& pair = task["pairs"][0];
    EXPECT_NE(pair["verdict"], "identical") << task["task"];
    EXPECT_EQ(pair["flips"].size(), pair["num_scores_changed"]);
    for (const Json& flip : pair["flips"]) {
      EXPECT_NE(flip["baseline_score"], flip["score"]);
      EXPECT_NE(flip["question"], "");
      ++flips;
    }
  }
  EXPECT_GT(flips, 8U);
}

TEST_F(Compare, OtherPromptsAreRefusedWithTheirDigests) {
  Run("shots", {}, "mmlu", "1");
  const ProgramResult result = Compared({Path("base"), Path("shots"), "--task", "mmlu"});
  EXPECT_EQ(result.code, kExitUsage);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("the prompts of"));
  EXPECT_THAT(result.err, HasSubstr("(0 shots)"));
  EXPECT_THAT(result.err, HasSubstr("(1 shots)"));
  EXPECT_THAT(Compared({Path("base"), Path("shots")}).err, HasSubstr("has no task \"hellaswag\""));
}

TEST_F(Compare, ASubsetIsComparedOnlyWhenAskedFor) {
  const ProgramResult run = RunMain(
      SmallRun({"--task", "hellaswag", "--shots", "0", "--limit", "5", "--out", Path("subset")}));
  ASSERT_EQ(run.code, kExitOk) << run.err;
  const std::vector<std::string> both = {Path("base"), Path("subset"), "--task", "hellaswag"};
  const ProgramResult refused = Compared(both);
  EXPECT_EQ(refused.code, kExitUsage);
  EXPECT_THAT(refused.err, HasSubstr("3 only in the one, 0 only in the other"));
  std::vector<std::string> common = both;
  common.push_back("--common");
  const Json report = Report(common);
  EXPECT_EQ(report["tasks"][0]["n"], 5);
  EXPECT_EQ(report["tasks"][0]["num_left_out"], 3);
  EXPECT_EQ(report["tasks"][0]["pairs"][0]["verdict"], "identical");
}

TEST_F(Compare, ABaselineFileStandsForItsRun) {
  const std::string file = Path("baseline.jsonl");
  const ProgramResult written = Compared({Path("base"), "--write-baseline", file});
  ASSERT_EQ(written.code, kExitOk) << written.err;
  EXPECT_EQ(written.out, "");
  for (const Json& task : Report({file, Path("other_batch")})["tasks"]) {
    EXPECT_EQ(task["pairs"][0]["verdict"], "identical") << task["task"];
  }
  const Json by_file = Report({file, Path("other_weights")});
  const Json by_run = Report({Path("base"), Path("other_weights")});
  for (std::size_t t = 0; t < by_run["tasks"].size(); ++t) {
    Json a = by_file["tasks"][t]["pairs"][0];
    Json b = by_run["tasks"][t]["pairs"][0];
    EXPECT_EQ(a["flips"].size(), b["flips"].size());
    a.erase("flips");  // a baseline keeps answers, not whole texts
    b.erase("flips");
    EXPECT_EQ(a.dump(), b.dump()) << by_run["tasks"][t]["task"];
  }
  // Updating shows what changed, and then holds the new run.
  const ProgramResult updated = Compared({file, Path("other_weights"), "--write-baseline", file});
  EXPECT_EQ(updated.code, kExitOk);
  EXPECT_THAT(updated.out, HasSubstr("changed"));
  EXPECT_THAT(updated.err, HasSubstr("now holds"));
  EXPECT_EQ(Report({file, Path("other_weights")})["tasks"][0]["pairs"][0]["verdict"], "identical");
}

TEST_F(Compare, ThreeRunsAreATableWithTheBestMarked) {
  const ProgramResult result =
      Compared({Path("base"), Path("other_batch"), Path("other_weights"), "--flips", "1"});
  EXPECT_EQ(result.code, kExitOk);
  EXPECT_THAT(result.out, HasSubstr("C: " + Path("other_weights")));
  EXPECT_THAT(result.out, HasSubstr(" *"));
  EXPECT_THAT(result.out, HasSubstr("is best"));
}

TEST_F(Compare, PagesAndMarkdownHoldTheFlips) {
  const ProgramResult result =
      Compared({Path("base"), Path("other_weights"), "--format", "markdown", "--html",
                Path("page.html"), "--out", Path("compare.md")});
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(ReadWholeFile(Path("compare.md")), HasSubstr("records that changed from A to B"));
  const std::string page = ReadWholeFile(Path("page.html"));
  EXPECT_THAT(page, HasSubstr("data-change=\"loss\""));
  EXPECT_THAT(page, Not(HasSubstr("{{")));
}

// A log as lm-evaluation-harness writes it, of the prompts of a run: the program prints one with
// `tasks`, so here they are taken from the sample log's own parts, zero-shot.
TEST_F(Compare, SamplesOfAnotherHarnessAreABaseline) {
  std::string log;
  std::istringstream samples(ReadWholeFile(Path("base") + "/samples_hellaswag.jsonl"));
  int number = 0;
  for (std::string line; std::getline(samples, line);) {
    const Json sample = Json::parse(line);
    Json theirs = {{"doc_id", number++}, {"target", "x"}, {"filter", "none"}};
    for (const Json& choice : sample["choices"]) {
      theirs["arguments"].push_back({sample["question"], " " + choice["text"].get<std::string>()});
      theirs["filtered_resps"].push_back({choice["logprob"], false});
    }
    theirs["metrics"] = {"acc", "acc_norm"};
    theirs["acc"] = sample["metrics"]["acc"];
    theirs["acc_norm"] = 1 - sample["metrics"]["acc_norm"].get<double>();
    log += theirs.dump() + "\n";
  }
  directory_->Write("samples_hellaswag_2026-01-31T10-00-00.1.jsonl", log);
  const std::string file = Path("samples_hellaswag_2026-01-31T10-00-00.1.jsonl");
  const Json report = Report({file, Path("base"), "--metric", "hellaswag=acc"});
  ASSERT_EQ(report["tasks"].size(), 1U);
  EXPECT_EQ(report["runs"][0]["source"], "lm-eval");
  const Json& pair = report["tasks"][0]["pairs"][0];
  EXPECT_EQ(pair["num_scores_changed"], 0);
  EXPECT_EQ(pair["num_answers_changed"], nullptr);
  EXPECT_EQ(Report({file, Path("base")})["tasks"][0]["pairs"][0]["num_scores_changed"], 8);
}

TEST_F(Compare, SaysWhatIsWrongWithTheCommandLine) {
  EXPECT_EQ(Compared({Path("base")}).code, kExitUsage);
  EXPECT_THAT(Compared({Path("base"), Path("absent")}).err, HasSubstr("found nothing there"));
  EXPECT_EQ(Compared({Path("base"), Path("base"), "--margin", "x"}).code, kExitUsage);
  EXPECT_EQ(Compared({Path("base"), Path("base"), "--margin", "mmul=1"}).code, kExitUsage);
  EXPECT_EQ(Compared({Path("base"), Path("base"), "--fail-on", "rain"}).code, kExitUsage);
  EXPECT_EQ(Compared({Path("base"), Path("base"), "--format", "xml"}).code, kExitUsage);
  EXPECT_EQ(Compared({Path("base"), Path("base"), "--html", Path("no/such/dir.html")}).code,
            kExitUsage);
}

TEST_F(Compare, ALogThatWasChangedIsNoRun) {
  std::filesystem::copy(Path("base"), Path("tampered"), std::filesystem::copy_options::recursive);
  const std::string log = Path("tampered") + "/samples_mmlu.jsonl";
  std::string text = ReadWholeFile(log);
  testing::WriteFile(log, text.replace(text.find("\"acc\":") + 6, 3, "0.5"));
  const ProgramResult result = Compared({Path("base"), Path("tampered")});
  EXPECT_EQ(result.code, kExitData);
  EXPECT_THAT(result.err, HasSubstr("is not the one the run wrote"));
}

TEST_F(Compare, RepetitionsOfARunGiveItsSpeedAnInterval) {
  for (const char* run : {"base", "other_batch"}) {
    std::filesystem::create_directories(Path("repeated"));
    std::filesystem::copy(Path(run), Path("repeated") + "/" + run,
                          std::filesystem::copy_options::recursive);
  }
  const Json report = Report({Path("repeated"), Path("repeated")});
  EXPECT_EQ(report["tasks"][0]["pairs"][0]["speed"]["repetitions"], 2);
  EXPECT_FALSE(report["tasks"][0]["pairs"][0]["speed"]["ci_low"].is_null());
  std::filesystem::copy(Path("other_weights"), Path("repeated") + "/x",
                        std::filesystem::copy_options::recursive);
  const ProgramResult mixed = Compared({Path("repeated"), Path("base")});
  EXPECT_EQ(mixed.code, kExitData);
  EXPECT_THAT(mixed.err, HasSubstr("expected repetitions of one run"));
}

}  // namespace
}  // namespace meval
