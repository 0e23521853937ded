// The formats that other programs read: JUnit XML, GitHub's workflow commands,
// github-action-benchmark and lm-evaluation-harness.

#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/benchmark_report.h"
#include "reports/github_report.h"
#include "reports/junit_report.h"
#include "reports/lm_eval_report.h"
#include "reports/utf8.h"
#include "tests/reports/example_report.h"
#include "tests/reports/golden.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Text;
using Json = nlohmann::json;

const std::string kHostile =
    std::string("a\0b", 3) + "</testcase><b>&\"']]>\x1B[31m\n::error::x\xE2\x80\xAE%0A=1+1\xFF";

RunReport HostileReport() {
  RunReport run = testing::ExampleReport();
  run.identity.model = kHostile;
  for (TaskResult& task : run.tasks) {
    task.task += kHostile;
    task.metrics[0].name = task.metrics[0].signature = kHostile;
    task.warnings = {kHostile};
  }
  return run;
}

const std::vector<FailedLimit> kFailed = {{"mmlu", "acc", "mmlu acc is 62.50%, under 70.00%"}};

TEST(JunitReport, HasASuiteForEachTaskAndACaseForEachScore) {
  const std::string xml = Text(WriteJunitReport, testing::ExampleReport(), kFailed);
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"mmlu\" tests=\"1\" failures=\"1\" errors=\"0\""));
  EXPECT_THAT(xml, HasSubstr("<testcase classname=\"mistral-eval.mmlu\" name=\"acc\""));
  EXPECT_THAT(xml, HasSubstr("<failure type=\"limit\" message=\"mmlu acc is 62.50%, under"));
  EXPECT_THAT(xml, HasSubstr("62.50 % (95 % interval 56.38 \u2013 68.62, n = 240)"));
  // gsm8k_cot_maj8 has a document without a result.
  EXPECT_THAT(xml, HasSubstr("tests=\"3\" failures=\"0\" errors=\"1\""));
}

// Every tag is one of ours and closed, and no character is one that XML cannot hold.
TEST(JunitReport, StaysXmlWhateverItIsTold) {
  const std::string xml = Text(WriteJunitReport, HostileReport(), kFailed);
  EXPECT_THAT(xml, Not(HasSubstr("<b>")));
  EXPECT_THAT(xml, Not(HasSubstr("</testcase><")));
  std::size_t open = 0;
  std::size_t close = 0;
  for (std::size_t at = xml.find("<testcase "); at != xml.npos;
       at = xml.find("<testcase ", at + 1)) {
    ++open;
  }
  for (std::size_t at = xml.find("</testcase>"); at != xml.npos;
       at = xml.find("</testcase>", at + 1)) {
    ++close;
  }
  EXPECT_EQ(open, 7U);
  EXPECT_EQ(close, open);
  for (const char c : xml) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
}

TEST(GithubReport, AnnotatesScoresNotesAndLimits) {
  const std::string text = Text(WriteGithubReport, testing::ExampleReport(), kFailed);
  EXPECT_TRUE(text.starts_with("::error title=mmlu acc::mmlu acc is 62.50%25, under 70.00%25\n"))
      << text;
  EXPECT_THAT(text, HasSubstr("::notice title=gsm8k_cot_maj8 maj@8::52.24 %25 (95 %25 interval"));
  EXPECT_THAT(text, HasSubstr("::warning title=mmlu::12 of 240 prompts were truncated"));
}

TEST(GithubReport, LetsNoTextBeginACommand) {
  std::istringstream lines(Text(WriteGithubReport, HostileReport(), kFailed));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.starts_with("::error title=") || line.starts_with("::warning title=") ||
                line.starts_with("::notice title="))
        << line;
    EXPECT_EQ(line.find('\x1B'), std::string::npos);
    EXPECT_THAT(line, Not(HasSubstr("%0A")));
  }
  EXPECT_EQ(GithubAnnotation("error", "a:b,c", "d:e,f%\n"), "::error title=a%3Ab%2Cc::d:e,f%25 \n");
}

TEST(BenchmarkReport, KeepsTheTwoDirectionsApart) {
  const RunReport run = testing::ExampleReport();
  const Json bigger = Json::parse(Text(WriteBenchmarkReport, run, BenchmarkDirection::kBigger));
  EXPECT_EQ(bigger[0]["name"], "mmlu acc");
  EXPECT_EQ(bigger[0]["unit"], "%");
  EXPECT_EQ(bigger[0]["value"], 62.5);
  EXPECT_EQ(bigger[0]["range"], "\u00b1 6.1250");
  const Json smaller = Json::parse(Text(WriteBenchmarkReport, run, BenchmarkDirection::kSmaller));
  ASSERT_EQ(smaller.size(), 1U);
  EXPECT_EQ(smaller[0]["name"], "samsum length");
}

