#ifndef MEVAL_REPORTS_BASELINE_H_
#define MEVAL_REPORTS_BASELINE_H_

// A baseline file: the outcomes of a run (reports/outcomes.h) in one file small enough to be kept
// beside the code it guards, for `mistral-eval compare` and `run --baseline`. JSON lines, a record
// each, so that a version control system shows which answers changed. docs/report-schema.md
// describes every key.
//
//   {"baseline":"mistral-eval","format":1,"version":"0.1.0",...}                      the first
//   {"task":"mmlu","task_version":1,...,"num_records":2}                              each task,
//   {"id":"a:1","digest":"...","prompt_digest":"...","answers_digest":"...",...}      its records
//
// Digests of records are shortened, answers cut to kMostAnswerBytes; questions, gold answers and
// whole completions are left out. Doubles read back to the same bits.

#include <iosfwd>
#include <string>

#include "reports/outcomes.h"

namespace meval {

inline constexpr std::size_t kMostAnswerBytes =
    200;  // of a record's answer, cut between characters

void WriteBaseline(const RunOutcomes& run, std::ostream& out);

// Throws ReportError, with line and field: not a baseline of this format, damaged, cut off. `name`
// becomes the run's.
RunOutcomes ReadBaseline(std::istream& in, const std::string& name);

// Whether a file begins as a baseline does.
bool IsBaseline(std::string_view first_line);

}  // namespace meval

#endif  // MEVAL_REPORTS_BASELINE_H_
