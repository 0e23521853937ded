#include "evals/run_cost.h"

#include <cmath>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "evals/commands.h"
#include "evals/flags.h"
#include "tests/evals/run_program.h"
#include "tests/support/fake_energy_meter.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using testing::FakeEnergyMeter;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TempDirectory;
using Json = nlohmann::json;

TEST(SetEnergy, CountsRightAnswersWhereEachIsRightOrWrong) {
  MetricValue accuracy;
  accuracy.value = 2.0 / 3;
  accuracy.n = 9;
  accuracy.ci_method = "wilson";
  MetricValue other = accuracy;
  accuracy.is_headline = true;
  Timing timing;
  SetEnergy(12, {other, accuracy}, timing);
  EXPECT_EQ(timing.joules, 12);
  EXPECT_EQ(timing.correct_answers, 6);
  EXPECT_EQ(timing.JoulesPerCorrectAnswer(), 2);

  // Without energy, after a resume, for a mean of other values and for none.
  Timing without;
  SetEnergy(std::nullopt, {accuracy}, without);
  EXPECT_FALSE(without.joules.has_value());
  EXPECT_FALSE(without.correct_answers.has_value());
  Timing resumed = {.requests_from_journal = 1};
  SetEnergy(12, {accuracy}, resumed);
  EXPECT_EQ(resumed.joules, 12);
  EXPECT_FALSE(resumed.correct_answers.has_value());
  accuracy.ci_method = "normal";
  for (const std::vector<MetricValue>& metrics : {std::vector{accuracy}, {other}, {}}) {
    Timing graded;
    SetEnergy(12, metrics, graded);
    EXPECT_EQ(graded.joules, 12);
    EXPECT_FALSE(graded.correct_answers.has_value());
  }
}

// results.json of a small run and what it prints.
struct SmallResult {
  Json timing;
  Json headline;
  std::string out;
};

SmallResult RunSmall(const std::string& task, bool has_meter) {
  const TempDirectory directory;
  RunOptions options = ParseRun(testing::SmallRun({"--task", task, "--limit", "12", "--backend",
                                                   "cpu", "--out", (directory / "run").string()}));
  options.open_meter = [=](const Context&) {
    return has_meter ? std::make_unique<FakeEnergyMeter>(6) : nullptr;
  };
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(RunCommand(options, out, err), 0) << err.str();
  const Json results = Json::parse(testing::ReadWholeFile(directory / "run/results.json"));
  return {results["timing"], results["tasks"][0]["metrics"][0], out.str()};
}

TEST(RunCommand, GivesTheEnergyOfATokenAndOfARightAnswer) {
  const SmallResult result = RunSmall("hellaswag", true);
  EXPECT_EQ(result.timing["energy_source"], "a fake");
  const Json& task = result.timing["tasks"][0];
  EXPECT_EQ(task["joules"], 6);
  EXPECT_DOUBLE_EQ(task["joules_per_token_fed"].get<double>(),
                   6 / task["tokens_fed"].get<double>());
  const double correct =
      std::round(result.headline["value"].get<double>() * result.headline["n"].get<double>());
  ASSERT_GT(correct, 0) << "choose another task or another seed";
  EXPECT_EQ(task["correct_answers"], correct);
  EXPECT_DOUBLE_EQ(task["joules_per_correct_answer"].get<double>(), 6 / correct);
  EXPECT_THAT(result.out, HasSubstr("; 6.00 J, "));
  EXPECT_THAT(result.out, HasSubstr("a right answer"));
}

TEST(RunCommand, GivesNoEnergyOfARightAnswerWhereThereAreGrades) {
  const SmallResult result = RunSmall("samsum", true);
  const Json& task = result.timing["tasks"][0];
  EXPECT_EQ(task["joules"], 6);
  EXPECT_FALSE(task.contains("correct_answers"));
  EXPECT_FALSE(task.contains("joules_per_correct_answer"));
}

TEST(RunCommand, SaysNothingOfEnergyWhereNoneIsReadable) {
  const SmallResult result = RunSmall("hellaswag", false);
  EXPECT_FALSE(result.timing.contains("energy_source"));
  EXPECT_FALSE(result.timing["tasks"][0].contains("joules"));
  EXPECT_THAT(result.out, Not(HasSubstr(" J,")));
}

}  // namespace
}  // namespace meval