TEST(BenchmarkReport, HasSpeedsOfARunInOneGo) {
  const Json bigger =
      Json::parse(Text(WriteBenchmarkReport, testing::PlainReport(), BenchmarkDirection::kBigger));
  EXPECT_EQ(bigger.back()["name"], "gsm8k_cot_maj8 tokens generated");
  EXPECT_NEAR(bigger.back()["value"].get<double>(), 1055200.0 / 350, 1e-9);
  EXPECT_NO_THROW(
      Json::parse(Text(WriteBenchmarkReport, HostileReport(), BenchmarkDirection::kBigger)));
}

// The scores of its tasks are those of its samples.
std::string LmEvalResults(const RunReport& run) {
  std::vector<LmEvalTask> tasks(run.tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    for (const MetricValue& metric : run.tasks[i].metrics) tasks[i].metrics.insert(metric.name);
  }
  tasks[0].categories = {{"stem", {"abstract_algebra"}}};
  std::ostringstream out;
  WriteLmEvalResults(run, tasks, out);
  return out.str();
}

TEST(LmEvalReport, HasTheKeysOfItsTableMaker) {
  const Json json = Json::parse(LmEvalResults(testing::ExampleReport()));
  EXPECT_EQ(json["results"]["mmlu"]["acc,none"], 0.625);
  EXPECT_EQ(json["results"]["mmlu"]["acc_stderr,none"], 0.03125);
  EXPECT_EQ(json["results"]["mmlu"]["alias"], "mmlu");
  EXPECT_EQ(json["results"]["mmlu_anatomy"]["alias"], "anatomy");
  EXPECT_EQ(json["results"]["mmlu_high_school_government_and_politics"]["acc_stderr,none"], "N/A");
  EXPECT_TRUE(json["groups"].contains("mmlu_stem"));
  EXPECT_EQ(json["versions"]["gsm8k_cot_maj8"], 2);
  EXPECT_EQ(json["n-shot"]["mmlu"], 5);
  EXPECT_EQ(json["higher_is_better"]["samsum"]["length"], false);
  EXPECT_EQ(json["n-samples"]["mmlu_anatomy"]["original"], 139);
  EXPECT_FALSE(json["n-samples"].contains("mmlu")) << "groups have no documents of their own";
  EXPECT_EQ(json["config"]["model_num_parameters"], 30112);
  EXPECT_EQ(json["config"]["model_args"], "pretrained=random:tiny,seed=1234");
  EXPECT_EQ(json["configs"]["mmlu_anatomy"]["metric_list"][0]["metric"], "acc");
  EXPECT_TRUE(json["configs"]["mmlu_anatomy"]["filter_list"].empty());
  EXPECT_EQ(json["date"], 1769853600);  // 2026-01-31T10:00:00Z
  EXPECT_EQ(json["group_subtasks"]["mmlu_stem"], Json({"mmlu_abstract_algebra"}));
  EXPECT_TRUE(json["groups"].contains("mmlu_social_sciences"));
  EXPECT_FALSE(json["configs"].contains("mmlu"));
}

// The lines of all logs of these samples.
std::vector<Json> LmEvalLines(const TaskResult& task, const std::vector<SampleResult>& samples,
                              const PromptParts& parts) {
  const LmEvalTask about = {
      .delimiter = " ", .categories = {}, .metrics = MetricsOfSamples(samples)};
  std::stringstream text;
  for (const LmEvalLog& log : LmEvalLogs(task.task, samples)) {
    WriteLmEvalSamples(task, about, log, parts, text);
  }
  std::vector<Json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(Json::parse(line));
  return lines;
}

TEST(LmEvalReport, WritesRequestsAndResponsesOfADocument) {
  SampleResult sample = testing::ExampleSamples()[0];
  const PromptParts parts = {
      .descriptions = {{"anatomy", "About.\n"}},
      .exemplars = {{"anatomy_dev:1", "One.\n"}, {"anatomy_dev:2", "Two.\n"}}};
  const std::vector<Json> lines = LmEvalLines(testing::ExampleReport().tasks[0], {sample}, parts);
  ASSERT_EQ(lines.size(), 1U);
  const Json& line = lines[0];
  EXPECT_EQ(line["doc_id"], 0);
  EXPECT_EQ(line["target"], "0");
  EXPECT_EQ(line["filter"], "none");
  EXPECT_EQ(line["acc"], 1.0);
  EXPECT_EQ(line["metrics"], Json({"acc"}));
  EXPECT_EQ(line["resps"][1], Json::parse(R"([["-1.25","False"]])"));
  EXPECT_EQ(line["filtered_resps"][0], Json::parse(R"(["-0.6931471805599453","True"])"));
  EXPECT_EQ(line["arguments"]["gen_args_1"]["arg_1"], " " + sample.choices[1].text);
  EXPECT_EQ(line["arguments"]["gen_args_0"]["arg_0"], "About.\nOne.\nTwo.\n" + sample.question);
}

