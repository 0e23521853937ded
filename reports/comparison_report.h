#ifndef MEVAL_REPORTS_COMPARISON_REPORT_H_
#define MEVAL_REPORTS_COMPARISON_REPORT_H_

// The formats of a comparison. Texts of models and data are made harmless in each: printable on a
// terminal, escaped in Markdown, HTML and XML, strict JSON (docs/report-schema.md describes its
// keys).

#include <cstddef>
#include <iosfwd>

#include "reports/comparison.h"

namespace meval {

struct ComparisonConsoleOptions {
  bool color = false;
  int width = 120;              // columns
  std::size_t most_flips = 10;  // of a task and run; how many more there are is said
};
void WriteComparisonConsole(const Comparison& comparison, const ComparisonConsoleOptions& options,
                            std::ostream& out);

// For a pull request: a table, verdicts, and flips that unfold.
void WriteComparisonMarkdown(const Comparison& comparison, std::size_t most_flips,
                             std::ostream& out);

// comparison.json: every number, and every flip.
void WriteComparisonJson(const Comparison& comparison, std::ostream& out);

// What the formats for CI systems count as a failure, and how many records they name with it.
struct ComparisonGate {
  bool fails_inconclusive = false;  // beside what has regressed
  std::size_t most_flips = 10;      // of a task and run; how many more there are is said

  bool Fails(Verdict verdict) const {
    return verdict == Verdict::kRegressed ||
           (fails_inconclusive && verdict == Verdict::kInconclusive);
  }
};

// JUnit XML: a test suite for each task, a test case for each run but the baseline; what fails the
// gate is a failure with the records that changed, whether or not the exit code follows the gate.
void WriteComparisonJunit(const Comparison& comparison, const ComparisonGate& gate,
                          std::ostream& out);

// Workflow commands of GitHub Actions (reports/github_report.h): an error for what fails the gate,
// with the records that were lost, a warning for other verdicts that are inconclusive and for
// notes, a notice for the rest.
void WriteComparisonGithub(const Comparison& comparison, const ComparisonGate& gate,
                           std::ostream& out);

// A page of its own: no script from elsewhere, no network. Every flip with both answers, filtered
// by what was lost or won and by text.
void WriteComparisonHtml(const Comparison& comparison, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_COMPARISON_REPORT_H_
