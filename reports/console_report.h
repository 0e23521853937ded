#ifndef MEVAL_REPORTS_CONSOLE_REPORT_H_
#define MEVAL_REPORTS_CONSOLE_REPORT_H_

// The table a person sees when a run ends.

#include <iosfwd>

#include "reports/result.h"

namespace meval {

struct ConsoleOptions {
  bool color = false;   // ANSI colours
  bool subsets = true;  // categories always; groups (MMLU's subjects) only when `all_groups`
  bool all_groups = false;
  int width = 100;  // columns
};

void WriteConsoleReport(const RunReport& run, const ConsoleOptions& options, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_CONSOLE_REPORT_H_
