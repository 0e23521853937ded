#ifndef MEVAL_EVALS_STORED_RUN_H_
#define MEVAL_EVALS_STORED_RUN_H_

// The files of a run directory, for commands that need no model. A file that is missing, damaged or
// of another version is wrong data: DataError with file, line and field.

#include <filesystem>
#include <string>
#include <vector>

#include "reports/prompt_parts.h"
#include "reports/read_report.h"
#include "reports/result.h"
#include "tasks/task.h"

namespace meval {

RunRecord ReadRunRecord(const std::filesystem::path& directory);  // run.json
RunReport ReadRunReport(const std::filesystem::path& directory);  // results.json

// A sample log with the digest of its bytes.
struct SampleLog {
  std::vector<SampleResult> samples;
  std::string digest;
};
SampleLog ReadSampleLog(const std::filesystem::path& directory, const std::string& task);

// The texts in front of a task's questions, from prompts_<task>.jsonl; none where an earlier build
// wrote the run.
PromptParts ReadStoredParts(const std::filesystem::path& directory, const std::string& task);

// A task as it was defined in the run: from run.json, or, where an older build wrote that, the
// built-in one with the same digest. DataError where there is none.
Task DefinitionOf(const TaskResult& task, const RunRecord& run,
                  const std::filesystem::path& directory);

}  // namespace meval

#endif  // MEVAL_EVALS_STORED_RUN_H_
