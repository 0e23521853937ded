#include "reports/console_report.h"

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/published_text.h"
#include "reports/summary.h"
#include "reports/text_table.h"
#include "reports/utf8.h"

namespace meval {
namespace {

void WriteScores(const ScoreTable& scores, const ConsoleOptions& options, std::ostream& out) {
  TextTable table;
  table.columns = {{"Task", Align::kLeft, 17, 0},   {"Ver", Align::kRight, 0, 1},
                   {"Shots", Align::kRight, 0, 2},  {"n", Align::kRight, 0, 5},
                   {"Metric", Align::kLeft, 14, 0}, {"Score %", Align::kRight, 0, 0},
                   {"\u00b1", Align::kRight, 0, 6}, {"95 % interval", Align::kRight, 0, 3}};
  const bool has_published =
      std::any_of(scores.rows.begin(), scores.rows.end(),
                  [](const ScoreRow& row) { return !row.published.empty(); });
  if (has_published) table.columns.push_back({"Published", Align::kLeft, 0, 4});
  for (const ScoreRow& row : scores.rows) {
    if (!row.task.empty() && !table.rows.empty()) table.rows.emplace_back();
    const bool is_subset = !row.subset.empty();
    const Emphasis plain = is_subset ? Emphasis::kFaint : Emphasis::kPlain;
    const Emphasis strong = row.is_headline ? Emphasis::kStrong : plain;
    std::vector<TableCell> cells = {{is_subset ? "  " + row.subset : row.task, strong},
                                    {row.version, plain},
                                    {row.shots, plain},
                                    {row.n, plain},
                                    {row.metric, strong},
                                    {row.value, strong},
                                    {row.error, plain},
                                    {row.interval, plain}};
    if (has_published) cells.push_back({row.published, plain});
    table.rows.push_back(std::move(cells));
  }
  WriteTable(table, options.width, options.color, out);
  if (!scores.footnotes.empty()) out << '\n';
  for (const std::string& footnote : scores.footnotes) {
    WriteParagraph("", footnote, Emphasis::kFaint, options.width, options.color, out);
  }
}

void WritePublished(const RunReport& run, const ConsoleOptions& options, std::ostream& out) {
  for (const PublishedText& published : PublishedTexts(run)) {
    out << '\n';
    WriteParagraph("", published.title, Emphasis::kStrong, options.width, options.color, out);
    TextTable table;
    table.columns = {{"", Align::kLeft, 6, 0},        {"Task", Align::kLeft, 10, 3},
                     {"Metric", Align::kLeft, 8, 2},  {"n", Align::kRight, 0, 4},
                     {"Here %", Align::kRight, 0, 0}, {"\u00b1", Align::kRight, 0, 5},
                     {"Published %", Align::kRight},  {"Difference", Align::kRight, 0, 0},
                     {"Remarks", Align::kLeft, 20, 1}};
    for (const PublishedTextRow& row : published.rows) {
      table.rows.push_back({{row.label, Emphasis::kStrong},
                            {row.task},
                            {row.metric},
                            {row.n},
                            {row.value, Emphasis::kStrong},
                            {row.error},
                            {row.published},
                            {row.difference},
                            {row.note, Emphasis::kFaint}});
    }
    WriteTable(table, options.width, options.color, out);
  }
}

void WriteNotes(const RunReport& run, const ConsoleOptions& options, std::ostream& out) {
  bool is_first = true;
  for (const TaskResult& task : run.tasks) {
    for (const std::string& note : NoteSentences(task)) {
      if (is_first) out << '\n';
      is_first = false;
      WriteParagraph(PrintableLine(task.task) + ": ", note, Emphasis::kPlain, options.width,
                     options.color, out);
    }
  }
}

void WriteCost(const RunReport& run, const ConsoleOptions& options, std::ostream& out) {
  if (run.tasks.empty()) return;
  out << '\n';
  for (const TaskResult& task : run.tasks) {
    WriteParagraph(PrintableLine(task.task) + ": ", CostSentence(task.timing), Emphasis::kFaint,
                   options.width, options.color, out);
  }
  if (run.tasks.size() > 1) {
    WriteParagraph("all: ", CostSentence(Total(run.tasks)), Emphasis::kFaint, options.width,
                   options.color, out);
  }
}

}  // namespace

void WriteConsoleReport(const RunReport& run, const ConsoleOptions& options, std::ostream& out) {
  SubsetRows subsets = SubsetRows::kNone;
  if (options.subsets) subsets = SubsetRows::kCategories;
  if (options.all_groups) subsets = SubsetRows::kAll;
  WriteParagraph("", Headline(run), Emphasis::kStrong, options.width, options.color, out);
  for (const std::string& sentence : BannerSentences(run)) {
    WriteParagraph("!! ", sentence, Emphasis::kAlert, options.width, options.color, out);
  }
  out << '\n';
  WriteScores(BuildScoreTable(run, subsets), options, out);
  WritePublished(run, options, out);
  WriteNotes(run, options, out);
  WriteCost(run, options, out);
}

}  // namespace meval
