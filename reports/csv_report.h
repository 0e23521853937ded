#ifndef MEVAL_REPORTS_CSV_REPORT_H_
#define MEVAL_REPORTS_CSV_REPORT_H_

// scores.csv for spreadsheets (RFC 4180, lines end in "\n"): one row per task and metric, then one
// per subset and metric, whose `subset` and `subset_kind` are not empty. Values are unrounded and
// in `unit`; a number that is absent is an empty field.

#include <iosfwd>

#include "reports/result.h"

namespace meval {

// Throws std::logic_error, naming the field, if a number is not finite.
void WriteCsvReport(const RunReport& run, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_CSV_REPORT_H_
