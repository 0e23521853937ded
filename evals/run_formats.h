#ifndef MEVAL_EVALS_RUN_FORMATS_H_
#define MEVAL_EVALS_RUN_FORMATS_H_

// The formats of a run's scores that are one text, for `run` and `report` alike.
//
// "github" is more than its text where the environment variable GITHUB_STEP_SUMMARY names a file:
// report.md is appended to it, as GitHub Actions shows it on the page of a job.

#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "reports/console_report.h"
#include "reports/failed_limit.h"
#include "reports/result.h"

namespace meval {

const std::vector<std::string>& RunFormatNames();

// `format` is one of RunFormatNames(); `console` is for that format alone, `failed` for those that
// know failures.
void WriteRunFormat(const std::string& format, const RunReport& report,
                    std::span<const FailedLimit> failed, const ConsoleOptions& console,
                    std::ostream& out);

}  // namespace meval

#endif  // MEVAL_EVALS_RUN_FORMATS_H_
