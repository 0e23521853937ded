#ifndef MEVAL_EVALS_HISTORY_OF_RUNS_H_
#define MEVAL_EVALS_HISTORY_OF_RUNS_H_

#include <filesystem>

#include "evals/compare_options.h"
#include "reports/history.h"

namespace meval {

// The history of the run directories at any depth below a directory, by the time they started: for
// each task a line of its main score, with the verdict of every run against the one before it on
// the line (evals/compare_runs.h) and the verdict of the gate it went through, if it did.
// `options.tasks`: those to show; none: all. A run that cannot be read is passed over with a note,
// one without usable sample logs has no verdict. Throws UsageError if `directory` is none or holds
// no run.
History HistoryOfRuns(const std::filesystem::path& directory, const CompareOptions& options);

}  // namespace meval

#endif  // MEVAL_EVALS_HISTORY_OF_RUNS_H_
