#ifndef MEVAL_EVALS_SAMPLE_LOG_H_
#define MEVAL_EVALS_SAMPLE_LOG_H_

#include <span>

#include "reports/result.h"
#include "reports/run_directory.h"

namespace meval {

// Writes a task's samples_<task>.jsonl and notes the digest of its bytes in the task's result, so
// that a log that was changed afterwards does not pass for the run's. Throws ReportError.
void WriteSampleLog(const RunDirectory& directory, std::span<const SampleResult> samples,
                    TaskResult& task);

}  // namespace meval

#endif  // MEVAL_EVALS_SAMPLE_LOG_H_
