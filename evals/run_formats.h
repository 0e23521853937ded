#ifndef MEVAL_EVALS_RUN_FORMATS_H_
#define MEVAL_EVALS_RUN_FORMATS_H_

// The formats of a run's scores that are one text, for `run` and `report` alike.

#include <iosfwd>
#include <string>
#include <vector>

#include "reports/console_report.h"
#include "reports/result.h"

namespace meval {

const std::vector<std::string>& RunFormatNames();

// `format` is one of RunFormatNames(); `console` is for that format alone.
void WriteRunFormat(const std::string& format, const RunReport& report,
                    const ConsoleOptions& console, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_EVALS_RUN_FORMATS_H_
