#include "evals/lm_eval_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "evals/flags.h"
#include "tasks/digest.h"
#include "tasks/error.h"
#include "tests/evals/outcome_builder.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::RunOf;
using testing::TaskOf;
using testing::TempDirectory;
using Json = nlohmann::ordered_json;

// Lines in the layout of lm-evaluation-harness 0.4.
Json ChoiceLine(int doc_id, double acc) {
  Json line = Json::parse(R"({"doc_id": 0, "doc": {"question": "q"}, "target": 1,
      "arguments": {"gen_args_0": {"arg_0": "", "arg_1": " yes"},
                    "gen_args_1": {"arg_0": "", "arg_1": " no"}},
      "resps": [[["-1.5", "False"]], [["-0.5", "True"]]],
      "filtered_resps": [["-1.5", "False"], ["-0.5", "True"]],
      "filter": "none", "metrics": ["acc", "acc_norm"], "doc_hash": "0",
      "acc": 0, "acc_norm": 1.0})");
  line["doc_id"] = doc_id;
  line["acc"] = acc;
  for (Json& request : line["arguments"]) {
    request["arg_0"] = "Question " + std::to_string(doc_id) + "\nAnswer:";
  }
  return line;
}

// Older ones write requests as a list.
Json GenerationLine(const std::string& filter, double score, const std::string& answer) {
  Json line = Json::parse(R"({"doc_id": 0, "target": "#### 4",
      "arguments": [["Q: 2 + 2?\nA:", {"until": ["Q:"]}]],
      "resps": [["It is 4."]], "metrics": ["exact_match"]})");
  line["filtered_resps"] = Json::array({answer});
  line["filter"] = filter;
  line["exact_match"] = score;
  return line;
}

std::string Lines(const std::vector<Json>& lines) {
  std::string text;
  for (const Json& line : lines) text += line.dump() + "\n";
  return text;
}

class LmEvalSamples : public ::testing::Test {
 protected:
  std::vector<LmEvalRecord> Read(const std::string& text) {
    directory_.Write("samples_toy_2026-01-31T10-00-00.000001.jsonl", text);
    return ReadLmEvalSamples(FindLmEvalSamples(directory_.path()));
  }
  std::string ErrorOf(const Json& line) {
    try {
      Read(Lines({line}));
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  }

  TempDirectory directory_;
};

std::string DigestOf(const std::vector<std::string>& parts) {
  DigestBuilder digest;
  for (const std::string& part : parts) digest.Add(part);
  return ShortDigest(digest.Finish());
}

TEST_F(LmEvalSamples, GiveTheDigestOfTheWholePrompt) {
  const std::vector<LmEvalRecord> records = Read(Lines({ChoiceLine(0, 1), ChoiceLine(1, 0)}));
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].id, "toy:0");
  EXPECT_EQ(records[1].prompt_digest, DigestOf({"Question 1\nAnswer:", " yes", " no"}));
  EXPECT_EQ(records[1].scores.at("none").at("acc"), 0);
  EXPECT_EQ(records[1].scores.at("none").at("acc_norm"), 1);
  EXPECT_EQ(records[0].answers.at("none").text, "no");
}

// A run of ours that was asked the same as the log.
RunOutcomes OwnRun(const std::vector<std::string>& prompt_digests) {
  TaskOutcomes task = TaskOf("toy", std::vector<double>(prompt_digests.size(), 1));
  for (std::size_t i = 0; i < prompt_digests.size(); ++i) {
    task.records[i].prompt_digest = prompt_digests[i];
  }
  return RunOf("runs/own", {task});
}

// acc_norm divides by length: the longer answer loses by likelihood and wins per character.
TEST_F(LmEvalSamples, KnowWhatEachAccuracyTakesForTheAnswer) {
  Json line = ChoiceLine(0, 1);
  line["arguments"]["gen_args_0"]["arg_1"] = " a much longer answer";
  const std::vector<LmEvalRecord> records = Read(Lines({line}));
  EXPECT_EQ(records[0].answers.at("none").text, "no");
  EXPECT_EQ(records[0].answers.at("none").per_character, "a much longer answer");
  RunOutcomes own = OwnRun({records[0].prompt_digest});
  EXPECT_EQ(OutcomesLike(own, records, "log").tasks[0].records[0].answer, "no");
  own.tasks[0].metrics[0].value.name = "acc_norm";
  EXPECT_EQ(OutcomesLike(own, records, "log").tasks[0].records[0].answer, "a much longer answer");
}

TEST_F(LmEvalSamples, HoldOneDocumentUnderSeveralFilters) {
  const std::vector<LmEvalRecord> records =
      Read(Lines({GenerationLine("strict-match", 0, "[invalid]"),
                  GenerationLine("flexible-extract", 1, "4")}));
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].prompt_digest, DigestOf({"Q: 2 + 2?\nA:"}));
  EXPECT_EQ(records[0].completion, "It is 4.");
  EXPECT_EQ(records[0].scores.at("strict-match").at("exact_match"), 0);
  EXPECT_EQ(records[0].answers.at("flexible-extract").text, "4");
}

