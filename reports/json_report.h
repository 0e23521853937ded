#ifndef MEVAL_REPORTS_JSON_REPORT_H_
#define MEVAL_REPORTS_JSON_REPORT_H_

// run.json, results.json and samples_<task>.jsonl (docs/report-schema.md). Strict JSON: a value
// that is not finite is an error of ours, never "NaN" in a file. Doubles are written so that they
// read back to the same bits.

#include <iosfwd>
#include <span>

#include "reports/result.h"

namespace meval {

void WriteRunJson(const RunReport& run, std::ostream& out);
void WriteResultsJson(const RunReport& run, std::ostream& out);
void WriteSampleJson(const SampleResult& sample, std::ostream& out);  // one line, with its '\n'
void WriteSamplesJsonl(std::span<const SampleResult> samples, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_JSON_REPORT_H_
