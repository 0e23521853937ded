#include "evals/run_eval.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/flags.h"
#include "evals/model_loader.h"
#include "tasks/error.h"
#include "tests/evals/eval_fixture.h"
#include "tests/evals/run_program.h"
#include "tests/support/environment.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::Environment;
using ::testing::HasSubstr;
using testing::SampleRun;
using testing::ShippedSamples;
using testing::TempDirectory;
using testing::WorkingDirectory;

TEST(DataDirectories, AreTheGivenOneAloneOrTheVariableTheFolderAndTheSamples) {
  const TempDirectory directory;
  const WorkingDirectory here(directory.path());
  const Environment unset("MISTRAL_EVAL_DATA", nullptr);
  EXPECT_THAT(DataDirectories({}), ElementsAre(fs::path(ShippedSamples())));
  fs::create_directory("data");
  EXPECT_THAT(DataDirectories({}), ElementsAre("data", fs::path(ShippedSamples())));
  const Environment set("MISTRAL_EVAL_DATA", "/d");
  EXPECT_THAT(DataDirectories({}), ElementsAre("/d", "data", fs::path(ShippedSamples())));
  DataSelection given;
  given.data_dir = "/e";
  EXPECT_THAT(DataDirectories(given), ElementsAre("/e"));
}

TEST(IsSamplesDir, KnowsTheSamplesUnderAnyName) {
  EXPECT_TRUE(IsSamplesDir(ShippedSamples()));
  EXPECT_TRUE(IsSamplesDir(ShippedSamples() + "/../samples/"));
  EXPECT_FALSE(IsSamplesDir(ShippedSamples() + "/mmlu"));
  EXPECT_FALSE(IsSamplesDir("/no/such/directory"));
}

TEST(PlannedTasks, TakesTheTasksSettingsUnlessToldOtherwise) {
  RunOptions options = SampleRun("gsm8k_cot_maj8,mmlu");
  const PlannedTasks defaults(options);
  ASSERT_EQ(defaults.plans().size(), 2U);
  const EvalPlan& vote = defaults.plans()[0];
  EXPECT_EQ(vote.shots, 8);
  EXPECT_EQ(vote.generation.num_samples, 8);
  EXPECT_EQ(vote.generation.temperature, 0.6);
  EXPECT_EQ(vote.generation.top_p, 0.95);
  EXPECT_TRUE(vote.is_demonstration);
  EXPECT_EQ(vote.selected.size(), vote.data->documents.size());
  EXPECT_EQ(vote.prompts.size(), vote.data->documents.size());

  options.shots = 3;
  options.num_samples = 4;
  options.temperature = 1.5;
  options.top_p = 0.5;
  options.top_k = 7;
  options.max_new_tokens = 99;
  options.limit = 0.25;
  const PlannedTasks other(options);
  EXPECT_EQ(other.plans()[0].shots, 3);
  EXPECT_EQ(other.plans()[0].generation.num_samples, 4);
  EXPECT_EQ(other.plans()[0].generation.temperature, 1.5);
  EXPECT_EQ(other.plans()[0].generation.top_p, 0.5);
  EXPECT_EQ(other.plans()[0].generation.top_k, 7);
  EXPECT_EQ(other.plans()[0].generation.max_new_tokens, 99);
  EXPECT_EQ(other.plans()[0].selected.size(), 50U);  // of 200
  EXPECT_EQ(other.plans()[0].prompts[0].shots.size(), 3U);
}

TEST(PlannedTasks, DrawsPromptsBeforeASubsetIsTaken) {
  const TempDirectory directory;
  RunOptions options = SampleRun("gsm8k");
  const PlannedTasks all(options);
  const EvalPlan& whole = all.plans()[0];
  directory.Write("ids.txt", whole.data->documents[30].id + "\n" + whole.data->documents[2].id);
  options.ids_file = directory / "ids.txt";
  const PlannedTasks some(options);
  const EvalPlan& subset = some.plans()[0];
  EXPECT_THAT(subset.selected, ElementsAre(2U, 30U));
  for (const std::size_t i : subset.selected) {
    EXPECT_EQ(subset.prompts[i].Text(), whole.prompts[i].Text());
  }
}

