#include <algorithm>
#include <ostream>
#include <string>

#include "reports/comparison_report.h"
#include "reports/comparison_text.h"
#include "reports/github_report.h"
#include "reports/summary.h"
#include "reports/utf8.h"

namespace meval {
namespace {

// The records that were lost, by name: what a person looks at first.
std::string Losses(const TaskComparison& task, const PairComparison& pair, std::size_t most_flips) {
  std::string names;
  std::size_t num_losses = 0;
  for (const Flip& flip : pair.flips) {
    const bool is_higher = flip.system_score > flip.baseline_score;
    if (is_higher == task.higher_is_better) continue;
    if (++num_losses > most_flips) continue;
    names += (names.empty() ? "" : ", ") + Beginning(flip.id, kLongestQuote);
  }
  if (names.empty()) return "";
  const std::size_t more = num_losses - std::min(num_losses, most_flips);
  return ". Lost: " + names +
         (more == 0 ? "" : " and " + Grouped(static_cast<std::int64_t>(more)) + " more");
}

}  // namespace

void WriteComparisonGithub(const Comparison& comparison, const ComparisonGate& gate,
                           std::ostream& out) {
  for (const TaskComparison& task : comparison.tasks) {
    for (std::size_t run = 1; run < comparison.runs.size(); ++run) {
      const PairComparison& pair = task.pairs[run - 1];
      const bool is_failure = gate.Fails(pair.verdict);
      const char* level = is_failure                               ? "error"
                          : pair.verdict == Verdict::kInconclusive ? "warning"
                                                                   : "notice";
      std::string message = VerdictSentence(comparison, task, run);
      if (is_failure) message += Losses(task, pair, gate.most_flips);
      out << GithubAnnotation(level, task.task + " " + Name(pair.verdict), message);
    }
    for (const std::string& note : task.notes) {
      out << GithubAnnotation("warning", task.task, note);
    }
  }
  for (const std::string& note : comparison.notes) {
    out << GithubAnnotation("warning", "mistral-eval compare", note);
  }
}

}  // namespace meval