TEST_F(LmEvalSamples, AreReadWithoutAListOfMetrics) {
  Json line = ChoiceLine(0, 1);
  line.erase("metrics");
  line.erase("filter");
  EXPECT_EQ(Read(Lines({line}))[0].scores.at("none").at("acc"), 1);
}

TEST_F(LmEvalSamples, OfATaskAreTheNewest) {
  directory_.Write("samples_toy_2025-01-31T10-00-00.1.jsonl", Lines({ChoiceLine(0, 0)}));
  directory_.Write("samples_other.jsonl", Lines({ChoiceLine(7, 1)}));
  directory_.Write("results_2026.json", "{}");
  const std::vector<LmEvalRecord> records = Read(Lines({ChoiceLine(0, 1)}));
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].id, "other:7");
  EXPECT_EQ(records[1].scores.at("none").at("acc"), 1);
}

TEST_F(LmEvalSamples, SayWhatIsWrongWithALine) {
  Json line = ChoiceLine(0, 1);
  line.erase("doc_id");
  EXPECT_THAT(ErrorOf(line), HasSubstr(".jsonl:1: field \"doc_id\": expected a document's number"));
  line = ChoiceLine(0, 1);
  line["arguments"] = "x";
  EXPECT_THAT(ErrorOf(line), HasSubstr("field \"arguments\": expected requests"));
  line["arguments"] = Json::array({Json::array({5, " yes"})});
  EXPECT_THAT(ErrorOf(line), HasSubstr("a context as the first argument"));
  line = ChoiceLine(0, 1);
  line["metrics"] = "acc";
  EXPECT_THAT(ErrorOf(line), HasSubstr("field \"metrics\": expected a list of names"));
  // Answers that cannot be read are left out; scores count.
  line = ChoiceLine(0, 1);
  for (const char* odd : {"{}", "\"x\"", "[5]", "[[]]", "[[null, false]]"}) {
    line["filtered_resps"] = Json::parse(odd);
    const LmEvalRecord record = Read(Lines({line}))[0];
    EXPECT_EQ(record.answers.at("none").text, "") << odd;
    EXPECT_EQ(record.scores.at("none").at("acc"), 1) << odd;
  }
  EXPECT_THROW(Read(""), DataError);
  EXPECT_THROW(Read("no JSON\n"), DataError);
}

TEST_F(LmEvalSamples, BecomeOutcomesOfTheTasksThatWereAskedTheSame) {
  const std::vector<LmEvalRecord> records = Read(Lines({ChoiceLine(0, 1), ChoiceLine(1, 0)}));
  const RunOutcomes own = OwnRun({records[1].prompt_digest, records[0].prompt_digest});
  const RunOutcomes theirs = OutcomesLike(own, records, "log");
  ASSERT_EQ(theirs.tasks.size(), 1U);
  EXPECT_EQ(theirs.source, OutcomeSource::kLmEval);
  EXPECT_EQ(theirs.tasks[0].task, "toy");
  ASSERT_EQ(theirs.tasks[0].metrics.size(), 1U);
  EXPECT_EQ(theirs.tasks[0].metrics[0].value.signature, "");
  EXPECT_EQ(theirs.tasks[0].records[0].id, "toy:1");
  EXPECT_EQ(theirs.tasks[0].records[0].scores.at("acc"), 0);
  EXPECT_EQ(theirs.tasks[0].records[0].answer, "no");
  EXPECT_EQ(theirs.tasks[0].records[0].digest, "");
}

TEST_F(LmEvalSamples, FindTheFilterThatAMetricMeans) {
  const std::vector<LmEvalRecord> records =
      Read(Lines({GenerationLine("strict-match", 0, "[invalid]"),
                  GenerationLine("flexible-extract", 1, "4")}));
  RunOutcomes own = OwnRun({records[0].prompt_digest});
  ComparedMetric& strict = own.tasks[0].metrics[0];
  strict.value.name = "exact_match,strict";
  ComparedMetric flexible = strict;
  flexible.value.name = "exact_match,flexible";
  ComparedMetric unknown = strict;
  unknown.value.name = "numeric";
  own.tasks[0].metrics = {strict, flexible, unknown};
  const TaskOutcomes theirs = OutcomesLike(own, records, "log").tasks[0];
  ASSERT_EQ(theirs.metrics.size(), 2U);
  EXPECT_EQ(theirs.records[0].scores.at("exact_match,strict"), 0);
  EXPECT_EQ(theirs.records[0].scores.at("exact_match,flexible"), 1);
}

TEST_F(LmEvalSamples, AreRefusedWhereNoPromptIsTheSame) {
  const std::vector<LmEvalRecord> records = Read(Lines({ChoiceLine(0, 1)}));
  try {
    OutcomesLike(OwnRun({"another"}), records, "log");
    FAIL() << "not refused";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("log and runs/own were not asked the same"));
    EXPECT_THAT(error.what(), HasSubstr(records[0].prompt_digest));
    EXPECT_THAT(error.what(), HasSubstr("another"));
  }
}

}  // namespace
}  // namespace meval
