// `mistral-eval score --samples` on what the whole program leaves behind.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/run_files.h"
#include "tests/evals/run_program.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;
using testing::SampleFiles;
using testing::SmallRun;
using testing::TempDirectory;
using Json = nlohmann::ordered_json;

class ScoreSamples : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = new TempDirectory;
    const ProgramResult result = RunMain(SmallRun(
        {"--task", "hellaswag,mmlu,lambada_openai,wikitext2,samsum,gsm8k,gsm8k_cot_maj8", "--shots",
         "0", "--limit", "5", "--max-new-tokens", "16", "--out", *directory_ / "run"}));
    ASSERT_EQ(result.code, kExitOk) << result.err;
  }
  static void TearDownTestSuite() {
    delete directory_;
    directory_ = nullptr;
  }
  static ProgramResult Score(const std::vector<std::string>& flags = {}) {
    std::vector<std::string> command = {"score", "--samples", *directory_ / "run"};
    command.insert(command.end(), flags.begin(), flags.end());
    return RunMain(command);
  }
  // Replaces a part of a file of the run until the end of the scope.
  class Tampered {
   public:
    Tampered(const std::string& name, const std::function<std::string(std::string)>& change)
        : path_(*directory_ / "run" / name), whole_(ReadWholeFile(path_)) {
      const std::string changed = change(whole_);
      EXPECT_NE(changed, whole_);
      testing::WriteFile(path_, changed);
    }
    ~Tampered() { testing::WriteFile(path_, whole_); }

   private:
    std::filesystem::path path_;
    std::string whole_;
  };

  static TempDirectory* directory_;
};

TempDirectory* ScoreSamples::directory_ = nullptr;

TEST_F(ScoreSamples, EveryScoreOfARunIsRecomputedFromItsLogBitByBit) {
  const ProgramResult result = Score({"--format", "json"});
  EXPECT_EQ(result.code, kExitOk) << result.out << result.err;
  const Json json = Json::parse(result.out);
  EXPECT_EQ(json["equal"], true);
  ASSERT_EQ(json["tasks"].size(), 7U);
  for (const Json& task : json["tasks"]) {
    EXPECT_EQ(task["equal"], true) << task["task"];
    EXPECT_EQ(task["notes"], Json::array());
    EXPECT_FALSE(task["metrics"].empty());
    for (const Json& metric : task["metrics"]) {
      EXPECT_EQ(metric["reported"].dump(), metric["recomputed"].dump()) << metric["name"];
      EXPECT_THAT(metric["reported"]["signature"], HasSubstr("version:")) << metric["name"];
    }
  }
}

TEST_F(ScoreSamples, TheTableNamesEveryMetricAndTheVerdict) {
  const ProgramResult result = Score();
  EXPECT_EQ(result.code, kExitOk);
  for (const char* part : {"hellaswag", "acc_norm", "micro", "word_perplexity", "rougeLsum",
                           "maj@8", "Everything is equal."}) {
    EXPECT_THAT(result.out, HasSubstr(part));
  }
  EXPECT_THAT(result.out, Not(HasSubstr("NOT")));
}

TEST_F(ScoreSamples, NumberOfThreadsChangesNothing) {
  EXPECT_EQ(Score({"--threads", "1"}).out, Score({"--threads", "3"}).out);
}

TEST_F(ScoreSamples, AChangedLogFailsWithTheDocumentNamed) {
  const Tampered log("samples_hellaswag.jsonl", [](std::string text) {
    return text.replace(text.find("\"acc\":") + 6, 3, "0.5");
  });
  const ProgramResult result = Score({"--out", *directory_ / "verdict.txt"});
  EXPECT_EQ(result.code, kExitRegression);
  EXPECT_EQ(result.out, "");
  const std::string verdict = ReadWholeFile(*directory_ / "verdict.txt");
  EXPECT_THAT(verdict, HasSubstr("samples_hellaswag.jsonl:1: document"));
  EXPECT_THAT(verdict, HasSubstr("acc is 0.5 in the log and"));
  EXPECT_THAT(verdict, HasSubstr("is not the file that the run wrote"));
  EXPECT_THAT(verdict, HasSubstr("NOT everything is equal."));
}

TEST_F(ScoreSamples, ADamagedFileIsAnErrorOfData) {
  {
    const Tampered log("samples_samsum.jsonl",
                       [](std::string text) { return text.substr(0, text.size() - 7); });
    const ProgramResult result = Score();
    EXPECT_EQ(result.code, kExitData);
    EXPECT_THAT(result.err, HasSubstr("samples_samsum.jsonl:5: expected"));
    EXPECT_EQ(result.out, "");
  }
  const Tampered report("results.json", [](const std::string&) { return "[]"; });
  EXPECT_EQ(Score().code, kExitData);
}

TEST_F(ScoreSamples, SaysWhatIsWrongWithTheCommandLine) {
  EXPECT_EQ(RunMain({"score", "--samples", *directory_ / "absent"}).code, kExitUsage);
  EXPECT_EQ(RunMain({"score"}).code, kExitUsage);
  EXPECT_EQ(Score({"--format", "xml"}).code, kExitUsage);
  const ProgramResult unwritable = Score({"--out", *directory_ / "no" / "such"});
  EXPECT_EQ(unwritable.code, kExitUsage);
  EXPECT_THAT(unwritable.err, HasSubstr("cannot be written; name another file with --out"));
}

TEST_F(ScoreSamples, APerplexityOfAUsersFileIsRecomputedWithoutIt) {
  const TempDirectory directory;
  directory.Write("a.txt", "A text of a user's own, long enough for a few windows of some tokens.");
  const ProgramResult run =
      RunMain({"perplexity", "--file", directory / "a.txt", "--length", "8", "--kv-memory", "32M",
               "--threads", "1", "--quiet", "--out", directory / "run"});
  ASSERT_EQ(run.code, kExitOk) << run.err;
  std::filesystem::remove(directory / "a.txt");
  EXPECT_EQ(RunMain({"score", "--samples", directory / "run"}).code, kExitOk);
}

}  // namespace
}  // namespace meval
