#include <algorithm>
#include <ostream>
#include <string>

#include "reports/comparison_report.h"
#include "reports/comparison_text.h"
#include "reports/markdown_report.h"
#include "reports/summary.h"

namespace meval {
namespace {

void WriteRow(const ComparisonRow& row, std::ostream& out) {
  const char* strong = row.verdict_value == Verdict::kRegressed && !row.is_baseline ? "**" : "";
  out << "| " << EscapeMarkdown(row.task) << " | " << row.shots << " | " << row.n << " | "
      << EscapeMarkdown(row.metric) << " | " << row.run << " | " << row.score
      << (row.is_best ? " \u2605" : "") << " | " << strong << row.difference << strong << " | "
      << row.interval << " | " << EscapeMarkdown(row.p_value) << " | " << row.detectable << " | "
      << row.flips << " | " << row.speed << " | " << strong << row.verdict << strong << " |\n";
}

void WriteFlips(const TaskComparison& task, std::size_t run, std::size_t most_flips,
                std::ostream& out) {
  const PairComparison& pair = task.pairs[run - 1];
  if (pair.flips.empty()) return;
  const std::size_t shown = std::min(pair.flips.size(), most_flips);
  // In front of the HTML, where Markdown's escapes hold.
  out << EscapeMarkdown(task.task) << ":\n\n<details><summary>"
      << Grouped(static_cast<std::int64_t>(pair.flips.size())) << " records that changed from A to "
      << RunLetter(run) << "</summary>\n\n";
  for (std::size_t i = 0; i < shown; ++i) {
    const Flip& flip = pair.flips[i];
    out << "- " << ShownScore(task, flip.baseline_score) << " \u2192 "
        << ShownScore(task, flip.system_score) << " " << EscapeMarkdown(FlipLine(flip, run))
        << '\n';
  }
  if (shown < pair.flips.size()) {
    out << "- and " << Grouped(static_cast<std::int64_t>(pair.flips.size() - shown)) << " more\n";
  }
  out << "\n</details>\n\n";
}

}  // namespace

void WriteComparisonMarkdown(const Comparison& comparison, std::size_t most_flips,
                             std::ostream& out) {
  out << "## " << Tally(comparison) << "\n\n";
  for (std::size_t run = 0; run < comparison.runs.size(); ++run) {
    out << EscapeMarkdown(RunLine(comparison, run)) << "  \n";
  }
  out << '\n';
  for (const std::string& note : comparison.notes) out << "> " << EscapeMarkdown(note) << "\n\n";
  out << "| Task | Shots | n | Metric | | Score | Difference | 95 % interval | p | Detectable | "
         "Flips | Speed | Verdict |\n"
         "|:--|--:|--:|:--|:--|--:|--:|--:|--:|--:|--:|--:|:--|\n";
  for (const ComparisonRow& row : ComparisonRows(comparison)) WriteRow(row, out);
  out << '\n';
  for (const TaskComparison& task : comparison.tasks) {
    for (std::size_t run = 1; run < comparison.runs.size(); ++run) {
      out << "- " << EscapeMarkdown(VerdictSentence(comparison, task, run)) << '\n';
      const std::string speed = SpeedSentence(task, run);
      if (!speed.empty()) out << "- " << EscapeMarkdown(speed) << '\n';
    }
    if (task.best) out << "- " << EscapeMarkdown(BestSentence(task)) << '\n';
    for (const std::string& note : task.notes) out << "- note: " << EscapeMarkdown(note) << '\n';
  }
  out << '\n';
  for (const TaskComparison& task : comparison.tasks) {
    for (std::size_t run = 1; run < comparison.runs.size(); ++run) {
      WriteFlips(task, run, most_flips, out);
    }
  }
}

}  // namespace meval
