// docs/schemas/ describes what the writers write: each file they make is valid, each key they write
// is known, and damage is noticed.

#include "tests/reports/json_schema.h"

#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/baseline.h"
#include "reports/bench_report.h"
#include "reports/comparison_report.h"
#include "reports/history.h"
#include "reports/json_report.h"
#include "reports/prompt_parts.h"
#include "tests/reports/example_bench.h"
#include "tests/reports/example_comparison.h"
#include "tests/reports/example_report.h"
#include "tests/reports/golden.h"

namespace meval {
namespace {

using testing::Text;
using Json = nlohmann::json;

TEST(JsonSchemas, AcceptWhatTheWritersWrite) {
  for (const RunReport& run : {testing::ExampleReport(), testing::PlainReport(), RunReport()}) {
    testing::ExpectValid("run", Text(WriteRunJson, run), false);
    testing::ExpectValid("results", Text(WriteResultsJson, run), false);
  }
  std::vector<SampleResult> samples = testing::ExampleSamples();
  testing::ExpectValid("samples", Text(WriteSamplesJsonl, samples), true);
  samples[0].choices[0].unconditional_logprob = -1.5;
  samples[1].program = {.before = "def f():\n", .after = "\nassert f() == 1"};
  samples[1].completions[0].verdict = "timed out";
  testing::ExpectValid("samples", Text(WriteSamplesJsonl, samples), true);
  RunReport run_of_code = testing::PlainReport();
  run_of_code.tasks[0].verdicts = {{"passed", 3}, {"timed out", 1}};
  run_of_code.energy_source = "RAPL, package-0";
  run_of_code.tasks[0].timing.joules = 1000;
  run_of_code.tasks[0].timing.correct_answers = 8;
  testing::ExpectValid("results", Text(WriteResultsJson, run_of_code), false);
  const PromptParts parts = {.descriptions = {{"anatomy", "About \xFF"}},
                             .exemplars = {{"dev:1", "text"}}};
  testing::ExpectValid("prompts", Text(WritePromptParts, parts), true);
  testing::ExpectValid("comparison", Text(WriteComparisonJson, testing::ExampleComparison()),
                       false);
  testing::ExpectValid("history", Text(WriteHistoryJson, testing::ExampleHistory()), false);
  testing::ExpectValid("baseline", Text(WriteBaseline, testing::ExampleOutcomes()), true);
  for (const BenchReport& bench : {testing::ExampleBench(), testing::BareBench()}) {
    testing::ExpectValid("bench", Text(WriteBenchJson, bench), false);
  }
  testing::ExpectValid(
      "journal", testing::ReadFile(MEVAL_SOURCE_DIR "/tests/golden/reports/journal.jsonl"), true);
}

TEST(JsonSchemas, AcceptHostileText) {
  std::vector<SampleResult> samples = testing::ExampleSamples();
  for (SampleResult& sample : samples) {
    sample.question = std::string("\0</script>\x1B[2J\xE2\x80\xAE=1+1\xFF", 21);
    for (CompletionResult& completion : sample.completions) {
      completion.text = std::string(1'000'000, '\x01');
    }
  }
  testing::ExpectValid("samples", Text(WriteSamplesJsonl, samples), true);
}

TEST(JsonSchemas, NoticeDamage) {
  const Json good = Json::parse(Text(WriteResultsJson, testing::ExampleReport()));
  const Json schema = testing::ReadSchema("results");
  ASSERT_EQ(testing::SchemaProblems(schema, good), "");
  const std::vector<std::pair<std::string, Json>> damages = {
      {"/schema_version", 2},
      {"/tasks/0/metrics/0/value", "0.5"},
      {"/tasks/0/metrics/0/standard_error", false},
      {"/tasks/0/data_digest", "abc"},
      {"/tasks/0/warnings", "none"},
      {"/identity/flags/limit", 240},
      {"/timing/tasks/0/steps", 1.5}};
  for (const auto& [place, value] : damages) {
    Json bad = good;
    bad[Json::json_pointer(place)] = value;
    EXPECT_NE(testing::SchemaProblems(schema, bad), "") << place;
  }
  Json missing = good;
  missing["tasks"][0].erase("counters");
  EXPECT_NE(testing::SchemaProblems(schema, missing), "");
}

// A file of a later version may have keys that this one does not know.
TEST(JsonSchemas, PassOverKeysOfLaterVersions) {
  Json later = Json::parse(Text(WriteResultsJson, testing::ExampleReport()));
  later["tasks"][0]["added_later"] = 1;
  EXPECT_EQ(testing::SchemaProblems(testing::ReadSchema("results"), later), "");
}

}  // namespace
}  // namespace meval
