// docs/report-schema.md and the writers say the same: the tables of the page are read as a schema,
// and what the writers emit is checked against it in both directions.

#include <map>
#include <set>
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
#include "reports/journal.h"
#include "reports/json_report.h"
#include "reports/prompt_parts.h"
#include "tests/reports/example_bench.h"
#include "tests/reports/example_comparison.h"
#include "tests/reports/example_report.h"
#include "tests/reports/golden.h"
#include "tests/reports/temp_directory.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Text;
using Json = nlohmann::ordered_json;

const char* const kPage = MEVAL_SOURCE_DIR "/docs/report-schema.md";

struct KeyRow {
  std::string type;  // "integer", "number or null", "array of strings", "map of numbers", "object"
  bool is_always = false;  // in every object of its kind
};
using Schema = std::map<std::string, KeyRow>;  // "tasks[].metrics[].value" -> its row

std::string Trim(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" `");
  return begin == std::string::npos ? ""
                                    : text.substr(begin, text.find_last_not_of(" `") - begin + 1);
}

// The rows below "## `file`": | `key` | type | always or sometimes | unit | meaning |
Schema ReadSchema(const std::string& page, const std::string& file) {
  Schema schema;
  bool is_inside = false;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) is_inside = line == "## `" + file + "`";
    if (!is_inside || !line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::istringstream row(line.substr(1));
    for (std::string cell; std::getline(row, cell, '|');) cells.push_back(Trim(cell));
    EXPECT_EQ(cells.size(), 5U) << line;
    EXPECT_TRUE(cells.at(2) == "always" || cells.at(2) == "sometimes") << line;
    EXPECT_FALSE(cells.at(4).empty()) << line;
    EXPECT_TRUE(schema.insert({cells.at(0), {cells.at(1), cells.at(2) == "always"}}).second)
        << line;
  }
  EXPECT_FALSE(schema.empty()) << "no section ## `" << file << "` in " << kPage;
  return schema;
}

class Checker {
 public:
  explicit Checker(const Schema& schema) : schema_(schema) {}

  void CheckObject(const Json& object, const std::string& prefix) {
    for (const auto& [key, value] : object.items()) {
      const std::string path = prefix + key;
      const auto row = schema_.find(path);
      if (row == schema_.end()) {
        problems_.insert(path + " is not on the page");
      } else {
        seen_.insert(path);
        (value.is_null() ? null_ : not_null_).insert(path);
        CheckType(value, row->second.type, path);
      }
    }
    for (const auto& [path, row] : schema_) {
      if (!row.is_always || !path.starts_with(prefix)) continue;
      const std::string key = path.substr(prefix.size());
      if (key.find('.') == std::string::npos && !object.contains(key)) {
        problems_.insert(path + " is missing");
      }
    }
  }

  // Also what the page lists and nothing emitted shows.
  std::vector<std::string> Problems() {
    for (const auto& [path, row] : schema_) {
      if (!seen_.contains(path)) problems_.insert(path + " is never written");
      if (row.type.ends_with(" or null") && !(null_.contains(path) && not_null_.contains(path))) {
        problems_.insert(path + " is not seen both with and without a value");
      }
    }
    return {problems_.begin(), problems_.end()};
  }

 private:
  void CheckType(const Json& value, std::string type, const std::string& path) {
    const std::string or_null = " or null";
    if (type.ends_with(or_null)) {
      if (value.is_null()) return;
      type.resize(type.size() - or_null.size());
    }
    if (type.starts_with("array of ") || type.starts_with("arrays of ")) {
      if (!value.is_array()) problems_.insert(path + " is not an array");
      for (const Json& item : value)
        CheckType(item, type.substr(type.find(" of ") + 4), path + "[]");
    } else if (type.starts_with("map of ")) {
      if (!value.is_object()) problems_.insert(path + " is not a map");
      for (const Json& item : value) CheckType(item, type.substr(7), path + ".*");
    } else if (type == "object" || type == "objects") {
      if (!value.is_object()) problems_.insert(path + " is not an object");
      if (value.is_object()) CheckObject(value, path + ".");
    } else if (!IsScalar(value, type)) {
      problems_.insert(path + " is not of type " + type);
    }
  }

