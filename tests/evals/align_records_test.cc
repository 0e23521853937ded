#include "evals/align_records.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/flags.h"
#include "tests/evals/outcome_builder.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using testing::RunOf;
using testing::TaskOf;

std::vector<RunOutcomes> TwoRuns() {
  const TaskOutcomes task = TaskOf("mmlu", {1, 0, 1, 1});
  return {RunOf("base", {task}), RunOf("new", {task})};
}

std::string Refusal(const std::vector<RunOutcomes>& runs, bool common = false) {
  try {
    AlignRecords(runs, "mmlu", common);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "not refused";
}

TEST(AlignRecords, PutsEqualRecordsSideBySideInAnyOrder) {
  std::vector<RunOutcomes> runs = TwoRuns();
  std::swap(runs[1].tasks[0].records[0], runs[1].tasks[0].records[3]);
  const AlignedTask aligned = AlignRecords(runs, "mmlu", false);
  ASSERT_EQ(aligned.records[0].size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(aligned.records[0][i]->digest, aligned.records[1][i]->digest);
    EXPECT_EQ(aligned.records[0][i], &runs[0].tasks[0].records[i]);
  }
  EXPECT_EQ(aligned.num_left_out, 0);
}

TEST(AlignRecords, TakesRecordsThatOccurTwiceInTheirOrder) {
  std::vector<RunOutcomes> runs = TwoRuns();
  for (RunOutcomes& run : runs) {
    run.tasks[0].records[2].digest = run.tasks[0].records[0].digest;
    run.tasks[0].records[2].prompt_digest = run.tasks[0].records[0].prompt_digest;
  }
  const AlignedTask aligned = AlignRecords(runs, "mmlu", false);
  EXPECT_EQ(aligned.records[1][2], &runs[1].tasks[0].records[2]);
}

TEST(AlignRecords, RefusesOtherPromptsAndNamesBothDigests) {
  std::vector<RunOutcomes> runs = TwoRuns();
  runs[1].tasks[0].records[1].prompt_digest = "another";
  for (const bool common : {false, true}) {
    const std::string refusal = Refusal(runs, common);
    EXPECT_THAT(refusal, HasSubstr("prompts of base and new differ: record mmlu:1"));
    EXPECT_THAT(refusal, HasSubstr("prompt1"));
    EXPECT_THAT(refusal, HasSubstr("another"));
  }
}

TEST(AlignRecords, RefusesOtherDataAndNamesBothDigests) {
  std::vector<RunOutcomes> runs = TwoRuns();
  runs[1].tasks[0].data_digest = "other data";
  EXPECT_THAT(Refusal(runs), HasSubstr("with the digests data and other data"));
  EXPECT_EQ(Refusal(runs, true), "not refused");
}

TEST(AlignRecords, RefusesMissingRecordsUnlessTheCommonOnesAreAskedFor) {
  std::vector<RunOutcomes> runs = TwoRuns();
  runs[0].tasks[0].records.erase(runs[0].tasks[0].records.begin());
  runs[1].tasks[0].records.pop_back();
  const std::string refusal = Refusal(runs);
  EXPECT_THAT(refusal, HasSubstr("1 only in the one, 1 only in the other"));
  EXPECT_THAT(refusal, HasSubstr("mmlu:3 with the digest record3"));
  const AlignedTask aligned = AlignRecords(runs, "mmlu", true);
  EXPECT_EQ(aligned.records[0].size(), 2U);
  EXPECT_EQ(aligned.num_left_out, 2);
}

TEST(AlignRecords, AlignsByPromptWhereARunKnowsNoRecordDigests) {
  std::vector<RunOutcomes> runs = TwoRuns();
  for (RecordOutcome& record : runs[0].tasks[0].records) record.digest = "";
  EXPECT_EQ(AlignRecords(runs, "mmlu", false).records[1].size(), 4U);
  runs[0].tasks[0].records[1].prompt_digest = "another";
  EXPECT_THAT(Refusal(runs), HasSubstr("1 only in the one, 1 only in the other"));
}

TEST(AlignRecords, RefusesARunWithoutTheTaskAndRunsWithNothingInCommon) {
  std::vector<RunOutcomes> runs = TwoRuns();
  runs[1].tasks[0].task = "gsm8k";
  EXPECT_THAT(Refusal(runs), HasSubstr("new has no task \"mmlu\""));
  runs = TwoRuns();
  for (RecordOutcome& record : runs[1].tasks[0].records) record.digest += "x";
  EXPECT_THAT(Refusal(runs, true), HasSubstr("no record is in every run"));
}

}  // namespace
}  // namespace meval
