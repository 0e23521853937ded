#include <sstream>

#include "metrics/unicode_text.h"
#include "reports/console_report.h"
#include "reports/csv_report.h"
#include "reports/csv_text.h"
#include "reports/json_report.h"
#include "reports/markdown_report.h"
#include "reports/read_report.h"
#include "reports/text_table.h"
#include "reports/utf8.h"
#include "tasks/records/csv_reader.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

// A report with these texts wherever a model, a data file or a user may have put text.
RunReport ReportOf(const std::string& a, const std::string& b, double value) {
  RunReport run;
  run.version = "1";
  run.identity.model = a;
  run.identity.flags = {{"flag", a}};
  run.command = {a, b};
  run.model_summary = b;
  run.definitions = {{"task", b}};
  TaskResult& task = run.tasks.emplace_back();
  task.task = RepairUtf8(a);  // definitions are JSON and so UTF-8
  task.title = b;
  task.num_documents = 1;
  task.settings = {{"setting", b}};
  task.warnings = {a, b};
  MetricValue& metric = task.metrics.emplace_back();
  metric.name = b;
  metric.value = value;
  metric.n = 1;
  metric.is_headline = true;
  metric.signature = a;
  task.subsets = {{b, "group", 1, task.metrics}};
  task.published = {{a, b, b, value, a}};
  InputFile& file = task.inputs.emplace_back();
  file.path = a;
  file.records = 1;
  return run;
}

void CheckTexts(const std::string& text) {
  const std::string escaped = EscapeMarkdown(text);
  fuzz::Require(!FindInvalidUtf8(escaped), "escaped text is UTF-8");
  std::string plain;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    const bool is_special =
        std::string_view("\\`*_{}[]<>#|~&!").find(escaped[i]) != std::string_view::npos;
    fuzz::Require(!is_special || escaped[i] == '\\', "what Markdown reads is escaped");
    i += escaped[i] == '\\' ? 1 : 0;
    plain += escaped[i];
  }
  fuzz::Require(plain == PrintableLine(text), "escaping only adds backslashes");
  for (const std::string& line : WrapText(PrintableLine(text), 20)) {
    fuzz::Require(DisplayWidth(line) <= 20 || line.find(' ') == line.npos,
                  "a line is as wide as asked, or one word");
  }
}

void CheckCsv(const std::string& a, const std::string& b) {
  std::ostringstream out;
  WriteCsvRow({a, b}, out);
  const auto records = tasks::ReadCsv(out.str(), "file", {"a", "b"});
  fuzz::Require(records.size() == 1, "a row is one record");
  fuzz::Require(records[0].fields.Find("a")->text == RepairUtf8(a) &&
                    records[0].fields.Find("b")->text == RepairUtf8(b),
                "fields come back as they were");
}

// Two texts in every kind of report.
MEVAL_FUZZ_TARGET(report_text) {
  const double value = static_cast<double>(input.Below(8)) / 7;
  const bool color = input.Flag();
  const std::string a = input.Text();
  const std::string b = input.Bytes();
  CheckTexts(a);
  CheckTexts(b);
  CheckCsv("x" + a, b);
  const RunReport run = ReportOf(a, b, value);
  ConsoleOptions options;
  options.color = color;
  options.all_groups = true;
  std::ostringstream console;
  WriteConsoleReport(run, options, console);
  std::ostringstream markdown;
  WriteMarkdownReport(run, markdown);
  std::ostringstream csv;
  WriteCsvReport(run, csv);
  for (const auto* out : {&console, &markdown, &csv}) {
    fuzz::Require(!FindInvalidUtf8(out->str()), "a report is UTF-8");
  }
  std::stringstream json;
  WriteResultsJson(run, json);
  const RunReport again = ReadResultsJson(json, "file");
  fuzz::Require(again.tasks.at(0).task == RepairUtf8(a) &&
                    again.tasks[0].metrics.at(0).value == value &&
                    again.identity.model == RepairUtf8(a),
                "what is read back is what was written");
}

}  // namespace
}  // namespace meval
