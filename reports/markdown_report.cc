#include "reports/markdown_report.h"

#include <ostream>
#include <string>
#include <string_view>

#include "reports/summary.h"
#include "reports/utf8.h"

namespace meval {
namespace {

// Text that Markdown and HTML leave as it is.
std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : PrintableLine(text)) {
    if (std::string_view("\\`*_{}[]<>#|~&!").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

void WriteScores(const ScoreTable& scores, std::ostream& out) {
  out << "| Task | Version | Shots | n | Metric | Score % | \u00b1 | 95 % interval | Published "
         "|\n"
         "|:--|--:|--:|--:|:--|--:|--:|--:|:--|\n";
  for (const ScoreRow& row : scores.rows) {
    const char* strong = row.is_headline ? "**" : "";
    std::string name = Escape(row.task);
    if (!row.subset.empty()) {
      name += (name.empty() ? "" : ": ") + std::string("\u2003") + Escape(row.subset);
    }
    out << "| " << name << " | " << row.version << " | " << row.shots << " | " << row.n << " | "
        << strong << Escape(row.metric) << strong << " | " << strong << row.value << strong << " | "
        << row.error << " | " << row.interval << " | " << Escape(row.published) << " |\n";
  }
  out << '\n';
  for (const std::string& footnote : scores.footnotes) out << Escape(footnote) << "  \n";
  if (!scores.footnotes.empty()) out << '\n';
}

}  // namespace

void WriteMarkdownReport(const RunReport& run, std::ostream& out) {
  out << "## " << Escape(Headline(run)) << "\n\n";
  for (const std::string& sentence : BannerSentences(run)) {
    out << "> **" << Escape(sentence) << "**\n\n";
  }
  WriteScores(BuildScoreTable(run, SubsetRows::kCategories), out);
  const ScoreTable groups = BuildScoreTable(run, SubsetRows::kGroups);
  if (!groups.rows.empty()) {
    out << "<details><summary>Every group</summary>\n\n";
    WriteScores(groups, out);
    out << "</details>\n\n";
  }
  bool has_notes = false;
  for (const TaskResult& task : run.tasks) {
    for (const std::string& note : NoteSentences(task)) {
      out << "- " << Escape(task.task) << ": " << Escape(note) << '\n';
      has_notes = true;
    }
  }
  if (has_notes) out << '\n';
  for (const TaskResult& task : run.tasks) {
    out << "- " << Escape(task.task) << ": " << Escape(CostSentence(task.timing)) << '\n';
  }
  if (run.tasks.size() > 1) out << "- all: " << Escape(CostSentence(Total(run.tasks))) << '\n';
}

}  // namespace meval