TEST(LmEvalReport, WritesOneLineForEachDocumentAndFilter) {
  SampleResult generated = testing::ExampleSamples()[1];
  generated.group = "";
  generated.metrics = {{"exact_match,strict", 1}, {"exact_match,flexible", 0}};
  generated.completions.resize(1);
  generated.completions[0].extracted = {{"exact_match,strict", "2"}, {"exact_match,flexible", "3"}};
  std::vector<std::string> filters;
  for (const Json& line : LmEvalLines(testing::ExampleReport().tasks[1], {generated}, {})) {
    filters.push_back(line["filter"]);
    EXPECT_EQ(line["filtered_resps"], Json({filters.back() == "strict" ? "2" : "3"}));
    EXPECT_EQ(line["exact_match"], filters.back() == "strict" ? 1.0 : 0.0);
  }
  EXPECT_THAT(filters, ElementsAre("flexible", "strict"));
}

TEST(LmEvalReport, HasEveryMetricOfATaskInEachOfItsLines) {
  SampleResult generated = testing::ExampleSamples()[1];
  generated.group = "";
  generated.metrics = {{"exact_match,strict", 1}, {"numeric", 0}};
  const std::vector<Json> lines = LmEvalLines(testing::ExampleReport().tasks[1], {generated}, {});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["filter"], "none");
  EXPECT_EQ(lines[0]["metrics"], Json({"numeric"}));
  EXPECT_EQ(lines[0]["numeric"], 0.0);
  EXPECT_TRUE(lines[0].at("exact_match").is_null());
  EXPECT_EQ(lines[1]["filter"], "strict");
  EXPECT_EQ(lines[1]["metrics"], Json({"exact_match"}));
  EXPECT_TRUE(lines[1].at("numeric").is_null());
}

TEST(LmEvalReport, CountsTheDocumentsOfEachGroup) {
  std::vector<SampleResult> samples(4, testing::ExampleSamples()[0]);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i].index = static_cast<std::int64_t>(100 + i);
    samples[i].group = i % 2 == 0 ? "anatomy" : "law";
  }
  const std::vector<LmEvalLog> logs = LmEvalLogs("mmlu", samples);
  ASSERT_EQ(logs.size(), 2U);
  EXPECT_EQ(logs[0].name, "mmlu_anatomy");
  EXPECT_EQ(logs[1].name, "mmlu_law");
  std::vector<int> places;
  for (const Json& line : LmEvalLines(testing::ExampleReport().tasks[0], samples, {})) {
    places.push_back(line["doc_id"]);
  }
  EXPECT_THAT(places, ElementsAre(0, 1, 0, 1));
}

TEST(LmEvalReport, SaysHowAChatModelWasAddressed) {
  RunReport run = testing::ExampleReport();
  Json json = Json::parse(LmEvalResults(run));
  EXPECT_TRUE(json["chat_template_sha"].is_null());
  EXPECT_EQ(json["fewshot_as_multiturn"], false);
  run.identity.flags["chat_template"] = "sha256:abc";
  run.identity.flags["chat_shots"] = "turns";
  json = Json::parse(LmEvalResults(run));
  EXPECT_EQ(json["chat_template_sha"], "abc");
  EXPECT_EQ(json["fewshot_as_multiturn"], true);
}

TEST(LmEvalReport, NamesFilesThatStayInTheirFolder) {
  RunReport run = testing::PlainReport();
  EXPECT_EQ(LmEvalResultsPath(run), "models__mistral-7b/results_2026-01-31T10-00-00.json");
  run.identity.model = "../../etc";
  EXPECT_EQ(LmEvalSamplesPath(run, "../x"), "..__..__etc/samples_..__x_2026-01-31T10-00-00.jsonl");
  run.identity.model = "..";
  EXPECT_TRUE(LmEvalResultsPath(run).starts_with("model/"));
}

TEST(LmEvalReport, StaysJsonWhateverItIsTold) {
  std::vector<SampleResult> samples = testing::ExampleSamples();
  for (SampleResult& sample : samples) sample.question = sample.id = kHostile;
  const RunReport run = HostileReport();
  EXPECT_NO_THROW(Json::parse(LmEvalResults(run)));
  EXPECT_FALSE(LmEvalLines(run.tasks[1], samples, {}).empty());
}

// Texts of a megabyte come back whole, but for the byte that is no UTF-8.
TEST(LmEvalReport, KeepsLongHostileCompletionsWhole) {
  SampleResult sample = testing::ExampleSamples()[1];
  const std::string text = kHostile + std::string(1'000'000, 'x') + kHostile;
  for (CompletionResult& completion : sample.completions) {
    completion.text = text;
    for (auto& [score, answer] : completion.extracted) answer = text;
  }
  sample.references = {text};
  const std::vector<Json> lines = LmEvalLines(HostileReport().tasks[1], {sample}, {});
  ASSERT_FALSE(lines.empty());
  for (const Json& line : lines) {
    EXPECT_EQ(line["resps"][0][0], RepairUtf8(text));
    EXPECT_EQ(line["target"], RepairUtf8(text));
  }
}

}  // namespace
}  // namespace meval
