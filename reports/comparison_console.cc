#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "reports/comparison_report.h"
#include "reports/comparison_text.h"
#include "reports/summary.h"
#include "reports/text_table.h"
#include "reports/utf8.h"

namespace meval {
namespace {

Emphasis EmphasisOf(const ComparisonRow& row) {
  if (row.is_baseline) return Emphasis::kPlain;
  switch (row.verdict_value) {
    case Verdict::kRegressed:
      return Emphasis::kAlert;
    case Verdict::kImproved:
      return Emphasis::kStrong;
    case Verdict::kIdentical:
      return Emphasis::kFaint;
    default:
      return Emphasis::kPlain;
  }
}

TextTable ScoreTableOf(const Comparison& comparison) {
  TextTable table;
  table.columns = {{"Task", Align::kLeft, 14, 0},
                   {"Shots", Align::kRight, 0, 1},
                   {"n", Align::kRight, 0, 4},
                   {"Metric", Align::kLeft, 10, 0},
                   {"", Align::kLeft, 0, 0},
                   {"Score", Align::kRight, 0, 0},
                   {"Difference", Align::kRight, 0, 0},
                   {"95 % interval", Align::kRight, 0, 5},
                   {"p", Align::kRight, 0, 6},
                   {"Detectable", Align::kRight, 0, 2},
                   {"Flips", Align::kRight, 0, 7},
                   {"Speed", Align::kRight, 0, 3},
                   {"Verdict", Align::kLeft, 0, 0}};
  for (const ComparisonRow& row : ComparisonRows(comparison)) {
    if (row.is_baseline && !table.rows.empty()) table.rows.emplace_back();
    const Emphasis verdict = EmphasisOf(row);
    table.rows.push_back({{row.task, Emphasis::kStrong},
                          {row.shots},
                          {row.n},
                          {row.metric},
                          {row.run},
                          {row.score + (row.is_best ? " *" : "")},
                          {row.difference, verdict},
                          {row.interval},
                          {row.p_value},
                          {row.detectable},
                          {row.flips},
                          {row.speed},
                          {row.verdict, verdict}});
  }
  return table;
}

class ConsoleWriter {
 public:
  ConsoleWriter(const Comparison& comparison, const ComparisonConsoleOptions& options,
                std::ostream& out)
      : comparison_(comparison), options_(options), out_(out) {}

  void Paragraph(const std::string& lead, const std::string& text,
                 Emphasis emphasis = Emphasis::kPlain) {
    WriteParagraph(lead, PrintableLine(text), emphasis, options_.width, options_.color, out_);
  }

  void WriteRuns() {
    for (std::size_t run = 0; run < comparison_.runs.size(); ++run) {
      Paragraph("", RunLine(comparison_, run));
    }
    for (const std::string& note : comparison_.notes) Paragraph("!! ", note);
    out_ << '\n';
  }

  void WriteTask(const TaskComparison& task) {
    for (std::size_t run = 1; run < comparison_.runs.size(); ++run) {
      const PairComparison& pair = task.pairs[run - 1];
      const bool is_bad = pair.verdict == Verdict::kRegressed;
      Paragraph("", VerdictSentence(comparison_, task, run),
                is_bad ? Emphasis::kAlert : Emphasis::kPlain);
      WriteFlips(pair, run);
    }
    if (task.best) Paragraph("  ", BestSentence(task));
    for (const std::string& note : task.notes) Paragraph("  note: ", note);
  }

  void WriteSpeeds() {
    bool is_first = true;
    for (const TaskComparison& task : comparison_.tasks) {
      for (std::size_t run = 1; run < comparison_.runs.size(); ++run) {
        const std::string sentence = SpeedSentence(task, run);
        if (sentence.empty()) continue;
        if (is_first) out_ << '\n';
        is_first = false;
        Paragraph("", sentence, Emphasis::kFaint);
      }
    }
  }

 private:
  void WriteFlips(const PairComparison& pair, std::size_t run) {
    const std::size_t shown = std::min(pair.flips.size(), options_.most_flips);
    for (std::size_t i = 0; i < shown; ++i) {
      Paragraph(IsLoss(pair.flips[i]) ? "  - " : "  + ",
                Beginning(FlipLine(pair.flips[i], run), MostBytes()));
    }
    if (shown < pair.flips.size()) {
      Paragraph("  ", "and " + Grouped(static_cast<std::int64_t>(pair.flips.size() - shown)) +
                          " more (--flips N, --format json, --html FILE)");
    }
  }

  bool IsLoss(const Flip& flip) const { return flip.system_score < flip.baseline_score; }

  // Bytes of a flip: three lines of a terminal.
  std::size_t MostBytes() const {
    return static_cast<std::size_t>(std::max(40, 3 * (options_.width - 8)));
  }

  const Comparison& comparison_;
  const ComparisonConsoleOptions& options_;
  std::ostream& out_;
};

}  // namespace

void WriteComparisonConsole(const Comparison& comparison, const ComparisonConsoleOptions& options,
                            std::ostream& out) {
  ConsoleWriter writer(comparison, options, out);
  writer.WriteRuns();
  WriteTable(ScoreTableOf(comparison), options.width, options.color, out);
  out << '\n';
  for (const TaskComparison& task : comparison.tasks) writer.WriteTask(task);
  writer.WriteSpeeds();
  out << '\n' << Tally(comparison) << '\n';
}

}  // namespace meval
