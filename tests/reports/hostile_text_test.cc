// Every format of runs, comparisons, histories, sheets and benchmarks, told what a model, a data
// set or a user can say to do harm: markup, escapes of a terminal, changes of direction, NULs,
// formulas of a spreadsheet, commands of GitHub's runners, and a megabyte of it.

#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/baseline.h"
#include "reports/bench_report.h"
#include "reports/benchmark_report.h"
#include "reports/comparison_report.h"
#include "reports/console_report.h"
#include "reports/csv_report.h"
#include "reports/github_report.h"
#include "reports/history.h"
#include "reports/html_records.h"
#include "reports/html_report.h"
#include "reports/json_report.h"
#include "reports/junit_report.h"
#include "reports/lm_eval_report.h"
#include "reports/markdown_report.h"
#include "reports/rating_sheet.h"
#include "reports/utf8.h"
#include "tests/reports/csv_rows.h"
#include "tests/reports/example_bench.h"
#include "tests/reports/example_comparison.h"
#include "tests/reports/example_report.h"
#include "tests/reports/golden.h"

namespace meval {
namespace {

using testing::CsvRows;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Text;
using Json = nlohmann::json;

// Short enough for a name.
std::string Attack() {
  return "=cmd|' /C calc'!A0 " + testing::HostileText() +
         "</script><script>alert(2)</script><img src=x onerror=alert(3)> ]]></testcase>\n"
         "::error::taken over%0A\r\n@SUM(A1) \xE2\x81\xA6 ${{ secrets.X }}";
}
// Long enough for a completion.
std::string LongAttack() { return Attack() + std::string(1'000'000, 'x') + Attack(); }

RunReport HostileRun() {
  RunReport run = testing::ExampleReport();
  run.identity.model = run.model_summary = run.host.hostname = Attack();
  run.identity.flags["x"] = Attack();
  for (TaskResult& task : run.tasks) {
    task.task = task.metrics[0].name = Attack();
    task.title = task.metrics[0].signature = Attack();
    task.warnings = {LongAttack()};
    for (SubsetResult& subset : task.subsets) subset.name += Attack();
    for (PublishedComparison& published : task.published) published.source = Attack();
  }
  return run;
}

std::vector<SampleResult> Samples() {
  std::vector<SampleResult> samples = testing::ExampleSamples();
  for (SampleResult& sample : samples) {
    sample.id = sample.source = sample.group = Attack();
    sample.question = LongAttack();
    for (std::string& reference : sample.references) reference = LongAttack();
    for (ChoiceResult& choice : sample.choices) choice.text = LongAttack();
    for (CompletionResult& completion : sample.completions) {
      completion.text = LongAttack();
      for (auto& [score, answer] : completion.extracted) answer = LongAttack();
    }
  }
  return samples;
}

// Twelve records that flipped, each with a megabyte on both sides.
Comparison Compared() {
  Comparison comparison = testing::ExampleComparison();
  TaskComparison& task = comparison.tasks[0];
  task.task = Attack();
  Flip flip = task.pairs[0].flips.at(0);
  flip.id = flip.group = Attack();
  flip.question = flip.expected = flip.baseline_answer = flip.system_answer = LongAttack();
  flip.baseline_completion = flip.system_completion = LongAttack();
  task.pairs[0].flips.assign(12, flip);
  return comparison;
}

History Past() {
  History history = testing::ExampleHistory();
  history.lines[0].task = history.lines[0].points[0].run = Attack();
  history.lines[0].points[0].model = Attack();
  history.notes = {LongAttack()};
  return history;
}

BenchReport Bench() {
  BenchReport report = testing::ExampleBench();
  report.model = report.label = report.host.cpu = Attack();
  for (ServingTest& test : report.serving) test.workload = Attack();
  return report;
}

const std::vector<FailedLimit> kFailed = {{"mmlu", "acc", Attack()}};

struct Format {
  const char* name;
  std::function<std::string()> write;
};

// A text that one of our readers, a terminal or a person sees as it is.
void ExpectNoControls(const std::string& text, const char* name) {
  EXPECT_TRUE(IsUtf8(text)) << name;
  for (const char control : {'\0', '\x1B', '\x7F'}) {
    EXPECT_EQ(text.find(control), text.npos) << name << ", control " << int{control};
  }
}

void ExpectNoChangeOfDirection(const std::string& text, const char* name) {
  for (const char* mark : {"\u202E", "\u2066"}) EXPECT_EQ(text.find(mark), text.npos) << name;
}

// The texts that people read in a terminal, a pull request or the log of a job.
std::vector<Format> Lines() {
  return {
      {"console", [] { return Text(WriteConsoleReport, HostileRun(), ConsoleOptions{}); }},
      {"markdown", [] { return Text(WriteMarkdownReport, HostileRun()); }},
      {"junit", [] { return Text(WriteJunitReport, HostileRun(), kFailed); }},
      {"github", [] { return Text(WriteGithubReport, HostileRun(), kFailed); }},
      {"compare, console",
       [] { return Text(WriteComparisonConsole, Compared(), ComparisonConsoleOptions{}); }},
      {"compare, markdown", [] { return Text(WriteComparisonMarkdown, Compared(), 10); }},
      {"compare, junit", [] { return Text(WriteComparisonJunit, Compared(), ComparisonGate{}); }},
      {"compare, github", [] { return Text(WriteComparisonGithub, Compared(), ComparisonGate{}); }},
      {"history, console", [] { return Text(WriteHistoryConsole, Past(), 120, false); }},
      {"bench, console", [] { return Text(WriteBenchConsole, Bench(), 120, false); }},
      {"bench, markdown", [] { return Text(WriteBenchMarkdown, Bench()); }}};
}

TEST(HostileText, ReachesNoTerminalAndTurnsNoLine) {
  for (const Format& format : Lines()) {
    const std::string text = format.write();
    ExpectNoControls(text, format.name);
    ExpectNoChangeOfDirection(text, format.name);
  }
}

// A command begins a line; ours are the only ones.
TEST(HostileText, BeginsNoCommandOfARunner) {
  for (const Format& format : Lines()) {
    EXPECT_THAT(format.write(), Not(HasSubstr("\n::error::taken over"))) << format.name;
  }
}

// A comment of a pull request holds 65,536 characters; ten flips of a megabyte each have to fit.
TEST(HostileText, DoesNotFillTheCommentOfAPullRequest) {
  EXPECT_LT(Text(WriteComparisonMarkdown, Compared(), 10).size(), 65'536U);
  EXPECT_LT(Text(WriteComparisonConsole, Compared(), ComparisonConsoleOptions{}).size(), 65'536U);
  EXPECT_LT(Text(WriteComparisonGithub, Compared(), ComparisonGate{}).size(), 65'536U);
}

TEST(HostileText, IsNoMarkupOfAPage) {
  const std::vector<Format> pages = {
      {"report.html",
       [] {
         const RunReport run = HostileRun();
         std::vector<HtmlTask> tasks;
         for (const TaskResult& task : run.tasks) {
           tasks.push_back(
               {.figures = {}, .records = RecordsJson(task, Samples(), {}), .num_records = 4});
         }
         return Text(WriteHtmlReport, run, std::vector<Figure>{}, tasks);
       }},
      {"comparison", [] { return Text(WriteComparisonHtml, Compared()); }},
      {"history", [] { return Text(WriteHistoryHtml, Past()); }},
      {"bench", [] { return Text(WriteBenchHtml, Bench()); }},
      {"sheet", [] {
         const SheetRow row = {.task = Attack(),
                               .record = Attack(),
                               .digest = "00",
                               .context = LongAttack(),
                               .question = LongAttack(),
                               .answer = LongAttack(),
                               .reference = LongAttack()};
         return Text(WriteSheetHtml, std::vector{row, row});
       }}};
  for (const Format& format : pages) {
    const std::string page = format.write();
    ExpectNoControls(page, format.name);
    for (const char* markup : {"<script>alert", "<img", "</testcase>"}) {
      EXPECT_EQ(page.find(markup), page.npos) << format.name << ": " << markup;
    }
  }
}

TEST(HostileText, IsNoFormulaOfASpreadsheet) {
  const SheetRow row = {.task = Attack(),
                        .record = Attack(),
                        .digest = "00",
                        .context = "@SUM(A1)",
                        .question = "-1+1",
                        .answer = "+1" + LongAttack(),
                        .reference = "\t=1+1"};
  for (const std::string& text : {Text(WriteCsvReport, HostileRun()), Text(WriteBenchCsv, Bench()),
                                  Text(WriteSheetCsv, std::vector{row, row})}) {
    ExpectNoControls(text, "csv");
    const std::vector<std::vector<std::string>> rows = CsvRows(text);
    ASSERT_GT(rows.size(), 1U);
    for (const std::vector<std::string>& fields : rows) {
      EXPECT_EQ(fields.size(), rows[0].size());
      for (const std::string& field : fields) {
        if (field.empty()) continue;
        EXPECT_EQ(std::string_view("=+@\t\r").find(field[0]), std::string_view::npos)
            << field.substr(0, 40);
        if (field[0] == '-') {
          EXPECT_EQ(field.find_first_not_of("-.0123456789e"), field.npos);
        }
      }
    }
  }
}

std::string LmEvalLines() {
  const RunReport run = HostileRun();
  const std::vector<SampleResult> samples = Samples();
  const LmEvalTask about = {
      .delimiter = " ", .categories = {}, .metrics = MetricsOfSamples(samples)};
  std::string lines;
  for (const LmEvalLog& log : LmEvalLogs(run.tasks[1].task, samples)) {
    lines += Text(WriteLmEvalSamples, run.tasks[1], about, log, PromptParts{});
  }
  return lines;
}

TEST(HostileText, LeavesJsonStrict) {
  const RunReport run = HostileRun();
  const std::vector<LmEvalTask> tasks(run.tasks.size());
  const std::vector<SampleResult> samples = Samples();
  RunOutcomes outcomes = testing::ExampleOutcomes();
  outcomes.tasks[0].records[0].completion = outcomes.tasks[0].records[0].question = LongAttack();
  for (const std::string& text :
       {Text(WriteResultsJson, run), Text(WriteRunJson, run),
        Text(WriteBenchmarkReport, run, BenchmarkDirection::kBigger),
        Text(WriteBenchmarkReport, run, BenchmarkDirection::kSmaller),
        Text(WriteLmEvalResults, run, tasks), Text(WriteComparisonJson, Compared()),
        Text(WriteHistoryJson, Past()), Text(WriteBenchJson, Bench()),
        Text(WriteVllmResults, Bench())}) {
    ExpectNoControls(text, "json");
    EXPECT_NO_THROW(Json::parse(text)) << text.substr(0, 200);
  }
  for (const std::string& text : {Text(WriteSamplesJsonl, samples), Text(WriteBaseline, outcomes),
                                  Text(WriteLlamaBenchJsonl, Bench()), LmEvalLines()}) {
    ExpectNoControls(text, "json lines");
    std::istringstream lines(text);
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      EXPECT_NO_THROW(Json::parse(line)) << line.substr(0, 200);
    }
    EXPECT_GT(count, 0);
  }
}

// Nothing of a completion is lost on the way into a log.
TEST(HostileText, ComesBackFromTheLogs) {
  std::istringstream lines(Text(WriteSamplesJsonl, Samples()));
  std::string line;
  std::getline(lines, line);
  std::getline(lines, line);  // the completion
  EXPECT_EQ(Json::parse(line)["completions"][0]["text"], RepairUtf8(LongAttack()));
}

}  // namespace
}  // namespace meval
