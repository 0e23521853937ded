#ifndef MEVAL_REPORTS_COMPARISON_REPORT_H_
#define MEVAL_REPORTS_COMPARISON_REPORT_H_

// The formats of a comparison. Texts of models and data are made harmless in each: printable on a
// terminal, escaped in Markdown and HTML, strict JSON (docs/report-schema.md describes its keys).

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

// A page of its own: no script from elsewhere, no network. Every flip with both answers, filtered
// by what was lost or won and by text.
void WriteComparisonHtml(const Comparison& comparison, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_COMPARISON_REPORT_H_
