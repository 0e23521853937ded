#ifndef MEVAL_REPORTS_GITHUB_REPORT_H_
#define MEVAL_REPORTS_GITHUB_REPORT_H_

// A run for GitHub Actions, as workflow commands on stdout: a notice with each task's main score, a
// warning for everything a reader must know beside it, an error for each limit that was missed.
//
//   ::notice title=mmlu acc::62.50 % (95 % interval 58.12 – 66.70, n = 240)
//
// Text of tasks and models can begin no command of its own: line ends and percent signs are
// escaped as GitHub's toolkit escapes them.

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include "reports/failed_limit.h"
#include "reports/result.h"

namespace meval {

void WriteGithubReport(const RunReport& run, std::span<const FailedLimit> failed,
                       std::ostream& out);

// One annotation; `level` is "notice", "warning" or "error".
std::string GithubAnnotation(std::string_view level, std::string_view title,
                             std::string_view message);

}  // namespace meval

#endif  // MEVAL_REPORTS_GITHUB_REPORT_H_