  static bool IsScalar(const Json& value, const std::string& type) {
    const std::string singular = type.ends_with("s") ? type.substr(0, type.size() - 1) : type;
    if (singular == "string") return value.is_string();
    if (singular == "boolean") return value.is_boolean();
    if (singular == "integer") return value.is_number_integer();
    return singular == "number" && value.is_number();
  }

  const Schema& schema_;
  std::set<std::string> problems_, seen_, null_, not_null_;
};

std::vector<std::string> CheckAll(const std::string& page, const std::string& file,
                                  const std::vector<Json>& objects) {
  const Schema schema = ReadSchema(page, file);
  Checker checker(schema);
  for (const Json& object : objects) checker.CheckObject(object, "");
  return checker.Problems();
}

// Text that is not UTF-8, so that "invalid_utf8" is there, and a set of one, without an error.
RunReport OddReport() {
  RunReport run = testing::PlainReport();
  run.host.hostname = "\xFF";
  run.host.matmul_algorithms = {"n 6144, k 4096, bf16 to bf16, 4096 rows: algorithm 66"};
  run.ceiling.reset();
  run.tasks[0].verdicts = {{"passed", 3}};
  run.energy_source = "NVML";
  run.tasks[0].timing.joules = 1000;
  run.tasks[0].timing.correct_answers = 8;
  MetricValue& metric = run.tasks[0].metrics[0];
  metric.standard_error.reset();
  metric.ci_low.reset();
  metric.ci_high.reset();
  return run;
}

// One whose completion was run as a program.
SampleResult CodeSample() {
  SampleResult sample = testing::ExampleSamples()[1];
  sample.program = {.before = "def f():\n", .after = "\nassert f() == 1"};
  for (CompletionResult& completion : sample.completions) {
    completion.verdict = "failed";
    completion.verdict_detail = "AssertionError: ";
  }
  return sample;
}

std::vector<Json> LinesOf(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  return lines;
}

std::vector<Json> PromptLines() {
  const PromptParts parts = {.descriptions = {{"anatomy", "About \xFF.\n"}},
                             .exemplars = {{"anatomy_dev:1", "Which?\nA. this\nAnswer: A\n\n"}}};
  std::ostringstream text;
  WritePromptParts(parts, text);
  return LinesOf(text.str());
}

std::vector<Json> BaselineLines() {
  RunOutcomes run = testing::ExampleOutcomes();
  run.tasks[0].records[0].answer = "\xFF";
  return LinesOf(Text(WriteBaseline, run));
}

std::vector<Json> JournalLines() {
  const testing::TempDirectory directory;
  {
    JournalWriter writer(directory / "j", "5eed");
    writer.Add("a", {-1, false, 1});
    writer.Add("b", 0, {"text", "eos", 1});
    writer.Add("b", 1, {"\xFF", "stop", 1});
  }
  return LinesOf(testing::ReadFile(directory / "j"));
}

TEST(ReportSchema, DescribesEveryKeyOfEveryFile) {
  const std::string page = testing::ReadFile(kPage);
  std::vector<Json> runs;
  std::vector<Json> results;
  for (const RunReport& run : {testing::ExampleReport(), OddReport()}) {
    runs.push_back(Json::parse(Text(WriteRunJson, run)));
    results.push_back(Json::parse(Text(WriteResultsJson, run)));
  }
  std::vector<Json> samples;
  for (const SampleResult& sample : testing::ExampleSamples()) {
    samples.push_back(Json::parse(Text(WriteSampleJson, sample)));
  }
  samples.push_back(Json::parse(Text(WriteSampleJson, CodeSample())));
  SampleResult informed = testing::ExampleSamples()[0];
  informed.choices[0].unconditional_logprob = -1.5;
  samples.push_back(Json::parse(Text(WriteSampleJson, informed)));
  EXPECT_THAT(CheckAll(page, "run.json", runs), IsEmpty());
  EXPECT_THAT(CheckAll(page, "results.json", results), IsEmpty());
  EXPECT_THAT(CheckAll(page, "samples_<task>.jsonl", samples), IsEmpty());
  EXPECT_THAT(CheckAll(page, "prompts_<task>.jsonl", PromptLines()), IsEmpty());
  EXPECT_THAT(CheckAll(page, "journal.jsonl", JournalLines()), IsEmpty());
  EXPECT_THAT(CheckAll(page, "baseline.jsonl", BaselineLines()), IsEmpty());
  const Json comparison = Json::parse(Text(WriteComparisonJson, testing::ExampleComparison()));
  EXPECT_THAT(CheckAll(page, "comparison.json", {comparison}), IsEmpty());
  const Json history = Json::parse(Text(WriteHistoryJson, testing::ExampleHistory()));
  EXPECT_THAT(CheckAll(page, "history.json", {history}), IsEmpty());
  std::vector<Json> benches;
  for (const BenchReport& bench : {testing::ExampleBench(), testing::BareBench()}) {
    benches.push_back(Json::parse(Text(WriteBenchJson, bench)));
  }
  EXPECT_THAT(CheckAll(page, "bench.json", benches), IsEmpty());
}

