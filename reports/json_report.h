#ifndef MEVAL_REPORTS_JSON_REPORT_H_
#define MEVAL_REPORTS_JSON_REPORT_H_

// run.json, results.json and samples_<task>.jsonl (docs/report-schema.md; read_report.h reads
// them). Strict JSON: a value that is not finite is an error of ours (std::logic_error naming the
// field), never "NaN" in a file. Doubles are written so that they read back to the same bits.
//
// Same model, data, flags and seed: the same bytes, outside the top-level objects "timing" and
// "host", where everything lives that a clock, a machine or a path may change.
//
// Text that is not UTF-8, which JSON cannot hold, gets U+FFFD for each ill-formed sequence, and a
// key "invalid_utf8" at the end of the object (of the line, for samples) lists the fields it was
// in.

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
