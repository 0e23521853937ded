#ifndef MEVAL_EVALS_EXPORT_LM_EVAL_H_
#define MEVAL_EVALS_EXPORT_LM_EVAL_H_

#include <filesystem>

#include "reports/result.h"

namespace meval {

// Writes a stored run into `folder` in the files of lm-evaluation-harness
// (reports/lm_eval_report.h); gives the path of its results. Throws DataError for a file of the run
// that is missing or damaged, UsageError for one that cannot be written.
std::filesystem::path ExportLmEval(const std::filesystem::path& run, const RunReport& report,
                                   const std::filesystem::path& folder);

}  // namespace meval

#endif  // MEVAL_EVALS_EXPORT_LM_EVAL_H_
