#ifndef MEVAL_REPORTS_JUNIT_REPORT_H_
#define MEVAL_REPORTS_JUNIT_REPORT_H_

// JUnit XML, which CI systems show beside tests: a test suite for each task, a test case for each
// of its scores with the number in its name's output. A score under its limit is a failure, a task
// with documents that have no result an error; wrong answers are neither.

#include <iosfwd>
#include <span>

#include "reports/failed_limit.h"
#include "reports/result.h"

namespace meval {

void WriteJunitReport(const RunReport& run, std::span<const FailedLimit> failed, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_JUNIT_REPORT_H_
