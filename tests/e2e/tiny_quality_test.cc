// The shipped model on the shipped records, as someone sees it who has just built the program: on
// endings, questions, worked problems and summaries clearly better than chance and clearly not
// perfect. The other sets and the scores over all records are in models/tiny/README.md.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/run_files.h"
#include "tests/evals/run_program.h"
#include "tests/support/environment.h"

namespace meval {
namespace {

using testing::Environment;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;
using testing::TempDirectory;
using testing::WorkingDirectory;
using Json = nlohmann::json;

struct Evaluated {
  std::string printed;
  Json results;
};

// Without --model and --data, in a directory that holds neither.
Evaluated RunTiny(std::vector<std::string> flags) {
  const Environment no_data("MISTRAL_EVAL_DATA", nullptr);
  const TempDirectory directory;
  const WorkingDirectory inside(directory.path());
  for (const char* more : {"--quiet", "--out", "run"}) flags.emplace_back(more);
  const ProgramResult result = RunMain(flags);
  EXPECT_EQ(result.code, kExitOk) << result.err;
  return {result.out, Json::parse(ReadWholeFile("run/results.json"))};
}

double Score(const Evaluated& run, const std::string& task, const std::string& metric) {
  for (const Json& entry : run.results.at("tasks")) {
    if (entry.at("task") != task) continue;
    for (const Json& value : entry.at("metrics")) {
      if (value.at("name") == metric) return value.at("value");
    }
  }
  ADD_FAILURE() << "there is no " << metric << " of " << task;
  return -1;
}

TEST(TinyModel, IsTheDefaultWithTheShippedRecordsAndBothAreAnnounced) {
  const Evaluated run = RunTiny({"--task", "samsum", "--limit", "1", "--max-new-tokens", "4"});
  EXPECT_THAT(run.printed, ::testing::HasSubstr("model tiny"));
  EXPECT_THAT(run.printed, ::testing::HasSubstr("The model is for demonstration"));
  EXPECT_THAT(run.printed, ::testing::HasSubstr("shipped sample records, not the benchmark"));
  EXPECT_EQ(run.results.at("model").at("is_demonstration"), true);
  EXPECT_EQ(run.results.at("tasks").at(0).at("is_demonstration"), true);
}

TEST(TinyModel, TellsNaturalEndingsFromOthersMostOfTheTime) {
  const Evaluated run = RunTiny({"--task", "hellaswag", "--limit", "150"});
  EXPECT_GT(Score(run, "hellaswag", "acc_norm"), 0.50);
  EXPECT_LT(Score(run, "hellaswag", "acc_norm"), 0.90);
}

TEST(TinyModel, NamesTheLetterOfTheAnswerMoreOftenThanByChance) {
  const Evaluated run = RunTiny({"--task", "mmlu", "--shots", "5"});
  EXPECT_GT(Score(run, "mmlu", "acc"), 0.40);
  EXPECT_LT(Score(run, "mmlu", "acc"), 0.85);
}

TEST(TinyModel, SummarisesWhatWasSaid) {
  const Evaluated run = RunTiny({"--task", "samsum", "--limit", "60"});
  EXPECT_GT(Score(run, "samsum", "rouge1"), 40);
  EXPECT_LT(Score(run, "samsum", "rouge1"), 90);
}

TEST(TinyModel, SolvesSomeProblemsStepByStep) {
  const Evaluated run = RunTiny({"--task", "gsm8k_cot"});
  EXPECT_GT(Score(run, "gsm8k_cot", "exact_match,strict"), 0.30);
  EXPECT_LT(Score(run, "gsm8k_cot", "exact_match,strict"), 0.80);
}

TEST(TinyModel, SolvesMoreProblemsByAVoteThanByASample) {
  const Evaluated run = RunTiny({"--task", "gsm8k_cot_maj8", "--limit", "100"});
  EXPECT_GT(Score(run, "gsm8k_cot_maj8", "maj@8"), Score(run, "gsm8k_cot_maj8", "sample_acc"));
}

}  // namespace
}  // namespace meval
