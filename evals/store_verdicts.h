#ifndef MEVAL_EVALS_STORE_VERDICTS_H_
#define MEVAL_EVALS_STORE_VERDICTS_H_

// Programs that a run left for later, run by `mistral-eval score --samples`: what became of them
// goes into the run's own files, so that reports and comparisons of it see the scores.

#include <filesystem>

#include "evals/rescore_run.h"

namespace meval {

// Writes the verdicts of every task that has RescoredTask::executed: its sample log with them, then
// results.json, report.md and report.html with its scores and with the groups they belong to. Each
// file is replaced only once it is whole, and nothing that the run has said is changed. Adds a note
// to each such task. Does nothing, and says so in those notes, where another task of the run is not
// equal to its log. Throws ReportError where the directory cannot be written or is in use.
void StoreVerdicts(const std::filesystem::path& directory, RescoredRun& rescored);

}  // namespace meval

#endif  // MEVAL_EVALS_STORE_VERDICTS_H_
