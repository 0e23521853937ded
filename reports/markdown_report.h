#ifndef MEVAL_REPORTS_MARKDOWN_REPORT_H_
#define MEVAL_REPORTS_MARKDOWN_REPORT_H_

// report.md: the console report in GitHub-flavoured Markdown, for a pull request or a wiki. Groups
// (MMLU's subjects) fold away.

#include <iosfwd>

#include "reports/result.h"

namespace meval {

void WriteMarkdownReport(const RunReport& run, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_MARKDOWN_REPORT_H_
