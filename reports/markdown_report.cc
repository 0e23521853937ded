#include "reports/markdown_report.h"

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/published_text.h"
#include "reports/summary.h"
#include "reports/utf8.h"

namespace meval {
namespace {

void WriteScores(const ScoreTable& scores, std::ostream& out) {
  out << "| Task | Version | Shots | n | Metric | Score % | \u00b1 | 95 % interval | Published "
         "|\n"
         "|:--|--:|--:|--:|:--|--:|--:|--:|:--|\n";
  for (const ScoreRow& row : scores.rows) {
    const char* strong = row.is_headline ? "**" : "";
    std::string name = EscapeMarkdown(row.task);
    if (!row.subset.empty()) {
      name += (name.empty() ? "" : ": ") + std::string("\u2003") + EscapeMarkdown(row.subset);
    }
    out << "| " << name << " | " << row.version << " | " << row.shots << " | " << row.n << " | "
        << strong << EscapeMarkdown(row.metric) << strong << " | " << strong << row.value << strong
        << " | " << row.error << " | " << row.interval << " | " << EscapeMarkdown(row.published)
        << " |\n";
  }
  out << '\n';
  for (const std::string& footnote : scores.footnotes) out << EscapeMarkdown(footnote) << "  \n";
  if (!scores.footnotes.empty()) out << '\n';
}

void WritePublished(const RunReport& run, std::ostream& out) {
  for (const PublishedText& published : PublishedTexts(run)) {
    out << "### " << EscapeMarkdown(published.title) << "\n\n"
        << "| | Task | Metric | n | Here % | \u00b1 | Published % | Difference | Remarks |\n"
           "|:--|:--|:--|--:|--:|--:|--:|--:|:--|\n";
    for (const PublishedTextRow& row : published.rows) {
      out << "| **" << EscapeMarkdown(row.label) << "** | " << EscapeMarkdown(row.task) << " | "
          << EscapeMarkdown(row.metric) << " | " << row.n << " | **" << row.value << "** | "
          << row.error << " | " << row.published << " | " << row.difference << " | "
          << EscapeMarkdown(row.note) << " |\n";
    }
    out << '\n';
  }
}

// Metrics by signature, in the order of the task's.
std::vector<std::pair<std::string, std::string>> MetricsBySignature(const TaskResult& task) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const MetricValue& metric : task.metrics) {
    if (metric.is_detail || metric.signature.empty()) continue;
    const auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& candidate) {
      return candidate.first == metric.signature;
    });
    if (line == lines.end()) {
      lines.emplace_back(metric.signature, metric.name);
    } else {
      line->second += ", " + metric.name;
    }
  }
  return lines;
}

// What must be equal for two scores to be compared.
void WriteSignatures(const RunReport& run, std::ostream& out) {
  std::string lines;
  for (const TaskResult& task : run.tasks) {
    for (const auto& [signature, metrics] : MetricsBySignature(task)) {
      lines += "- " + EscapeMarkdown(task.task + " " + metrics + ": " + signature) + "\n";
    }
  }
  if (lines.empty()) return;
  out << "<details><summary>How each metric was computed</summary>\n\n"
      << lines << "\n</details>\n\n";
}

}  // namespace

std::string EscapeMarkdown(std::string_view text) {
  std::string out;
  for (const char c : PrintableLine(text)) {
    if (std::string_view("\\`*_{}[]<>#|~&!").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

void WriteMarkdownReport(const RunReport& run, std::ostream& out) {
  out << "## " << EscapeMarkdown(Headline(run)) << "\n\n";
  for (const std::string& sentence : BannerSentences(run)) {
    out << "> **" << EscapeMarkdown(sentence) << "**\n\n";
  }
  WriteScores(BuildScoreTable(run, SubsetRows::kCategories), out);
  WritePublished(run, out);
  const ScoreTable groups = BuildScoreTable(run, SubsetRows::kGroups);
  if (!groups.rows.empty()) {
    out << "<details><summary>Every group</summary>\n\n";
    WriteScores(groups, out);
    out << "</details>\n\n";
  }
  WriteSignatures(run, out);
  bool has_notes = false;
  for (const TaskResult& task : run.tasks) {
    for (const std::string& note : NoteSentences(task)) {
      out << "- " << EscapeMarkdown(task.task) << ": " << EscapeMarkdown(note) << '\n';
      has_notes = true;
    }
  }
  if (has_notes) out << '\n';
  for (const TaskResult& task : run.tasks) {
    out << "- " << EscapeMarkdown(task.task) << ": " << EscapeMarkdown(CostSentence(task.timing))
        << '\n';
  }
  if (run.tasks.size() > 1)
    out << "- all: " << EscapeMarkdown(CostSentence(Total(run.tasks))) << '\n';
}

}  // namespace meval