TEST(PlannedTasks, TakesSoManyDocumentsAsAGroupSays) {
  const PlannedTasks planned(SampleRun("smoke"));
  ASSERT_EQ(planned.plans().size(), 4U);
  for (const EvalPlan& plan : planned.plans()) EXPECT_EQ(plan.selected.size(), 20U);
  std::map<std::string, int> subjects;
  const EvalPlan& mmlu = planned.plans()[1];
  for (const std::size_t index : mmlu.selected) ++subjects[mmlu.data->documents[index].group];
  EXPECT_EQ(
      subjects,
      (std::map<std::string, int>{
          {"elementary_mathematics", 5}, {"formal_logic", 5}, {"nutrition", 5}, {"sociology", 5}}));
  RunOptions limited = SampleRun("smoke");
  limited.limit = 2;
  const PlannedTasks two(limited);
  for (const EvalPlan& plan : two.plans()) EXPECT_EQ(plan.selected.size(), 2U);
}

TEST(PlannedTasks, RefusesFilesOfTasksThatAreNotAsked) {
  RunOptions options = SampleRun("mmlu");
  options.data.files["gsm8k"]["test"] = "x.jsonl";
  try {
    const PlannedTasks planned(options);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"gsm8k\" is not a task of this run"));
  }
}

TEST(PlannedTasks, AnotherSetThanTheSamplesIsNotADemonstration) {
  const TempDirectory directory;
  fs::copy(ShippedSamples(), directory / "data", fs::copy_options::recursive);
  RunOptions options = SampleRun("mmlu");
  options.data.data_dir = (directory / "data").string();
  EXPECT_THROW(PlannedTasks{options}, DataError);  // 280 records instead of 14 042
  options.data.allow_count_mismatch = true;
  const PlannedTasks planned(options);
  EXPECT_FALSE(planned.plans()[0].is_demonstration);
  EXPECT_THAT(planned.plans()[0].data->warnings, ::testing::Not(::testing::IsEmpty()));
}

// The identity of a run on the tiny model.
std::string IdentityText(const RunOptions& options) {
  const LoadedModel model = LoadModel(options.model, nullptr);
  const PlannedTasks planned(options);
  return ToText(IdentityOf(options, planned.plans(), model));
}

RunOptions TinyRun() {
  RunOptions options = SampleRun("mmlu");
  options.model.kv_memory_bytes = 32 << 20;
  options.model.threads = 1;
  return options;
}

TEST(IdentityOf, IsBlindToTheMachineAndToPaths) {
  const std::string identity = IdentityText(TinyRun());
  RunOptions options = TinyRun();
  options.model.threads = 2;
  options.model.batch_tokens = 7;
  options.model.kv_memory_bytes = 16 << 20;
  options.quiet = true;
  options.out = "elsewhere";
  options.formats = {"json"};
  options.all_groups = true;
  options.command = {"other"};
  const TempDirectory directory;
  fs::copy(ShippedSamples(), directory / "data", fs::copy_options::recursive);
  options.data.data_dir = (directory / "data").string();
  options.data.allow_count_mismatch = true;
  EXPECT_EQ(IdentityText(options), identity);
}

TEST(IdentityOf, KnowsEverythingThatChangesAScore) {
  using Change = std::function<void(RunOptions&)>;
  const std::vector<Change> changes = {
      [](RunOptions& run) { run.tasks = "mmlu,hellaswag"; },
      [](RunOptions& run) { run.model.model = "random:tiny,seed=2"; },
      [](RunOptions& run) { run.model.dtype = "f32"; },
      [](RunOptions& run) { run.model.max_length = 1024; },
      [](RunOptions& run) { run.seed = 1; },
      [](RunOptions& run) { run.shots = 1; },
      [](RunOptions& run) { run.fewshot = FewShotMode::kFixed; },
      [](RunOptions& run) { run.system = "Be brief."; },
      [](RunOptions& run) { run.limit = 3; },
      [](RunOptions& run) { run.encode.truncation = TruncationPolicy::kLeft; },
      [](RunOptions& run) { run.encode.boundary = BoundaryRule::kLongestCommonPrefix; },
      [](RunOptions& run) { run.num_samples = 2; },
      [](RunOptions& run) { run.temperature = 0.5; },
      [](RunOptions& run) { run.top_p = 0.5; },
      [](RunOptions& run) { run.top_k = 5; },
      [](RunOptions& run) { run.max_new_tokens = 5; }};
  std::set<std::string> identities = {IdentityText(TinyRun())};
  for (const Change& change : changes) {
    RunOptions options = TinyRun();
    change(options);
    identities.insert(IdentityText(options));
  }
  EXPECT_EQ(identities.size(), changes.size() + 1);
}

}  // namespace
}  // namespace meval
