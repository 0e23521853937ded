#ifndef MEVAL_REPORTS_MARKDOWN_REPORT_H_
#define MEVAL_REPORTS_MARKDOWN_REPORT_H_

// report.md: the console report in GitHub-flavoured Markdown, for a pull request or a wiki. Groups
// (MMLU's subjects) fold away.

#include <iosfwd>
#include <string>
#include <string_view>

#include "reports/result.h"

namespace meval {

// Text that Markdown and HTML leave as it is, on one line.
std::string EscapeMarkdown(std::string_view text);

void WriteMarkdownReport(const RunReport& run, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_MARKDOWN_REPORT_H_