// The checker itself: each kind of drift is noticed.
TEST(ReportSchema, WouldNoticeADrift) {
  const std::string page =
      "## `x`\n"
      "| Key | Type | Present | Unit | Meaning |\n"
      "| `a` | integer | always | | m |\n"
      "| `b` | array of objects | sometimes | | m |\n"
      "| `b[].c` | number or null | always | s | m |\n"
      "| `d` | map of arrays of strings | sometimes | | m |\n"
      "## `y`\n"
      "| `z` | string | always | | m |\n";
  const Json good = Json::parse(R"({"a":1,"b":[{"c":1.5},{"c":null}],"d":{"k":["v"]}})");
  EXPECT_THAT(CheckAll(page, "x", {good}), IsEmpty());
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"b":[]})", "a is missing"},
      {R"({"a":"1"})", "a is not of type integer"},
      {R"({"a":1.5})", "a is not of type integer"},
      {R"({"a":1,"z":1})", "z is not on the page"},
      {R"({"a":1,"b":{}})", "b is not an array"},
      {R"({"a":1,"b":[1]})", "b[] is not an object"},
      {R"({"a":1,"b":[{}]})", "b[].c is missing"},
      {R"({"a":1,"b":[{"c":"1"}]})", "b[].c is not of type number"},
      {R"({"a":1,"b":[{"c":1,"e":1}]})", "b[].e is not on the page"},
      {R"({"a":1,"d":{"k":"v"}})", "d.* is not an array"},
      {R"({"a":1,"d":{"k":[1]}})", "d.*[] is not of type strings"}};
  for (const auto& [bad, problem] : cases) {
    EXPECT_THAT(CheckAll(page, "x", {good, Json::parse(bad)}), ElementsAre(problem)) << bad;
  }
  EXPECT_THAT(CheckAll(page, "x", {Json::parse(R"({"a":1,"b":[{"c":1}]})")}),
              ElementsAre("b[].c is not seen both with and without a value", "d is never written"));
}

// "<!-- example: results.json -->" on the page is followed by a fenced block that a writer made.
void ExpectExample(const std::string& name, const std::string& expected) {
  std::string page = testing::ReadFile(kPage);
  const std::size_t marker = page.find("<!-- example: " + name + " -->\n");
  ASSERT_NE(marker, std::string::npos) << name;
  const std::size_t begin = page.find('\n', page.find("```json", marker)) + 1;
  const std::size_t end = page.find("```\n", begin);
  ASSERT_NE(end, std::string::npos) << name;
  if (testing::UpdatesGoldens()) {
    testing::WriteFile(kPage, page.replace(begin, end - begin, expected));
  } else {
    EXPECT_EQ(page.substr(begin, end - begin), expected) << name;
  }
}

TEST(ReportSchema, ShowsExamplesThatTheWritersMade) {
  ExpectExample("run.json", Text(WriteRunJson, testing::PlainReport()));
  ExpectExample("results.json", Text(WriteResultsJson, testing::PlainReport()));
  ExpectExample("samples", Text(WriteSampleJson, testing::ExampleSamples()[0]) +
                               Text(WriteSampleJson, testing::ExampleSamples()[1]));
  ExpectExample("journal.jsonl", testing::ReadFile(std::string(MEVAL_SOURCE_DIR) +
                                                   "/tests/golden/reports/journal.jsonl"));
}

}  // namespace
}  // namespace meval
