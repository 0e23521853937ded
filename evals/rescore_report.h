#ifndef MEVAL_EVALS_RESCORE_REPORT_H_
#define MEVAL_EVALS_RESCORE_REPORT_H_

// What `mistral-eval score --samples` has found, for people and for programs.

#include <iosfwd>
#include <string>

#include "evals/rescore_run.h"

namespace meval {

// A table of every metric with its number in the report and computed again, what else does not
// agree, and a verdict per task. `run`: the directory, as named.
void WriteConsole(const RescoredRun& rescored, const std::string& run, std::ostream& out);

// One object: {"equal", "run", "version", "problems": [], "tasks": [{"task", "equal",
// "num_samples", "num_samples_changed", "problems": [], "notes": [], "metrics": [{"subset",
// "subset_kind", "name", "equal", "new", "differences": [], "reported", "recomputed"}]}]}; the last
// two are null or {"value", "standard_error", "ci_low", "ci_high", "n", "unit", "signature"}.
void WriteJson(const RescoredRun& rescored, const std::string& run, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_EVALS_RESCORE_REPORT_H_
